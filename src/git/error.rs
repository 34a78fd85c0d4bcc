//! Why Git could not do it.

use crate::error::Error;

/// Why Git could not do it.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no `git` on this machine.
    #[error(
        "The program git is not there: install Git 2.31 or later on the machine Callboard runs on, so that it is found in PATH"
    )]
    NotInstalled,
    /// It took too long, and was ended.
    #[error("git {0} took too long and was stopped; try again, or with fewer or smaller files")]
    TimedOut(String),
    /// It said more than we take.
    #[error(
        "git {0} gave more than {1} MiB, the limit; the repository or the file is too large for this"
    )]
    TooLarge(String, usize),
    /// A name that no repository of ours may have.
    #[error("{0}")]
    BadName(String),
    /// There is no such branch, commit or file.
    #[error("{0}")]
    NotFound(String),
    /// The branch is no longer where it was expected.
    #[error("{0}")]
    Moved(String),
    /// A remote did not let us.
    #[error("{0}")]
    Refused(String),
    /// A remote could not be used.
    #[error("{0}")]
    Unreachable(String),
    /// Anything else: what Git said goes to the log.
    #[error("git {command} failed: {said}")]
    Failed {
        /// The subcommand.
        command: String,
        /// The end of what it said.
        said: String,
    },
    /// The machine did not let us.
    #[error("git could not be run: {0}")]
    Io(#[from] std::io::Error),
}

/// The result of everything Git does.
pub(super) type Result<T, E = GitError> = std::result::Result<T, E>;

impl From<GitError> for Error {
    fn from(error: GitError) -> Self {
        match error {
            GitError::NotInstalled | GitError::TimedOut(_) | GitError::Unreachable(_) => {
                Self::ServiceUnavailable(error.to_string())
            }
            GitError::TooLarge(..) | GitError::BadName(_) => Self::Input(error.to_string()),
            GitError::NotFound(text) => Self::NotFound(text),
            GitError::Moved(text) => Self::Conflict(text),
            GitError::Refused(text) => Self::NotAllowed(text),
            GitError::Failed { .. } | GitError::Io(_) => Self::internal(error),
        }
    }
}
