//! An input, read as the types its schema promised. What is absent or empty is `None`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::config::Secret;

/// An input.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a>(pub &'a Value);

impl<'a> Given<'a> {
    /// A text; empty counts as absent.
    #[must_use]
    pub fn text(self, key: &str) -> Option<&'a str> {
        self.0[key].as_str().filter(|text| !text.is_empty())
    }

    /// A text that the schema requires; empty where it may still be missing, as in a plan.
    #[must_use]
    pub fn word(self, key: &str) -> &'a str {
        self.text(key).unwrap_or_default()
    }

    /// A yes or no.
    #[must_use]
    pub fn flag(self, key: &str) -> Option<bool> {
        self.0[key].as_bool()
    }

    /// A number, as it was written.
    #[must_use]
    pub fn number(self, key: &str) -> Option<&'a Value> {
        Some(&self.0[key]).filter(|value| value.is_number())
    }

    /// A number or a text, as it stands in a path.
    #[must_use]
    pub fn id(self, key: &str) -> String {
        match &self.0[key] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }

    /// The texts of a list.
    #[must_use]
    pub fn texts(self, key: &str) -> Vec<String> {
        let texts = self.list(key).iter();
        texts
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    }

    /// A list.
    #[must_use]
    pub fn list(self, key: &str) -> &'a [Value] {
        self.0[key].as_array().map_or(&[], Vec::as_slice)
    }

    /// The texts of an object.
    #[must_use]
    pub fn map(self, key: &str) -> BTreeMap<String, String> {
        let entries = self.0[key].as_object().into_iter().flatten();
        entries
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect()
    }

    /// An object that is given.
    #[must_use]
    pub fn object(self, key: &str) -> Option<&'a Map<String, Value>> {
        self.0[key].as_object()
    }

    /// The token to ask the host with, in place of the configured one.
    #[must_use]
    pub fn token(self) -> Option<Secret> {
        self.text("token").map(Secret::new)
    }

    /// Those of the keys that are given, under the names a host has for them: `key` or `key=name`.
    #[must_use]
    pub fn renamed(self, keys: &str) -> Map<String, Value> {
        let pairs = keys.split_whitespace().filter_map(|pair| {
            let (key, name) = pair.split_once('=').unwrap_or((pair, pair));
            let value = &self.0[key];
            (!value.is_null()).then(|| (name.to_owned(), value.clone()))
        });
        pairs.collect()
    }
}
