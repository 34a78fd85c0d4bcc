//! What somebody has answered so far, on all pages.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::pointer;

/// The answers of one draft. Secrets are kept apart, so that everything else can be written down.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// The answers, as a run gets them. What could not be understood is in there as text.
    pub values: Map<String, Value>,
    /// What is only for the form.
    pub progress: Progress,
    /// The answers nobody may read, by the name of the field.
    pub secrets: BTreeMap<String, String>,
}

/// How far a form is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Which of several possibilities is asked, by JSON pointer.
    pub choices: BTreeMap<String, usize>,
    /// The fields that were asked: what is empty there stays empty, whatever its default.
    pub asked: BTreeSet<String>,
    /// The pages that were answered, from 0.
    pub done: BTreeSet<usize>,
}

impl Answers {
    /// The answer at a JSON pointer; an empty place of a list is none.
    #[must_use]
    pub fn value(&self, at: &str) -> Option<&Value> {
        pointer::get(&self.values, at)
    }

    /// Adds an empty place to a list.
    pub fn add_item(&mut self, at: &str) {
        let mut list = self.list(at);
        if list.len() < super::MAX_ITEMS {
            list.push(Value::Null);
            pointer::set(&mut self.values, at, Some(list.into()));
        }
    }

    /// Takes something out of a list, by its JSON pointer.
    pub fn remove_item(&mut self, at: &str) {
        let outer = pointer::above(at).to_owned();
        let mut list = self.list(&outer);
        let index: Option<usize> = pointer::last(at).parse().ok();
        let Some(index) = index.filter(|index| *index < list.len()) else {
            return;
        };
        list.remove(index);
        // Behind it, everything has another pointer now.
        let moved = |other: &String| other.starts_with(&format!("{outer}/"));
        self.progress.asked.retain(|other| !moved(other));
        self.progress.choices.retain(|other, _| !moved(other));
        pointer::set(&mut self.values, &outer, Some(list.into()));
    }

    /// Takes the empty places out of lists.
    pub fn close_gaps(&mut self) {
        let before = self.values.clone();
        self.values = without_blanks(&before);
        if self.values == before {
            return;
        }
        // What stood behind a gap has another pointer now.
        let in_list = |at: &String| pointer::parts(at).any(|part| part.parse::<usize>().is_ok());
        let asked = self.progress.asked.iter();
        let kept = asked.filter(|at| !in_list(at) || self.value(at).is_some());
        self.progress.asked = kept.cloned().collect();
    }

    /// Where an answer stands among the empty places of lists, from where it stands without them.
    pub(super) fn with_gaps(&self, closed: &str) -> String {
        let mut at = String::new();
        for part in pointer::parts(closed) {
            let list = self.value(&at).and_then(Value::as_array);
            let index: Option<usize> = part.parse().ok();
            let place = list.zip(index).and_then(|(list, index)| {
                let answered = list.iter().enumerate().filter(|(_, item)| !item.is_null());
                answered.map(|(place, _)| place).nth(index)
            });
            let key = place.map_or(part, |place| place.to_string());
            at = pointer::below(&at, &key);
        }
        at
    }

    fn list(&self, at: &str) -> Vec<Value> {
        let list = self.value(at).and_then(Value::as_array);
        list.cloned().unwrap_or_default()
    }
}

/// The answers without the empty places of lists.
pub(super) fn without_blanks(values: &Map<String, Value>) -> Map<String, Value> {
    let kept = values.iter().filter(|(_, value)| !value.is_null());
    kept.map(|(name, value)| (name.clone(), whole(value)))
        .collect()
}

fn whole(value: &Value) -> Value {
    match value {
        Value::Object(map) => without_blanks(map).into(),
        Value::Array(list) => {
            let kept = list.iter().filter(|item| !item.is_null());
            kept.map(whole).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_grow_and_shrink() {
        let mut answers = Answers::default();
        answers.add_item("/people");
        answers.add_item("/people");
        pointer::set(&mut answers.values, "/people/1/name", Some(json!("ana")));
        answers.progress.asked.insert("/people/1/name".to_owned());
        answers.remove_item("/people/0");
        answers.remove_item("/people/9");
        assert_eq!(answers.value("/people/0/name"), Some(&json!("ana")));
        assert!(answers.progress.asked.is_empty());
        answers.add_item("/people");
        assert_eq!(answers.value("/people/1"), None);
        pointer::set(
            &mut answers.values,
            "/names",
            Some(json!([null, "a", null, "b"])),
        );
        assert_eq!(answers.with_gaps("/names/1"), "/names/3");
        assert_eq!(answers.with_gaps("/names/7"), "/names/7");
        assert_eq!(answers.with_gaps("/people/0/name"), "/people/0/name");
        answers.close_gaps();
        assert_eq!(answers.value("/names"), Some(&json!(["a", "b"])));
        pointer::set(&mut answers.values, "/names", None);
        assert_eq!(
            Value::Object(without_blanks(&answers.values)),
            json!({"people": [{"name": "ana"}]})
        );
    }
}
