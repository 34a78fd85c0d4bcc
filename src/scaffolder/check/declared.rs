//! What a template's form asks for: the parameters and secrets there can be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::scaffolder::TemplateEntity;

/// Deepest nesting of schemas that is looked into.
const MAX_DEPTH: usize = 20;
/// Secrets that every run has.
const GIVEN_SECRETS: [&str; 2] = ["backstageToken", "USER_OAUTH_TOKEN"];

/// What can be asked for.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// Parameters, with the JSON pointer of their schema.
    pub(super) parameters: BTreeMap<String, String>,
    /// Names a page requires, with the pointer of the list.
    pub(super) required: Vec<(String, String)>,
    /// Parameters that decide what else is asked.
    pub(super) steering: BTreeSet<String>,
    pub(super) secrets: BTreeSet<String>,
    /// Whether there may be others: a part is in another file, or any name is allowed.
    pub(super) is_open: bool,
}

impl Declared {
    pub(super) fn of(template: &TemplateEntity) -> Self {
        let mut declared = Self::default();
        for page in &template.parameters {
            declared.schema(&page.schema, &page.pointer, 0);
        }
        let schema = template.secrets_schema.as_ref();
        let schema = schema.and_then(|schema| schema["properties"].as_object());
        declared
            .secrets
            .extend(schema.into_iter().flatten().map(|(name, _)| name.clone()));
        declared.secrets.extend(GIVEN_SECRETS.map(str::to_owned));
        declared
    }

    /// A page, or a part of one that applies under a condition.
    fn schema(&mut self, schema: &Value, pointer: &str, depth: usize) {
        let Some(object) = schema.as_object().filter(|_| depth < MAX_DEPTH) else {
            return;
        };
        let below = |key: &str| format!("{pointer}/{}", escaped(key));
        for (key, value) in object {
            let at = below(key);
            match (key.as_str(), value) {
                ("properties", Value::Object(properties)) => self.properties(properties, &at),
                ("required", Value::Array(names)) => {
                    let names = names.iter().enumerate().filter_map(|(index, name)| {
                        Some((name.as_str()?.to_owned(), format!("{at}/{index}")))
                    });
                    self.required.extend(names);
                }
                ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                    for (index, part) in parts.iter().enumerate() {
                        self.schema(part, &format!("{at}/{index}"), depth + 1);
                    }
                }
                ("then" | "else", part) => self.schema(part, &at, depth + 1),
                ("if", condition) => self.steered_by(condition),
                ("dependencies" | "dependentSchemas", Value::Object(parts)) => {
                    self.steering.extend(parts.keys().cloned());
                    for (key, part) in parts {
                        self.schema(part, &format!("{at}/{}", escaped(key)), depth + 1);
                    }
                }
                ("$ref" | "patternProperties" | "$yaml" | "$json" | "$text", _) => {
                    self.is_open = true;
                }
                ("additionalProperties", value) if value.is_object() => self.is_open = true,
                _ => {}
            }
        }
    }

    fn properties(&mut self, properties: &serde_json::Map<String, Value>, pointer: &str) {
        for (name, property) in properties {
            if name.starts_with('$') {
                self.is_open = true;
                continue;
            }
            let at = format!("{pointer}/{}", escaped(name));
            self.parameters.entry(name.clone()).or_insert(at);
            if property["ui:field"] == "Secret" {
                self.secrets.insert(name.clone());
            }
            let key = property.pointer("/ui:options/requestUserCredentials/secretsKey");
            self.secrets
                .extend(key.and_then(Value::as_str).map(str::to_owned));
        }
    }

    fn steered_by(&mut self, condition: &Value) {
        let properties = condition["properties"].as_object();
        self.steering.extend(
            properties
                .into_iter()
                .flatten()
                .map(|(name, _)| name.clone()),
        );
    }
}

/// A key as a part of a JSON pointer (RFC 6901).
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
