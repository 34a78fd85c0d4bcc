//! Whether the program lives and serves.

use axum::{extract::State, http::StatusCode, response::Response};

use crate::http::{AppState, streamed_json};

/// The program lives.
pub(super) async fn liveness() -> Response {
    streamed_json(r#"{"status":"ok"}"#)
}

/// The catalog serves.
pub(super) async fn readiness(State(state): State<AppState>) -> Response {
    if *state.ready.borrow() {
        return streamed_json(r#"{"status":"ok"}"#);
    }
    let mut response =
        streamed_json(r#"{"message":"The catalog is still being loaded","status":"error"}"#);
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}
