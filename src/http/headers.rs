//! Headers that guard pages.

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::{Next, from_fn},
};
use tower_http::csrf::CsrfLayer;

use crate::config::Config;

/// Gives every page its security headers, and refuses forms that other sites send.
pub fn page_headers(pages: Router, config: &Config) -> Router {
    let policy = HeaderValue::from_str(&config.backend.content_security_policy)
        .unwrap_or(HeaderValue::from_static("default-src 'self'"));
    let add = move |request: Request, next: Next| {
        let policy = policy.clone();
        async move {
            let mut response = next.run(request).await;
            let headers = response.headers_mut();
            headers.insert(HeaderName::from_static("content-security-policy"), policy);
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", "SAMEORIGIN"),
                ("referrer-policy", "no-referrer"),
            ] {
                headers.insert(
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                );
            }
            response
        }
    };
    pages.layer(CsrfLayer::new()).layer(from_fn(add))
}
