//! What a schema says about how it is asked: `ui:` keys and `ui:options`.
//!
//! Backstage: forms are react-jsonschema-form, where `ui:help` and `ui:options.help` mean the same.

use serde_json::Value;

/// How one schema wants to be asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ui<'a>(&'a Value);

impl<'a> Ui<'a> {
    pub(super) fn of(schema: &'a Value) -> Self {
        Self(schema)
    }

    /// An option, by its name without `ui:`.
    pub(super) fn option(self, name: &str) -> Option<&'a Value> {
        let plain = self.0.get(format!("ui:{name}"));
        plain.or_else(|| self.0.get("ui:options")?.get(name))
    }

    /// A text; empty if there is none.
    pub(super) fn text(self, name: &str) -> &'a str {
        let option = self.option(name).and_then(Value::as_str);
        option.unwrap_or_default()
    }

    /// Whether an option is true.
    pub(super) fn is(self, name: &str) -> bool {
        self.option(name) == Some(&Value::Bool(true))
    }

    /// The texts of a list; none if there is none.
    pub(super) fn texts(self, name: &str) -> Vec<String> {
        texts(self.option(name))
    }

    /// Whether it is asked only where a feature is switched on. There is no switch for features: it is never asked.
    pub(super) fn waits_for_feature(self) -> bool {
        self.backstage("/featureFlag")
            .and_then(Value::as_str)
            .is_some()
    }

    /// What stands in place of the answer when answers are looked through.
    pub(super) fn review_mask(self) -> Option<&'a str> {
        self.backstage("/review/mask").and_then(Value::as_str)
    }

    /// Whether the answer is left out when answers are looked through.
    pub(super) fn is_left_out_of_review(self) -> bool {
        self.backstage("/review/show") == Some(&Value::Bool(false))
    }

    fn backstage(self, pointer: &str) -> Option<&'a Value> {
        self.0.get("ui:backstage")?.pointer(pointer)
    }
}

/// The texts of a list, or the one text.
pub(super) fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(list)) => {
            let texts = list.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}
