//! Placeholders: `{$text: ./file}` anywhere in an entity stands for what the file says.

use serde_json::Value;

use super::{prepare::sort_lists, shape::pointer_token};

/// The placeholders that are understood.
const KNOWN: [&str; 5] = ["$text", "$json", "$yaml", "$openapi", "$asyncapi"];

/// A placeholder in a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Placeholder {
    /// JSON pointer of the value to replace.
    pub pointer: String,
    /// `$text`, `$json`, `$yaml`, `$openapi` or `$asyncapi`.
    pub key: String,
    /// What it names, as written: should be a text.
    pub target: Value,
}

/// The placeholders of an entity: objects of exactly one key that is one of theirs. An object with a `$` key
/// that is none is left as it is and not looked into.
#[must_use]
pub fn placeholders(value: &Value) -> Vec<Placeholder> {
    let mut found = Vec::new();
    collect(value, &mut String::new(), &mut found);
    found
}

fn collect(value: &Value, pointer: &mut String, found: &mut Vec<Placeholder>) {
    let length = pointer.len();
    let mut within = |key: &str, value: &Value, pointer: &mut String| {
        if value.is_object() || value.is_array() {
            pointer.push('/');
            pointer.push_str(key);
            collect(value, pointer, found);
            pointer.truncate(length);
        }
    };
    match value {
        Value::Object(map) => {
            if let Some((key, target)) = map.iter().find(|(key, _)| key.starts_with('$')) {
                if map.len() == 1 && KNOWN.contains(&key.as_str()) {
                    let (pointer, key) = (pointer.clone(), key.clone());
                    found.push(Placeholder {
                        pointer,
                        key,
                        target: target.clone(),
                    });
                }
                return;
            }
            for (key, value) in map {
                within(&pointer_token(key), value, pointer);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                within(&index.to_string(), value, pointer);
            }
        }
        _ => {}
    }
}

/// Puts a value where a placeholder was.
pub fn fill(value: &mut Value, pointer: &str, filled: Value) {
    if let Some(place) = value.pointer_mut(pointer) {
        *place = filled;
        // Backstage sorts references behind the placeholders.
        if pointer.starts_with("/spec/") {
            sort_lists(&mut value["spec"]);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_lone_known_keys_are_placeholders() {
        let mut value = json!({
            "spec": {
                "definition": {"$text": "./a.yaml"},
                "list": [1, {"$json": "b.json"}],
                "unknown": {"$file": {"$text": "x"}},
                "accompanied": {"$text": "x", "other": {"$text": "y"}},
                "a/b": {"$yaml": 5},
            },
        });
        let found = placeholders(&value);
        let pointers: Vec<&str> = found.iter().map(|found| found.pointer.as_str()).collect();
        assert_eq!(pointers, ["/spec/definition", "/spec/list/1", "/spec/a~1b"]);
        fill(&mut value, "/spec/list/1", json!("filled"));
        assert_eq!(value["spec"]["list"], json!([1, "filled"]));
    }

    #[test]
    fn a_filled_list_of_references_is_sorted() {
        let mut value = json!({"spec": {"dependsOn": {"$yaml": "./deps.yaml"}}});
        fill(
            &mut value,
            "/spec/dependsOn",
            json!(["resource:b", "component:a"]),
        );
        assert_eq!(
            value["spec"]["dependsOn"],
            json!(["component:a", "resource:b"])
        );
    }
}
