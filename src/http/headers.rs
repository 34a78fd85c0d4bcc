//! Headers that guard whoever reads an answer: those Backstage sends (helmet's), on every one.

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::{Next, from_fn},
};
use tower_http::csrf::CsrfLayer;

use crate::config::Config;

const GUARDS: [(HeaderName, HeaderValue); 7] = [
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
pub(super) fn secure(routes: Router, config: &Config) -> Router {
    let policy = HeaderValue::from_str(&config.backend.content_security_policy)
        .unwrap_or(HeaderValue::from_static("default-src 'self'"));
    let add = move |request: Request, next: Next| {
        let policy = policy.clone();
        async move {
            let mut response = next.run(request).await;
            let headers = response.headers_mut();
            headers.insert(HeaderName::from_static("content-security-policy"), policy);
            headers.extend(GUARDS);
            response
        }
    };
    routes.layer(from_fn(add))
}
