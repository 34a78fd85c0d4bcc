//! The part of a schema that applies to answers: references followed, conditions decided.
//!
//! As react-jsonschema-form does it: `$ref`, `allOf`, `if`/`then`/`else` and `dependencies` become one plain schema.
//! `oneOf` and `anyOf` stay: somebody chooses among them.

use std::cell::Cell;

use serde_json::{Map, Value, json};

use super::merge::merge;
use crate::scaffolder::schema::is_valid;

/// Schemas within schemas are followed so deep,
const MAX_DEPTH: usize = 20;
/// and so many of them for one page: references may go round in circles.
const MAX_PARTS: usize = 5_000;

/// Decides what of a page's schema applies.
#[derive(Debug)]
pub(super) struct Resolver<'a> {
    /// The page: references count from here.
    root: &'a Value,
    /// How many more are followed.
    left: Cell<usize>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        let left = Cell::new(MAX_PARTS);
        Self { root, left }
    }

    /// What of a schema applies to a value, without looking into its properties.
    pub(super) fn applying(&self, schema: &Value, value: &Value) -> Map<String, Value> {
        self.resolve(schema, value, 0)
    }

    fn goes_on(&self, depth: usize) -> bool {
        let left = self.left.get().saturating_sub(1);
        self.left.set(left);
        left > 0 && depth < MAX_DEPTH
    }

    fn resolve(&self, schema: &Value, value: &Value, depth: usize) -> Map<String, Value> {
        let Some(object) = schema.as_object().filter(|_| self.goes_on(depth)) else {
            return Map::new();
        };
        let mut plain = Map::new();
        let mut parts: Vec<Value> = Vec::new();
        for (key, said) in object {
            match (key.as_str(), said) {
                ("$ref", Value::String(reference)) => {
                    plain = self.referenced(reference, value, depth);
                }
                ("allOf", Value::Array(all)) => parts.extend(all.iter().cloned()),
                ("if", condition) => parts.extend(self.branch(object, condition, value)),
                ("dependencies" | "dependentSchemas" | "dependentRequired", Value::Object(all)) => {
                    parts.extend(self.dependent(all, value));
                }
                _ => {}
            }
        }
        let is_decided = |key: &str| {
            matches!(key, "$ref" | "allOf" | "if" | "then" | "else") || key.starts_with("dependen")
        };
        let own = object.iter().filter(|(key, _)| !is_decided(key));
        let own = own.map(|(key, said)| (key.clone(), said.clone()));
        merge(&mut plain, own.collect());
        for part in parts {
            merge(&mut plain, self.resolve(&part, value, depth + 1));
        }
        plain
    }

    fn referenced(&self, reference: &str, value: &Value, depth: usize) -> Map<String, Value> {
        let pointer = reference.strip_prefix('#');
        let target = pointer.and_then(|pointer| self.root.pointer(pointer));
        target.map_or_else(Map::new, |target| self.resolve(target, value, depth + 1))
    }

    fn branch(
        &self,
        schema: &Map<String, Value>,
        condition: &Value,
        value: &Value,
    ) -> Option<Value> {
        let way = if self.holds(condition, value) {
            "then"
        } else {
            "else"
        };
        schema.get(way).cloned()
    }

    /// What is asked because something else was answered.
    fn dependent(&self, all: &Map<String, Value>, value: &Value) -> Vec<Value> {
        let answered = all
            .iter()
            .filter(|(key, _)| value.get(key).is_some_and(|answer| !answer.is_null()));
        let parts = answered.flat_map(|(key, said)| match said {
            Value::Array(names) => vec![json!({"required": names})],
            Value::Object(part) if part.get("oneOf").is_some_and(Value::is_array) => {
                let mut rest = part.clone();
                let list = rest.shift_remove("oneOf").unwrap_or_default();
                let chosen = list.as_array().into_iter().flatten();
                let chosen = chosen.filter_map(|one| self.if_answered(key, one, value));
                let chosen: Vec<Value> = chosen.take(1).collect();
                [vec![rest.into()], chosen].concat()
            }
            other => vec![other.clone()],
        });
        parts.collect()
    }

    /// One of the schemas that depend on an answer, without that answer, if it is the one for it.
    fn if_answered(&self, key: &str, schema: &Value, value: &Value) -> Option<Value> {
        let mut schema = Value::Object(self.resolve(schema, value, 1));
        let properties = schema.get_mut("properties")?.as_object_mut()?;
        let condition = properties.shift_remove(key)?;
        self.holds(&json!({"properties": {key: condition}}), value)
            .then_some(schema)
    }

    /// Whether a value meets a condition.
    pub(super) fn holds(&self, condition: &Value, value: &Value) -> bool {
        let mut condition = condition.clone();
        if let Some(object) = condition.as_object_mut() {
            for shared in ["definitions", "$defs"] {
                if let Some(found) = self.root.get(shared) {
                    object.insert(shared.to_owned(), found.clone());
                }
            }
        }
        is_valid(&condition, value)
    }

    /// The properties whose answers decide what else is asked.
    pub(super) fn steering(&self, schema: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.collect_steering(schema, &mut found, 0);
        found
    }

    fn collect_steering(&self, schema: &Value, found: &mut Vec<String>, depth: usize) {
        let Some(object) = schema.as_object().filter(|_| self.goes_on(depth)) else {
            return;
        };
        let mut below = |part: &Value| self.collect_steering(part, found, depth + 1);
        for key in ["then", "else"] {
            object.get(key).into_iter().for_each(&mut below);
        }
        let all = object.get("allOf").and_then(Value::as_array);
        all.into_iter().flatten().for_each(&mut below);
        let reference = object.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|at| self.root.pointer(at.strip_prefix('#')?));
        target.into_iter().for_each(&mut below);
        for key in ["dependencies", "dependentSchemas", "dependentRequired"] {
            let parts = object.get(key).and_then(Value::as_object);
            for (name, part) in parts.into_iter().flatten() {
                found.push(name.clone());
                self.collect_steering(part, found, depth + 1);
                let ways = part.get("oneOf").and_then(Value::as_array);
                for way in ways.into_iter().flatten() {
                    self.collect_steering(way, found, depth + 1);
                }
            }
        }
        if let Some(condition) = object.get("if") {
            collect_names(condition, found, depth + 1);
        }
    }
}

/// The properties a condition looks at.
fn collect_names(condition: &Value, found: &mut Vec<String>, depth: usize) {
    let Some(object) = condition.as_object().filter(|_| depth < MAX_DEPTH) else {
        return;
    };
    let properties = object.get("properties").and_then(Value::as_object);
    found.extend(properties.into_iter().flat_map(Map::keys).cloned());
    let required = object.get("required").and_then(Value::as_array);
    let required = required.into_iter().flatten().filter_map(Value::as_str);
    found.extend(required.map(str::to_owned));
    for key in ["allOf", "anyOf", "oneOf"] {
        let parts = object.get(key).and_then(Value::as_array);
        for part in parts.into_iter().flatten() {
            collect_names(part, found, depth + 1);
        }
    }
    if let Some(part) = object.get("not") {
        collect_names(part, found, depth + 1);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Resolver;

    fn asked(schema: &Value, value: &Value) -> Vec<String> {
        let applying = Resolver::new(schema).applying(schema, value);
        let properties = applying.get("properties").and_then(Value::as_object);
        properties
            .into_iter()
            .flat_map(|all| all.keys().cloned())
            .collect()
    }

    #[test]
    fn what_is_asked_depends_on_answers() {
        let database = json!({"properties": {"db": {"enum": ["none", "own"]}}, "dependencies": {"db": {"oneOf": [
            {"properties": {"db": {"enum": ["none"]}}},
            {"properties": {"db": {"enum": ["own"]}, "size": {"type": "number"}}, "required": ["size"]},
        ]}}});
        let branch = json!({"properties": {"kind": {}}, "if": {"properties": {"kind": {"const": "a"}}, "required": ["kind"]},
            "then": {"properties": {"a": {}}}, "else": {"properties": {"b": {}}}});
        let all = json!({"properties": {"x": {}}, "allOf": [
            {"if": {"properties": {"x": {"const": 1}}}, "then": {"properties": {"one": {}}}},
            {"properties": {"always": {}}},
        ]});
        let plain = json!({"properties": {"card": {}}, "dependencies": {"card": {"properties": {"address": {}}}}});
        let shared = json!({"$ref": "#/definitions/page", "definitions": {"page": {"properties": {"p": {}}}}});
        for (schema, value, expected) in [
            (&database, json!({}), vec!["db"]),
            (&database, json!({"db": "none"}), vec!["db"]),
            (&database, json!({"db": "own"}), vec!["db", "size"]),
            (&branch, json!({}), vec!["kind", "b"]),
            (&branch, json!({"kind": "a"}), vec!["kind", "a"]),
            (&all, json!({"x": 1}), vec!["x", "one", "always"]),
            (&all, json!({"x": 2}), vec!["x", "always"]),
            (&plain, json!({}), vec!["card"]),
            (&plain, json!({"card": 1}), vec!["card", "address"]),
            (&shared, json!({}), vec!["p"]),
        ] {
            assert_eq!(asked(schema, &value), expected, "{schema} {value}");
        }
    }

    #[test]
    fn references_in_conditions_are_followed_and_circles_end() {
        let schema = json!({
            "definitions": {"yes": {"const": true}, "self": {"$ref": "#/definitions/self"}},
            "if": {"properties": {"on": {"$ref": "#/definitions/yes"}}, "required": ["on"]},
            "then": {"properties": {"more": {}}},
            "allOf": [{"$ref": "#/definitions/self"}, {"$ref": "#"}, {"$ref": "#"}],
        });
        assert_eq!(asked(&schema, &json!({"on": true})), ["more"]);
        assert_eq!(asked(&schema, &json!({"on": false})), Vec::<String>::new());
    }

    #[test]
    fn answers_that_decide_are_known() {
        let schema = json!({
            "dependencies": {"a": ["b"], "c": {"oneOf": [{"properties": {"c": {}}, "dependencies": {"d": ["e"]}}]}},
            "allOf": [{"if": {"allOf": [{"properties": {"f": {}}}, {"required": ["g"]}]}, "then": {"if": {"not": {"required": ["h"]}}}}],
        });
        let mut steering = Resolver::new(&schema).steering(&schema);
        steering.sort();
        assert_eq!(steering, ["a", "c", "d", "f", "g", "h"]);
    }
}
