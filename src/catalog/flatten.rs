//! An entity as rows of the search index (`catalog-api.md` §2): keys in lower case, values as authored.

use serde_json::Value;

/// Longer keys have no row; longer values are there, but cannot be compared. In characters.
const MAX_LENGTH: usize = 200;

/// Rows over one buffer.
#[derive(Debug, Default)]
pub(super) struct Rows {
    buffer: String,
    rows: Vec<(Span, Option<Span>)>,
}

type Span = (u32, u32);

impl Rows {
    /// Key in lower case and value as authored; `None`: the key is there, its value cannot be compared.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.rows
            .iter()
            .map(|(key, value)| (self.slice(*key), value.map(|value| self.slice(value))))
    }

    fn slice(&self, (start, end): Span) -> &str {
        &self.buffer[start as usize..end as usize]
    }

    fn push(&mut self, key: &str, value: Option<&str>) {
        if is_longer(key) {
            return;
        }
        let start = self.buffer.len();
        push_lower(&mut self.buffer, key);
        let key = self.span_from(start);
        let value = value.filter(|value| !is_longer(value)).map(|value| {
            let start = self.buffer.len();
            self.buffer.push_str(value);
            self.span_from(start)
        });
        self.rows.push((key, value));
    }

    fn span_from(&self, start: usize) -> Span {
        let number =
            |length: usize| u32::try_from(length).expect("an entity is smaller than 4 GiB");
        (number(start), number(self.buffer.len()))
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
pub(super) fn flatten(entity: &Value, uid: &str) -> Rows {
    let mut rows = Rows {
        buffer: String::with_capacity(1_024),
        rows: Vec::with_capacity(32),
    };
    let mut path = String::with_capacity(64);
    walk(entity, &mut path, &mut rows);
    let metadata = &entity["metadata"];
    rows.push("metadata.name", metadata["name"].as_str());
    rows.push(
        "metadata.namespace",
        metadata["namespace"].as_str().or(Some("default")),
    );
    rows.push("metadata.uid", Some(uid));
    rows
}

fn walk(value: &Value, path: &mut String, rows: &mut Rows) {
    match value {
        Value::Object(map) => {
            let length = path.len();
            for (key, value) in map {
                if length > 0 {
                    path.push('.');
                }
                path.push_str(key);
                if !is_special(path) {
                    walk(value, path, rows);
                }
                path.truncate(length);
            }
        }
        Value::Array(list) => {
            for item in list {
                walk(item, path, rows);
                if let Value::String(text) = item {
                    let length = path.len();
                    path.push('.');
                    path.push_str(text);
                    rows.push(path, Some("true"));
                    path.truncate(length);
                }
            }
        }
        Value::Null => rows.push(path, None),
        Value::String(text) => rows.push(path, Some(text)),
        Value::Bool(value) => rows.push(path, Some(if *value { "true" } else { "false" })),
        Value::Number(number) => rows.push(path, Some(&as_javascript(number))),
    }
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
        let rows = flatten(&entity, "u");
        let told: Vec<String> = rows
            .iter()
            .map(|(key, value)| format!("{key}={}", value.unwrap_or("∅")))
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
