//! One call to the API of a host, for what only its product has: what is said of it, how it is found again and how it
//! is taken back are declared with it. It is made in `calling`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    config::Secret,
    forge::{ApiCall, ApiMethod},
};

/// One call to the API of a host.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HostCall {
    /// The host, as in URLs.
    pub host: String,
    /// Whose it is about.
    pub owner: String,
    /// What it does; a sentence.
    pub what: String,
    /// What it does it to, for people.
    pub on: String,
    /// The call.
    pub call: ApiCall,
    /// Values of the body that are read first: where they go, and where they are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub looked_up: BTreeMap<String, Reading>,
    /// Whether it is made with the configured token, also where the step has one of its own.
    #[serde(default)]
    pub by_integration: bool,
    /// What of the answer is kept: its name, and its JSON pointer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept: BTreeMap<String, String>,
    /// How it is found again.
    pub found_by: Box<FoundBy>,
    /// How it is taken back.
    pub taken_back: Box<TakenBack>,
    /// Secrets of the answer that are kept until the run ends, encrypted: their names, and their JSON pointers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept_secret: BTreeMap<String, String>,
    /// A token of its own to make it with.
    #[serde(skip)]
    pub token: Option<Secret>,
    /// Values of the body, by JSON pointer, that are never written down: the step that asks for it again has them of
    /// its own input.
    #[serde(skip)]
    pub secrets: Vec<(String, Secret)>,
    /// A secret that is sent in a box, and the path of the public key it is boxed with.
    #[serde(skip)]
    pub boxed: Option<(Vec<String>, Secret)>,
}

/// A value that is read from the API.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reading {
    /// How it is read.
    pub call: ApiCall,
    /// Where it is in the answer: a JSON pointer.
    pub at: String,
}

/// How it is found out whether a call was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum FoundBy {
    /// It need not be: made again, it comes to the same.
    Repeating,
    /// Something is there that was not there before.
    Presence {
        /// How it is read.
        call: ApiCall,
        /// What is done where it was there before.
        there: IfThere,
    },
    /// A list has an item it did not have before, with a value.
    Item {
        /// How the list is read.
        call: ApiCall,
        /// Where the list is in the answer, and where the value in an item: JSON pointers.
        list: String,
        /// Where the value is.
        at: String,
        /// The value; `None`: the mark of the step, in a text.
        value: Option<Value>,
    },
    /// It cannot be: who looks decides.
    Asking,
}

/// What is done where something was there before.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IfThere {
    /// The call all the same: the host decides.
    Call,
    /// Nothing: it is enough that it is there, whoever made it.
    Nothing,
    /// Another call.
    Instead(ApiCall),
}

/// How a call is taken back.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum TakenBack {
    /// It goes with something else that the same run made; a sentence.
    With {
        /// With what.
        what: String,
    },
    /// By another call; `{name}` in its path stands for what was kept under that name.
    Call {
        /// What is done; a sentence.
        what: String,
        /// The call.
        call: ApiCall,
    },
    /// Not at all, because of this; a sentence.
    Never {
        /// Why.
        why: String,
    },
}

impl HostCall {
    /// A call that comes to the same when it is made again, about a repository that the same run made.
    #[must_use]
    pub fn new(host: &str, owner: &str, what: impl Into<String>, call: ApiCall) -> Self {
        Self {
            host: host.to_owned(),
            owner: owner.to_owned(),
            what: what.into(),
            on: format!("{host}/{}", call.path.join("/")),
            call,
            looked_up: BTreeMap::new(),
            by_integration: false,
            kept: BTreeMap::new(),
            found_by: Box::new(FoundBy::Repeating),
            taken_back: Box::new(TakenBack::With {
                what: "Goes with the repository.".to_owned(),
            }),
            kept_secret: BTreeMap::new(),
            token: None,
            secrets: Vec::new(),
            boxed: None,
        }
    }

    /// Found again by this.
    #[must_use]
    pub fn found_by(self, found_by: FoundBy) -> Self {
        Self {
            found_by: Box::new(found_by),
            ..self
        }
    }

    /// Taken back by a call that does this.
    #[must_use]
    pub fn taken_back_by(self, what: impl Into<String>, call: ApiCall) -> Self {
        Self {
            taken_back: Box::new(TakenBack::Call {
                what: what.into(),
                call,
            }),
            ..self
        }
    }

    /// Gone with something else that the same run made; a sentence.
    #[must_use]
    pub fn goes_with(self, what: impl Into<String>) -> Self {
        Self {
            taken_back: Box::new(TakenBack::With { what: what.into() }),
            ..self
        }
    }

    /// Not taken back, because of this; a sentence.
    #[must_use]
    pub fn stays(self, why: impl Into<String>) -> Self {
        Self {
            taken_back: Box::new(TakenBack::Never { why: why.into() }),
            ..self
        }
    }

    /// Keeps a part of the answer, for the output and for taking it back.
    #[must_use]
    pub fn keeping(mut self, name: &str, pointer: &str) -> Self {
        self.kept.insert(name.to_owned(), pointer.to_owned());
        self
    }

    /// With a secret in the body.
    #[must_use]
    pub fn with_secret(mut self, pointer: &str, value: &str) -> Self {
        self.secrets.push((pointer.to_owned(), Secret::new(value)));
        self
    }

    /// With a value of the body that is read first.
    #[must_use]
    pub fn looking_up(mut self, pointer: &str, call: ApiCall, at: &str) -> Self {
        let at = at.to_owned();
        self.looked_up
            .insert(pointer.to_owned(), Reading { call, at });
        self
    }
}

/// A call that reads.
#[must_use]
pub fn reading<S: Into<String>>(path: impl IntoIterator<Item = S>) -> ApiCall {
    ApiCall::new(ApiMethod::Get, path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scaffolder::effects::effect::Perform;

    #[test]
    fn no_secret_is_written_down() {
        let call = ApiCall::new(ApiMethod::Post, ["hooks"]).body(json!({"a": 1}));
        let effect = HostCall::new("git.example.com", "acme", "Makes it.", call)
            .with_secret("/config/secret", "s3cret");
        assert!(effect.holds_secret());
        let written = serde_json::to_string(&effect).expect("written");
        assert!(!written.contains("s3cret"), "{written}");
    }
}
