//! What is wrong with the configuration: all of it, each with its key, its place and what to do.

use std::{cell::RefCell, fmt};

use super::merge::Merged;

/// One thing wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Dotted key, such as `backend.listen.port`; empty for a whole file.
    pub key: String,
    /// File and line, or the environment variable.
    pub place: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            key,
            place,
            message,
        } = self;
        if key.is_empty() {
            write!(f, "{place}: {message}")
        } else {
            write!(f, "{place}: {key}: {message}")
        }
    }
}

/// Collects problems. Readers share it, so it is filled through `&self`.
#[derive(Debug, Default)]
pub(super) struct Problems {
    /// With their place.
    placed: Vec<ConfigProblem>,
    /// Of a key of the merged configuration: placed at the end.
    of_keys: RefCell<Vec<(String, String)>>,
}

impl Problems {
    /// Notes a problem of a known place.
    pub(super) fn add_at(&mut self, place: &str, key: &str, message: String) {
        self.placed.push(ConfigProblem {
            key: key.to_owned(),
            place: place.to_owned(),
            message,
        });
    }

    /// Notes a problem of a key.
    pub(super) fn add(&self, key: &str, message: impl Into<String>) {
        self.of_keys
            .borrow_mut()
            .push((key.to_owned(), message.into()));
    }

    /// All of them, in the order they were found, each with its place.
    pub(super) fn into_located(self, merged: &Merged) -> Vec<ConfigProblem> {
        let of_keys = self.of_keys.into_inner().into_iter().map(|(key, message)| {
            let place = merged.place_of(&key);
            ConfigProblem {
                key,
                place,
                message,
            }
        });
        self.placed.into_iter().chain(of_keys).collect()
    }
}
