//! Cross-origin rules (`backend.cors`), answered as Express's `cors` does.

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
            ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
            ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
            ORIGIN, VARY,
        },
    },
    middleware::{Next, from_fn},
    response::Response,
};
use globset::{Glob, GlobSet, GlobSetBuilder};

use super::answer::empty;
use crate::config::Cors;

/// The rules, ready to be applied.
struct Rules {
    origins: GlobSet,
    any_origin: bool,
    credentials: bool,
    methods: HeaderValue,
    allowed_headers: Option<HeaderValue>,
    exposed_headers: Option<HeaderValue>,
    max_age: Option<HeaderValue>,
}

/// Lets the configured origins in. Preflights are answered before anything else is looked at.
pub(super) fn allow(routes: Router, cors: &Cors) -> Router {
    let rules = Arc::new(Rules::of(cors));
    routes.layer(from_fn(move |request: Request, next: Next| {
        let rules = Arc::clone(&rules);
        async move { rules.apply(request, next).await }
    }))
}

impl Rules {
    fn of(cors: &Cors) -> Self {
        let mut origins = GlobSetBuilder::new();
        // Faulty patterns were refused when the configuration was read.
        for glob in cors
            .origins
            .iter()
            .filter_map(|origin| Glob::new(origin).ok())
        {
            origins.add(glob);
        }
        let list = |texts: &[String]| {
            (!texts.is_empty())
                .then(|| HeaderValue::from_str(&texts.join(",")).ok())
                .flatten()
        };
        Self {
            origins: origins.build().unwrap_or_else(|_| GlobSet::empty()),
            any_origin: cors.origins == ["*"],
            credentials: cors.credentials,
            methods: list(&cors.methods).unwrap_or(HeaderValue::from_static("GET")),
            allowed_headers: list(&cors.allowed_headers),
            exposed_headers: list(&cors.exposed_headers),
            max_age: cors.max_age.map(HeaderValue::from),
        }
    }

    /// Other origins are answered as if there were no rules: without any of these headers.
    async fn apply(&self, request: Request, next: Next) -> Response {
        let origin = request.headers().get(ORIGIN).cloned();
        let Some(origin) = origin.filter(|origin| self.lets_in(origin)) else {
            return next.run(request).await;
        };
        if request.method() == Method::OPTIONS {
            return self.preflight(&origin, request.headers());
        }
        let mut response = next.run(request).await;
        let headers = response.headers_mut();
        self.add(headers, &origin);
        if headers
            .get(VARY)
            .is_some_and(|varies| varies == "Accept-Encoding")
        {
            headers.insert(VARY, HeaderValue::from_static("Origin, Accept-Encoding"));
        } else {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
        if let Some(exposed) = &self.exposed_headers {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
        }
        response
    }

    fn lets_in(&self, origin: &HeaderValue) -> bool {
        let matches = |origin: &str| self.origins.is_match(origin);
        self.any_origin || origin.to_str().is_ok_and(matches)
    }

    fn preflight(&self, origin: &HeaderValue, asked: &HeaderMap) -> Response {
        let mut response = empty(StatusCode::NO_CONTENT);
        let headers = response.headers_mut();
        self.add(headers, origin);
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
        let allowed = self.allowed_headers.as_ref();
        if let Some(allowed) = allowed.or(asked.get(ACCESS_CONTROL_REQUEST_HEADERS)) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed.clone());
        }
        if let Some(max_age) = &self.max_age {
            headers.insert(ACCESS_CONTROL_MAX_AGE, max_age.clone());
        }
        let varies = if self.allowed_headers.is_some() {
            "Origin"
        } else {
            "Origin, Access-Control-Request-Headers"
        };
        headers.insert(VARY, HeaderValue::from_static(varies));
        response
    }

    fn add(&self, headers: &mut HeaderMap, origin: &HeaderValue) {
        let told = if self.any_origin && !self.credentials {
            HeaderValue::from_static("*")
        } else {
            origin.clone()
        };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, told);
        if self.credentials {
            headers.insert(
                ACCESS_CONTROL_ALLOW_CREDENTIALS,
                HeaderValue::from_static("true"),
            );
        }
    }
}
