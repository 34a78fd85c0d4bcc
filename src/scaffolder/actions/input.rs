//! The rendered input of an action, checked against its schema.

use serde_json::Value;

use super::{About, StepLog, UnknownKeys};
use crate::{
    error::{Error, Result},
    scaffolder::schema::{SchemaFault, faults},
};

impl About {
    /// Checks an input. Unknown keys of the actions that only warn of them are said in the log.
    ///
    /// [`Error::Input`] in Backstage's words.
    pub fn check(&self, input: &Value, log: &StepLog) -> Result<()> {
        let mut found = faults(&self.input, input)?;
        if self.unknown_keys == UnknownKeys::Warned {
            found.retain(|fault| !self.is_only_unknown(fault, log));
        }
        if found.is_empty() {
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
