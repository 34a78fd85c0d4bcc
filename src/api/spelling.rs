//! Paths that are spelt otherwise than the routes are.

use axum::{Router, extract::Request, http::Uri, response::Response};
use tower::ServiceExt;

use crate::http::{SentUri, not_found};

/// Paths are matched without case and with a slash at the end, as Express does. What is spelt otherwise comes
/// here; what is then not found is not there.
pub(super) async fn normalise(routes: Router, request: Request) -> Response {
    let path = request.uri().path();
    let spelt = path.trim_end_matches('/').to_lowercase();
    if spelt == path {
        return not_found().await;
    }
    let (mut parts, body) = request.into_parts();
    let sent = SentUri(parts.uri.clone());
    parts.extensions.insert(sent);
    let query = parts
        .uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    match format!("{spelt}{query}").parse::<Uri>() {
        Ok(uri) => parts.uri = uri,
        Err(_) => return not_found().await,
    }
    match routes.oneshot(Request::from_parts(parts, body)).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
