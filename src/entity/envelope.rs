//! The envelope every document must have before anything else is looked at: `apiVersion`, `kind`, `metadata.name`.

use serde_json::Value;

use super::{
    Diagnostic, EntityRef, FaultScope,
    diagnostic::fault,
    shape::{Fields, Shape, check},
    shape_fault::wrong_type,
};

const ENVELOPE: Shape = Shape::Map(&Fields {
    required: &["apiVersion", "kind", "metadata"],
    known: &[
        ("apiVersion", Shape::Filled),
        ("kind", Shape::Filled),
        (
            "metadata",
            Shape::Map(&Fields {
                required: &["name"],
                known: &[("name", Shape::Filled), ("namespace", Shape::Filled)],
            }),
        ),
    ],
});

/// Checks the envelope. A fault is one of the Location that reads the document (`catalog-model.md` §10.2a).
pub fn check_envelope(value: &Value) -> Result<(), Diagnostic> {
    if !value.is_object() {
        return Err(no_mapping(value));
    }
    check(value, ENVELOPE, &mut String::new()).map_err(|found| Diagnostic {
        path: Some(found.path.clone()),
        ..fault(
            FaultScope::Location,
            "TypeError",
            found.with_parameters(),
            found.reason,
            found.mend,
        )
    })?;
    check_annotations(&value["metadata"]["annotations"])
}

/// Backstage refuses annotations that are no mapping in words of its own; what JavaScript holds for nothing, such
/// as a bare `annotations:`, is no annotations.
fn check_annotations(annotations: &Value) -> Result<(), Diagnostic> {
    const PATH: &str = "/metadata/annotations";
    if annotations.is_object() || is_nothing(annotations) {
        return Ok(());
    }
    let found = wrong_type(PATH, annotations, "object");
    Err(Diagnostic {
        path: Some(PATH.to_owned()),
        ..fault(
            FaultScope::Location,
            "Error",
            "metadata.annotations must be a valid object".to_owned(),
            found.reason,
            found.mend,
        )
    })
}

/// Whether JavaScript would take a value for nothing: `null`, `false`, `0`, the empty text.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn no_mapping(value: &Value) -> Diagnostic {
    let found = match value {
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        _ => "object",
    };
    Diagnostic {
        path: Some(String::new()),
        ..fault(
            FaultScope::Location,
            "Error",
            format!("Expected object at root, got {found}"),
            "The document is no mapping, so it describes no entity.".to_owned(),
            "Begin it with `apiVersion:`, `kind:` and `metadata:`, or remove it.".to_owned(),
        )
    }
}

/// The ref a document would have, if it has enough of an envelope for one.
#[must_use]
pub fn ref_of(value: &Value) -> Option<EntityRef> {
    EntityRef::of(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_envelope_needs_version_kind_and_name() {
        for (value, name, message) in [
            (
                json!({"kind": "Component"}),
                "TypeError",
                "<root> must have required property 'apiVersion' - missingProperty: apiVersion",
            ),
            (
                json!({"apiVersion": "v1", "kind": "A", "metadata": {"name": 7}}),
                "TypeError",
                "/metadata/name must be string - type: string",
            ),
            (
                json!({"apiVersion": "v1", "kind": "A", "metadata": null}),
                "TypeError",
                "/metadata must be object - type: object",
            ),
            (
                json!({"apiVersion": "v1", "kind": "", "metadata": {}}),
                "TypeError",
                "/kind must NOT have fewer than 1 characters - limit: 1",
            ),
            (
                json!({"apiVersion": "v1", "kind": "A", "metadata": {"name": "a", "namespace": null}}),
                "TypeError",
                "/metadata/namespace must be string - type: string",
            ),
            (
                json!({"apiVersion": "v1", "kind": "A", "metadata": {"name": "a", "annotations": ["b"]}}),
                "Error",
                "metadata.annotations must be a valid object",
            ),
            (
                json!("text"),
                "Error",
                "Expected object at root, got string",
            ),
            (json!([1]), "Error", "Expected object at root, got object"),
        ] {
            let fault = check_envelope(&value).expect_err("it is wrong");
            assert_eq!((&*fault.name, &*fault.message), (name, message));
            assert_eq!(fault.scope, FaultScope::Location);
        }
    }

    #[test]
    fn an_envelope_is_enough_at_first() {
        for value in [
            json!({"apiVersion": "v1", "kind": "A", "metadata": {"name": "a"}, "x": 1}),
            json!({"apiVersion": "v1", "kind": "A", "metadata": {"name": "a", "annotations": null}}),
        ] {
            assert_eq!(check_envelope(&value), Ok(()));
        }
    }
}
