//! What a form sent becomes answers: the schema's type decides what a text means, and empty is absent.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{
    MAX_ITEMS,
    answers::Answers,
    build::Builder,
    field::{Choice, Control, Field, FieldState, Look, TextKind},
    pointer::{self, last},
    repo_url::{RepoPart, RepoUrl},
};
use crate::entity::{parse_document, split_documents};

/// Rounds in which answers may bring new fields that were sent as well.
const MAX_ROUNDS: usize = 8;

/// What a form sent: texts by the names of its fields.
#[derive(Debug, Clone, Default)]
pub struct Sent(HashMap<String, Vec<String>>);

impl Sent {
    /// From names and values, in their order.
    #[must_use]
    pub fn new(pairs: &[(String, String)]) -> Self {
        let mut sent: HashMap<String, Vec<String>> = HashMap::new();
        for (name, value) in pairs {
            // Browsers end lines as mail does.
            let value = value.replace("\r\n", "\n");
            sent.entry(name.clone()).or_default().push(value);
        }
        Self(sent)
    }

    /// Every text of a field; `None`: it was not asked.
    fn all(&self, name: &str) -> Option<&[String]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// The last text of a field: boxes send theirs behind a hidden empty one.
    fn last(&self, name: &str) -> Option<&str> {
        self.all(name)?.last().map(String::as_str)
    }

    /// How many places of a list were sent.
    fn places(&self, pointer: &str) -> usize {
        let begin = format!("{pointer}/");
        let index = |name: &String| {
            let at = name.find(&begin)?;
            // Parts of an address stand as `owner:/pointer`.
            let is_name = at == 0 || name[..at].ends_with(':');
            let rest = &name[at + begin.len()..];
            let digits = rest.split('/').next()?;
            digits.parse::<usize>().ok().filter(|_| is_name)
        };
        let most = self.0.keys().filter_map(index).max();
        most.map_or(0, |most| most + 1).min(MAX_ITEMS)
    }
}

/// Takes over what was sent for a page.
pub(super) fn read(page: &Value, answers: &mut Answers, sent: &Sent) {
    for _ in 0..MAX_ROUNDS {
        let fields = Builder::new(page, answers).fields();
        let before = (answers.values.clone(), answers.progress.choices.clone());
        for field in &fields {
            take(field, answers, sent);
        }
        if before == (answers.values.clone(), answers.progress.choices.clone()) {
            return;
        }
    }
}

fn take(field: &Field, answers: &mut Answers, sent: &Sent) {
    let at = field.pointer.as_str();
    if let FieldState::ReadOnly(default) | FieldState::Disabled(default) = &field.state {
        settle(answers, at, default.as_ref());
        return;
    }
    match &field.control {
        Control::Hidden(default) => return settle(answers, at, default.as_ref()),
        Control::Group(_) => ensure(answers, at, Value::Object(Map::new())),
        Control::List { .. } if sent.all(at).is_some() => {
            resize(answers, at, sent.places(at));
            answers.progress.asked.insert(at.to_owned());
        }
        Control::Variants { options, .. } => {
            let chosen = sent.last(&format!("choice:{at}"));
            let chosen = chosen.and_then(|key| options.iter().position(|one| one.key == key));
            if let Some(chosen) = chosen {
                answers.progress.choices.insert(at.to_owned(), chosen);
            }
        }
        _ => take_leaf(field, answers, sent),
    }
    for inner in field.fields() {
        take(inner, answers, sent);
    }
}

fn take_leaf(field: &Field, answers: &mut Answers, sent: &Sent) {
    let at = field.pointer.as_str();
    let value = match &field.control {
        Control::Secret { .. } => return take_secret(at, answers, sent),
        Control::RepoUrl { .. } => match sent_url(at, sent) {
            Some(text) => some_text(&text),
            None => return,
        },
        Control::Choice {
            look: Look::Checkboxes,
            options,
        } => match sent.all(at) {
            Some(keys) => Some(chosen_among(options, keys)),
            None => return,
        },
        control => match sent.last(at) {
            // What is kept is not shown: empty means "as it is".
            Some("") if matches!(control, Control::Password { .. }) => return,
            Some(text) => meaning(control, text),
            None => return,
        },
    };
    answers.progress.asked.insert(at.to_owned());
    pointer::set(&mut answers.values, at, value);
}

/// What a text means.
fn meaning(control: &Control, text: &str) -> Option<Value> {
    match control {
        Control::Check { says_no, .. } => match text {
            "true" => Some(true.into()),
            _ => says_no.then_some(false.into()),
        },
        Control::Choice { options, .. } => {
            let chosen = options.iter().find(|option| option.key == text);
            chosen.map_or_else(|| some_text(text), |option| Some(option.value.clone()))
        }
        Control::Text { kind, .. } | Control::Area { kind, .. } => typed(*kind, text),
        Control::Pick { picker, .. } => some_text(text.trim()).map(|value| match picker {
            super::Picker::Entity(entity) => entity.completed(text.trim()).into(),
            _ => value,
        }),
        _ => some_text(text),
    }
}

/// A text as its kind has it; what cannot be read so stays a text, and is refused as such.
fn typed(kind: TextKind, text: &str) -> Option<Value> {
    let trimmed = text.trim();
    let number = |text: &str| {
        let whole = text.parse::<i64>().ok().map(Value::from);
        whole.or_else(|| {
            Some(Value::from(
                text.parse::<f64>().ok().filter(|n| n.is_finite())?,
            ))
        })
    };
    match kind {
        TextKind::Number | TextKind::Integer => number(trimmed).or_else(|| some_text(trimmed)),
        TextKind::Yaml if trimmed.is_empty() => None,
        TextKind::Yaml => yaml(text).or_else(|| some_text(text)),
        TextKind::Text if !text.trim().is_empty() => some_text(text),
        _ => some_text(trimmed),
    }
}

fn yaml(text: &str) -> Option<Value> {
    let [document] = split_documents(text).try_into().ok()?;
    parse_document(&document, false).ok()?
}

fn some_text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| text.into())
}

fn chosen_among(options: &[Choice], keys: &[String]) -> Value {
    let chosen = options.iter().filter(|option| keys.contains(&option.key));
    chosen.map(|option| option.value.clone()).collect()
}

/// The address of its parts; the host alone, where nothing else is said.
fn sent_url(at: &str, sent: &Sent) -> Option<String> {
    let host = sent.last(&format!("host:{at}"))?.trim();
    let mut url = RepoUrl::parse(host);
    for part in RepoPart::ALL {
        let name = format!("{}:{at}", part.name());
        url.set(part, sent.last(&name).unwrap_or_default());
    }
    let text = url.text();
    Some(if text.is_empty() { url.host } else { text })
}

/// A secret goes where secrets are; its field has asterisks, as many as it has characters, as in Backstage.
fn take_secret(at: &str, answers: &mut Answers, sent: &Sent) {
    let Some(text) = sent.last(at).filter(|text| !text.is_empty()) else {
        return;
    };
    let stars = "*".repeat(text.chars().count());
    answers.secrets.insert(last(at), text.to_owned());
    pointer::set(&mut answers.values, at, Some(stars.into()));
}

/// Gives a field nobody answers the value it has by itself.
fn settle(answers: &mut Answers, at: &str, value: Option<&Value>) {
    if let Some(value) = value {
        ensure(answers, at, value.clone());
    }
}

fn ensure(answers: &mut Answers, at: &str, value: Value) {
    if answers.value(at).is_none() {
        pointer::set(&mut answers.values, at, Some(value));
    }
}

fn resize(answers: &mut Answers, at: &str, places: usize) {
    let list = answers.value(at).and_then(Value::as_array);
    let mut list = list.cloned().unwrap_or_default();
    list.resize(places, Value::Null);
    pointer::set(&mut answers.values, at, Some(list.into()));
}
