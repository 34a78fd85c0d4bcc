//! What steps do outside the portal's own tables, as data: described before, done once, found again, taken back.
//!
//! An effect holds everything that is needed to do it again just so. It bears a mark, `Callboard-Run: <run>/<step>`,
//! by which it is found after a crash: what is there without the mark is somebody else's, and left alone.

mod commit;
mod pull_request;
mod registration;
mod repository;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use commit::{CommitBase, CommitFiles, CommittedFile};
pub use pull_request::OpenPullRequest;
pub use registration::RegisterLocation;
pub use repository::CreateRepository;

use super::{Services, Workspace};
use crate::{
    clock::UnixMillis,
    config::Secret,
    entity::EntityRef,
    error::{Error, Result},
    forge::{Forge, ForgeError},
};

/// The trailer that marks commits, and the line that marks texts.
pub const MARK: &str = "Callboard-Run";

/// Something done outside.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Effect {
    /// A repository is made.
    Repository(CreateRepository),
    /// Files are committed.
    Commit(CommitFiles),
    /// A pull request is opened.
    PullRequest(OpenPullRequest),
    /// A location is registered in the catalog.
    Registration(RegisterLocation),
}

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
    /// Looking does not tell; a sentence that says where a person may look.
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

/// Does the same with whichever effect it is.
macro_rules! on_effect {
    ($effect:expr, $inner:ident => $call:expr) => {
        match $effect {
            Effect::Repository($inner) => $call,
            Effect::Commit($inner) => $call,
            Effect::PullRequest($inner) => $call,
            Effect::Registration($inner) => $call,
        }
    };
}

impl Effect {
    /// The word in the journal.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Repository(_) => "repository",
            Self::Commit(_) => "commit",
            Self::PullRequest(_) => "pull-request",
            Self::Registration(_) => "registration",
        }
    }

    /// On what, for people.
    #[must_use]
    pub fn target(&self) -> String {
        on_effect!(self, effect => effect.target())
    }

    /// What it does and how it can be taken back.
    #[must_use]
    pub fn planned(&self) -> Planned {
        on_effect!(self, effect => effect.planned())
    }

    /// What is there before it is done. An error if it cannot be done because of that.
    pub async fn observe(&self, world: &World<'_>) -> Result<Value> {
        on_effect!(self, effect => effect.observe(world).await)
    }

    /// Does it, and answers what came of it.
    pub async fn perform(&self, world: &World<'_>, observed: &Value) -> Result<Value, Failure> {
        on_effect!(self, effect => effect.perform(world, observed).await)
    }

    /// Looks whether it was done.
    pub async fn probe(&self, world: &World<'_>, observed: &Value) -> Result<Found> {
        on_effect!(self, effect => effect.probe(world, observed).await)
    }

    /// Takes it back, if what it made is as it was left; answers what was done, for the log.
    ///
    /// [`Error::Conflict`] if somebody has changed it since: then nothing is done.
    pub async fn take_back(
        &self,
        world: &World<'_>,
        observed: &Value,
        outcome: &Value,
    ) -> Result<String> {
        on_effect!(self, effect => effect.take_back(world, observed, outcome).await)
    }
}
