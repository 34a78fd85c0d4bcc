//! Backstage's error body (`catalog-api.md` §1.1).

use axum::{
    http::{Method, StatusCode, Uri},
    response::Response,
};
use serde_json::{Value, json};
use tracing::error;

use super::answer;
use crate::error::Error;

/// The status an error is answered with.
#[must_use]
pub fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::Input(_) => StatusCode::BAD_REQUEST,
        Error::Authentication(_) => StatusCode::UNAUTHORIZED,
        Error::NotAllowed(_) => StatusCode::FORBIDDEN,
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::NotImplemented(_) => StatusCode::NOT_IMPLEMENTED,
        Error::ServiceUnavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Template(..) | Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// An error as the API answers it. The cause of our own faults goes to the log, under an id the answer names.
#[must_use]
pub fn error_answer(fault: &Error, method: &Method, uri: &Uri) -> Response {
    let mut message = fault.to_string();
    if let Error::Internal(cause) = fault {
        let id = &crate::clock::new_id().replace('-', "")[..20];
        error!(log_id = id, "{method} {uri} failed: {cause}");
        message = format!("{message} logId={id}");
    }
    named_error(status_of(fault), fault.name(), &message, method, uri)
}

/// An error body of any name and status.
fn named_error(
    status: StatusCode,
    name: &str,
    message: &str,
    method: &Method,
    uri: &Uri,
) -> Response {
    answer_with(
        status,
        &json!({"name": name, "message": message}),
        method,
        uri,
    )
}

/// A token that is no good, where none is needed: worded as Backstage words it then.
pub(super) fn unresolved(cause: &Error, method: &Method, uri: &Uri) -> Response {
    let name = cause.name();
    let message = format!("Could not resolve credentials; caused by {name}: {cause}");
    let cause = json!({"name": name, "message": cause.to_string()});
    let error = json!({"name": name, "message": message, "cause": cause});
    answer_with(StatusCode::UNAUTHORIZED, &error, method, uri)
}

fn answer_with(status: StatusCode, error: &Value, method: &Method, uri: &Uri) -> Response {
    let body = json!({
        "error": error,
        "request": {"method": method.as_str(), "url": relative_url(uri)},
        "response": {"statusCode": status.as_u16()},
    });
    let mut response = answer::json(body.to_string().into(), &axum::http::HeaderMap::new());
    *response.status_mut() = status;
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert("retry-after", axum::http::HeaderValue::from_static("5"));
    }
    response
}

/// The URL relative to the plugin it was sent to: without `/api/<plugin>`.
fn relative_url(uri: &Uri) -> &str {
    let whole = uri.path_and_query().map_or("/", |path| path.as_str());
    let behind_plugin = whole
        .strip_prefix("/api/")
        .and_then(|rest| rest.find(['/', '?']).map(|end| &rest[end..]));
    behind_plugin.unwrap_or(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_relative_to_their_plugin() {
        for (url, expected) in [
            ("/api/catalog/entities?filter=a", "/entities?filter=a"),
            (
                "/api/catalog/entities/by-name/a/b/c",
                "/entities/by-name/a/b/c",
            ),
            ("/catalog", "/catalog"),
        ] {
            assert_eq!(relative_url(&url.parse().expect("a URL")), expected);
        }
    }
}
