//! The verdict on an entity: policies, then its kind. The first fault decides, as in Backstage.

use serde_json::Value;

use super::{
    Diagnostic, EntityRef, FaultScope,
    diagnostic::fault,
    envelope::ref_of,
    kinds::{BuiltinKind, DeclaredKind, Kinds},
    policy::check_policies,
    shape::{Fields, Shape, ShapeFault, check},
};

/// The processor named for declared kinds.
const DECLARED_PROCESSOR: &str = "DeclaredKindsEntityProcessor";

const WITH_SPEC: Shape = Shape::Map(&Fields {
    required: &["spec"],
    known: &[("spec", Shape::MapOf(&Shape::Any))],
});

/// Checks a prepared entity, placeholders filled, against the policies and its kind.
///
/// The diagnostic has Backstage's message and the path of the fault, but no position yet.
pub fn validate(value: &Value, kinds: &Kinds) -> Result<EntityRef, Diagnostic> {
    // Prepared entities have an envelope; one without gets the envelope's fault.
    super::check_envelope(value)?;
    let entity_ref = ref_of(value).unwrap_or_else(|| EntityRef::new("", "", ""));
    check_policies(value, &entity_ref)?;
    let (kind, api_version) = (
        value["kind"].as_str().unwrap_or_default(),
        value["apiVersion"].as_str().unwrap_or_default(),
    );
    if let Some(builtin) = Kinds::builtin_kind(kind)
        && builtin.api_versions.contains(&api_version)
    {
        check_builtin(value, builtin)
            .map_err(|found| bad_spec(&entity_ref, builtin.processor, &found))?;
        return Ok(entity_ref);
    }
    let declared = kinds.declared.iter().find(|declared| declared.name == kind);
    if let Some(declared) = declared
        && declared
            .api_versions
            .iter()
            .any(|version| version == api_version)
    {
        check_declared(value, declared)
            .map_err(|found| bad_spec(&entity_ref, DECLARED_PROCESSOR, &found))?;
        return Ok(entity_ref);
    }
    Err(nobody_knows(&entity_ref, kind, kinds))
}

fn check_builtin(value: &Value, kind: &BuiltinKind) -> Result<(), ShapeFault> {
    check(value, WITH_SPEC, &mut String::new())?;
    check(&value["spec"], kind.spec, &mut "/spec".to_owned())
}

fn check_declared(value: &Value, kind: &DeclaredKind) -> Result<(), ShapeFault> {
    let Err(found) = kind.schema.validate(value) else {
        return Ok(());
    };
    let path = found.instance_path().as_str().to_owned();
    let reason = found.to_string();
    Err(ShapeFault {
        message: reason.clone(),
        parameters: format!("schema: {}", kind.name),
        mend: format!("Write it as the schema of {} says.", kind.name),
        path,
        reason,
    })
}

fn bad_spec(entity_ref: &EntityRef, processor: &str, found: &ShapeFault) -> Diagnostic {
    let cause = found.with_parameters();
    Diagnostic {
        cause: Some(("TypeError".to_owned(), cause.clone())),
        path: Some(found.path.clone()),
        ..fault(
            FaultScope::Entity,
            "InputError",
            format!(
                "Processor {processor} threw an error while validating the entity {entity_ref}; caused by TypeError: {cause}"
            ),
            found.reason.clone(),
            found.mend.clone(),
        )
    }
}

fn nobody_knows(entity_ref: &EntityRef, kind: &str, kinds: &Kinds) -> Diagnostic {
    let builtin = Kinds::builtin_kind(kind).map(|kind| kind.api_versions.join(" or "));
    let declared = kinds.declared.iter().find(|declared| declared.name == kind);
    let versions = builtin.or_else(|| declared.map(|kind| kind.api_versions.join(" or ")));
    let (path, reason, mend) = match versions {
        Some(versions) => (
            "/apiVersion",
            format!("There is no version of {kind} with this `apiVersion`."),
            format!("Write `apiVersion: {versions}`."),
        ),
        None => (
            "/kind",
            format!("Nobody here knows the kind “{kind}”. Kinds are compared with their capitals."),
            "Write one of Backstage's kinds, or declare this one with `callboard.kinds` in app-config.yaml.".to_owned(),
        ),
    };
    Diagnostic {
        path: Some(path.to_owned()),
        ..fault(
            FaultScope::Entity,
            "InputError",
            format!(
                "No processor recognized the entity {entity_ref} as valid, possibly caused by a foreign kind or apiVersion"
            ),
            reason,
            mend,
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::entity::KindDefinition;

    fn component(change: impl FnOnce(&mut Value)) -> Value {
        let mut value = json!({
            "apiVersion": "backstage.io/v1alpha1",
            "kind": "Component",
            "metadata": {"name": "x", "namespace": "default"},
            "spec": {"type": "service", "lifecycle": "production", "owner": "a"},
        });
        change(&mut value);
        value
    }

    fn message(value: &Value) -> String {
        validate(value, &Kinds::builtin())
            .expect_err("a fault")
            .message
    }

    #[test]
    fn messages_are_those_of_backstage() {
        let cases: Vec<(Value, &str)> = vec![
            (
                component(|value| {
                    drop(
                        value["spec"]
                            .as_object_mut()
                            .expect("an object")
                            .remove("lifecycle"),
                    )
                }),
                "Processor BuiltinKindsEntityProcessor threw an error while validating the entity component:default/x; caused by TypeError: /spec must have required property 'lifecycle' - missingProperty: lifecycle",
            ),
            (
                component(|value| drop(value.as_object_mut().expect("an object").remove("spec"))),
                "Processor BuiltinKindsEntityProcessor threw an error while validating the entity component:default/x; caused by TypeError: <root> must have required property 'spec' - missingProperty: spec",
            ),
            (
                component(|value| value["extra"] = json!(1)),
                "Policy check failed for component:default/x; caused by Error: Malformed envelope, <root> must NOT have additional properties",
            ),
            (
                component(|value| value["relations"] = json!([])),
                "Policy check failed for component:default/x; caused by Error: Unknown field relations",
            ),
            (
                component(|value| value["metadata"]["annotations"] = json!({"a/b": 5})),
                "Policy check failed for component:default/x; caused by Error: Malformed envelope, /metadata/annotations/a~1b must be string",
            ),
            (
                component(|value| value["metadata"]["links"] = json!([{"title": "no url"}])),
                "Policy check failed for component:default/x; caused by Error: Malformed envelope, /metadata/links/0 must have required property 'url'",
            ),
            (
                component(|value| value["metadata"]["tags"] = json!(["A B"])),
                "Policy check failed for component:default/x; caused by Error: \"tags.0\" is not valid; expected a string that is sequences of [a-z0-9+#] separated by [-], at most 63 characters in total but found \"A B\". To learn more about catalog file format, visit: https://github.com/backstage/backstage/blob/master/docs/architecture-decisions/adr002-default-catalog-file-format.md",
            ),
            (
                component(|value| value["kind"] = json!("Gizmo")),
                "No processor recognized the entity gizmo:default/x as valid, possibly caused by a foreign kind or apiVersion",
            ),
            (
                component(|value| value["apiVersion"] = json!("example.com/v9")),
                "No processor recognized the entity component:default/x as valid, possibly caused by a foreign kind or apiVersion",
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(message(&value), expected);
        }
        assert!(validate(&component(|_| ()), &Kinds::builtin()).is_ok());
    }

    #[test]
    fn a_declared_kind_is_validated_by_its_schema() {
        let schema = json!({
            "properties": {
                "kind": {"const": "Runbook"},
                "apiVersion": {"const": "example.com/v1"},
                "spec": {"type": "object", "required": ["owner"]},
            },
        });
        let kinds = Kinds::with_declared(vec![KindDefinition {
            file: "k.json".to_owned(),
            schema,
        }])
        .expect("a kind");
        let runbook = |spec: Value| json!({"apiVersion": "example.com/v1", "kind": "Runbook", "metadata": {"name": "r"}, "spec": spec});
        assert!(validate(&runbook(json!({"owner": "a"})), &kinds).is_ok());
        let found = validate(&runbook(json!({})), &kinds).expect_err("no owner");
        assert_eq!(found.path.as_deref(), Some("/spec"));
        assert!(found.reason.contains("owner"), "{found:?}");
    }
}
