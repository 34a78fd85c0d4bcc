//! Any value of a document as a person reads it: for declared kinds, and for fields no page knows.

use askama::{Template, filters::HtmlSafe};
use serde_json::Value;

use super::super::link::EntityLink;

/// Values deeper than this are shown as JSON.
const MAX_DEPTH: usize = 5;
/// Items of a list or fields of an object that are shown.
const MAX_ITEMS: usize = 100;

/// A value: `{{ value }}` in a template.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "entity/value.html")]
pub(in crate::pages) enum Shown {
    /// A word, a number, a sentence.
    Text(String),
    /// Several lines, or JSON: as it stands.
    Block(String),
    /// An address to write to.
    Mail(String),
    /// A link out of the portal.
    Out(String),
    /// Another entity.
    Entity(EntityLink),
    /// Several values.
    List(Vec<Shown>),
    /// Names and values.
    Fields(Vec<(String, Shown)>),
}

impl HtmlSafe for Shown {}

impl Shown {
    /// A value, with those texts as links to entities that `entity` knows.
    pub(in crate::pages) fn new(
        value: &Value,
        entity: &dyn Fn(&str) -> Option<EntityLink>,
    ) -> Self {
        Self::at_depth(value, entity, 0)
    }

    /// Whether it needs the width of a page.
    pub(super) fn is_long(&self) -> bool {
        match self {
            Self::Block(_) => true,
            Self::List(items) => items
                .iter()
                .any(|item| item.is_long() || matches!(item, Self::Fields(_))),
            Self::Fields(fields) => fields.iter().any(|(_, value)| value.is_long()),
            _ => false,
        }
    }

    /// Whether it says nothing but other entities.
    pub(super) fn is_only_entities(&self) -> bool {
        match self {
            Self::Entity(_) => true,
            Self::List(items) => items.iter().all(Self::is_only_entities),
            _ => false,
        }
    }

    fn at_depth(value: &Value, entity: &dyn Fn(&str) -> Option<EntityLink>, depth: usize) -> Self {
        match value {
            Value::String(text) => Self::text(text, entity),
            Value::Null => Self::Text("–".to_owned()),
            Value::Bool(yes) => Self::Text(if *yes { "yes" } else { "no" }.to_owned()),
            Value::Number(number) => Self::Text(number.to_string()),
            _ if depth == MAX_DEPTH => Self::Block(value.to_string()),
            Value::Array(items) => {
                let shown = items.iter().take(MAX_ITEMS);
                let mut list: Vec<Self> = shown
                    .map(|item| Self::at_depth(item, entity, depth + 1))
                    .collect();
                if items.len() > MAX_ITEMS {
                    list.push(Self::Text(format!("and {} more", items.len() - MAX_ITEMS)));
                }
                Self::List(list)
            }
            Value::Object(fields) => Self::Fields(
                fields
                    .iter()
                    .take(MAX_ITEMS)
                    .map(|(name, value)| (name.clone(), Self::at_depth(value, entity, depth + 1)))
                    .collect(),
            ),
        }
    }

    fn text(text: &str, entity: &dyn Fn(&str) -> Option<EntityLink>) -> Self {
        if let Some(link) = entity(text) {
            return Self::Entity(link);
        }
        if is_web_address(text) {
            return Self::Out(text.to_owned());
        }
        if text.trim_end().contains('\n') {
            return Self::Block(text.trim_end().to_owned());
        }
        Self::Text(text.to_owned())
    }
}

/// Whether a text is an address that is safe to link to.
pub(in crate::pages) fn is_web_address(text: &str) -> bool {
    let has_scheme = text.starts_with("https://") || text.starts_with("http://");
    has_scheme && !text.contains(char::is_whitespace)
}

/// `dependsOn` as a label: `Depends on`.
pub(in crate::pages) fn label_of(name: &str) -> String {
    let mut label = String::with_capacity(name.len() + 4);
    let mut was_lower = false;
    for (at, letter) in name.chars().enumerate() {
        if matches!(letter, '_' | '-' | '.') {
            label.push(' ');
        } else if at == 0 {
            label.extend(letter.to_uppercase());
        } else if letter.is_uppercase() && was_lower {
            label.push(' ');
            label.extend(letter.to_lowercase());
        } else {
            label.push(letter);
        }
        was_lower = letter.is_lowercase();
    }
    label
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Shown, is_web_address, label_of};

    #[test]
    fn values_are_shown_for_people() {
        let shown = Shown::new(
            &json!({"pager": true, "steps": ["look", "call\nlouder\n"], "see": "https://x.y/z"}),
            &|_| None,
        );
        let text = |text: &str| Shown::Text(text.to_owned());
        assert_eq!(
            shown,
            Shown::Fields(vec![
                ("pager".to_owned(), text("yes")),
                (
                    "steps".to_owned(),
                    Shown::List(vec![text("look"), Shown::Block("call\nlouder".to_owned())])
                ),
                ("see".to_owned(), Shown::Out("https://x.y/z".to_owned())),
            ])
        );
    }

    #[test]
    fn nothing_but_web_addresses_becomes_a_link() {
        for (text, expected) in [
            ("https://a.b", true),
            ("http://a.b/c?d", true),
            ("javascript:alert(1)", false),
            ("https://a b", false),
            ("//a.b", false),
        ] {
            assert_eq!(is_web_address(text), expected, "{text}");
        }
    }

    #[test]
    fn names_of_fields_become_labels() {
        for (name, label) in [
            ("dependsOn", "Depends on"),
            ("subcomponentOf", "Subcomponent of"),
            ("providesApi", "Provides api"),
            ("first_line", "First line"),
            ("SLA", "SLA"),
        ] {
            assert_eq!(label_of(name), label);
        }
    }
}
