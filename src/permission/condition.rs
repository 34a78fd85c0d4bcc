//! Conditions made of rules, and whether an entity meets them (`auth-permissions-api.md` §3.3).

use serde_json::Value;

use crate::error::{Error, Result};

/// Conditions within conditions at most.
const MAX_DEPTH: usize = 32;

/// A condition, read.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// A rule holds.
    Rule(Rule),
    /// One of them holds.
    AnyOf(Vec<Condition>),
    /// All of them hold.
    AllOf(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
}

/// A rule of the catalog, with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// `HAS_ANNOTATION`, `HAS_LABEL`: under which key of `metadata`, which name, which value.
    HasEntry(&'static str, String, Option<String>),
    /// `HAS_METADATA`, `HAS_SPEC`: which part, a dotted path, which value.
    HasField(&'static str, String, Option<String>),
    /// `IS_ENTITY_KIND`
    IsKind(Vec<String>),
    /// `IS_ENTITY_OWNER`: refs.
    IsOwner(Vec<String>),
}

impl Condition {
    /// Reads one about a type of resource. [`Error::Input`] says what is wrong.
    pub fn read(value: &Value, resource_type: &str) -> Result<Self> {
        Self::read_within(value, resource_type, MAX_DEPTH)
    }

    fn read_within(value: &Value, resource_type: &str, depth: usize) -> Result<Self> {
        let inner = depth.checked_sub(1).ok_or_else(|| {
            Error::Input(format!("Conditions are nested deeper than {MAX_DEPTH}"))
        })?;
        let list = |key: &str| -> Result<Vec<Self>> {
            let items = value[key].as_array().filter(|items| !items.is_empty());
            let items = items.ok_or_else(|| {
                Error::Input(format!("{key} must be a list with at least one condition"))
            })?;
            items
                .iter()
                .map(|item| Self::read_within(item, resource_type, inner))
                .collect()
        };
        if value.get("anyOf").is_some() {
            return list("anyOf").map(Self::AnyOf);
        }
        if value.get("allOf").is_some() {
            return list("allOf").map(Self::AllOf);
        }
        if let Some(negated) = value.get("not") {
            let negated = Self::read_within(negated, resource_type, inner)?;
            return Ok(Self::Not(Box::new(negated)));
        }
        let name = value["rule"].as_str().ok_or_else(|| {
            Error::Input("A condition has anyOf, allOf, not, or a rule".to_owned())
        })?;
        if value["resourceType"] != resource_type {
            return Err(Error::Input(format!(
                "The rule {name} must have the resourceType {resource_type}"
            )));
        }
        Rule::read(name, &value["params"]).map(Self::Rule)
    }

    /// Whether an entity meets it.
    #[must_use]
    pub fn holds(&self, entity: &Value) -> bool {
        match self {
            Self::Rule(rule) => rule.holds(entity),
            Self::AnyOf(list) => list.iter().any(|condition| condition.holds(entity)),
            Self::AllOf(list) => list.iter().all(|condition| condition.holds(entity)),
            Self::Not(condition) => !condition.holds(entity),
        }
    }
}

/// Whether a resource meets a condition; one that is not there meets none.
#[must_use]
pub fn conditions_apply(condition: &Condition, entity: Option<&Value>) -> bool {
    entity.is_some_and(|entity| condition.holds(entity))
}

impl Rule {
    fn read(name: &str, params: &Value) -> Result<Self> {
        let invalid = || Error::Input(format!("Parameters to rule are invalid: {name}"));
        let text = |key: &str| params[key].as_str().map(str::to_owned).ok_or_else(invalid);
        let value = || match params.get("value") {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(invalid()),
        };
        let list = |key: &str| -> Result<Vec<String>> {
            let items = params[key].as_array().ok_or_else(invalid)?;
            let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
            texts.collect::<Option<_>>().ok_or_else(invalid)
        };
        let (rule, known): (Self, &[&str]) = match name {
            "HAS_ANNOTATION" => (
                Self::HasEntry("annotations", text("annotation")?, value()?),
                &["annotation", "value"],
            ),
            "HAS_LABEL" => (
                Self::HasEntry("labels", text("label")?, value()?),
                &["label", "value"],
            ),
            "HAS_METADATA" => (
                Self::HasField("metadata", text("key")?, value()?),
                &["key", "value"],
            ),
            "HAS_SPEC" => (
                Self::HasField("spec", text("key")?, value()?),
                &["key", "value"],
            ),
            "IS_ENTITY_KIND" => (Self::IsKind(list("kinds")?), &["kinds"]),
            "IS_ENTITY_OWNER" => (Self::IsOwner(list("claims")?), &["claims"]),
            _ => return Err(Error::Input(format!("Unexpected permission rule: {name}"))),
        };
        let mut given = params.as_object().into_iter().flatten();
        if given.any(|(key, _)| !known.contains(&key.as_str())) {
            return Err(invalid());
        }
        Ok(rule)
    }

    fn holds(&self, entity: &Value) -> bool {
        match self {
            Self::HasEntry(part, name, value) => {
                let found = entity["metadata"][*part].get(name);
                found
                    .is_some_and(|found| value.as_ref().is_none_or(|value| found == value.as_str()))
            }
            Self::HasField(part, key, value) => {
                let found = field(&entity[*part], key);
                found.is_some_and(|found| has_value(found, value.as_deref()))
            }
            Self::IsKind(kinds) => {
                let kind = entity["kind"].as_str().unwrap_or_default().to_lowercase();
                kinds.iter().any(|wanted| wanted.to_lowercase() == kind)
            }
            Self::IsOwner(claims) => {
                let relations = entity["relations"].as_array().into_iter().flatten();
                relations
                    .filter(|relation| relation["type"] == "ownedBy")
                    .any(|relation| {
                        claims
                            .iter()
                            .any(|claim| relation["targetRef"] == claim.as_str())
                    })
            }
        }
    }
}

/// What a dotted path leads to. A key that has the dots in it wins.
fn field<'a>(part: &'a Value, path: &str) -> Option<&'a Value> {
    part.get(path).or_else(|| {
        path.split('.').try_fold(part, |inner, key| match inner {
            Value::Array(items) => key.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => inner.get(key),
        })
    })
}

/// Whether it is the value, or has it in a list; without one, whether it is anything at all.
fn has_value(found: &Value, value: Option<&str>) -> bool {
    match (found, value) {
        (Value::Array(items), Some(value)) => items.iter().any(|item| item == value),
        (found, Some(value)) => found == value,
        (Value::Array(items), None) => !items.is_empty(),
        (Value::Null | Value::Bool(false), None) => false,
        (Value::String(text), None) => !text.is_empty(),
        (Value::Number(number), None) => number.as_f64() != Some(0.0),
        (_, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entity() -> Value {
        json!({
            "kind": "Component",
            "metadata": {
                "name": "a",
                "annotations": {"x.io/y": "z", "empty": ""},
                "labels": {"tier": "gold"},
                "tags": ["java"],
                "dotted.key": "yes",
            },
            "spec": {"type": "service", "deep": {"er": "x"}, "none": [], "off": false, "empty": ""},
            "relations": [
                {"type": "ownedBy", "targetRef": "group:default/a"},
                {"type": "partOf", "targetRef": "group:default/b"},
            ],
        })
    }

    #[test]
    fn rules_look_where_they_say() {
        let entity = entity();
        let holds = |rule: &str, params: Value| {
            let condition =
                json!({"rule": rule, "resourceType": "catalog-entity", "params": params});
            Condition::read(&condition, "catalog-entity")
                .expect(rule)
                .holds(&entity)
        };
        for (rule, params, expected) in [
            ("HAS_ANNOTATION", json!({"annotation": "x.io/y"}), true),
            ("HAS_ANNOTATION", json!({"annotation": "empty"}), true),
            (
                "HAS_ANNOTATION",
                json!({"annotation": "x.io/y", "value": "w"}),
                false,
            ),
            ("HAS_ANNOTATION", json!({"annotation": "nope"}), false),
            ("HAS_LABEL", json!({"label": "tier", "value": "gold"}), true),
            (
                "HAS_METADATA",
                json!({"key": "tags", "value": "java"}),
                true,
            ),
            (
                "HAS_METADATA",
                json!({"key": "tags", "value": "jav"}),
                false,
            ),
            ("HAS_METADATA", json!({"key": "annotations.empty"}), false),
            (
                "HAS_METADATA",
                json!({"key": "dotted.key", "value": "yes"}),
                true,
            ),
            ("HAS_SPEC", json!({"key": "deep.er"}), true),
            ("HAS_SPEC", json!({"key": "deep.er", "value": "y"}), false),
            ("HAS_SPEC", json!({"key": "none"}), false),
            ("HAS_SPEC", json!({"key": "off"}), false),
            ("HAS_SPEC", json!({"key": "empty"}), false),
            (
                "IS_ENTITY_KIND",
                json!({"kinds": ["api", "COMPONENT"]}),
                true,
            ),
            ("IS_ENTITY_KIND", json!({"kinds": []}), false),
            (
                "IS_ENTITY_OWNER",
                json!({"claims": ["group:default/a"]}),
                true,
            ),
            (
                "IS_ENTITY_OWNER",
                json!({"claims": ["group:default/b"]}),
                false,
            ),
        ] {
            assert_eq!(holds(rule, params.clone()), expected, "{rule} {params}");
        }
    }

    #[test]
    fn conditions_combine_and_faulty_ones_are_refused() {
        let kind = |kind: &str| json!({"rule": "IS_ENTITY_KIND", "resourceType": "catalog-entity", "params": {"kinds": [kind]}});
        let entity = json!({"kind": "API"});
        for (condition, expected) in [
            (json!({"anyOf": [kind("group"), kind("api")]}), Some(true)),
            (json!({"allOf": [kind("group"), kind("api")]}), Some(false)),
            (json!({"not": kind("group")}), Some(true)),
            (
                json!({"not": {"allOf": [kind("api"), {"not": kind("group")}]}}),
                Some(false),
            ),
            (json!({"anyOf": []}), None),
            (json!({}), None),
            (
                json!({"rule": "NO_SUCH", "resourceType": "catalog-entity"}),
                None,
            ),
            (
                json!({"rule": "IS_ENTITY_KIND", "resourceType": "catalog-entity", "params": {"kinds": "api"}}),
                None,
            ),
            (
                json!({"rule": "IS_ENTITY_KIND", "resourceType": "catalog-entity", "params": {"kinds": [], "x": 1}}),
                None,
            ),
            (
                json!({"rule": "IS_ENTITY_KIND", "resourceType": "other", "params": {"kinds": []}}),
                None,
            ),
        ] {
            let read = Condition::read(&condition, "catalog-entity");
            assert_eq!(
                read.ok().map(|read| read.holds(&entity)),
                expected,
                "{condition}"
            );
        }
        let deep = (0..40).fold(kind("api"), |inner, _| json!({ "not": inner }));
        assert!(Condition::read(&deep, "catalog-entity").is_err());
        let read = Condition::read(&kind("api"), "catalog-entity").expect("a condition");
        assert!(
            !conditions_apply(&read, None),
            "what is not there meets nothing"
        );
    }
}
