//! What an action says, as Backstage's log shows it; secrets become `***` before anything is kept.

use std::sync::{Arc, Mutex, PoisonError};

use memchr::memmem;
use serde_json::{Value, json};

use crate::scaffolder::effects::STARS;

/// A line is cut here: 256 KiB.
const MAX_LINE: usize = 256 * 1024;
/// Shorter texts are no secrets, and would be found everywhere.
const MIN_SECRET: usize = 2;

/// Something a run says: an event in the making.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// `log`, `completion`, `cancelled` or `recovered`.
    pub kind: &'static str,
    /// Its body.
    pub body: Value,
}

/// What was said and is not kept yet, in order. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<Line>>>);

impl Lines {
    /// Adds one.
    pub fn push(&self, line: Line) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty()
    }

    /// Takes all.
    #[must_use]
    pub fn take(&self) -> Vec<Line> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Replaces secrets. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Mask(Arc<[String]>);

impl Mask {
    /// Of these secrets; the longest is replaced first.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> = secrets
            .into_iter()
            .flat_map(|secret| {
                // In JSON, a secret with quotes or line ends is written otherwise.
                let written = Value::from(secret.as_str()).to_string();
                let written = written.trim_matches('"').to_owned();
                [secret.trim().to_owned(), written, secret]
            })
            .filter(|secret| secret.len() >= MIN_SECRET)
            .collect();
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        secrets.dedup();
        Self(secrets.into())
    }

    /// Of these besides.
    #[must_use]
    pub fn with(&self, more: impl IntoIterator<Item = String>) -> Self {
        Self::new(self.0.iter().cloned().chain(more))
    }

    /// Whether there is nothing to replace.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A text without secrets.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for secret in self.0.iter() {
            if masked.contains(secret.as_str()) {
                masked = masked.replace(secret.as_str(), STARS);
            }
        }
        masked
    }

    /// The content of a file without secrets, whatever it is.
    #[must_use]
    pub fn content(&self, content: Vec<u8>) -> Vec<u8> {
        let mut masked = content;
        for secret in self.0.iter() {
            let finder = memmem::Finder::new(secret.as_bytes());
            if finder.find(&masked).is_none() {
                continue;
            }
            let mut rest = masked.as_slice();
            let mut kept = Vec::with_capacity(masked.len());
            while let Some(at) = finder.find(rest) {
                kept.extend_from_slice(&rest[..at]);
                kept.extend_from_slice(STARS.as_bytes());
                rest = &rest[at + secret.len()..];
            }
            kept.extend_from_slice(rest);
            masked = kept;
        }
        masked
    }

    /// A value without secrets, in its keys as well.
    #[must_use]
    pub fn value(&self, value: &Value) -> Value {
        match value {
            _ if self.is_empty() => value.clone(),
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(list) => list.iter().map(|item| self.value(item)).collect(),
            Value::Object(map) => {
                let entries = map
                    .iter()
                    .map(|(key, value)| (self.text(key), self.value(value)));
                Value::Object(entries.collect())
            }
            other => other.clone(),
        }
    }
}

/// The log of a step. Cheap to clone.
#[derive(Debug, Clone)]
pub struct StepLog {
    lines: Lines,
    mask: Mask,
    step_id: String,
}

impl StepLog {
    /// The log of a step of a run.
    #[must_use]
    pub fn new(lines: Lines, mask: Mask, step_id: &str) -> Self {
        Self {
            lines,
            mask,
            step_id: step_id.to_owned(),
        }
    }

    /// What it replaces.
    #[must_use]
    pub fn mask(&self) -> &Mask {
        &self.mask
    }

    /// Says something, as `info`.
    pub fn info(&self, text: &str) {
        self.say("\u{1b}[32minfo\u{1b}[39m", text);
    }

    /// Says something that may be wrong.
    pub fn warn(&self, text: &str) {
        self.say("\u{1b}[33mwarn\u{1b}[39m", text);
    }

    /// Says what becomes of the step.
    pub fn status(&self, status: &str, text: &str) {
        let text = self.mask.text(text);
        self.lines.push(Line {
            kind: "log",
            body: json!({"message": text, "stepId": self.step_id, "status": status}),
        });
    }

    fn say(&self, level: &str, text: &str) {
        let text = self.mask.text(text);
        let end = text.floor_char_boundary(MAX_LINE);
        self.lines.push(Line {
            kind: "log",
            body: json!({"message": format!("{level}: {}", &text[..end]), "stepId": self.step_id}),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_become_stars_however_they_are_written() {
        let mask = Mask::new([
            "hunter2".to_owned(),
            "hunter".to_owned(),
            "two\n\"lines\"\n".to_owned(),
            "x".to_owned(),
        ]);
        assert_eq!(mask.text("xhunter2hunter"), "x******");
        assert_eq!(mask.text("two\n\"lines\""), "***");
        let value = json!({"hunter2": ["a hunter2 b", 1], "n": "two\n\"lines\"\n"});
        assert_eq!(
            mask.value(&value),
            json!({"***": ["a *** b", 1], "n": "***"})
        );
        assert!(!mask.text(&value.to_string()).contains("lines"));
        let content = mask.content(b"\xffhunter2\0hunter\xff".to_vec());
        assert_eq!(content, b"\xff***\0***\xff");
    }
}
