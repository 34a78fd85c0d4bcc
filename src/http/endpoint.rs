//! From our handlers to axum's: one shape for all endpoints of the API, errors answered in one place.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode, Uri, header::IF_NONE_MATCH, request::Parts},
    response::Response,
    routing::{self, MethodRouter},
};
use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::{AppState, Call, answer::empty, error::error_answer};
use crate::error::{Error, Result};

/// Express reads no larger JSON body by default.
const MAX_BODY_BYTES: usize = 100 * 1024;
/// And the scaffolder of Backstage no larger one.
const MAX_LARGE_BODY_BYTES: usize = 10 * 1024 * 1024;
/// Requests wait for the catalog so long, as `backend.lifecycle.startupRequestPauseTimeout` of Backstage.
const STARTUP_PAUSE: Duration = Duration::from_secs(5);

/// The address as it was sent, where it was matched in another spelling.
#[derive(Debug, Clone)]
pub struct SentUri(pub Uri);

fn sent_uri(parts: &Parts) -> Uri {
    let sent = parts.extensions.get::<SentUri>();
    sent.map_or_else(|| parts.uri.clone(), |sent| sent.0.clone())
}

/// Every `%` of a path must begin a character. The message is Express's.
fn check_path(path: &str) -> Result<()> {
    let decoded = percent_decode_str(path);
    let is_whole = path.match_indices('%').all(|(at, _)| {
        let digits = path.as_bytes().get(at + 1..at + 3).unwrap_or_default();
        digits.len() == 2 && digits.iter().all(u8::is_ascii_hexdigit)
    });
    if is_whole && decoded.decode_utf8().is_ok() {
        return Ok(());
    }
    Err(Error::Input("malformed uri'".to_owned()))
}

/// `GET` answered from memory, without waiting.
pub fn read(handler: fn(&AppState, &Call) -> Result<Response>) -> MethodRouter<AppState> {
    routing::get(
        move |State(state): State<AppState>, request: Request| async move {
            let (parts, _) = request.into_parts();
            let sent = sent_uri(&parts);
            let call = Call::new(parts, Bytes::new());
            let answered = match until_ready(&state).await {
                Ok(()) => check_path(call.uri.path()).and_then(|()| handler(&state, &call)),
                Err(fault) => Err(fault),
            };
            answered.unwrap_or_else(|fault| error_answer(&fault, &call.method, &sent))
        },
    )
}

/// `GET` that waits for the database or a source.
pub fn get<F>(handler: fn(AppState, Call) -> F) -> MethodRouter<AppState>
where
    F: Future<Output = Result<Response>> + Send + 'static,
{
    routing::get(move |State(state): State<AppState>, request: Request| {
        answer(state, request, handler)
    })
}

/// `POST`
pub fn post<F>(handler: fn(AppState, Call) -> F) -> MethodRouter<AppState>
where
    F: Future<Output = Result<Response>> + Send + 'static,
{
    routing::post(move |State(state): State<AppState>, request: Request| {
        answer(state, request, handler)
    })
}

/// `POST` with a body of up to 10 MiB: templates come with their files.
pub fn post_large<F>(handler: fn(AppState, Call) -> F) -> MethodRouter<AppState>
where
    F: Future<Output = Result<Response>> + Send + 'static,
{
    routing::post(move |State(state): State<AppState>, request: Request| {
        answer_up_to(MAX_LARGE_BODY_BYTES, state, request, handler)
    })
}

/// `PUT`
pub fn put<F>(handler: fn(AppState, Call) -> F) -> MethodRouter<AppState>
where
    F: Future<Output = Result<Response>> + Send + 'static,
{
    routing::put(move |State(state): State<AppState>, request: Request| {
        answer(state, request, handler)
    })
}

/// `DELETE`
pub fn delete<F>(handler: fn(AppState, Call) -> F) -> MethodRouter<AppState>
where
    F: Future<Output = Result<Response>> + Send + 'static,
{
    routing::delete(move |State(state): State<AppState>, request: Request| {
        answer(state, request, handler)
    })
}

/// Every method, where the handler itself tells them apart.
pub fn any<F>(handler: fn(AppState, Call) -> F) -> MethodRouter<AppState>
where
    F: Future<Output = Result<Response>> + Send + 'static,
{
    routing::any(move |State(state): State<AppState>, request: Request| {
        answer(state, request, handler)
    })
}

async fn answer<F>(state: AppState, request: Request, handler: fn(AppState, Call) -> F) -> Response
where
    F: Future<Output = Result<Response>> + Send + 'static,
{
    answer_up_to(MAX_BODY_BYTES, state, request, handler).await
}

async fn answer_up_to<F>(
    max_bytes: usize,
    state: AppState,
    request: Request,
    handler: fn(AppState, Call) -> F,
) -> Response
where
    F: Future<Output = Result<Response>> + Send + 'static,
{
    let (mut parts, body) = request.into_parts();
    if parts.method != Method::GET && parts.method != Method::HEAD {
        // Only what is read can be known already.
        parts.headers.remove(IF_NONE_MATCH);
    }
    let (method, uri) = (parts.method.clone(), sent_uri(&parts));
    let Ok(body) = to_bytes(body, max_bytes).await else {
        let fault = Error::Input("request entity too large".to_owned());
        return error_answer(&fault, &method, &uri);
    };
    let call = Call::new(parts, body);
    let answered = match until_ready(&state)
        .await
        .and_then(|()| check_path(call.uri.path()))
    {
        Ok(()) => handler(state, call).await,
        Err(fault) => Err(fault),
    };
    answered.unwrap_or_else(|fault| error_answer(&fault, &method, &uri))
}

async fn until_ready(state: &AppState) -> Result<()> {
    if *state.ready.borrow() {
        return Ok(());
    }
    let mut ready = state.ready.clone();
    let waited = tokio::time::timeout(STARTUP_PAUSE, ready.wait_for(|is_ready| *is_ready)).await;
    match waited {
        Ok(Ok(_)) => Ok(()),
        _ => Err(Error::ServiceUnavailable(
            "The catalog is still being loaded. Try again in a moment.".to_owned(),
        )),
    }
}

/// What unknown paths and methods are answered: nothing, as Express does.
pub async fn not_found() -> Response<Body> {
    empty(StatusCode::NOT_FOUND)
}
