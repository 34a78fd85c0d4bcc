//! What an action is called and takes, and its rendered input, checked against that.

use std::borrow::Cow;

use serde_json::Value;

use super::StepLog;
use crate::{
    error::{Error, Result},
    scaffolder::schema::{SchemaFault, faults},
};

/// What an action is called and takes.
#[derive(Debug, Clone)]
pub struct About {
    /// As templates name it.
    pub id: Cow<'static, str>,
    /// What it does; a sentence.
    pub description: Cow<'static, str>,
    /// JSON Schema of its input.
    pub input: Value,
    /// JSON Schema of its output; `None`: it has none.
    pub output: Option<Value>,
    /// What each example shows, and its input in YAML.
    pub examples: Vec<(&'static str, &'static str)>,
    /// Inputs of which at least one must be given, where the schema does not say so.
    pub one_of: &'static [&'static str],
    /// What it puts out though its schema does not say so, as some of Backstage's do.
    pub unsaid_outputs: &'static [&'static str],
    /// Whether a dry run executes it.
    pub supports_dry_run: bool,
    /// What becomes of keys its schema does not know.
    pub unknown_keys: UnknownKeys,
    /// Inputs it takes and cannot honour, each with what is done instead; a sentence.
    pub not_honoured: Vec<(&'static str, &'static str)>,
}

/// What becomes of keys of an input that the schema does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownKeys {
    /// The step fails, as in Backstage.
    Refused,
    /// The log says so: nearly half of the templates there are have such keys for Git hosts.
    Warned,
}

impl About {
    /// An action without output and examples, that no dry run executes and that refuses unknown keys.
    pub fn new(
        id: impl Into<Cow<'static, str>>,
        description: impl Into<Cow<'static, str>>,
        input: Value,
    ) -> Self {
        Self {
            id: id.into(),
            description: description.into(),
            input,
            output: None,
            examples: Vec::new(),
            one_of: &[],
            unsaid_outputs: &[],
            supports_dry_run: false,
            unknown_keys: UnknownKeys::Refused,
            not_honoured: Vec::new(),
        }
    }

    /// With an output of this schema.
    #[must_use]
    pub fn output(self, schema: Value) -> Self {
        Self {
            output: Some(schema),
            ..self
        }
    }

    /// With an example: what it shows, and its input in YAML.
    #[must_use]
    pub fn example(mut self, shows: &'static str, input: &'static str) -> Self {
        self.examples.push((shows, input));
        self
    }

    /// One that dry runs execute.
    #[must_use]
    pub fn in_dry_runs(self) -> Self {
        Self {
            supports_dry_run: true,
            ..self
        }
    }

    /// One that leaves out what it does not know.
    #[must_use]
    pub fn lenient(self) -> Self {
        Self {
            unknown_keys: UnknownKeys::Warned,
            ..self
        }
    }

    /// One that cannot honour an input it takes: what it does instead, a sentence.
    #[must_use]
    pub fn not_honouring(mut self, input: &'static str, instead: &'static str) -> Self {
        self.not_honoured.push((input, instead));
        self
    }

    /// What of an input is asked for and cannot be honoured: the name, and what is done instead.
    pub fn left_out<'a>(
        &'a self,
        given: impl Fn(&str) -> Option<&'a Value> + 'a,
    ) -> impl Iterator<Item = (&'static str, &'static str)> + 'a {
        let all = self.not_honoured.iter().copied();
        all.filter(move |(name, _)| given(name).is_some_and(is_wanted))
    }

    /// Checks an input. Unknown keys of the actions that only warn of them are said in the log, and so is what
    /// cannot be honoured.
    ///
    /// [`Error::Input`] in Backstage's words.
    pub fn check(&self, input: &Value, log: &StepLog) -> Result<()> {
        let mut found = faults(&self.input, input)?;
        if self.unknown_keys == UnknownKeys::Warned {
            found.retain(|fault| !self.is_only_unknown(fault, log));
        }
        if found.is_empty() {
            for (name, instead) in self.left_out(|name| input.get(name)) {
                log.warn(&format!("{} cannot honour “{name}”. {instead}", self.id));
            }
            return Ok(());
        }
        let stacks: Vec<&str> = found.iter().map(|fault| fault.stack.as_str()).collect();
        Err(Error::Input(format!(
            "Invalid input passed to action {}, {}",
            self.id,
            stacks.join(", ")
        )))
    }

    fn is_only_unknown(&self, fault: &SchemaFault, log: &StepLog) -> bool {
        let is_unknown = fault.name == "additionalProperties" && fault.path.is_empty();
        if is_unknown {
            let key = fault.argument.as_str().unwrap_or_default();
            log.warn(&format!(
                "{} does not know “{key}”; it is left out.",
                self.id
            ));
        }
        is_unknown
    }
}

/// Whether an input asks for something: a no and an empty text do not.
fn is_wanted(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && value != ""
}
