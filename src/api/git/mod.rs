//! Clones and pushes of the local Git host, by Git's smart HTTP (`gitprotocol-http`).
//!
//! Nothing is buffered: what the client sends goes to `git`, what `git` says goes to the client. How many do so at
//! once, how much they send and how long they take is bounded. Refusals are plain text, which Git shows.

mod caller;
mod commands;
mod refusal;
mod slots;
mod transfer;

use axum::{Extension, Router, body::Body, routing};
use tower_http::{
    decompression::RequestDecompressionLayer, limit::RequestBodyLimitLayer,
    map_request_body::MapRequestBodyLayer,
};

use self::slots::Slots;
use crate::http::AppState;

/// What a client asks for when it clones is a list of commits.
const MAX_CLONE_REQUEST: usize = 16 * 1024 * 1024;
/// A little over the largest pack, so that it is Git who says that a pack is too large.
const MAX_PUSH_REQUEST: usize = 260 * 1024 * 1024;

/// The addresses a Git client calls. Whose token it is comes by HTTP Basic: the policy of `/api` is not theirs.
pub(super) fn routes() -> Router<AppState> {
    // The unpacked body is what is bounded.
    let body = |limit| {
        (
            RequestDecompressionLayer::new(),
            MapRequestBodyLayer::new(Body::new),
            RequestBodyLimitLayer::new(limit),
            MapRequestBodyLayer::new(Body::new),
        )
    };
    Router::new()
        .route(
            "/git/{owner}/{repo}/info/refs",
            routing::get(transfer::advertise),
        )
        .route(
            "/git/{owner}/{repo}/git-upload-pack",
            routing::post(transfer::upload_pack).layer(body(MAX_CLONE_REQUEST)),
        )
        .route(
            "/git/{owner}/{repo}/git-receive-pack",
            routing::post(transfer::receive_pack).layer(body(MAX_PUSH_REQUEST)),
        )
        .layer(Extension(Slots::default()))
}
