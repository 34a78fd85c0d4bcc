//! Listening, and stopping well.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::serve::ListenerExt;
use tokio::{net::TcpListener, signal};
use tracing::{info, warn};

use super::App;
use crate::{
    clock::Clock,
    config::Config,
    error::{Error, Result},
};

/// Requests under way are waited for so long at a stop.
const GRACE: Duration = Duration::from_secs(10);

/// Starts a portal, serves it until it is asked to stop (SIGTERM, Ctrl-C), and stops it.
pub async fn run(config: Config) -> Result<()> {
    let listener = listen(loopback_only(config.backend.listen)).await?;
    let base_url = config.app.base_url.clone();
    let app = App::start(config, Clock::system()).await?;
    let address = listener.local_addr().map_err(Error::internal)?;
    info!("Callboard listens on http://{address} (app.baseUrl: {base_url})");
    serve(app, listener, asked_to_stop()).await
}

/// Serves until `stop`, then lets requests under way finish.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    // Small answers go out at once.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let (stopping, mut is_stopping) = tokio::sync::watch::channel(false);
    let stop = async move {
        stop.await;
        stopping.send_replace(true);
    };
    let router = app.router();
    let serving = axum::serve(listener, router).with_graceful_shutdown(stop);
    let too_long = async {
        let _ = is_stopping.wait_for(|stopping| *stopping).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving => served.map_err(Error::internal)?,
        () = too_long => warn!("Requests still under way after {} s were broken off", GRACE.as_secs()),
    }
    app.stop().await;
    info!("Stopped");
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|source| {
        Error::ServiceUnavailable(format!(
            "Cannot listen on {address}: {source}. Stop what uses the port, or set another with backend.listen in app-config.yaml or the environment variable APP_CONFIG_backend_listen_port."
        ))
    })
}

/// Nobody signs in yet, so nobody from outside comes in.
fn loopback_only(configured: SocketAddr) -> SocketAddr {
    if configured.ip().is_loopback() {
        return configured;
    }
    let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), configured.port());
    warn!(
        "backend.listen says {configured}; there is no sign-in yet, so Callboard listens on {address} instead"
    );
    address
}

async fn asked_to_stop() {
    let interrupt = async {
        // Without the handler Ctrl-C ends the process, which is right as well.
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut signals) => drop(signals.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
    info!("Stopping");
}
