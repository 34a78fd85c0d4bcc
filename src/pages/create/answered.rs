//! Answers as they are looked through: what each question was answered with, masked where the template wants it.

use serde_json::Value;

use crate::scaffolder::form::{Answers, Control, Field, FormPage, Review};

/// The answers of a page.
pub(super) struct Answered {
    pub(super) title: String,
    /// Where they are changed.
    pub(super) href: String,
    pub(super) rows: Vec<Row>,
}

/// An answer.
pub(super) struct Row {
    pub(super) label: String,
    pub(super) value: Shown,
}

/// How an answer is shown.
pub(super) enum Shown {
    /// As text.
    Text(String),
    /// As something that hides it.
    Masked(String),
    /// It is a secret: kept, and never shown.
    Secret { is_kept: bool },
    /// There is none.
    Nothing,
}

impl Answered {
    pub(super) fn new(page: &FormPage, answers: &Answers, href: String) -> Self {
        let mut rows = Vec::new();
        for field in &page.fields(answers) {
            push(field, answers, "", &mut rows);
        }
        Self {
            title: page.title.clone(),
            href,
            rows,
        }
    }
}

fn push(field: &Field, answers: &Answers, outer: &str, rows: &mut Vec<Row>) {
    if field.review == Review::LeftOut && !matches!(field.control, Control::Variants { .. }) {
        return;
    }
    let label = match outer {
        "" => field.label.clone(),
        outer if field.label.is_empty() => outer.to_owned(),
        outer => format!("{outer} › {}", field.label),
    };
    if let Review::Masked(mask) = &field.review
        && !matches!(field.control, Control::Secret { .. })
        && answers.value(&field.pointer).is_some()
    {
        let value = Shown::Masked(mask.clone());
        rows.push(Row { label, value });
        return;
    }
    let value = match &field.control {
        Control::Hidden(_) => return,
        Control::Secret { is_kept } => Shown::Secret { is_kept: *is_kept },
        Control::Variants { fields, .. } => {
            let inner = if field.pointer.is_empty() {
                outer
            } else {
                label.as_str()
            };
            for one in fields {
                push(one, answers, inner, rows);
            }
            return;
        }
        Control::Group(fields) => {
            for one in fields {
                push(one, answers, &label, rows);
            }
            return;
        }
        Control::List { items, .. } if items.iter().any(|item| !item.fields().is_empty()) => {
            for one in items {
                push(one, answers, "", rows);
            }
            return;
        }
        _ => text(field, answers),
    };
    rows.push(Row { label, value });
}

fn text(field: &Field, answers: &Answers) -> Shown {
    let Some(answer) = answers.value(&field.pointer) else {
        return Shown::Nothing;
    };
    let named = |value: &Value| match &field.control {
        Control::Choice { options, .. } => {
            let option = options.iter().find(|option| option.value == *value);
            option.map_or_else(|| plain(value), |option| option.label.clone())
        }
        Control::RepoUrl { url, .. } => url.readable(),
        _ => plain(value),
    };
    let text = match answer {
        Value::Array(list) => {
            let named: Vec<String> = list
                .iter()
                .filter(|one| !one.is_null())
                .map(named)
                .collect();
            named.join(", ")
        }
        one => named(one),
    };
    if text.is_empty() {
        return Shown::Nothing;
    }
    Shown::Text(text)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        other => other.to_string(),
    }
}
