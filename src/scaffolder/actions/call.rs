//! One execution of an action: what it is given.

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{Given, StepLog};
use crate::{
    config::Secret,
    entity::EntityRef,
    error::Result,
    scaffolder::{
        Services, Workspace,
        effects::Effect,
        fetch::{Origin, Pins},
        run::StepJournal,
    },
};

/// The run an action is executed for.
#[derive(Debug, Clone)]
pub struct RunFacts {
    /// Its id.
    pub id: String,
    /// Ref of the template.
    pub template_ref: String,
    /// Where relative addresses count from.
    pub origin: Origin,
    /// The commit of the template: its own repository is read at it.
    pub template_commit: Option<String>,
    /// For whom.
    pub user: Option<EntityRef>,
    /// What the catalog knows of them.
    pub user_entity: Option<Value>,
}

/// One execution of an action.
pub struct ActionCall<'a> {
    /// The rendered input, checked.
    pub input: &'a Value,
    /// The run.
    pub run: &'a RunFacts,
    /// Its files.
    pub workspace: &'a Workspace,
    /// The rest of the portal.
    pub services: &'a Services,
    /// Where it says what it does.
    pub log: StepLog,
    /// The commits of what it fetches.
    pub pins: Pins,
    /// Effects are written down here; `None`: a dry run, where nothing is done outside.
    pub journal: Option<&'a StepJournal<'a>>,
    /// What was answered to what it waited for.
    pub answer: Option<&'a str>,
    /// When the run is to stop.
    pub cancelled: &'a CancellationToken,
}

impl ActionCall<'_> {
    /// The input, read as the types of its schema.
    #[must_use]
    pub fn given(&self) -> Given<'_> {
        Given(self.input)
    }

    /// A text of the input; empty counts as absent.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.given().text(key)
    }

    /// A yes or no of the input.
    #[must_use]
    pub fn flag(&self, key: &str) -> Option<bool> {
        self.given().flag(key)
    }

    /// The texts of a list of the input.
    #[must_use]
    pub fn texts(&self, key: &str) -> Vec<String> {
        self.given().texts(key)
    }

    /// The token of the input.
    #[must_use]
    pub fn token(&self) -> Option<Secret> {
        self.given().token()
    }

    /// Does something outside, once: what was done in an earlier attempt is not done again.
    pub async fn perform(&self, effect: Effect) -> Result<Value> {
        match self.journal {
            Some(journal) => journal.perform(self, effect).await,
            None => {
                self.log
                    .info(&format!("Not in a dry run: {}", effect.planned().what));
                Ok(Value::Null)
            }
        }
    }
}
