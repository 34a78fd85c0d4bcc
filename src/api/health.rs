//! Whether the program lives and serves.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use bytes::Bytes;

use crate::http::{AppState, json, streamed_json};

const OK: Bytes = Bytes::from_static(br#"{"status":"ok"}"#);

/// The program lives.
pub(super) async fn liveness(headers: HeaderMap) -> Response {
    json(OK, &headers)
}

/// The catalog serves.
pub(super) async fn readiness(State(state): State<AppState>, headers: HeaderMap) -> Response {
    if *state.ready.borrow() {
        return json(OK, &headers);
    }
    let mut response =
        streamed_json(r#"{"message":"The catalog is still being loaded","status":"error"}"#);
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}
