//! The verdict on an entity: policies, then its kind. The first fault decides, as in Backstage.

use serde_json::Value;

use super::{
    Diagnostic, EntityRef, FaultScope,
    diagnostic::fault,
    envelope::ref_of,
    kinds::{Kinds, Verdict},
    policy::check_policies,
    shape_fault::ShapeFault,
};

/// Checks a prepared entity, placeholders filled, against the policies and its kind.
///
/// The diagnostic has Backstage's message and the path of the fault, but no position yet.
pub fn validate(value: &Value, kinds: &Kinds) -> Result<EntityRef, Diagnostic> {
    // Prepared entities have an envelope; one without gets the envelope's fault.
    super::check_envelope(value)?;
    let entity_ref = ref_of(value).unwrap_or_else(|| EntityRef::new("", "", ""));
    check_policies(value, &entity_ref)?;
    match kinds.check(value) {
        Verdict::Valid => Ok(entity_ref),
        Verdict::Wrong(processor, found) => Err(bad_spec(&entity_ref, processor, &found)),
        Verdict::Unknown => Err(nobody_knows(&entity_ref, value, kinds)),
    }
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

fn nobody_knows(entity_ref: &EntityRef, value: &Value, kinds: &Kinds) -> Diagnostic {
    let kind = value["kind"].as_str().unwrap_or_default();
    let versions: Vec<&str> = kinds
        .known()
        .filter(|(known, _)| *known == kind)
        .map(|(_, version)| version)
        .collect();
    let spelled = kinds
        .known()
        .find(|(known, _)| known.eq_ignore_ascii_case(kind));
    let (path, reason, mend) = match spelled {
        _ if !versions.is_empty() => (
            "/apiVersion",
            format!("There is no version of {kind} with this `apiVersion`."),
            format!("Write `apiVersion: {}`.", versions.join(" or ")),
        ),
        Some((spelled, _)) => (
            "/kind",
            format!("Nobody here knows the kind “{kind}”. Kinds are compared with their capitals."),
            format!("Write `kind: {spelled}`."),
        ),
        None => (
            "/kind",
            format!("Nobody here knows the kind “{kind}”."),
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
                    value["spec"].as_object_mut().unwrap().remove("lifecycle");
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

    fn refusal(value: &Value) -> Diagnostic {
        validate(value, &Kinds::builtin()).expect_err("a fault")
    }

    #[test]
    fn kinds_ask_for_what_the_specification_lists() {
        // catalog-model.md §3: kind, the smallest valid spec, and what each field must be.
        for (kind, smallest) in [
            (
                "Component",
                json!({"type": "x", "lifecycle": "x", "owner": "x"}),
            ),
            (
                "API",
                json!({"type": "x", "lifecycle": "x", "owner": "x", "definition": "x"}),
            ),
            ("Resource", json!({"type": "x", "owner": "x"})),
            ("System", json!({"owner": "x"})),
            ("Domain", json!({"owner": "x"})),
            ("Group", json!({"type": "x", "children": []})),
            ("User", json!({"memberOf": []})),
            ("Template", json!({"type": "x", "steps": []})),
            ("Location", json!({})),
            (
                "AiResource",
                json!({"type": "x", "lifecycle": "x", "owner": "x"}),
            ),
        ] {
            let version = match kind {
                "Template" => "scaffolder.backstage.io/v1beta3",
                _ => "backstage.io/v1alpha1",
            };
            let with = |spec: Value| json!({"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, "spec": spec});
            let kinds = Kinds::builtin();
            let mut free = smallest.clone();
            free["extra"] = json!({"a": 1});
            assert_eq!(validate(&with(free), &kinds).map(|_| ()), Ok(()), "{kind}");
            for field in smallest.as_object().unwrap().keys() {
                let mut lacking = smallest.clone();
                lacking.as_object_mut().unwrap().remove(field);
                let fault = refusal(&with(lacking));
                let expected = format!(
                    "/spec must have required property '{field}' - missingProperty: {field}"
                );
                assert!(fault.message.ends_with(&expected), "{}", fault.message);
                let mut wrong = smallest.clone();
                wrong[field] = json!(7);
                let fault = refusal(&with(wrong));
                let start = format!("/spec/{field} must be ");
                assert!(
                    fault
                        .cause
                        .is_some_and(|(_, cause)| cause.starts_with(&start))
                );
            }
        }
    }

    /// Kind, spec without lifecycle and owner, complaint.
    fn typed_specs() -> Vec<(&'static str, Value, &'static str)> {
        vec![
            (
                "API",
                json!({"type": "mcp-server"}),
                "/spec must have required property 'remotes'",
            ),
            (
                "API",
                json!({"type": "mcp-server", "remotes": []}),
                "/spec/remotes must NOT have fewer than 1 items",
            ),
            (
                "API",
                json!({"type": "mcp-server", "remotes": [{"type": "sse"}]}),
                "/spec/remotes/0 must have required property 'url'",
            ),
            (
                "API",
                json!({"type": "mcp-server", "remotes": [{"type": "sse", "url": "u"}]}),
                "",
            ),
            ("API", json!({"type": "mcp-server", "definition": "d"}), ""),
            (
                "AiResource",
                json!({"type": "rule", "category": "c"}),
                "/spec must have required property 'rationale'",
            ),
            (
                "AiResource",
                json!({"type": "skill", "compatibility": "c".repeat(501)}),
                "/spec/compatibility must NOT have more than 500 characters",
            ),
            (
                "AiResource",
                json!({"type": "plugin"}),
                "/spec must have required property 'skills'",
            ),
            (
                "AiResource",
                json!({"type": "marketplace"}),
                "/spec must have required property 'plugins'",
            ),
            ("AiResource", json!({"type": "hook"}), ""),
        ]
    }

    #[test]
    fn types_of_a_kind_ask_for_their_own_fields() {
        let base = json!({"lifecycle": "x", "owner": "x"});
        for (kind, spec, complaint) in typed_specs() {
            let mut whole = base.clone();
            whole
                .as_object_mut()
                .unwrap()
                .extend(spec.as_object().unwrap().clone());
            let value = json!({
                "apiVersion": "backstage.io/v1alpha1",
                "kind": kind,
                "metadata": {"name": "a"},
                "spec": whole,
            });
            let found = validate(&value, &Kinds::builtin()).err();
            let cause = found
                .and_then(|fault| fault.cause)
                .map_or(String::new(), |(_, cause)| cause);
            assert!(
                cause.starts_with(complaint) && cause.is_empty() == complaint.is_empty(),
                "{cause}"
            );
        }
    }

    #[test]
    fn templates_are_checked_to_the_bottom() {
        for (spec, complaint) in [
            (
                json!({"steps": [{"id": "a"}]}),
                "/spec/steps/0 must have required property 'action'",
            ),
            (
                json!({"steps": [{"action": "a", "if": 1}]}),
                "/spec/steps/0/if must be string,boolean",
            ),
            (
                json!({"steps": [], "parameters": "x"}),
                "/spec/parameters must be object",
            ),
            (
                json!({"steps": [], "output": {"x": 1, "links": 1}}),
                "/spec/output/x must be string - type: string",
            ),
            (
                json!({"steps": [], "output": {"links": [{"url": ""}]}}),
                "/spec/output/links/0/url must NOT have",
            ),
        ] {
            let mut spec = spec;
            spec["type"] = json!("service");
            let value = json!({
                "apiVersion": "scaffolder.backstage.io/v1beta3",
                "kind": "Template",
                "metadata": {"name": "a"},
                "spec": spec,
            });
            let fault = refusal(&value);
            let start = "Processor ScaffolderEntitiesProcessor threw an error while validating the entity template:default/a; caused by TypeError: ";
            assert!(
                fault.message.starts_with(&format!("{start}{complaint}")),
                "{}",
                fault.message
            );
        }
    }

    #[test]
    fn an_unknown_kind_is_told_what_would_be_known() {
        for (kind, version, mend) in [
            (
                "component",
                "backstage.io/v1alpha1",
                "Write `kind: Component`.",
            ),
            (
                "Template",
                "backstage.io/v1beta2",
                "Write `apiVersion: scaffolder.backstage.io/v1beta3`.",
            ),
            (
                "Robot",
                "example.com/v1",
                "Write one of Backstage's kinds, or declare this one with `callboard.kinds` in app-config.yaml.",
            ),
        ] {
            let value = json!({"apiVersion": version, "kind": kind, "metadata": {"name": "a"}});
            assert_eq!(refusal(&value).mend, mend);
        }
    }
}
