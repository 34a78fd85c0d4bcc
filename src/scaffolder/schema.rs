//! What of a value a JSON Schema refuses, in the words Backstage's clients show.
//!
//! Backstage: scaffolder-backend uses the npm package `jsonschema`; `scaffolder-api.md` §1.3 has its shape.

use jsonschema::Draft;
use serde::Serialize;
use serde_json::Value;

use crate::error::{Error, Result};

/// No more is told than this many faults.
const MAX_FAULTS: usize = 100;

/// One thing a schema refuses.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SchemaFault {
    /// The keys and indexes that lead to the value.
    pub path: Vec<Value>,
    /// The same as text: `instance.list[0]`.
    pub property: String,
    /// What is wrong.
    pub message: String,
    /// The schema that was broken.
    pub schema: Value,
    /// The value.
    pub instance: Value,
    /// The keyword.
    pub name: String,
    /// What the keyword says; for `required` the property that is missing.
    pub argument: Value,
    /// `property` and `message`.
    pub stack: String,
}

/// Everything that is wrong with a value, in the order of the schema. [`Error::Input`] if the schema is none.
pub fn faults(schema: &Value, value: &Value) -> Result<Vec<SchemaFault>> {
    found(schema, value, false)
}

/// The same, and whether texts have the formats the schema names: forms check that, Backstage's server does not.
pub fn faults_with_formats(schema: &Value, value: &Value) -> Result<Vec<SchemaFault>> {
    found(schema, value, true)
}

/// Whether a value meets a schema; it does not meet one that is none.
#[must_use]
pub fn is_valid(schema: &Value, value: &Value) -> bool {
    validator(schema, false).is_ok_and(|validator| validator.is_valid(value))
}

fn validator(schema: &Value, with_formats: bool) -> Result<jsonschema::Validator> {
    jsonschema::options()
        .with_draft(Draft::Draft7)
        .should_validate_formats(with_formats)
        .offline()
        .build(schema)
        .map_err(|fault| {
            Error::Input(format!(
                "The schema cannot be used: {fault} (at “{}”). Correct it.",
                fault.instance_path()
            ))
        })
}

fn found(schema: &Value, value: &Value, with_formats: bool) -> Result<Vec<SchemaFault>> {
    let validator = validator(schema, with_formats)?;
    let mut all: Vec<_> = validator.iter_errors(value).take(MAX_FAULTS).collect();
    all.sort_by_cached_key(|fault| place(schema, fault.schema_path().as_str()));
    let told = all.iter().flat_map(|fault| told(schema, value, fault));
    Ok(told.collect())
}

/// Where in a schema a pointer leads: which key of which, from the root on.
fn place(schema: &Value, pointer: &str) -> Vec<usize> {
    let mut at = Some(schema);
    let mut places = Vec::new();
    for segment in pointer.split('/').skip(1) {
        let key = segment.replace("~1", "/").replace("~0", "~");
        let place = match at {
            Some(Value::Object(map)) => map.keys().position(|other| *other == key),
            _ => key.parse().ok(),
        };
        let Some(place) = place else { break };
        places.push(place);
        at = at.and_then(|value| match value {
            Value::Array(list) => list.get(place),
            value => value.get(&key),
        });
    }
    places
}

fn told(
    schema: &Value,
    whole: &Value,
    fault: &jsonschema::ValidationError<'_>,
) -> Vec<SchemaFault> {
    let name = fault.kind().keyword();
    let path = path_of(whole, fault.instance_path().as_str());
    let property = property_of(&path);
    let pointer = fault.schema_path().as_str();
    let broken = pointer
        .rsplit_once('/')
        .and_then(|(above, _)| schema.pointer(above))
        .unwrap_or(schema);
    let says = broken.get(name).cloned().unwrap_or(Value::Null);
    wordings(name, fault, &says)
        .into_iter()
        .map(|(message, argument)| SchemaFault {
            path: path.clone(),
            stack: format!("{property} {message}"),
            property: property.clone(),
            message,
            schema: broken.clone(),
            instance: fault.instance().as_ref().clone(),
            name: name.to_owned(),
            argument,
        })
        .collect()
}

/// Message and argument; several where one fault stands for several properties.
fn wordings(
    name: &str,
    fault: &jsonschema::ValidationError<'_>,
    says: &Value,
) -> Vec<(String, Value)> {
    use jsonschema::error::ValidationErrorKind as Kind;
    let argument = says.clone();
    let message = match fault.kind() {
        Kind::Required { property } => {
            return vec![(format!("requires property {property}"), property.clone())];
        }
        Kind::AdditionalProperties { unexpected } => {
            let word = |key: &String| {
                let told = format!("is not allowed to have the additional property {key:?}");
                (told, Value::from(key.as_str()))
            };
            return unexpected.iter().map(word).collect();
        }
        Kind::Type { .. } => format!("is not of a type(s) {}", listed(says)),
        Kind::Enum { .. } => format!("is not one of enum values: {}", listed(says)),
        Kind::Constant { .. } => format!("does not exactly match expected constant: {says}"),
        Kind::Pattern { .. } => format!("does not match pattern {says}"),
        Kind::MinLength { .. } | Kind::MinItems { .. } => {
            format!("does not meet minimum length of {says}")
        }
        Kind::MaxLength { .. } | Kind::MaxItems { .. } => {
            format!("does not meet maximum length of {says}")
        }
        Kind::Minimum { .. } => format!("must be greater than or equal to {says}"),
        Kind::Maximum { .. } => format!("must be less than or equal to {says}"),
        Kind::ExclusiveMinimum { .. } => format!("must be strictly greater than {says}"),
        Kind::ExclusiveMaximum { .. } => format!("must be strictly less than {says}"),
        Kind::MultipleOf { .. } => format!("is not a multiple of (divisible by) {says}"),
        Kind::UniqueItems => "contains duplicate item".to_owned(),
        Kind::MinProperties { .. } => format!("does not meet minimum property length of {says}"),
        Kind::MaxProperties { .. } => format!("does not meet maximum property length of {says}"),
        Kind::AnyOf { .. } => {
            return vec![(format!("is not any of {}", subschemas(says)), named(says))];
        }
        Kind::OneOfNotValid { .. } | Kind::OneOfMultipleValid { .. } => {
            return vec![(
                format!("is not exactly one from {}", subschemas(says)),
                named(says),
            )];
        }
        Kind::Not { .. } => "is of prohibited type".to_owned(),
        _ => format!("does not satisfy {name}"),
    };
    vec![(message, argument)]
}

/// `a,b`, as JavaScript joins.
fn listed(value: &Value) -> String {
    let text = |item: &Value| match item {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match value {
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(","),
        one => text(one),
    }
}

fn names(schemas: &Value) -> Vec<String> {
    let list = schemas.as_array().map(Vec::as_slice).unwrap_or_default();
    let name = |(index, schema): (usize, &Value)| match (&schema["title"], &schema["$ref"]) {
        (Value::String(title), _) => format!("{title:?}"),
        (_, Value::String(reference)) => format!("<{reference}>"),
        _ => format!("[subschema {index}]"),
    };
    list.iter().enumerate().map(name).collect()
}

fn subschemas(schemas: &Value) -> String {
    names(schemas).join(",")
}

fn named(schemas: &Value) -> Value {
    Value::from(names(schemas))
}

/// A pointer as keys, and indexes where the value is a list.
fn path_of(whole: &Value, pointer: &str) -> Vec<Value> {
    let mut at = Some(whole);
    let mut path = Vec::new();
    for part in pointer.split('/').skip(1) {
        let key = part.replace("~1", "/").replace("~0", "~");
        match at {
            Some(Value::Array(list)) => {
                let index: usize = key.parse().unwrap_or_default();
                path.push(Value::from(index));
                at = list.get(index);
            }
            other => {
                at = other.and_then(|value| value.get(&key));
                path.push(Value::from(key));
            }
        }
    }
    path
}

fn property_of(path: &[Value]) -> String {
    path.iter()
        .fold("instance".to_owned(), |text, part| match part {
            Value::String(key) => format!("{text}.{key}"),
            index => format!("{text}[{index}]"),
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn faults_are_worded_as_backstage_words_them() {
        let schema = json!({
            "type": "object",
            "properties": {
                "targetPath": {"type": "string"},
                "size": {"enum": ["s", "m"]},
                "name": {"pattern": "^[a-z]+$", "maxLength": 3},
                "list": {"items": {"minimum": 2}},
            },
            "required": ["url"],
            "additionalProperties": false,
        });
        let value =
            json!({"targetPath": 1, "size": "l", "name": "ABCD", "list": [2, 1], "extra": true});
        let found = faults(&schema, &value).expect("a schema");
        let stacks: Vec<&str> = found.iter().map(|fault| fault.stack.as_str()).collect();
        assert_eq!(
            stacks,
            [
                "instance.targetPath is not of a type(s) string",
                "instance.size is not one of enum values: s,m",
                "instance.name does not match pattern \"^[a-z]+$\"",
                "instance.name does not meet maximum length of 3",
                "instance.list[1] must be greater than or equal to 2",
                "instance requires property \"url\"",
                "instance is not allowed to have the additional property \"extra\"",
            ]
        );
        assert_eq!(found[4].path, [json!("list"), json!(1)]);
        assert_eq!(found[5].argument, json!("url"));
        assert_eq!(found[2].schema, schema["properties"]["name"]);
    }

    #[test]
    fn a_schema_that_is_none_says_so() {
        let refused = faults(&json!({"type": "nothing"}), &json!(1)).expect_err("no schema");
        assert!(matches!(refused, Error::Input(_)), "{refused}");
    }
}
