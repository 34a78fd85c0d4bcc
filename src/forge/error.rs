//! Why a host did not do what it was asked, and what to do about it.

use std::time::Duration;

use crate::{clock::UnixMillis, error::Error};

/// What kind of failure, as far as a caller must tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForgeErrorKind {
    /// This host cannot do that.
    NotSupported,
    /// It is not there, or the token may not see it.
    NotFound,
    /// The host does not know the token, or wants one.
    Unauthorized,
    /// The token may not do this.
    Forbidden,
    /// It contradicts what is there: a name that is taken, a branch that moved on.
    Conflict,
    /// The host understands the call and refuses what is in it.
    Invalid,
    /// The host wants to be left alone until then.
    RateLimited {
        /// When it may be asked again.
        until: UnixMillis,
    },
    /// The host could not be reached: nothing was done.
    Unreachable,
    /// The call was sent, but no answer came: it may have been done or not.
    AnswerLost,
    /// The host broke over it (5xx): it may have been done or not.
    Broken,
    /// What answers is not the API of this product: a web page, or an answer that cannot be understood.
    NotTheApi,
    /// The answer is larger than what is taken.
    TooLarge,
}

/// Why a host did not do what it was asked. Holds no token, whatever the host answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} {mend}")]
pub struct ForgeError {
    /// What kind of failure.
    pub kind: ForgeErrorKind,
    /// The host, as in URLs.
    pub host: String,
    /// The answer's status, if there was one.
    pub status: Option<u16>,
    /// Why, in plain words: a sentence.
    pub reason: String,
    /// What to do, with the key to set where one helps: a sentence.
    pub mend: String,
}

impl ForgeError {
    pub(super) fn new(
        kind: ForgeErrorKind,
        host: &str,
        reason: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            host: host.to_owned(),
            status: None,
            reason: reason.into(),
            mend: mend.into(),
        }
    }

    /// `call` is what the method is called, such as `merge_pull_request`.
    pub(super) fn not_supported(host: &str, call: &str) -> Self {
        Self::new(
            ForgeErrorKind::NotSupported,
            host,
            format!(
                "“{}” is not supported by this host ({host}).",
                call.replace('_', " ")
            ),
            "Use a host that can do it, or leave this out.",
        )
    }

    pub(super) fn conflict(host: &str, reason: impl Into<String>) -> Self {
        Self::new(
            ForgeErrorKind::Conflict,
            host,
            reason,
            "Look at what is there now, and try again.",
        )
    }

    /// A conflict, if it is one that the host tells by a status of other refusals too: one of `statuses`, with one of
    /// `said` in its reason.
    pub(super) fn conflict_if(self, statuses: &[u16], said: &[&str]) -> Self {
        let is_status = self.status.is_some_and(|status| statuses.contains(&status));
        if !is_status || !said.iter().any(|words| self.reason.contains(words)) {
            return self;
        }
        Self {
            status: self.status,
            ..Self::conflict(&self.host, self.reason)
        }
    }

    pub(super) fn not_found(host: &str, what: &str) -> Self {
        Self::new(
            ForgeErrorKind::NotFound,
            host,
            format!("{host} has no {what}, or does not show it to this token."),
            "Correct the address, or give the token the right to see it.",
        )
    }

    pub(super) fn too_large(host: &str, what: &str, limit_bytes: usize) -> Self {
        let limit = limit_bytes / (1024 * 1024);
        Self::new(
            ForgeErrorKind::TooLarge,
            host,
            format!("{what} is larger than {limit} MiB."),
            "Make it smaller, or split it.",
        )
    }

    pub(super) fn rate_limited(host: &str, until: UnixMillis, wait: Duration) -> Self {
        let seconds = wait.as_secs().max(1);
        Self::new(
            ForgeErrorKind::RateLimited { until },
            host,
            format!("rate limit exceeded: {host} wants to be left alone for {seconds} s."),
            "Nothing: it is asked again after that. A token of its own has a higher limit.",
        )
    }

    /// Whether the call may have been done though it failed.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        matches!(
            self.kind,
            ForgeErrorKind::AnswerLost | ForgeErrorKind::Broken | ForgeErrorKind::NotTheApi
        )
    }

    /// Whether trying again later may help without anybody doing anything.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self.kind,
            ForgeErrorKind::RateLimited { .. }
                | ForgeErrorKind::Unreachable
                | ForgeErrorKind::AnswerLost
                | ForgeErrorKind::Broken
        )
    }
}

impl From<ForgeError> for Error {
    fn from(fault: ForgeError) -> Self {
        let message = fault.to_string();
        match fault.kind {
            ForgeErrorKind::NotSupported => Self::NotImplemented(message),
            ForgeErrorKind::NotFound => Self::NotFound(message),
            ForgeErrorKind::Forbidden => Self::NotAllowed(message),
            ForgeErrorKind::Conflict => Self::Conflict(message),
            ForgeErrorKind::Invalid | ForgeErrorKind::TooLarge => Self::Input(message),
            // A token of ours that is refused is no fault of who asks: they are known.
            ForgeErrorKind::Unauthorized
            | ForgeErrorKind::RateLimited { .. }
            | ForgeErrorKind::Unreachable
            | ForgeErrorKind::AnswerLost
            | ForgeErrorKind::Broken
            | ForgeErrorKind::NotTheApi => Self::ServiceUnavailable(message),
        }
    }
}
