//! The account of a configuration: what was taken, what belongs to parts that do not exist here, what is missing.

use std::fmt;

use serde_json::Value;

use super::{Backend, Database, keys, merge::Merged};

/// What was done with the configuration. Holds keys and names, never values.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// Keys that were taken.
    pub taken: Vec<String>,
    /// Keys of parts that do not exist here.
    pub elsewhere: Vec<String>,
    /// What is missing, and what that means.
    pub missing: Vec<String>,
}

impl Account {
    pub(super) fn of(merged: &Merged, backend: &Backend, unread: &[String]) -> Self {
        let mut account = Self::default();
        account.sort(&merged.value, "");
        account.elsewhere.extend(unread.iter().cloned());
        for (key, variable) in &merged.unset {
            account.missing.push(format!(
                "the variable {variable} is not set, so {key} is left out"
            ));
        }
        if matches!(backend.database, Database::Temporary) {
            account.missing.push(
                "a database that lasts: backend.database is ':memory:' or absent, so everything is kept in a temporary file and forgotten at exit".to_owned(),
            );
        }
        account
    }

    fn sort(&mut self, value: &Value, key: &str) {
        for (name, value) in value.as_object().into_iter().flatten() {
            let inner = if key.is_empty() {
                name.clone()
            } else {
                format!("{key}.{name}")
            };
            if value.is_null() {
                continue;
            }
            if keys::is_read(&inner) {
                self.taken.push(inner);
            } else if keys::leads_to_read(&inner) && value.is_object() {
                self.sort(value, &inner);
            } else {
                self.elsewhere.push(inner);
            }
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            ("taken", &self.taken),
            ("of parts that are not here", &self.elsewhere),
            ("missing", &self.missing),
        ];
        let separators = [", ", ", ", "; "];
        let mut first = true;
        for ((heading, list), separator) in parts
            .into_iter()
            .zip(separators)
            .filter(|((_, list), _)| !list.is_empty())
        {
            if !first {
                writeln!(f)?;
            }
            first = false;
            write!(f, "  {heading}: {}", list.join(separator))?;
        }
        Ok(())
    }
}
