//! What axum itself can do: a handler that returns as many bytes as it is asked for, in a process of its own.

use std::{
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use axum::{Router, http::Uri, routing::get, serve::ListenerExt};
use bytes::Bytes;
use tokio::{io::AsyncBufReadExt, net::TcpListener};

/// Makes this program the bare server.
pub(crate) const ARGUMENT: &str = "--bare-axum";

/// The bare server, as a child of this program.
pub(crate) struct Bare {
    pub address: SocketAddr,
    child: Child,
}

impl Bare {
    /// Starts it.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(ARGUMENT)
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child
            .stdout
            .take()
            .ok_or_else(|| anyhow::anyhow!("no output"))?;
        let stdout = tokio::process::ChildStdout::from_std(stdout)?;
        let mut lines = tokio::io::BufReader::new(stdout).lines();
        let line = tokio::time::timeout(Duration::from_secs(10), lines.next_line()).await??;
        Ok(Self {
            address: line.unwrap_or_default().parse()?,
            child,
        })
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // It has nothing to lose.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until it is killed; its address is the first line of its output.
pub(crate) async fn serve() -> anyhow::Result<()> {
    let text = Bytes::from(vec![b'x'; 1 << 22]);
    let handler = move |uri: Uri| {
        let length = uri
            .path()
            .trim_start_matches('/')
            .parse::<usize>()
            .unwrap_or(0);
        let answer = text.slice(..length.min(text.len()));
        async move { answer }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, Router::new().route("/{length}", get(handler))).await?;
    Ok(())
}
