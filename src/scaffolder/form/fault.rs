//! What is wrong with answers, in words for who gave them.

use serde_json::Value;

use super::{
    field::{Control, Field, TextKind, all_fields},
    pointer::{above, below},
};
use crate::scaffolder::schema::SchemaFault;

/// Something wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerFault {
    /// JSON pointer of the answer; empty: of the page.
    pub pointer: String,
    /// What the field is called; empty for the page.
    pub label: String,
    /// What is wrong, and what to do: a sentence.
    pub message: String,
}

impl AnswerFault {
    pub(super) fn of(field: &Field, message: impl Into<String>) -> Self {
        Self {
            pointer: field.pointer.clone(),
            label: field.label.clone(),
            message: message.into(),
        }
    }
}

/// Faults of the schema at the fields they are about.
pub(super) fn at_fields(faults: &[SchemaFault], fields: &[Field]) -> Vec<AnswerFault> {
    let mut found: Vec<AnswerFault> = Vec::new();
    for fault in faults {
        let named = match (fault.name.as_str(), fault.argument.as_str()) {
            ("required", Some(name)) => below(&pointer_of(&fault.path), name),
            _ => pointer_of(&fault.path),
        };
        let told = match field_of(&named, fields) {
            Some(field) => AnswerFault::of(field, message(fault, Some(field))),
            None => AnswerFault {
                pointer: String::new(),
                label: String::new(),
                message: message(fault, None),
            },
        };
        // One fault a field: the first is the cause of others.
        if !found.iter().any(|other| other.pointer == told.pointer) {
            found.push(told);
        }
    }
    found
}

/// The field with a pointer, or the innermost one it is in.
fn field_of<'f>(pointer: &str, fields: &'f [Field]) -> Option<&'f Field> {
    let mut at = pointer;
    while !at.is_empty() {
        let is_it = |field: &&Field| {
            field.pointer == at
                && !matches!(field.control, Control::Variants { .. } | Control::Hidden(_))
        };
        if let Some(found) = all_fields(fields).find(is_it) {
            return Some(found);
        }
        at = above(at);
    }
    None
}

fn pointer_of(path: &[Value]) -> String {
    path.iter().fold(String::new(), |pointer, part| match part {
        Value::String(key) => below(&pointer, key),
        index => below(&pointer, &index.to_string()),
    })
}

/// What is wrong and what to do.
fn message(fault: &SchemaFault, field: Option<&Field>) -> String {
    let says = &fault.argument;
    let count = |one: &str, many: &str| match says.as_u64() {
        Some(1) => format!("1 {one}"),
        _ => format!("{says} {many}"),
    };
    match fault.name.as_str() {
        "required" => needed(fault, field),
        "type" => wrong_type(says, field),
        "enum" | "const" => "Choose one of what is offered.".to_owned(),
        "pattern" => format!(
            "It must match the pattern {}.",
            says.as_str().unwrap_or_default()
        ),
        "minLength" => format!(
            "It must have at least {}.",
            count("character", "characters")
        ),
        "maxLength" => format!("It must have at most {}.", count("character", "characters")),
        "minItems" => format!("Give at least {}.", count("answer", "answers")),
        "maxItems" => format!("Give at most {}.", count("answer", "answers")),
        "uniqueItems" => "Two of the answers are the same. Leave one out.".to_owned(),
        "minimum" => format!("It must be {says} or more."),
        "maximum" => format!("It must be {says} or less."),
        "exclusiveMinimum" => format!("It must be more than {says}."),
        "exclusiveMaximum" => format!("It must be less than {says}."),
        "multipleOf" => format!("It must be a multiple of {says}."),
        "format" => format!(
            "It must be {}.",
            format_name(says.as_str().unwrap_or_default())
        ),
        _ => format!("The template refuses this: it {}.", fault.message),
    }
}

fn needed(fault: &SchemaFault, field: Option<&Field>) -> String {
    match field.map(|field| &field.control) {
        None => format!(
            "The template needs `{}`, and no field asks for it.",
            fault.argument.as_str().unwrap_or_default()
        ),
        Some(Control::Choice { .. } | Control::Check { .. }) => "Choose an answer.".to_owned(),
        Some(_) => "Fill this in.".to_owned(),
    }
}

fn wrong_type(says: &Value, field: Option<&Field>) -> String {
    let kind = says.as_str().unwrap_or_default();
    let is_yaml = field.is_some_and(
        |field| matches!(&field.control, Control::Area { kind, .. } if *kind == TextKind::Yaml),
    );
    match kind {
        "integer" => "Write a whole number, such as 8080.".to_owned(),
        "number" => "Write a number, such as 1.5.".to_owned(),
        "object" if is_yaml => "Write one `name: value` a line.".to_owned(),
        "array" if is_yaml => "Write one `- value` a line.".to_owned(),
        "boolean" => "Choose yes or no.".to_owned(),
        _ => format!(
            "It must be of the type {}.",
            says.to_string().replace('"', "")
        ),
    }
}

fn format_name(format: &str) -> &str {
    match format {
        "email" | "idn-email" => "an address such as ana@example.com",
        "uri" | "iri" | "url" => "a whole URL, such as https://example.com",
        "date" => "a day, such as 2026-01-31",
        "time" => "a time, such as 12:30:00Z",
        "date-time" => "a time, such as 2026-01-31T12:30:00Z",
        "hostname" => "the name of a host, such as www.example.com",
        "ipv4" => "an IPv4 address, such as 192.0.2.1",
        "ipv6" => "an IPv6 address, such as 2001:db8::1",
        "uuid" => "a UUID",
        "regex" => "a regular expression",
        "json-pointer" => "a JSON pointer",
        other => other,
    }
}
