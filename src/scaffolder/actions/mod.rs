//! Actions: what a step can do. One file an action; each says its schemas, what it will do outside, and does it.

mod about;
mod backstage_request;
mod bitbucket_pull_request;
mod branch_commit;
mod call;
mod catalog_fetch;
mod catalog_register;
mod catalog_write;
mod committing;
mod debug_log;
mod debug_wait;
mod fetch_plain;
mod fetch_template;
mod fs_delete;
mod fs_readdir;
mod fs_rename;
mod gitea_protection;
mod gitea_secret;
mod gitea_team;
mod gitea_webhook;
mod github_autolinks;
mod github_deploy_key;
mod github_dispatch;
mod github_environment;
mod github_fields;
mod github_fork;
mod github_issues;
mod github_pages;
mod github_protection;
mod github_publish;
mod github_settings;
mod github_webhook;
mod gitlab_calls;
mod gitlab_groups;
mod gitlab_issues;
mod gitlab_merge_request;
mod gitlab_pipeline;
mod gitlab_publish;
mod gitlab_push;
mod gitlab_tokens;
mod gitlab_user;
mod given;
mod host_action;
mod log;
mod notation;
mod own;
mod own_file;
mod publish;
mod pull_request;
mod registry;
mod right;
mod roadie_data;
mod roadie_files;
mod schema;
mod skeleton;
mod target;
mod wait;

pub use about::{About, UnknownKeys};
pub use call::{ActionCall, RunFacts};
pub(super) use committing::published_files;
pub use given::Given;
pub use log::{Line, Lines, Mask, StepLog};
pub use own::with_own;
pub use registry::{Registered, Registry};
pub use right::Right;
pub use wait::{APPROVAL, OUTCOME, YES};

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::effects::Planned;
use crate::{clock::UnixMillis, error::Result};

/// An action.
pub trait Action: Send + Sync {
    /// What it is called and takes.
    fn about(&self) -> About;

    /// What it will do outside with an input. Reads nothing, does nothing.
    fn plan(&self, _input: &Value) -> Result<Vec<Planned>> {
        Ok(Vec::new())
    }

    /// What the portal must be allowed to do with the repository that the input names.
    fn rights(&self, _input: &Value) -> Vec<Right> {
        Vec::new()
    }

    /// Does it. What is done outside goes through [`ActionCall::perform`], so that it is done once.
    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>>;
}

/// What came of an action.
#[derive(Debug)]
pub enum Outcome {
    /// It is done, and gives this.
    Done(Map<String, Value>),
    /// It waits; it is called again when that is over.
    Wait(Wait),
}

/// What an action waits for.
#[derive(Debug)]
pub struct Wait {
    /// `timer` or `approval`.
    pub kind: String,
    /// What is asked, for people.
    pub question: String,
    /// When it is over by itself.
    pub due_at: Option<UnixMillis>,
}

impl Outcome {
    /// Done, without an output.
    #[must_use]
    pub fn nothing() -> Self {
        Self::Done(Map::new())
    }

    /// Done, with a JSON object as output.
    #[must_use]
    pub fn output(value: Value) -> Self {
        match value {
            Value::Object(map) => Self::Done(map),
            _ => Self::nothing(),
        }
    }
}
