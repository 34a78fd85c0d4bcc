//! `/api/signals`: the socket over which Backstage pushes messages (`other-plugins-api.md` §6).
//!
//! Nothing is pushed yet; the frontend subscribes to its channels, and need not ask again and again.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use axum::{
    extract::{
        FromRequestParts, Request, State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::{HeaderMap, StatusCode, header::SEC_WEBSOCKET_PROTOCOL},
    response::Response,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, interval_at},
};

use crate::http::{AppState, empty, error_answer, not_found};

/// Sockets at a time; each is a tab of a browser.
const MAX_SOCKETS: usize = 2_000;
/// A client says no more than which channel it wants.
const MAX_MESSAGE_BYTES: usize = 4 * 1024;
/// Proxies close what stays silent.
const PING_EVERY: Duration = Duration::from_secs(30);

static SOCKETS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(MAX_SOCKETS)));

/// `GET /api/signals`: the user's token is the sub-protocol, which browsers want echoed. Without one it is nobody.
pub(super) async fn connect(State(state): State<AppState>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &state).await else {
        return not_found().await;
    };
    let token = sub_protocol(&parts.headers);
    if let Some(token) = &token
        && let Err(fault) = state.auth.authenticate(token).await
    {
        return error_answer(&fault, &parts.method, &parts.uri);
    }
    let Ok(place) = Arc::clone(&SOCKETS).try_acquire_owned() else {
        return empty(StatusCode::SERVICE_UNAVAILABLE);
    };
    upgrade
        .max_message_size(MAX_MESSAGE_BYTES)
        .protocols(token)
        .on_upgrade(move |socket| hold(socket, place))
}

fn sub_protocol(headers: &HeaderMap) -> Option<String> {
    let wanted = headers.get(SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?;
    let first = wanted.split(',').next()?.trim();
    (!first.is_empty()).then(|| first.to_owned())
}

/// Keeps the socket until the client goes.
async fn hold(mut socket: WebSocket, _place: OwnedSemaphorePermit) {
    let mut pings = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
    loop {
        tokio::select! {
            said = socket.recv() => match said {
                // Which channels it wants does not matter while there are no messages.
                Some(Ok(Message::Text(_) | Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
            _ = pings.tick() => {
                if socket.send(Message::Ping(bytes::Bytes::new())).await.is_err() {
                    return;
                }
            }
        }
    }
}
