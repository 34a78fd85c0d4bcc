//! Why a clone or push is refused: plain text, which Git shows behind `remote:`.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{error::Error, git::GitError, http::status_of};

/// Why a clone or push is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Nobody knows who asks: a client that has a password asks again with it.
    Unknown(String),
    /// As many as there may be are under way.
    Busy,
    /// What was sent is no request of a Git client.
    NotGit(StatusCode, &'static str),
    /// Anything else.
    Fault(Error),
}

impl From<Error> for Refusal {
    fn from(fault: Error) -> Self {
        match fault {
            Error::Authentication(text) => Self::Unknown(text),
            fault => Self::Fault(fault),
        }
    }
}

impl From<GitError> for Refusal {
    fn from(fault: GitError) -> Self {
        Self::Fault(fault.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::Unknown(text) => (StatusCode::UNAUTHORIZED, text),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Too many clones and pushes are under way. Try again in a few seconds.".to_owned(),
            ),
            Self::NotGit(status, text) => (status, text.to_owned()),
            Self::Fault(fault) => {
                if let Error::Internal(cause) = &fault {
                    tracing::error!("The local Git host failed: {cause}");
                }
                (status_of(&fault), fault.to_string())
            }
        };
        let mut response = (status, text + "\n").into_response();
        let headers = response.headers_mut();
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, plain);
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        if status == StatusCode::UNAUTHORIZED {
            let basic = HeaderValue::from_static("Basic realm=\"Callboard\"");
            headers.insert(header::WWW_AUTHENTICATE, basic);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
