//! A client that asks the same again and again over 16 connections that stay open.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::Context;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const CONNECTIONS: usize = 16;

/// An answer.
pub(crate) struct Answer {
    pub status: u16,
    pub length: usize,
    pub body: Vec<u8>,
}

/// What asking came to.
pub(crate) struct Load {
    /// Requests a second.
    pub rate: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(1 << 16),
        })
    }

    /// Sends a request and reads its answer into the buffer; status, and where the body begins.
    async fn ask(&mut self, request: &[u8]) -> anyhow::Result<(u16, usize)> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            anyhow::ensure!(
                self.stream.read_buf(&mut self.buffer).await? > 0,
                "the server closed the connection"
            );
            if let Some(end) = self
                .buffer
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
            {
                break end + 4;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head])?.to_ascii_lowercase();
        let status = text.split(' ').nth(1).context("a status")?.parse()?;
        let length: usize = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(Ok(0), |length| length.trim().parse())?;
        while self.buffer.len() < head + length {
            anyhow::ensure!(
                self.stream.read_buf(&mut self.buffer).await? > 0,
                "the server closed the connection"
            );
        }
        Ok((status, head))
    }
}

fn request(path: &str, body: Option<&str>) -> Vec<u8> {
    let head = match body {
        None => format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n"),
        Some(body) => format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ),
    };
    head.into_bytes()
}

/// Asks once.
pub(crate) async fn fetch(
    address: SocketAddr,
    path: &str,
    body: Option<&str>,
) -> anyhow::Result<Answer> {
    let mut connection = Connection::open(address).await?;
    let (status, head) = connection.ask(&request(path, body)).await?;
    let body = connection.buffer.split_off(head);
    Ok(Answer {
        status,
        length: body.len(),
        body,
    })
}

/// Asks over and over for a time.
pub(crate) async fn load(
    address: SocketAddr,
    path: &str,
    body: Option<&str>,
    time: Duration,
) -> anyhow::Result<Load> {
    let request = request(path, body);
    let started = Instant::now();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let request = request.clone();
            tokio::spawn(async move {
                let mut connection = Connection::open(address).await?;
                let mut times = Vec::new();
                while started.elapsed() < time {
                    let asked = Instant::now();
                    let (status, _) = connection.ask(&request).await?;
                    anyhow::ensure!(status == 200, "status {status}");
                    times.push(asked.elapsed());
                }
                anyhow::Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    let took = started.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "counts of requests"
        )]
        let index = (times.len() as f64 * share) as usize;
        times
            .get(index.min(times.len().saturating_sub(1)))
            .map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    #[expect(clippy::cast_precision_loss, reason = "counts of requests")]
    let rate = times.len() as f64 / took;
    Ok(Load {
        rate,
        p50_ms: at(0.5),
        p99_ms: at(0.99),
    })
}
