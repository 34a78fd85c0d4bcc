//! The list of all effects, and what every one of them says and does.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    ChangeSettings, CommitFiles, CreateRepository, CreateWebhook, Failure, ForkRepository, Found,
    GiveAccess, HostCall, HttpCall, OpenPullRequest, Planned, PortalRequest, ProtectBranch,
    RegisterLocation, SetSecret, SetVariable, Undo, World,
};
use crate::error::Result;

/// What every effect says and does. [`Effect`] has the same, and says what each is for.
pub(super) trait Perform {
    fn host(&self) -> Option<&str>;

    fn target(&self) -> String;

    fn planned(&self) -> Planned;

    async fn observe(&self, world: &World<'_>) -> Result<Value>;

    async fn perform(&self, world: &World<'_>, observed: &Value) -> Result<Value, Failure>;

    async fn probe(&self, world: &World<'_>, observed: &Value) -> Result<Found>;

    fn holds_secret(&self) -> bool {
        false
    }

    fn answers_secret(&self) -> bool {
        false
    }

    fn undo_of(&self, _observed: &Value) -> Undo {
        self.planned().undo
    }

    async fn take_back(
        &self,
        world: &World<'_>,
        observed: &Value,
        outcome: &Value,
    ) -> Result<String>;
}

/// Makes [`Effect`] and its delegation of one list: a line is the word in the journal and the type of its parts.
macro_rules! effects {
    ($($(#[$doc:meta])* $kind:literal => $variant:ident($inner:ident);)*) => {
        /// Something done outside.
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum Effect {
            $($(#[$doc])* #[serde(rename = $kind)] $variant($inner),)*
        }

        impl Effect {
            /// The word in the journal.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind,)* }
            }

            /// The Git host it is done on, as in URLs.
            #[must_use]
            pub fn host(&self) -> Option<&str> {
                match self { $(Self::$variant(effect) => effect.host(),)* }
            }

            /// On what, for people.
            #[must_use]
            pub fn target(&self) -> String {
                match self { $(Self::$variant(effect) => effect.target(),)* }
            }

            /// What it does and how it can be taken back, before anybody has looked.
            #[must_use]
            pub fn planned(&self) -> Planned {
                match self { $(Self::$variant(effect) => effect.planned(),)* }
            }

            /// How it can be taken back, with what was there before.
            #[must_use]
            pub fn undo_of(&self, observed: &Value) -> Undo {
                match self { $(Self::$variant(effect) => effect.undo_of(observed),)* }
            }

            /// Whether it needs a secret that is never written down: then only the step that asks for it can do it.
            #[must_use]
            pub fn holds_secret(&self) -> bool {
                match self { $(Self::$variant(effect) => effect.holds_secret(),)* }
            }

            /// Whether what comes of it holds a secret, which must be encrypted before it is kept.
            #[must_use]
            pub fn answers_secret(&self) -> bool {
                match self { $(Self::$variant(effect) => effect.answers_secret(),)* }
            }

            /// What is there before it is done. An error if it cannot be done because of that.
            pub async fn observe(&self, world: &World<'_>) -> Result<Value> {
                match self { $(Self::$variant(effect) => effect.observe(world).await,)* }
            }

            /// Does it, and answers what came of it.
            pub async fn perform(&self, world: &World<'_>, observed: &Value) -> Result<Value, Failure> {
                match self { $(Self::$variant(effect) => effect.perform(world, observed).await,)* }
            }

            /// Looks whether it was done.
            pub async fn probe(&self, world: &World<'_>, observed: &Value) -> Result<Found> {
                match self { $(Self::$variant(effect) => effect.probe(world, observed).await,)* }
            }

            /// Takes it back, if what it made is as it was left; answers what was done, for the log.
            ///
            /// [`crate::error::Error::Conflict`] if somebody has changed it since: then nothing is done.
            pub async fn take_back(
                &self,
                world: &World<'_>,
                observed: &Value,
                outcome: &Value,
            ) -> Result<String> {
                match self { $(Self::$variant(effect) => effect.take_back(world, observed, outcome).await,)* }
            }
        }
    };
}

effects! {
    /// A repository is made.
    "repository" => Repository(CreateRepository);
    /// A repository is forked.
    "fork" => Fork(ForkRepository);
    /// Files are committed.
    "commit" => Commit(CommitFiles);
    /// A pull request is opened.
    "pull-request" => PullRequest(OpenPullRequest);
    /// A location is registered in the catalog.
    "registration" => Registration(RegisterLocation);
    /// A branch is given rules.
    "branch-protection" => BranchProtection(ProtectBranch);
    /// Someone is given a right to a repository.
    "access" => Access(GiveAccess);
    /// A repository is given a secret for its pipelines.
    "secret" => Secret(SetSecret);
    /// A repository is given a variable for its pipelines.
    "variable" => Variable(SetVariable);
    /// A repository is given a webhook.
    "webhook" => Webhook(CreateWebhook);
    /// Settings of a repository are changed.
    "repository-settings" => Settings(ChangeSettings);
    /// Anything else that the API of a host does.
    "host-call" => HostCall(HostCall);
    /// A call to the portal's own API.
    "portal-request" => Portal(PortalRequest);
    /// A call over HTTP that an action of one's own declares.
    "http-call" => Http(HttpCall);
}
