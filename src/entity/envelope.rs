//! The envelope every document must have before anything else is looked at: `apiVersion`, `kind`, `metadata.name`.

use serde_json::Value;

use super::{
    Diagnostic, EntityRef, FaultScope,
    diagnostic::fault,
    shape::{Fields, Shape, check},
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
                known: &[
                    ("name", Shape::Filled),
                    ("namespace", Shape::Filled),
                    // Annotations that are null are none: the catalog adds its own.
                    ("annotations", Shape::MapOrNull),
                ],
            }),
        ),
    ],
});

/// Checks the envelope. A fault is one of the Location that reads the document (`catalog-model.md` §10.2a).
pub fn check_envelope(value: &Value) -> Result<(), Diagnostic> {
    check(value, ENVELOPE, &mut String::new()).map_err(|found| Diagnostic {
        path: Some(found.path.clone()),
        ..fault(
            FaultScope::Location,
            "TypeError",
            found.with_parameters(),
            found.reason,
            found.mend,
        )
    })
}

/// The ref a document would have, if it has enough of an envelope for one.
#[must_use]
pub fn ref_of(value: &Value) -> Option<EntityRef> {
    let kind = value["kind"].as_str().filter(|kind| !kind.is_empty())?;
    let name = value["metadata"]["name"]
        .as_str()
        .filter(|name| !name.is_empty())?;
    let namespace = value["metadata"]["namespace"]
        .as_str()
        .filter(|namespace| !namespace.is_empty());
    Some(EntityRef::new(kind, namespace.unwrap_or("default"), name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_envelope_is_checked_in_the_words_of_backstage() {
        for (value, expected) in [
            (json!([1]), "<root> must be object - type: object"),
            (
                json!({"kind": "A"}),
                "<root> must have required property 'apiVersion' - missingProperty: apiVersion",
            ),
            (
                json!({"apiVersion": "v1", "kind": "A"}),
                "<root> must have required property 'metadata' - missingProperty: metadata",
            ),
            (
                json!({"apiVersion": "v1", "kind": "A", "metadata": {}}),
                "/metadata must have required property 'name' - missingProperty: name",
            ),
            (
                json!({"apiVersion": "v1", "kind": "A", "metadata": {"name": 1}}),
                "/metadata/name must be string - type: string",
            ),
            (
                json!({"apiVersion": "v1", "kind": "", "metadata": {"name": "a"}}),
                "/kind must NOT have fewer than 1 characters - limit: 1",
            ),
        ] {
            let found = check_envelope(&value).expect_err("a fault");
            assert_eq!(
                (found.name.as_str(), found.message.as_str()),
                ("TypeError", expected)
            );
        }
        assert!(
            check_envelope(&json!({"apiVersion": "v1", "kind": "A", "metadata": {"name": "a"}}))
                .is_ok()
        );
    }
}
