//! A line of a run's log, as it is read: without terminal colours, its level as a word.

use askama::{Template, filters::HtmlSafe};
use serde_json::Value;

use super::super::git::text::visible;
use crate::{clock::UnixMillis, store::RunEvent};

/// A longer line is cut on pages; the log as text has all of it.
const MAX_CHARS: usize = 4_000;

/// A line: `{{ line }}` in a template.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "runs/line.html")]
pub(super) struct LogLine {
    /// Of the event; unique on a page.
    id: i64,
    /// The id of the log it belongs into.
    into: String,
    /// `12:03:44`
    clock: String,
    /// RFC 3339.
    datetime: String,
    /// `warn`, `error`, `info`, or `state` for what becomes of the step.
    level: &'static str,
    text: String,
    /// Whether the end of it was cut off.
    is_cut: bool,
}

impl HtmlSafe for LogLine {}

impl LogLine {
    /// Of an event, and the id of the log it belongs into.
    pub(super) fn new(event: &RunEvent, body: &Value, into: String) -> Self {
        let at = UnixMillis(event.created_at);
        let datetime = at.to_string();
        let message = body["message"]
            .as_str()
            .unwrap_or(match event.kind.as_str() {
                "recovered" => "Somebody goes on with the run.",
                _ => "",
            });
        let (level, text) = read(message, body["status"].as_str());
        let shown: String = text.chars().take(MAX_CHARS).collect();
        Self {
            id: event.id,
            into,
            clock: datetime.get(11..19).unwrap_or_default().to_owned(),
            datetime,
            level,
            is_cut: shown.len() < text.len(),
            text: shown,
        }
    }

    /// Whether the level is worth a word.
    fn is_marked(&self) -> bool {
        matches!(self.level, "warn" | "error")
    }
}

/// The level of a message and its text, both without escape sequences.
///
/// `status` is what becomes of the step, in a message that says so.
pub(super) fn read(message: &str, status: Option<&str>) -> (&'static str, String) {
    let plain = visible(&without_escapes(message).replace("\r\n", "\n"));
    match status {
        Some("failed") => return ("error", plain),
        Some(_) => return ("state", plain),
        None => {}
    }
    for level in ["info", "warn", "error", "debug"] {
        let rest = plain
            .strip_prefix(level)
            .and_then(|rest| rest.strip_prefix(": "));
        // The word alone may be how somebody begins a sentence: a level is coloured.
        if let Some(rest) = rest.filter(|_| message.starts_with('\u{1b}')) {
            return (level, rest.to_owned());
        }
    }
    ("info", plain)
}

/// Drops what a terminal would obey (ECMA-48: CSI and OSC sequences).
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = match after.as_bytes().first() {
            Some(b'[') => behind(after, |letter| matches!(letter, '@'..='~'), 1),
            Some(b']') => behind(after, |letter| matches!(letter, '\u{7}' | '\u{9c}'), 1),
            _ => after,
        };
    }
    plain.push_str(rest);
    plain
}

/// What follows the first such letter behind so many bytes; all of it if there is none.
fn behind(text: &str, is_end: impl Fn(char) -> bool, skip: usize) -> &str {
    let found = text[skip..]
        .char_indices()
        .find(|(_, letter)| is_end(*letter));
    found.map_or("", |(at, letter)| &text[skip + at + letter.len_utf8()..])
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn levels_are_words_and_colours_of_terminals_are_gone() {
        for (message, level, text) in [
            ("\u{1b}[32minfo\u{1b}[39m: made", "info", "made"),
            ("\u{1b}[33mwarn\u{1b}[39m: a\r\nb", "warn", "a\nb"),
            (
                "info: how a sentence begins",
                "info",
                "info: how a sentence begins",
            ),
            ("a \u{1b}[1;31mred\u{1b}[0m word", "info", "a red word"),
            ("\u{1b}]8;;http://x\u{7}link", "info", "link"),
            ("broken \u{1b}[12", "info", "broken "),
            (
                "back\u{8}space \u{202e}turned",
                "info",
                "back\u{fffd}space \u{fffd}turned",
            ),
        ] {
            assert_eq!(read(message, None), (level, text.to_owned()), "{message:?}");
        }
        assert_eq!(read("Beginning step X", Some("processing")).0, "state");
        assert_eq!(read("Error: x\n    at step X", Some("failed")).0, "error");
    }
}
