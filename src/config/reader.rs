//! Reads typed values from the merged configuration; what is of the wrong type is noted, and left out.

use std::time::Duration;

use serde_json::{Map, Value};

use super::problem::Problems;

/// A section of the configuration.
#[derive(Clone, Copy)]
pub(super) struct Section<'a> {
    value: &'a Value,
    problems: &'a Problems,
    path: &'a str,
}

/// What an absent section is.
static ABSENT: Value = Value::Null;

impl<'a> Section<'a> {
    /// The whole configuration.
    pub(super) fn root(value: &'a Value, problems: &'a Problems) -> Self {
        Self {
            value,
            problems,
            path: "",
        }
    }

    /// Calls `read` with the section under a key; an absent one is empty.
    pub(super) fn section<T>(&self, key: &str, read: impl FnOnce(Section<'_>) -> T) -> T {
        let path = self.key(key);
        let value = match self.get(key) {
            Some(value @ Value::Object(_)) => value,
            None => &ABSENT,
            Some(_) => {
                self.wrong(key, "a mapping");
                &ABSENT
            }
        };
        read(Section {
            value,
            problems: self.problems,
            path: &path,
        })
    }

    /// The items of a list that are mappings, each as a section. A lone mapping counts as a list of one.
    pub(super) fn sections<T>(&self, key: &str, read: impl Fn(Section<'_>) -> Option<T>) -> Vec<T> {
        let items: &[Value] = match self.get(key) {
            Some(Value::Array(list)) => list,
            Some(value @ Value::Object(_)) => std::slice::from_ref(value),
            None => &[],
            Some(_) => {
                self.wrong(key, "a list");
                &[]
            }
        };
        let read_one = |(index, value): (usize, &Value)| {
            let path = format!("{}[{index}]", self.key(key));
            if !value.is_object() {
                self.problems.add(&path, "must be a mapping.");
                return None;
            }
            read(Section {
                value,
                problems: self.problems,
                path: &path,
            })
        };
        items.iter().enumerate().filter_map(read_one).collect()
    }

    pub(super) fn is_absent(&self) -> bool {
        self.value.is_null()
    }

    /// The value under a key; null is absent.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.value.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn map(&self, key: &str) -> Option<&'a Map<String, Value>> {
        match self.get(key)? {
            Value::Object(map) => Some(map),
            _ => {
                self.wrong(key, "a mapping");
                None
            }
        }
    }

    /// A text that is not empty.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        match self.get(key)? {
            Value::String(text) if !text.is_empty() => Some(text),
            Value::String(_) => {
                self.problem(key, "is empty. Give it a value, or remove the line.");
                None
            }
            _ => {
                self.wrong(key, "text");
                None
            }
        }
    }

    pub(super) fn required_text(&self, key: &str) -> Option<&'a str> {
        if self.get(key).is_none() {
            self.problem(key, "is missing. Add it.");
        }
        self.text(key)
    }

    /// Text or a list of texts.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<String>> {
        let found = match self.get(key)? {
            Value::String(text) => Some(vec![text.clone()]),
            Value::Array(list) => list
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect(),
            _ => None,
        };
        if found.is_none() {
            self.wrong(key, "text, or a list of texts");
        }
        found
    }

    /// The items of a list, whatever they are.
    pub(super) fn list(&self, key: &str) -> Option<&'a [Value]> {
        match self.get(key)? {
            Value::Array(list) => Some(list),
            _ => {
                self.wrong(key, "a list");
                None
            }
        }
    }

    pub(super) fn bool(&self, key: &str) -> Option<bool> {
        let value = self.get(key)?;
        let found = match value {
            Value::Bool(value) => Some(*value),
            Value::Number(number) if number.as_i64() == Some(1) => Some(true),
            Value::Number(number) if number.as_i64() == Some(0) => Some(false),
            Value::String(text) => match text.to_ascii_lowercase().as_str() {
                "y" | "yes" | "true" | "1" | "on" => Some(true),
                "n" | "no" | "false" | "0" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        };
        if found.is_none() {
            self.wrong(key, "true or false");
        }
        found
    }

    pub(super) fn float(&self, key: &str) -> Option<f64> {
        let found = match self.get(key)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if found.is_none() {
            self.wrong(key, "a number");
        }
        found
    }

    /// A whole number from 0.
    pub(super) fn whole(&self, key: &str) -> Option<u64> {
        let found = match self.get(key)? {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if found.is_none() {
            self.wrong(key, "a whole number");
        }
        found
    }

    /// One of some words.
    pub(super) fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = choices
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, choice)| *choice);
        if found.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            self.problem(
                key,
                format!("is “{text}”; it must be one of: {}.", words.join(", ")),
            );
        }
        found
    }

    /// A duration: `{minutes: 5}`, `5m`, or ISO 8601 (`PT5M`).
    pub(super) fn duration(&self, key: &str) -> Option<Duration> {
        let found = match self.get(key)? {
            Value::Object(map) => duration_of_parts(map),
            Value::String(text) => duration_of_text(text),
            _ => None,
        };
        if found.is_none() {
            self.problem(key, "is no duration. Write `{minutes: 5}`, `5m` or `PT5M`.");
        }
        found
    }

    /// Notes a problem of a key.
    pub(super) fn problem(&self, key: &str, message: impl Into<String>) {
        self.problems.add(&self.key(key), message);
    }

    /// The dotted key of the section itself.
    pub(super) fn own_key(&self) -> &'a str {
        self.path
    }

    /// The dotted key.
    pub(super) fn key(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    fn wrong(&self, key: &str, expected: &str) {
        self.problem(key, format!("must be {expected}."));
    }
}

/// Seconds of each unit Backstage knows; months and years as ISO 8601 readers round them.
const UNITS: [(&str, f64); 8] = [
    ("years", 365.0 * 86_400.0),
    ("months", 30.0 * 86_400.0),
    ("weeks", 7.0 * 86_400.0),
    ("days", 86_400.0),
    ("hours", 3_600.0),
    ("minutes", 60.0),
    ("seconds", 1.0),
    ("milliseconds", 0.001),
];

fn duration_of_parts(map: &Map<String, Value>) -> Option<Duration> {
    if map.is_empty() {
        return None;
    }
    let mut seconds = 0.0;
    for (unit, amount) in map {
        let (_, length) = UNITS.iter().find(|(name, _)| name == unit)?;
        seconds += length * amount.as_f64()?;
    }
    Duration::try_from_secs_f64(seconds).ok()
}

fn duration_of_text(text: &str) -> Option<Duration> {
    let text = text.trim();
    if text.starts_with('P') {
        let span: jiff::Span = text.parse().ok()?;
        let relative = jiff::SpanRelativeTo::days_are_24_hours();
        return span
            .to_duration(relative)
            .ok()
            .and_then(|duration| duration.try_into().ok());
    }
    let end = text.find(|letter: char| letter.is_ascii_alphabetic())?;
    let amount: f64 = text[..end].trim().parse().ok()?;
    let length = match text[end..].trim() {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        "w" => 7.0 * 86_400.0,
        word => {
            UNITS
                .iter()
                .find(|(name, _)| *name == word || name.strip_suffix('s') == Some(word))?
                .1
        }
    };
    Duration::try_from_secs_f64(amount * length).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_coerced_as_backstage_does() {
        let config = json!({"yes": "YES", "off": "off", "one": 1, "word": "maybe", "port": "7007", "minus": -1, "empty": ""});
        let problems = Problems::default();
        let root = Section::root(&config, &problems);
        assert_eq!(
            (
                root.bool("yes"),
                root.bool("off"),
                root.bool("one"),
                root.bool("word")
            ),
            (Some(true), Some(false), Some(true), None)
        );
        assert_eq!(
            (
                root.whole("port"),
                root.whole("minus"),
                root.whole("absent")
            ),
            (Some(7007), None, None)
        );
        assert_eq!(root.text("empty"), None);
    }

    #[test]
    fn durations_have_three_forms() {
        let problems = Problems::default();
        for (written, seconds) in [
            (json!({"minutes": 2, "seconds": 30}), Some(150.0)),
            (json!({}), None),
            (json!({"fortnights": 1}), None),
            (json!("30s"), Some(30.0)),
            (json!("1d"), Some(86_400.0)),
            (json!("2 hours"), Some(7_200.0)),
            (json!("30"), None),
            (json!("1h 30m"), None),
            (json!("PT30S"), Some(30.0)),
            (json!(30), None),
        ] {
            let config = json!({"d": written});
            let found = Section::root(&config, &problems).duration("d");
            assert_eq!(
                found.map(|duration| duration.as_secs_f64()),
                seconds,
                "{written}"
            );
        }
    }
}
