//! A rendered page becomes an answer: headers that hold for all HTML, and the message that was shown is forgotten.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{error::PageError, flash, shell::Shell};
use crate::error::Error;

/// Answers with a page, or with the block htmx asked for: `html(&shell, page.render())`.
pub(crate) fn html(shell: &Shell, rendered: askama::Result<String>) -> Result<Response, PageError> {
    with_status(shell, StatusCode::OK, rendered)
}

/// Answers with a page under another status: a form with errors, say.
pub(crate) fn with_status(
    shell: &Shell,
    status: StatusCode,
    rendered: askama::Result<String>,
) -> Result<Response, PageError> {
    let body = rendered.map_err(Error::internal)?;
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, html);
    let no_store = HeaderValue::from_static("no-store");
    headers.insert(header::CACHE_CONTROL, no_store);
    let vary = HeaderValue::from_static("HX-Request, HX-Target, HX-History-Restore-Request");
    headers.append(header::VARY, vary);
    if shell.flash.is_some() && !shell.is_fragment() {
        flash::forget(headers);
    }
    Ok(response)
}
