//! The relations that an entity's references declare, in both directions.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    Diagnostic, EntityRef, FaultScope, Kinds, Relation,
    diagnostic::fault,
    envelope::is_nothing,
    reference::{DEFAULT_NAMESPACE, RefFault},
    shape::pointer_token,
    shape_fault::name_of,
};

/// A field of `spec` whose references become relations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RelationRule {
    /// Where it is in `spec`; dots lead into mappings.
    pub(super) field: Cow<'static, str>,
    /// The kind of a reference that names none.
    pub(super) default_kind: Option<Cow<'static, str>>,
    /// The namespace of a reference that names none; that of the entity itself if this is `None`.
    pub(super) default_namespace: Option<Cow<'static, str>>,
    /// From the entity to what the field names.
    pub(super) relation: Cow<'static, str>,
    /// Back from there.
    pub(super) inverse: Cow<'static, str>,
    /// Only for entities of this `spec.type`.
    pub(super) only_type: Option<&'static str>,
}

impl RelationRule {
    pub(super) const fn builtin(
        field: &'static str,
        default_kind: Option<&'static str>,
        relation: &'static str,
        inverse: &'static str,
    ) -> Self {
        Self {
            field: Cow::Borrowed(field),
            default_kind: match default_kind {
                Some(kind) => Some(Cow::Borrowed(kind)),
                None => None,
            },
            default_namespace: None,
            relation: Cow::Borrowed(relation),
            inverse: Cow::Borrowed(inverse),
            only_type: None,
        }
    }

    pub(super) const fn of_type(mut self, only: &'static str) -> Self {
        self.only_type = Some(only);
        self
    }

    fn applies(&self, spec: &Value) -> bool {
        self.only_type
            .is_none_or(|only| spec.get("type").is_some_and(|written| written == only))
    }

    fn values<'v>(&self, spec: &'v Value) -> &'v [Value] {
        let found = self
            .field
            .split('.')
            .try_fold(spec, |value, part| value.get(part));
        match found {
            Some(Value::Array(items)) => items,
            None => &[],
            Some(nothing) if is_nothing(nothing) => &[],
            Some(one) => std::slice::from_ref(one),
        }
    }
}

/// Both directions of every relation a document declares, each once, sorted.
///
/// Expects a document that [`super::validate()`] accepted. Whether what it names exists is not asked.
pub fn relations(
    value: &Value,
    entity_ref: &EntityRef,
    kinds: &Kinds,
) -> Result<Vec<Relation>, Diagnostic> {
    let Some((processor, rules)) = kinds.relation_rules(value) else {
        return Ok(Vec::new());
    };
    let spec = &value["spec"];
    let own_namespace = value["metadata"]["namespace"]
        .as_str()
        .unwrap_or(DEFAULT_NAMESPACE);
    let mut found = Vec::new();
    for rule in rules.iter().filter(|rule| rule.applies(spec)) {
        let namespace = rule.default_namespace.as_deref().unwrap_or(own_namespace);
        for (index, written) in rule.values(spec).iter().enumerate() {
            let target =
                target_of(written, rule.default_kind.as_deref(), namespace).map_err(|refusal| {
                    unparsable(processor, pointer_of(value, rule, index), written, refusal)
                })?;
            found.push(Relation {
                source: target.clone(),
                kind: rule.inverse.to_string(),
                target: entity_ref.clone(),
            });
            found.push(Relation {
                source: entity_ref.clone(),
                kind: rule.relation.to_string(),
                target,
            });
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Backstage's error name and message.
type Refusal = (&'static str, String);

/// What a reference names. Where no schema looks (`dependencyOf` of a Component), Backstage also takes the
/// object form `{kind, namespace, name}`.
fn target_of(written: &Value, kind: Option<&str>, namespace: &str) -> Result<EntityRef, Refusal> {
    if let Value::String(text) = written {
        return EntityRef::read(text, kind, namespace)
            .map_err(|fault| (fault.name(), fault.message(text)));
    }
    if is_nothing(written) {
        return Err((RefFault::Empty.name(), RefFault::Empty.message("")));
    }
    let part = |name: &str| written.get(name).and_then(Value::as_str);
    let lacks = |part: &str| {
        let hint = match part {
            "kind" => " (e.g. did not start with \"component:\" or similar)",
            _ => "",
        };
        (
            "Error",
            format!("Entity reference {written} had missing or empty {part}{hint}"),
        )
    };
    let filled = |text: &&str| !text.is_empty();
    let kind = part("kind").or(kind).filter(filled);
    let namespace = part("namespace").or(Some(namespace)).filter(filled);
    Ok(EntityRef::new(
        kind.ok_or_else(|| lacks("kind"))?,
        namespace.ok_or_else(|| lacks("namespace"))?,
        part("name").filter(filled).ok_or_else(|| lacks("name"))?,
    ))
}

fn pointer_of(value: &Value, rule: &RelationRule, index: usize) -> String {
    let mut pointer = "/spec".to_owned();
    for part in rule.field.split('.') {
        pointer.push('/');
        pointer.push_str(&pointer_token(part));
    }
    match value.pointer(&pointer) {
        Some(Value::Array(_)) => format!("{pointer}/{index}"),
        _ => pointer,
    }
}

fn unparsable(processor: &str, pointer: String, written: &Value, refusal: Refusal) -> Diagnostic {
    let (name, cause) = refusal;
    let message = format!(
        "Processor {processor} threw an error while postprocessing; caused by {name}: {cause}"
    );
    let text = written.as_str().unwrap_or_default();
    let (reason, mend) = if !text.is_empty() && name == "Error" {
        (
            format!("“{text}” does not say of which kind it is."),
            format!("Write the kind before it, such as `component:{text}` or `resource:{text}`."),
        )
    } else {
        (
            format!(
                "{} is {written}, and that is no reference to an entity.",
                name_of(&pointer)
            ),
            "Write it as `kind:namespace/name`, `kind:name` or `name`.".to_owned(),
        )
    };
    Diagnostic {
        cause: Some((name.to_owned(), cause)),
        path: Some(pointer),
        ..fault(FaultScope::Entity, "InputError", message, reason, mend)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn declared(value: &Value) -> Result<Vec<String>, String> {
        let entity_ref = EntityRef::of(value).unwrap();
        let found =
            relations(value, &entity_ref, &Kinds::builtin()).map_err(|fault| fault.message)?;
        let own = found
            .iter()
            .filter(|relation| relation.source == entity_ref);
        let back = found
            .iter()
            .filter(|relation| relation.target == entity_ref);
        let own = own.map(|relation| format!("{} {}", relation.kind, relation.target));
        let back = back.map(|relation| format!("{} {}", relation.source, relation.kind));
        Ok(own.chain(back).collect())
    }

    fn entity(kind: &str, spec: &Value) -> Value {
        let version = match kind {
            "Template" => "scaffolder.backstage.io/v1beta3",
            _ => "backstage.io/v1alpha1",
        };
        json!({
            "apiVersion": version,
            "kind": kind,
            "metadata": {"name": "Me", "namespace": "n"},
            "spec": spec,
        })
    }

    /// Kind, field, default kind, on self, on target: catalog-model.md §2 and §3.1.
    type Row = (
        &'static str,
        &'static str,
        Option<&'static str>,
        &'static str,
        &'static str,
    );
    const FIELDS: &[Row] = &[
        ("Component", "owner", Some("group"), "ownedBy", "ownerOf"),
        ("API", "owner", Some("group"), "ownedBy", "ownerOf"),
        ("Resource", "owner", Some("group"), "ownedBy", "ownerOf"),
        ("System", "owner", Some("group"), "ownedBy", "ownerOf"),
        ("Domain", "owner", Some("group"), "ownedBy", "ownerOf"),
        ("Template", "owner", Some("group"), "ownedBy", "ownerOf"),
        ("AiResource", "owner", Some("group"), "ownedBy", "ownerOf"),
        (
            "Component",
            "subcomponentOf",
            Some("component"),
            "partOf",
            "hasPart",
        ),
        ("Component", "system", Some("system"), "partOf", "hasPart"),
        ("API", "system", Some("system"), "partOf", "hasPart"),
        ("Resource", "system", Some("system"), "partOf", "hasPart"),
        ("AiResource", "system", Some("system"), "partOf", "hasPart"),
        (
            "Component",
            "providesApis",
            Some("api"),
            "providesApi",
            "apiProvidedBy",
        ),
        (
            "Component",
            "consumesApis",
            Some("api"),
            "consumesApi",
            "apiConsumedBy",
        ),
        ("Component", "dependsOn", None, "dependsOn", "dependencyOf"),
        ("Resource", "dependsOn", None, "dependsOn", "dependencyOf"),
        (
            "Component",
            "dependencyOf",
            None,
            "dependencyOf",
            "dependsOn",
        ),
        (
            "Resource",
            "dependencyOf",
            None,
            "dependencyOf",
            "dependsOn",
        ),
        ("System", "domain", Some("domain"), "partOf", "hasPart"),
        ("Domain", "subdomainOf", Some("domain"), "partOf", "hasPart"),
        ("User", "memberOf", Some("group"), "memberOf", "hasMember"),
        ("Group", "parent", Some("group"), "childOf", "parentOf"),
        ("Group", "children", Some("group"), "parentOf", "childOf"),
        ("Group", "members", Some("user"), "hasMember", "memberOf"),
    ];

    #[test]
    fn every_reference_is_declared_in_both_directions() {
        for (kind, field, default_kind, on_self, on_target) in FIELDS {
            let me = format!("{}:n/me", kind.to_lowercase());
            let written = if default_kind.is_some() {
                "X"
            } else {
                "Kind:X"
            };
            let target = format!("{}:n/x", default_kind.unwrap_or("kind"));
            let expected = vec![
                format!("{on_self} {target}"),
                format!("{target} {on_target}"),
            ];
            let single = entity(kind, &json!({*field: written}));
            assert_eq!(declared(&single), Ok(expected.clone()), "{me} {field}");
            let twice = entity(kind, &json!({*field: [written, written]}));
            assert_eq!(declared(&twice), Ok(expected), "{me} {field}");
        }
    }

    #[test]
    fn some_references_count_for_one_type_only() {
        for (kind_of, field, expected) in [
            (
                "skill",
                "dependsOn",
                vec!["dependsOn airesource:n/x", "airesource:n/x dependencyOf"],
            ),
            (
                "plugin",
                "skills",
                vec!["hasPart airesource:n/x", "airesource:n/x partOf"],
            ),
            (
                "marketplace",
                "plugins",
                vec!["hasPart airesource:n/x", "airesource:n/x partOf"],
            ),
            ("rule", "skills", vec![]),
        ] {
            let value = entity("AiResource", &json!({"type": kind_of, field: ["x"]}));
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(declared(&value), Ok(expected), "{kind_of}");
        }
    }

    #[test]
    fn references_that_name_nothing_are_refused_in_the_words_of_backstage() {
        let start =
            "Processor BuiltinKindsEntityProcessor threw an error while postprocessing; caused by ";
        let no_kind =
            "had missing or empty kind (e.g. did not start with \"component:\" or similar)";
        for (spec, message) in [
            (
                json!({"dependsOn": ["pixlise-api"]}),
                format!("Error: Entity reference \"pixlise-api\" {no_kind}"),
            ),
            (
                json!({"owner": "group:"}),
                "TypeError: Entity reference \"group:\" was not on the form [<kind>:][<namespace>/]<name>".to_owned(),
            ),
            (json!({"dependencyOf": [7]}), format!("Error: Entity reference 7 {no_kind}")),
            (json!({"dependencyOf": [null]}), "Error: Entity reference must not be empty".to_owned()),
            (
                json!({"dependencyOf": {"kind": "a"}}),
                "Error: Entity reference {\"kind\":\"a\"} had missing or empty name".to_owned(),
            ),
        ] {
            assert_eq!(declared(&entity("Component", &spec)), Err(format!("{start}{message}")));
        }
    }

    #[test]
    fn what_is_nothing_declares_nothing() {
        for nothing in [json!(null), json!(""), json!(false), json!(0), json!([])] {
            let value = entity("Component", &json!({"dependencyOf": nothing}));
            assert_eq!(declared(&value), Ok(vec![]));
        }
        assert_eq!(
            declared(&entity("Location", &json!({"owner": "x"}))),
            Ok(vec![])
        );
    }

    #[test]
    fn an_object_names_an_entity_where_no_schema_looks() {
        let value = entity(
            "Component",
            &json!({"dependencyOf": [{"kind": "API", "name": "X"}]}),
        );
        let expected = ["dependencyOf api:n/x", "api:n/x dependsOn"].map(str::to_owned);
        assert_eq!(declared(&value), Ok(expected.to_vec()));
    }

    #[test]
    fn a_bad_reference_is_found_at_its_place() {
        let value = entity("Component", &json!({"dependsOn": ["resource:a", "b"]}));
        let fault = relations(&value, &EntityRef::of(&value).unwrap(), &Kinds::builtin())
            .expect_err("b has no kind");
        assert_eq!(fault.path.as_deref(), Some("/spec/dependsOn/1"));
        assert_eq!(fault.scope, FaultScope::Entity);
    }
}
