//! Schemas of inputs and outputs, written as types: a line a field, `name*: type = default -- description`.
//!
//! | written | meant |
//! |---|---|
//! | `name*` | it must be there |
//! | `string` `number` `boolean` `any` | a value |
//! | `string(minLength 1, pattern "^a")` | with limits, whose values are JSON |
//! | `"a" \| "b"` | one of these texts |
//! | `number \| string[]` | one or the other |
//! | `{a*: string, b: number = 1}` | an object of these fields and no others |
//! | `{*: string}` | an object whose keys are free |
//!
//! What a type comes to is what Backstage's own libraries make of it (`zod-to-json-schema`), key by key.

use serde_json::{Map, Value, json};

use super::notation::{self, Field};

const DRAFT: &str = "http://json-schema.org/draft-07/schema#";
/// A line between two lists of fields: either of them.
const OR: &str = "or";

/// An object of these fields and no others; with a line `or` between them, one of several such objects.
pub(super) fn fields(text: &str) -> Value {
    let mut alternatives: Vec<Vec<Field>> = vec![Vec::new()];
    for line in lines(text) {
        match (line, alternatives.last_mut()) {
            (OR, _) | (_, None) => alternatives.push(Vec::new()),
            (line, Some(last)) => last.push(field(line)),
        }
    }
    let mut objects: Vec<Value> = alternatives.into_iter().map(object).collect();
    let mut schema = match objects.len() {
        1 => objects.remove(0),
        _ => json!({ "anyOf": objects }),
    };
    schema["$schema"] = DRAFT.into();
    schema
}

/// An object of those of the fields that are named (`name*`: it must be there), in the order of the names.
pub(super) fn chosen(text: &str, names: &str) -> Value {
    let known: Vec<Field> = lines(text).map(field).collect();
    let chosen = names.split_whitespace().map(|written| {
        let name = written.trim_end_matches('*');
        let mut fields = known.iter();
        let found = fields.find(|field| field.name == name).cloned();
        Field {
            is_required: written != name,
            ..found.expect("what is chosen is among the fields: a test reads them all")
        }
    });
    let mut schema = object(chosen.collect());
    schema["$schema"] = DRAFT.into();
    schema
}

/// A schema of these fields and no others.
pub(super) fn object(fields: Vec<Field>) -> Value {
    let required: Vec<Value> = fields
        .iter()
        .filter(|field| field.is_required)
        .map(|field| field.name.as_str().into())
        .collect();
    let properties: Map<String, Value> = fields
        .into_iter()
        .map(|field| (field.name, field.schema))
        .collect();
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema["additionalProperties"] = false.into();
    schema
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn field(line: &str) -> Field {
    notation::field(line).expect("our own schemas are written right: a test reads them all")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_come_to_what_backstage_makes_of_them() {
        let of = |line: &str| fields(line)["properties"]["a"].clone();
        for (line, schema) in [
            ("a: any", json!({})),
            ("a: any -- A", json!({"description": "A"})),
            ("a: any[]", json!({"type": "array"})),
            (
                "a: string = \"x\" -- A",
                json!({"type": "string", "description": "A", "default": "x"}),
            ),
            (
                "a: string | boolean",
                json!({"type": ["string", "boolean"]}),
            ),
            (
                "a: \"x\" | \"y\"",
                json!({"type": "string", "enum": ["x", "y"]}),
            ),
            (
                "a: \"*\"[]",
                json!({"type": "array", "items": {"type": "string", "const": "*"}}),
            ),
            (
                "a: boolean | \"x\" | \"y\" -- A",
                json!({"anyOf": [{"type": "boolean"}, {"type": "string", "enum": ["x", "y"]}], "description": "A"}),
            ),
            (
                "a: number(minimum 0, maximum 10)",
                json!({"type": "number", "minimum": 0, "maximum": 10}),
            ),
            (
                "a: {*: any}",
                json!({"type": "object", "additionalProperties": {}}),
            ),
            (
                "a: ({b*: string, c: boolean = true} | string)[](minItems 1)",
                json!({
                    "type": "array",
                    "items": {"anyOf": [
                        {
                            "type": "object",
                            "properties": {"b": {"type": "string"}, "c": {"type": "boolean", "default": true}},
                            "required": ["b"],
                            "additionalProperties": false,
                        },
                        {"type": "string"},
                    ]},
                    "minItems": 1,
                }),
            ),
        ] {
            assert_eq!(of(line).to_string(), schema.to_string(), "{line}");
        }
    }

    #[test]
    fn fields_may_be_alternatives_or_chosen() {
        let either = fields("a*: string\nor\nb: string");
        assert_eq!(either["anyOf"][0]["required"], json!(["a"]));
        assert_eq!(
            either["anyOf"][1]["properties"]["b"],
            json!({"type": "string"})
        );
        let chosen = chosen("a: string\nb: number\nc: any", "c b*");
        assert_eq!(
            chosen.to_string(),
            json!({
                "type": "object",
                "properties": {"c": {}, "b": {"type": "number"}},
                "required": ["b"],
                "additionalProperties": false,
                "$schema": DRAFT,
            })
            .to_string()
        );
    }
}
