//! Filter predicates (`catalog-api.md` §3.2), both ways: POST bodies bring them, cursors carry them.

use serde_json::{Map, Value, json};

use super::Filter;
use crate::error::{Error, Result};

/// Predicates are nested no deeper.
const MAX_DEPTH: usize = 50;

impl Filter {
    /// From a predicate. [`Error::Input`] with Backstage's message.
    pub fn from_predicate(predicate: &Value) -> Result<Self> {
        parse(predicate, 0)
    }

    /// As a predicate, as the catalog client would write it.
    #[must_use]
    pub fn to_predicate(&self) -> Value {
        let all = |filters: &[Self]| filters.iter().map(Self::to_predicate).collect::<Vec<_>>();
        match self {
            Self::All => json!({}),
            Self::Never => json!({"$any": []}),
            Self::Exists(key) => json!({key: {"$exists": true}}),
            Self::In(key, values) => match values.as_slice() {
                [only] => json!({key: only}),
                values => json!({key: {"$in": values}}),
            },
            Self::Prefix(key, prefix) => json!({key: {"$hasPrefix": prefix}}),
            Self::Not(inner) => json!({"$not": inner.to_predicate()}),
            Self::AllOf(filters) => json!({"$all": all(filters)}),
            Self::AnyOf(filters) => json!({"$any": all(filters)}),
        }
    }
}

fn invalid(message: impl std::fmt::Display) -> Error {
    Error::Input(format!("Invalid query: {message}"))
}

fn parse(predicate: &Value, depth: usize) -> Result<Filter> {
    if depth > MAX_DEPTH {
        return Err(invalid(format!(
            "it is nested deeper than {MAX_DEPTH} levels"
        )));
    }
    let Value::Object(map) = predicate else {
        if predicate.is_string() || predicate.is_number() || predicate.is_boolean() {
            return Err(Error::Input(
                "Invalid filter predicate: top-level primitive values are not supported. Wrap the value in a field expression, e.g. {\"kind\":\"Component\"}".to_owned(),
            ));
        }
        return Err(invalid("expected an object"));
    };
    if let Some(operator) = map.keys().find(|key| key.starts_with('$')) {
        if map.len() > 1 {
            return Err(invalid(format!(
                "{operator} must be the only key of its object"
            )));
        }
        return parse_operator(operator, &map[operator], depth);
    }
    let mut filters = Vec::with_capacity(map.len());
    for (field, value) in map {
        filters.push(parse_field(field, value)?);
    }
    Ok(match filters.len() {
        0 => Filter::All,
        1 => filters.swap_remove(0),
        _ => Filter::AllOf(filters),
    })
}

fn parse_operator(operator: &str, value: &Value, depth: usize) -> Result<Filter> {
    let list = || -> Result<Vec<Filter>> {
        let items = value
            .as_array()
            .ok_or_else(|| invalid(format!("{operator} expects an array")))?;
        items.iter().map(|item| parse(item, depth + 1)).collect()
    };
    match operator {
        "$all" => {
            let filters = list()?;
            Ok(if filters.is_empty() {
                Filter::All
            } else {
                Filter::AllOf(filters)
            })
        }
        "$any" => {
            let filters = list()?;
            Ok(if filters.is_empty() {
                Filter::Never
            } else {
                Filter::AnyOf(filters)
            })
        }
        "$not" => Ok(Filter::Not(Box::new(parse(value, depth + 1)?))),
        other => Err(invalid(format!("unknown operator {other}"))),
    }
}

fn parse_field(field: &str, value: &Value) -> Result<Filter> {
    let key = field.to_lowercase();
    if let Some(text) = primitive(value) {
        return Ok(Filter::In(key, vec![text]));
    }
    let Value::Object(map) = value else {
        return Err(invalid(format!(
            "the value of {field} must be a string, a number, a boolean or an object"
        )));
    };
    let mut entries = map.iter();
    let (Some((operator, operand)), None) = (entries.next(), entries.next()) else {
        return Err(invalid(format!(
            "the value of {field} must have exactly one operator"
        )));
    };
    match operator.as_str() {
        "$exists" => match operand.as_bool() {
            Some(true) => Ok(Filter::Exists(key)),
            Some(false) => Ok(Filter::Not(Box::new(Filter::Exists(key)))),
            None => Err(invalid("$exists expects a boolean")),
        },
        "$in" => {
            let items = operand
                .as_array()
                .ok_or_else(|| invalid("$in expects an array"))?;
            let values: Option<Vec<String>> = items.iter().map(primitive).collect();
            let values =
                values.ok_or_else(|| invalid("$in expects strings, numbers or booleans"))?;
            Ok(if values.is_empty() {
                Filter::Never
            } else {
                Filter::In(key, values)
            })
        }
        "$hasPrefix" => match operand.as_str() {
            Some(prefix) => Ok(Filter::Prefix(key, prefix.to_lowercase())),
            None => Err(invalid("$hasPrefix expects a string")),
        },
        "$contains" => parse_contains(field, key, operand),
        other => Err(invalid(format!(
            "unknown operator {other} for field {field}"
        ))),
    }
}

fn parse_contains(field: &str, key: String, operand: &Value) -> Result<Filter> {
    if let Some(text) = primitive(operand) {
        return Ok(Filter::In(key, vec![text]));
    }
    let Value::Object(map) = operand else {
        return Err(invalid(
            "$contains expects a string, a number, a boolean or an object",
        ));
    };
    if key != "relations" {
        return Err(Error::Input(format!(
            "Object form of $contains is not supported for field \"{field}\""
        )));
    }
    relation_filter(map)
}

fn relation_filter(map: &Map<String, Value>) -> Result<Filter> {
    let (mut kind, mut target) = (None, None);
    for (name, value) in map {
        let place = match name.to_lowercase().as_str() {
            "type" => &mut kind,
            "targetref" => &mut target,
            _ => {
                return Err(invalid(format!(
                    "unknown key {name} in $contains of relations"
                )));
            }
        };
        if place.replace(value).is_some() {
            return Err(invalid(format!(
                "{name} is there twice in $contains of relations"
            )));
        }
    }
    let kind = kind
        .and_then(Value::as_str)
        .ok_or_else(|| invalid("$contains of relations needs a string \"type\""))?;
    let key = format!("relations.{}", kind.to_lowercase());
    let Some(target) = target else {
        return Ok(Filter::Exists(key));
    };
    let refs = match target {
        Value::String(target) => Some(vec![target.to_lowercase()]),
        Value::Object(map) if map.len() == 1 => {
            map.get("$in").and_then(Value::as_array).and_then(|list| {
                let refs = list.iter().map(|item| {
                    item.as_str()
                        .filter(|text| !text.is_empty())
                        .map(str::to_lowercase)
                });
                refs.collect::<Option<Vec<_>>>()
            })
        }
        _ => None,
    };
    match refs {
        Some(refs) if refs.is_empty() => Ok(Filter::Never),
        Some(refs) => Ok(Filter::In(key, refs)),
        None => Err(invalid(
            "targetRef in $contains of relations must be a string or {\"$in\": [strings]}",
        )),
    }
}

/// `String(value)` in lower case.
fn primitive(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_lowercase()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predicates_are_read_and_written_back() {
        for predicate in [
            json!({}),
            json!({"kind": "component"}),
            json!({"kind": {"$in": ["a", "b"]}}),
            json!({"spec.type": {"$exists": true}}),
            json!({"$not": {"spec.type": {"$exists": true}}}),
            json!({"$any": []}),
            json!({"$all": [{"kind": "a"}, {"metadata.name": {"$hasPrefix": "x"}}]}),
            json!({"$any": [{"kind": "a"}, {"$not": {"kind": "b"}}]}),
        ] {
            let filter = Filter::from_predicate(&predicate).expect("a predicate");
            assert_eq!(filter.to_predicate(), predicate);
        }
    }

    #[test]
    fn forms_that_mean_the_same() {
        for (predicate, expected) in [
            (
                json!({"Kind": "API", "spec.port": 80}),
                json!({"$all": [{"kind": "api"}, {"spec.port": "80"}]}),
            ),
            (json!({"kind": {"$in": []}}), json!({"$any": []})),
            (json!({"$all": []}), json!({})),
            (
                json!({"a": {"$exists": false}}),
                json!({"$not": {"a": {"$exists": true}}}),
            ),
            (
                json!({"metadata.tags": {"$contains": "Java"}}),
                json!({"metadata.tags": "java"}),
            ),
            (
                json!({"Relations": {"$contains": {"Type": "ownedBy"}}}),
                json!({"relations.ownedby": {"$exists": true}}),
            ),
            (
                json!({"relations": {"$contains": {"type": "ownedBy", "targetRef": {"$in": ["group:default/A"]}}}}),
                json!({"relations.ownedby": "group:default/a"}),
            ),
        ] {
            assert_eq!(
                Filter::from_predicate(&predicate)
                    .expect("a predicate")
                    .to_predicate(),
                expected,
                "{predicate}"
            );
        }
    }

    #[test]
    fn faulty_predicates_are_refused() {
        let mut deep = json!({});
        for _ in 0..60 {
            deep = json!({"$not": deep});
        }
        for predicate in [
            json!("x"),
            json!([]),
            json!({"$all": {}}),
            json!({"$all": [], "$any": []}),
            json!({"$nor": []}),
            json!({"kind": {"$regex": "x"}}),
            json!({"kind": {"$in": "x"}}),
            json!({"kind": {"$in": ["a"], "$exists": true}}),
            json!({"kind": ["a"]}),
            json!({"spec": {"$contains": {"type": "x"}}}),
            json!({"relations": {"$contains": {"targetRef": "x"}}}),
            json!({"relations": {"$contains": {"type": "x", "Type": "y"}}}),
            deep,
        ] {
            assert!(
                matches!(Filter::from_predicate(&predicate), Err(Error::Input(_))),
                "{predicate}"
            );
        }
    }
}
