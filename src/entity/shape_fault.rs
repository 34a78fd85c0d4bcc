//! What is wrong with the shape of a value: in the words of ajv, the validator of Backstage, and for people.

use serde_json::Value;

/// The first fault of a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ShapeFault {
    /// JSON pointer of the faulty value.
    pub(super) path: String,
    /// As ajv words it.
    pub(super) message: String,
    /// The parameters ajv gives, as Backstage appends them to faults of kinds: `missingProperty: owner`.
    pub(super) parameters: String,
    /// The same for people.
    pub(super) reason: String,
    pub(super) mend: String,
}

impl ShapeFault {
    /// The path as Backstage's messages begin.
    pub(super) fn place(&self) -> &str {
        if self.path.is_empty() {
            "<root>"
        } else {
            &self.path
        }
    }

    /// `/spec must be object - type: object`
    pub(super) fn with_parameters(&self) -> String {
        format!("{} {} - {}", self.place(), self.message, self.parameters)
    }

    /// `/spec must be object`
    pub(super) fn without_parameters(&self) -> String {
        format!("{} {}", self.place(), self.message)
    }
}

/// A value of another type than it must be of.
pub(super) fn wrong_type(path: &str, found: &Value, expected: &str) -> ShapeFault {
    let name = name_of(path);
    let (found, mend) = match (found, expected) {
        (Value::Null, _) => ("empty", format!("Give {name} a value, or remove the line.")),
        (Value::Number(_), "string") => ("a number", format!("Put the value of {name} in quotes.")),
        (Value::Bool(_), "string") => (
            "true or false",
            format!("Put the value of {name} in quotes."),
        ),
        (Value::String(_), "array") => (
            "text",
            format!("Write {name} as a list: one line with “- ” for each item."),
        ),
        (other, _) => (
            kind_of(other),
            format!("Make {name} {}.", article(expected)),
        ),
    };
    ShapeFault {
        path: path.to_owned(),
        message: format!("must be {expected}"),
        parameters: format!("type: {expected}"),
        reason: format!("{name} is {found}; it must be {}.", article(expected)),
        mend,
    }
}

pub(super) fn surplus(path: &str, key: &str) -> ShapeFault {
    ShapeFault {
        path: path.to_owned(),
        message: "must NOT have additional properties".to_owned(),
        parameters: format!("additionalProperty: {key}"),
        reason: format!("Nobody knows {key}."),
        mend: format!("Remove {key}."),
    }
}

pub(super) fn empty(path: &str, unit: &str) -> ShapeFault {
    let name = name_of(path);
    ShapeFault {
        path: path.to_owned(),
        message: format!("must NOT have fewer than 1 {unit}"),
        parameters: "limit: 1".to_owned(),
        reason: format!("{name} is empty."),
        mend: format!("Give {name} a value, or remove the line."),
    }
}

pub(super) fn too_long(path: &str, limit: usize) -> ShapeFault {
    let name = name_of(path);
    ShapeFault {
        path: path.to_owned(),
        message: format!("must NOT have more than {limit} characters"),
        parameters: format!("limit: {limit}"),
        reason: format!("{name} is longer than {limit} characters."),
        mend: format!("Shorten {name}."),
    }
}

pub(super) fn not_allowed(path: &str, allowed: &[&str]) -> ShapeFault {
    ShapeFault {
        path: path.to_owned(),
        message: "must be equal to one of the allowed values".to_owned(),
        parameters: format!("allowedValues: {}", allowed.join(",")),
        reason: format!("{} is none of the values it may have.", name_of(path)),
        mend: format!("Write one of: {}.", allowed.join(", ")),
    }
}

/// An object without a field it must have.
pub(super) fn lacking(path: &str, missing: &str) -> ShapeFault {
    let name = name_of(&format!("{path}/{missing}"));
    ShapeFault {
        path: path.to_owned(),
        message: format!("must have required property '{missing}'"),
        parameters: format!("missingProperty: {missing}"),
        reason: format!("{name} is missing."),
        mend: format!("Add {name}."),
    }
}

/// `/spec/owner` as people write it: `spec.owner`.
pub(super) fn name_of(path: &str) -> String {
    if path.is_empty() {
        return "The document".to_owned();
    }
    format!(
        "`{}`",
        path[1..]
            .replace('/', ".")
            .replace("~1", "/")
            .replace("~0", "~")
    )
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

fn article(expected: &str) -> &'static str {
    match expected {
        "array" => "a list",
        "object" => "a mapping (`key: value` lines)",
        "string,boolean" => "text, true or false",
        _ => "text",
    }
}
