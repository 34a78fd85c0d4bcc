//! What steps do outside the portal's own tables, as data: described before, done once, found again, taken back.
//!
//! An effect holds everything that is needed to do it again just so. It bears a mark, `Callboard-Run: <run>/<step>`,
//! by which it is found after a crash: what is there without the mark is somebody else's, and left alone.

mod access;
mod calling;
mod commit;
mod effect;
mod fork;
mod host_call;
mod http_call;
mod portal_request;
mod protection;
mod pull_request;
mod registration;
mod repository;
mod secret;
mod settings;
mod variable;
mod webhook;

use serde_json::Value;

pub use access::GiveAccess;
pub use commit::{CommitBase, CommitFiles, CommittedFile};
pub use effect::Effect;
pub use fork::ForkRepository;
pub use host_call::{FoundBy, HostCall, IfThere, Reading, TakenBack, reading};
pub use http_call::HttpCall;
pub use portal_request::{PortalRequest, portal_read};
pub use protection::ProtectBranch;
pub use pull_request::OpenPullRequest;
pub use registration::RegisterLocation;
pub use repository::CreateRepository;
pub use secret::SetSecret;
pub use settings::ChangeSettings;
pub use variable::SetVariable;
pub use webhook::CreateWebhook;

use super::{Services, Workspace};
use crate::{
    clock::UnixMillis,
    config::Secret,
    entity::EntityRef,
    error::{Error, Result},
    forge::{self, Forge, ForgeError, ForgeErrorKind},
};

/// The trailer that marks commits, and the line that marks texts.
pub const MARK: &str = "Callboard-Run";
/// What an outcome has under this name are secrets: the journal keeps them encrypted, and until the run ends.
pub const SECRETS: &str = "secrets";
/// What stands in the place of a secret of the run, in everything that is kept or said.
pub const STARS: &str = "***";

/// How an effect can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    /// By this; a sentence.
    By(String),
    /// Not at all, because of this; a sentence. Shown before a run starts.
    None(String),
}

/// An effect as it is announced before it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// What is done, to what; a sentence.
    pub what: String,
    /// How it can be taken back.
    pub undo: Undo,
}

/// What looking for an effect after a crash found.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// It was done, with this outcome.
    Ours(Value),
    /// It was not done.
    Absent,
    /// Something is there that we did not make; a sentence.
    Foreign(String),
    /// Nobody can find out but who looks; what may have been done, a sentence.
    Unknown(String),
}

/// Why an effect failed.
#[derive(Debug)]
pub enum Failure {
    /// It was not done.
    Refused(Error),
    /// It may have been done.
    Unclear(Error),
}

impl Failure {
    /// Whether it may go well later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        let (Self::Refused(error) | Self::Unclear(error)) = self;
        matches!(error, Error::ServiceUnavailable(_))
    }

    /// Why, whichever it is.
    #[must_use]
    pub fn into_error(self) -> Error {
        match self {
            Self::Refused(error) | Self::Unclear(error) => error,
        }
    }
}

impl From<ForgeError> for Failure {
    fn from(fault: ForgeError) -> Self {
        if fault.may_be_done() {
            Self::Unclear(fault.into())
        } else {
            Self::Refused(fault.into())
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// What an effect is done with.
pub struct World<'a> {
    /// The rest of the portal.
    pub services: &'a Services,
    /// For whom.
    pub user: Option<&'a EntityRef>,
    /// With whose token, if not the configured one.
    pub token: Option<&'a Secret>,
    /// Where the files are; `None` when an effect is taken back.
    pub workspace: Option<&'a Workspace>,
    /// `<run>/<step>`
    pub mark: &'a str,
    /// When it was first meant to be done.
    pub since: UnixMillis,
}

impl World<'_> {
    fn host(&self, host: &str) -> Result<Forge> {
        self.services.host(host, self.token, self.user)
    }

    /// The line that marks a text.
    fn mark_line(&self) -> String {
        format!("{MARK}: {}", self.mark)
    }

    fn is_marked(&self, text: &str) -> bool {
        text.lines().any(|line| line.trim() == self.mark_line())
    }
}

/// What a host answered; `None` if it is not there, such as anything of a repository that is gone.
fn if_there<T>(answer: forge::Result<T>) -> Result<Option<T>> {
    match answer {
        Err(fault) if fault.kind == ForgeErrorKind::NotFound => Ok(None),
        answer => Ok(Some(answer?)),
    }
}
