//! What went wrong, in the domain's words.
//!
//! The names are Backstage's (`@backstage/errors`); which HTTP status they become is decided in `http`.

use std::error::Error as StdError;

/// The result of everything that can fail in the domain.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error with the name Backstage gives it. The text of every variant but [`Error::Internal`]
/// is shown to the caller and says what the caller can do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request or the file is wrong: 400.
    #[error("{0}")]
    Input(String),
    /// Nobody knows who asks: 401.
    #[error("{0}")]
    Authentication(String),
    /// The caller may not do this: 403.
    #[error("{0}")]
    NotAllowed(String),
    /// There is no such thing: 404.
    #[error("{0}")]
    NotFound(String),
    /// It contradicts what is there: 409.
    #[error("{0}")]
    Conflict(String),
    /// The server cannot do this: 501.
    #[error("{0}")]
    NotImplemented(String),
    /// Not now, later perhaps: 503.
    #[error("{0}")]
    ServiceUnavailable(String),
    /// What a template or its file did wrong, under the name Backstage's engine gives it: 500.
    #[error("{1}")]
    Template(&'static str, String),
    /// Our fault. The source goes to the log, never to the caller: 500.
    #[error("An internal error occurred")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// The name Backstage's clients look at, as in `error.name` of an error body.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Input(_) => "InputError",
            Self::Authentication(_) => "AuthenticationError",
            Self::NotAllowed(_) => "NotAllowedError",
            Self::NotFound(_) => "NotFoundError",
            Self::Conflict(_) => "ConflictError",
            Self::NotImplemented(_) => "NotImplementedError",
            Self::ServiceUnavailable(_) => "ServiceUnavailableError",
            Self::Template(name, _) => name,
            Self::Internal(_) => "Error",
        }
    }

    /// The same with another text; the cause of what is our fault stays.
    #[must_use]
    pub fn map_text(self, change: impl FnOnce(&str) -> String) -> Self {
        match self {
            Self::Input(text) => Self::Input(change(&text)),
            Self::Authentication(text) => Self::Authentication(change(&text)),
            Self::NotAllowed(text) => Self::NotAllowed(change(&text)),
            Self::NotFound(text) => Self::NotFound(change(&text)),
            Self::Conflict(text) => Self::Conflict(change(&text)),
            Self::NotImplemented(text) => Self::NotImplemented(change(&text)),
            Self::ServiceUnavailable(text) => Self::ServiceUnavailable(change(&text)),
            Self::Template(name, text) => Self::Template(name, change(&text)),
            internal @ Self::Internal(_) => internal,
        }
    }

    /// Our fault, with its cause.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }
}

impl From<sqlx::Error> for Error {
    fn from(source: sqlx::Error) -> Self {
        Self::internal(source)
    }
}
