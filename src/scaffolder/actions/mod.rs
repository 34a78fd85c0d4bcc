//! Actions: what a step can do. One file an action; each says its schemas, what it will do outside, and does it.

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
mod input;
mod log;
mod publish;
mod pull_request;
mod registry;
mod roadie_data;
mod roadie_files;
mod schema;
mod skeleton;
mod target;
mod wait;

pub use call::{ActionCall, RunFacts};
pub use log::{Line, Lines, Mask, StepLog};
pub use registry::Registry;

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

    /// Does it. What is done outside goes through [`ActionCall::perform`], so that it is done once.
    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>>;
}

/// What an action is called and takes.
#[derive(Debug, Clone)]
pub struct About {
    /// As templates name it.
    pub id: &'static str,
    /// What it does; a sentence.
    pub description: &'static str,
    /// JSON Schema of its input.
    pub input: Value,
    /// JSON Schema of its output; `None`: it has none.
    pub output: Option<Value>,
    /// Steps in YAML: what each shows, and how it is written.
    pub examples: &'static [(&'static str, &'static str)],
    /// Whether a dry run executes it.
    pub supports_dry_run: bool,
    /// What becomes of keys its schema does not know.
    pub unknown_keys: UnknownKeys,
}

/// What becomes of keys of an input that the schema does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownKeys {
    /// The step fails, as in Backstage.
    Refused,
    /// The log says so: nearly half of the templates there are have such keys for Git hosts.
    Warned,
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
