//! Shared by `api` and `pages`: what handlers share, who asks, how requests are read and answers made.

mod answer;
mod author;
mod background;
mod call;
mod contract;
mod cors;
mod endpoint;
mod error;
mod headers;
mod peer;
mod policy;
mod query;
mod state;
mod viewer;

pub use answer::{empty, json, streamed_json};
pub use author::{author, committer};
pub use background::Background;
pub use call::{Call, JsonBody};
pub use contract::{Asked, Body, Kind, Operation, Parameter};
pub use endpoint::{SentUri, any, delete, get, not_found, post, post_large, put, read};
pub use error::{error_answer, status_of};
pub use headers::refuse_foreign_forms;
pub use peer::is_local;
pub use policy::{PLUGINS, admit};
pub use query::Query;
pub use state::{AppState, Parts};
pub use viewer::{ANONYMOUS, AUTH_COOKIE, Viewer, bearer_token, cookie};

use axum::Router;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
};

use crate::config::Config;

/// Smaller answers are sent as they are.
const WORTH_COMPRESSING: u64 = 1024;

/// The layers around every route: in one piece, because each that is put on alone costs a request two allocations.
pub fn layers(routes: Router, config: &Config) -> Router {
    let worth = SizeAbove::new(WORTH_COMPRESSING)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::SSE)
        // Packs are compressed already.
        .and(NotForContentType::new("application/x-git"));
    let layers = ServiceBuilder::new()
        .layer(CatchPanicLayer::new())
        .layer(CompressionLayer::new().compress_when(worth))
        .layer(headers::secure(config));
    let routes = routes.layer(layers);
    match &config.backend.cors {
        Some(cors) => cors::allow(routes, cors),
        None => routes,
    }
}
