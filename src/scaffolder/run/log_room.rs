//! How much a run may say: a step that never stops talking fills no database.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::scaffolder::actions::Line;

/// What a run may say while one process executes it.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// What is left of that. What its steps come to is always said.
pub(super) struct LogRoom {
    limit: usize,
    said: AtomicUsize,
}

impl Default for LogRoom {
    fn default() -> Self {
        Self {
            limit: MAX_BYTES,
            said: AtomicUsize::new(0),
        }
    }
}

impl LogRoom {
    /// The body of a line as it is kept; `None` if the log is full. The line that fills it says so instead.
    pub(super) fn kept(&self, line: &Line) -> Option<String> {
        let body = line.body.to_string();
        if line.kind != "log" || line.body.get("status").is_some() {
            return Some(body);
        }
        let before = self.said.fetch_add(body.len(), Ordering::Relaxed);
        if before > self.limit {
            return None;
        }
        if before + body.len() <= self.limit {
            return Some(body);
        }
        let mut last = line.body.clone();
        last["message"] = format!(
            "\u{1b}[33mwarn\u{1b}[39m: The log of this run ends here: it is longer than {} MiB.",
            self.limit / (1024 * 1024)
        )
        .into();
        Some(last.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_full_log_says_so_once_and_steps_still_end() {
        let room = LogRoom {
            limit: 100,
            ..LogRoom::default()
        };
        let line = |body| Line { kind: "log", body };
        let said = line(json!({"message": "x".repeat(60), "stepId": "a"}));
        assert!(room.kept(&said).is_some_and(|body| body.contains("xxx")));
        assert!(
            room.kept(&said)
                .is_some_and(|body| body.contains("ends here"))
        );
        assert_eq!(room.kept(&said), None);
        let ends = line(json!({"message": "Finished", "stepId": "a", "status": "completed"}));
        assert!(room.kept(&ends).is_some());
    }
}
