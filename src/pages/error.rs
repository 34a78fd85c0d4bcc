//! What went wrong, as a page with a way on; for htmx, as a toast.

use std::sync::Arc;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{respond, search, shell::Shell};
use crate::{
    clock::new_id,
    error::Error,
    http::{AppState, status_of},
    search::SearchRequest,
};

/// An error of a page. [`with_page`] draws it, because only the frame has the shell.
#[derive(Debug)]
pub(crate) struct PageError(Error);

impl From<Error> for PageError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// What the frame finds in an answer that failed.
#[derive(Debug, Clone)]
struct Fault(Arc<Error>);

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = status_of(&self.0).into_response();
        response.extensions_mut().insert(Fault(Arc::new(self.0)));
        response
    }
}

/// Answers for paths that nothing else answers.
pub(super) async fn not_found() -> PageError {
    Error::NotFound("There is no page at this address.".to_owned()).into()
}

#[derive(Template)]
#[template(path = "error.html", blocks = ["toast"])]
struct ErrorPage {
    shell: Shell,
    status: u16,
    /// Whether signing in would help.
    wants_sign_in: bool,
    heading: &'static str,
    text: String,
    /// Names the log line of an error of ours.
    incident: Option<String>,
    /// What the person may have meant.
    near: Vec<Near>,
}

struct Near {
    href: String,
    title: String,
    kind: String,
}

/// Draws the error an answer carries, if it carries one.
pub(super) async fn with_page(
    mut response: Response,
    shell: &Shell,
    state: &AppState,
    path: &str,
) -> Response {
    let Some(Fault(error)) = response.extensions_mut().remove::<Fault>() else {
        return response;
    };
    let status = response.status();
    let incident = matches!(*error, Error::Internal(_)).then(|| log(&error, path));
    let near = if status == StatusCode::NOT_FOUND && !shell.is_fragment() {
        meant(state, path).await
    } else {
        Vec::new()
    };
    let page = ErrorPage {
        shell: shell.clone(),
        status: status.as_u16(),
        wants_sign_in: status == StatusCode::UNAUTHORIZED,
        heading: heading(&error),
        text: error.to_string(),
        incident,
        near,
    };
    let rendered = if shell.is_fragment() {
        page.as_toast().render()
    } else {
        page.render()
    };
    let mut drawn =
        respond::with_status(shell, status, rendered).unwrap_or_else(|_| status.into_response());
    if shell.is_fragment() {
        let headers = drawn.headers_mut();
        let toasts = axum::http::HeaderValue::from_static("#toasts");
        headers.insert(axum_htmx::HX_RETARGET, toasts);
        let append = axum::http::HeaderValue::from_static("beforeend");
        headers.insert(axum_htmx::HX_RESWAP, append);
    }
    drawn
}

/// Logs an error of ours, once, and answers with the name under which it can be found.
fn log(error: &Error, path: &str) -> String {
    let incident: String = new_id().chars().take(8).collect();
    let mut causes = Vec::new();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    tracing::error!(
        incident,
        path,
        "The page {path} failed ({incident}): {}",
        causes.join(": ")
    );
    incident
}

fn heading(error: &Error) -> &'static str {
    match error {
        Error::Input(_) => "This request cannot be understood",
        Error::Authentication(_) => "Sign in to see this",
        Error::NotAllowed(_) => "You may not see or do this",
        Error::NotFound(_) => "Not found",
        Error::Conflict(_) => "This contradicts what is there",
        Error::NotImplemented(_) => "Not available here",
        Error::ServiceUnavailable(_) => "Not right now",
        Error::Internal(_) => "Something went wrong on our side",
    }
}

/// What is called like the end of the address. The way on may be missing: it is an extra.
async fn meant(state: &AppState, path: &str) -> Vec<Near> {
    let last = path.rsplit('/').find(|part| !part.is_empty());
    let term = percent_encoding::percent_decode_str(last.unwrap_or_default()).decode_utf8_lossy();
    if term.is_empty() || term.chars().count() > 100 || path.starts_with("/static/") {
        return Vec::new();
    }
    let request = SearchRequest {
        term: term.into_owned(),
        limit: 5,
        ..SearchRequest::default()
    };
    let found = search::find(state, request).await.unwrap_or_default();
    let text = |result: &crate::search::SearchResult, key: &str| {
        let value = result.document.get(key).and_then(|value| value.as_str());
        value.unwrap_or_default().to_owned()
    };
    found
        .results
        .iter()
        .map(|result| Near {
            href: text(result, "location"),
            title: text(result, "title"),
            kind: text(result, "kind"),
        })
        .filter(|near| near.href.starts_with('/'))
        .collect()
}
