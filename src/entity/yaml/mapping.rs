//! A mapping while its entries come in: key and value by turns, no key twice, `<<` if it is to be followed.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{fault::Why, scalar};

/// The entries so far, in the order they were written.
#[derive(Default)]
pub(super) struct Mapping {
    entries: Map<String, Value>,
    /// What waits for its value.
    key: Option<Key>,
    /// Keys that only a merge brought: the mapping's own entry may replace them.
    merged: HashSet<String>,
}

enum Key {
    Text(String),
    Merge,
}

impl Mapping {
    /// Takes the next key or value.
    pub(super) fn put(&mut self, value: Value) -> Result<(), Why> {
        match self.key.take() {
            None => {
                let key = scalar::key_text(value);
                if self.entries.contains_key(&key) && !self.merged.remove(&key) {
                    return Err(Why::DuplicateKey(key));
                }
                self.key = Some(Key::Text(key));
            }
            Some(Key::Text(key)) => {
                self.entries.insert(key, value);
            }
            Some(Key::Merge) => self.merge(value)?,
        }
        Ok(())
    }

    /// Takes a merge key; false if a value is due.
    pub(super) fn begin_merge(&mut self) -> bool {
        if self.key.is_some() {
            return false;
        }
        self.key = Some(Key::Merge);
        true
    }

    pub(super) fn into_entries(self) -> Map<String, Value> {
        self.entries
    }

    fn merge(&mut self, value: Value) -> Result<(), Why> {
        let sources = match value {
            Value::Array(items) => items,
            single => vec![single],
        };
        for source in sources {
            let Value::Object(source) = source else {
                return Err(Why::MergeOfNoMapping);
            };
            for (key, value) in source {
                if !self.entries.contains_key(&key) {
                    self.merged.insert(key.clone());
                    self.entries.insert(key, value);
                }
            }
        }
        Ok(())
    }
}
