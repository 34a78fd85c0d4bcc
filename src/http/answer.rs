//! Answers of the API.

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
    },
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use bytes::Bytes;
use ring::digest::{SHA256, digest};

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
/// Of a hash: as many as in Express's `ETag`, of a hash that processors have an instruction for.
const ETAG_BYTES: usize = 20;
const VARIES: HeaderValue = HeaderValue::from_static("Accept-Encoding");

/// JSON with a weak `ETag`; 304 to who has it already.
#[must_use]
pub fn json(body: Bytes, asked: &HeaderMap) -> Response {
    let hash = digest(&SHA256, &body);
    let hash = STANDARD_NO_PAD.encode(&hash.as_ref()[..ETAG_BYTES]);
    let etag = format!("W/\"{:x}-{hash}\"", body.len());
    let known = asked
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let must_be_sent = asked
        .get(CACHE_CONTROL)
        .is_some_and(|value| value.as_bytes().windows(8).any(|part| part == b"no-cache"));
    let is_known = !must_be_sent
        && known
            .split(',')
            .map(str::trim)
            .any(|known| known == "*" || weak(known) == weak(&etag));
    let mut response = if is_known {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        streamed_json(body)
    };
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

fn weak(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag)
}

/// JSON without an `ETag`, as Backstage answers where it streams.
#[must_use]
pub fn streamed_json(body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(VARY, VARIES);
    response
}

/// No body, no content type.
#[must_use]
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
