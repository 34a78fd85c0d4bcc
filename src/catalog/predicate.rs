//! Filter predicates (`catalog-api.md` §3.2), both ways: POST bodies bring them, cursors carry them.

use serde_json::{Map, Value, json};

use super::{Filter, predicate_shape::predicate_issues};
use crate::{
    error::{Error, Result},
    input::{Step, tell_issues},
};

/// Predicates are nested no deeper.
const MAX_DEPTH: usize = 50;

/// What is wrong with the shape of a predicate that stands under `key`, in one sentence; `None` if nothing is.
#[must_use]
pub fn check_predicate(predicate: &Value, key: &str) -> Option<String> {
    let issues = predicate_issues(predicate, &[Step::Key(key.to_owned())]);
    (!issues.is_empty()).then(|| tell_issues(&issues))
}

impl Filter {
    /// From a predicate. [`Error::Input`] with Backstage's message.
    pub fn from_predicate(predicate: &Value) -> Result<Self> {
        let issues = predicate_issues(predicate, &[]);
        if !issues.is_empty() {
            return Err(invalid(tell_issues(&issues)));
        }
        Self::from_checked(predicate)
    }

    /// From a predicate whose shape was checked.
    pub(super) fn from_checked(predicate: &Value) -> Result<Self> {
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
        return Err(Error::Input(format!(
            "Invalid filter predicate: top-level primitive values are not supported. Wrap the value in a field expression, e.g. {{ \"kind\": {predicate} }}"
        )));
    };
    if let Some((operator, operand)) = map.iter().find(|(key, _)| key.starts_with('$')) {
        return parse_operator(operator, operand, depth);
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

fn parse_operator(operator: &str, operand: &Value, depth: usize) -> Result<Filter> {
    if operator == "$not" {
        return Ok(Filter::Not(Box::new(parse(operand, depth + 1)?)));
    }
    let items = operand.as_array().into_iter().flatten();
    let filters: Vec<Filter> = items
        .map(|item| parse(item, depth + 1))
        .collect::<Result<_>>()?;
    Ok(match (operator, filters.is_empty()) {
        ("$all", true) => Filter::All,
        ("$all", false) => Filter::AllOf(filters),
        (_, true) => Filter::Never,
        (_, false) => Filter::AnyOf(filters),
    })
}

/// Of several operators the first of these counts whose operand is right.
fn parse_field(field: &str, value: &Value) -> Result<Filter> {
    let key = field.to_lowercase();
    if let Some(text) = primitive(value) {
        return Ok(Filter::In(key, vec![text]));
    }
    if let Some(exists) = value["$exists"].as_bool() {
        let exists_filter = Filter::Exists(key);
        return Ok(if exists {
            exists_filter
        } else {
            Filter::Not(Box::new(exists_filter))
        });
    }
    if let Some(items) = value["$in"].as_array() {
        let values: Option<Vec<String>> = items.iter().map(primitive).collect();
        match values {
            Some(values) if values.is_empty() => return Ok(Filter::Never),
            Some(values) => return Ok(Filter::In(key, values)),
            None => {}
        }
    }
    if let Some(operand) = value.get("$contains") {
        return parse_contains(field, key, operand);
    }
    match value["$hasPrefix"].as_str() {
        Some(prefix) => Ok(Filter::Prefix(key, prefix.to_lowercase())),
        None => Err(invalid(format!("{field} has no operator"))),
    }
}

fn parse_contains(field: &str, key: String, operand: &Value) -> Result<Filter> {
    if let Some(text) = primitive(operand) {
        return Ok(Filter::In(key, vec![text]));
    }
    match operand.as_object() {
        Some(map) if key == "relations" => relation_filter(map),
        _ => Err(Error::Input(format!(
            "Object form of $contains is not supported for field \"{field}\""
        ))),
    }
}

fn relation_filter(map: &Map<String, Value>) -> Result<Filter> {
    let (mut kind, mut target) = (None, None);
    for (name, value) in map {
        let place = match name.to_lowercase().as_str() {
            "type" => &mut kind,
            "targetref" => &mut target,
            _ => {
                return Err(Error::Input(format!(
                    "Unsupported key \"{name}\" in $contains for \"relations\". Only \"type\" and \"targetRef\" are supported"
                )));
            }
        };
        if place.replace(value).is_some() {
            return Err(Error::Input(format!(
                "Duplicate key \"{name}\" in $contains for \"relations\""
            )));
        }
    }
    let kind = kind.and_then(Value::as_str).filter(|kind| !kind.is_empty());
    let kind = kind.ok_or_else(|| {
        let told = "The $contains operator for \"relations\" requires a \"type\" string property";
        Error::Input(told.to_owned())
    })?;
    let key = format!("relations.{}", kind.to_lowercase());
    match target {
        None => Ok(Filter::Exists(key)),
        Some(Value::String(target)) => Ok(Filter::In(key, vec![target.to_lowercase()])),
        Some(target) => Ok(Filter::In(key, target_refs(target)?)),
    }
}

/// `{"$in": [refs]}`
fn target_refs(target: &Value) -> Result<Vec<String>> {
    let items = target["$in"].as_array().map(Vec::as_slice);
    if items == Some(&[]) {
        return Err(Error::Input(
            "Empty \"$in\" array for $contains on \"relations\" is not allowed".to_owned(),
        ));
    }
    let refs = items.and_then(|items| {
        let refs = items
            .iter()
            .map(|item| item.as_str().map(str::to_lowercase));
        refs.collect::<Option<Vec<_>>>()
    });
    refs.ok_or_else(|| {
        Error::Input(format!(
            "Unsupported value in $contains for \"relations\": expected a string or {{ \"$in\": [strings] }}, but got {target}"
        ))
    })
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
