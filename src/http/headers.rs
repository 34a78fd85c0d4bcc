//! Headers that guard whoever reads an answer: those Backstage sends (helmet's), on every one.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header::CONTENT_SECURITY_POLICY},
    response::Response,
};
use tower::util::MapResponseLayer;
use tower_http::csrf::CsrfLayer;

use crate::config::Config;

static GUARDS: [(HeaderName, HeaderValue); 7] = [
    (
        HeaderName::from_static("x-content-type-options"),
        HeaderValue::from_static("nosniff"),
    ),
    (
        HeaderName::from_static("x-frame-options"),
        HeaderValue::from_static("SAMEORIGIN"),
    ),
    (
        HeaderName::from_static("referrer-policy"),
        HeaderValue::from_static("no-referrer"),
    ),
    (
        HeaderName::from_static("x-dns-prefetch-control"),
        HeaderValue::from_static("off"),
    ),
    (
        HeaderName::from_static("x-download-options"),
        HeaderValue::from_static("noopen"),
    ),
    (
        HeaderName::from_static("x-permitted-cross-domain-policies"),
        HeaderValue::from_static("none"),
    ),
    (
        HeaderName::from_static("x-xss-protection"),
        HeaderValue::from_static("0"),
    ),
];

/// Refuses forms that other sites send.
pub fn refuse_foreign_forms(pages: Router) -> Router {
    pages.layer(CsrfLayer::new())
}

/// Gives every answer its security headers.
pub(super) fn secure(
    config: &Config,
) -> MapResponseLayer<impl Fn(Response) -> Response + Clone + use<>> {
    let policy = HeaderValue::from_str(&config.backend.content_security_policy)
        .unwrap_or(HeaderValue::from_static("default-src 'self'"));
    MapResponseLayer::new(move |mut response: Response| {
        let headers = response.headers_mut();
        headers.reserve(GUARDS.len() + 1);
        headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
        for (name, value) in &GUARDS {
            headers.insert(name, value.clone());
        }
        response
    })
}
