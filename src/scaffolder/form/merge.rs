//! Two schemas become one that asks for both.

use serde_json::{Map, Value};

/// Adds what another schema says: properties of both, required by either; else the other one counts.
pub(super) fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (key, said) in from {
        match (into.get_mut(&key), said) {
            (Some(Value::Object(here)), Value::Object(there)) => merge(here, there),
            (Some(Value::Array(here)), Value::Array(there)) if key == "required" => {
                for name in there {
                    if !here.contains(&name) {
                        here.push(name);
                    }
                }
            }
            (_, said) => drop(into.insert(key, said)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::merge;

    #[test]
    fn both_are_asked_and_the_other_one_decides() {
        let mut into =
            json!({"properties": {"a": {"type": "string", "title": "A"}}, "required": ["a"]});
        let from = json!({"properties": {"a": {"title": "B"}, "b": {}}, "required": ["a", "b"]});
        let (Some(here), Value::Object(there)) = (into.as_object_mut(), from) else {
            unreachable!("both are objects");
        };
        merge(here, there);
        assert_eq!(
            into,
            json!({"properties": {"a": {"type": "string", "title": "B"}, "b": {}}, "required": ["a", "b"]})
        );
    }
}
