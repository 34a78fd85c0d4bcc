//! An entity as rows of the search index (`catalog-api.md` §2): keys in lower case, values as authored.

use serde_json::Value;

use super::text::{TextId, Texts};

/// Longer keys have no row; longer values are there, but cannot be compared. In characters.
const MAX_LENGTH: usize = 200;

/// A key in lower case and a value as authored, by their numbers in [`Names`]; `None`: the key is there, its value
/// cannot be compared.
pub(super) type NamedRow = (TextId, Option<TextId>);

/// What rows are made of, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) keys: Texts,
    pub(super) texts: Texts,
}

/// The rows of one entity, as they are made.
struct Rows<'a> {
    names: &'a mut Names,
    rows: Vec<NamedRow>,
    /// The key of the value that is looked at, and the same in lower case.
    path: String,
    key: String,
}

impl Rows<'_> {
    fn push(&mut self, value: Option<&str>) {
        if is_longer(&self.path) {
            return;
        }
        self.key.clear();
        push_lower(&mut self.key, &self.path);
        let value = value.filter(|value| !is_longer(value));
        let row = (
            self.names.keys.hold(&self.key),
            value.map(|value| self.names.texts.hold(value)),
        );
        self.rows.push(row);
    }

    fn push_as(&mut self, key: &str, value: Option<&str>) {
        key.clone_into(&mut self.path);
        self.push(value);
    }

    /// Whatever is below a value.
    fn walk(&mut self, value: &Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    self.below(key, |rows| {
                        if !is_special(&rows.path) {
                            rows.walk(value);
                        }
                    });
                }
            }
            Value::Array(list) => {
                for item in list {
                    self.walk(item);
                    if let Value::String(text) = item {
                        self.below(text, |rows| rows.push(Some("true")));
                    }
                }
            }
            Value::Null => self.push(None),
            Value::String(text) => self.push(Some(text)),
            Value::Bool(value) => self.push(Some(if *value { "true" } else { "false" })),
            Value::Number(number) => self.push(Some(&as_javascript(number))),
        }
    }

    /// What a step further comes to.
    fn below(&mut self, step: &str, work: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(step);
        work(self);
        self.path.truncate(length);
    }
}

fn is_longer(text: &str) -> bool {
    text.len() > MAX_LENGTH && text.chars().count() > MAX_LENGTH
}

fn push_lower(buffer: &mut String, text: &str) {
    if text.is_ascii() {
        let start = buffer.len();
        buffer.push_str(text);
        buffer[start..].make_ascii_lowercase();
    } else {
        buffer.push_str(&text.to_lowercase());
    }
}

/// The rows of an entity, but for those of its relations.
pub(super) fn flatten(entity: &Value, uid: &str, names: &mut Names) -> Vec<NamedRow> {
    let mut rows = Rows {
        names,
        rows: Vec::with_capacity(32),
        path: String::with_capacity(64),
        key: String::with_capacity(64),
    };
    rows.walk(entity);
    let metadata = &entity["metadata"];
    rows.push_as("metadata.name", metadata["name"].as_str());
    let namespace = metadata["namespace"].as_str().or(Some("default"));
    rows.push_as("metadata.namespace", namespace);
    rows.push_as("metadata.uid", Some(uid));
    rows.rows
}

/// Left out, or added in another form.
fn is_special(path: &str) -> bool {
    matches!(
        path,
        "attachments"
            | "relations"
            | "status"
            | "metadata.name"
            | "metadata.namespace"
            | "metadata.uid"
            | "metadata.etag"
    )
}

/// `String(number)`: whole numbers have no point.
fn as_javascript(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(value) if number.is_f64() && value.fract() == 0.0 && value.abs() < 1e21 => {
            format!("{value:.0}")
        }
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_entity_becomes_the_rows_of_backstage() {
        let entity = json!({
            "kind": "Component",
            "metadata": {"name": "Web", "annotations": {"a.b/C": "x"}, "tags": ["Java", "b"], "etag": "no"},
            "spec": {"port": 80, "ratio": 2.0, "on": true, "none": null, "list": [{"a": 1}, [2]], "long": "x".repeat(201)},
            "relations": [1],
        });
        let mut names = Names::default();
        let rows = flatten(&entity, "u", &mut names);
        let told: Vec<String> = rows
            .iter()
            .map(|(key, value)| {
                let value = value.map_or("∅", |value| names.texts.get(value));
                format!("{}={value}", names.keys.get(*key))
            })
            .collect();
        assert_eq!(
            told,
            [
                "kind=Component",
                "metadata.annotations.a.b/c=x",
                "metadata.tags=Java",
                "metadata.tags.java=true",
                "metadata.tags=b",
                "metadata.tags.b=true",
                "spec.port=80",
                "spec.ratio=2",
                "spec.on=true",
                "spec.none=∅",
                "spec.list.a=1",
                "spec.list=2",
                "spec.long=∅",
                "metadata.name=Web",
                "metadata.namespace=default",
                "metadata.uid=u",
            ]
        );
    }
}
