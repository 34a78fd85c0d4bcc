//! Listening, and stopping well.

use std::{net::SocketAddr, time::Duration};

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
    let listener = listen(config.backend.listen).await?;
    warn_of_open_doors(&config);
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
    // Who is a guest depends on where they come from.
    let service = app
        .router()
        .into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop);
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

/// Who reaches the portal from elsewhere may read and write without saying who they are: that is worth a line.
fn warn_of_open_doors(config: &Config) {
    let address = config.backend.listen;
    if address.ip().is_loopback() {
        return;
    }
    if config.backend.auth.is_policy_disabled {
        warn!(
            "Everyone who reaches {address} may read and write: backend.auth.dangerouslyDisableDefaultAuthPolicy is true. Remove it, or listen on 127.0.0.1 (backend.listen)"
        );
    } else if config
        .auth
        .guest
        .as_ref()
        .is_some_and(|guest| guest.is_for_everyone)
    {
        warn!(
            "Everyone who reaches {address} is a guest who may read and write: auth.providers.guest.dangerouslyAllowOutsideDevelopment is true"
        );
    }
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
