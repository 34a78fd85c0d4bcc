//! The relations a document declares: each field, both directions.

use serde_json::Value;

use super::{Diagnostic, EntityRef, FaultScope, Relation, diagnostic::fault, kinds::Kinds};

/// Every relation a valid entity declares, on itself and on what it names, each once, in the order of the fields.
///
/// Fails where a ref cannot be parsed, with the path of the field.
pub fn relations(
    value: &Value,
    entity_ref: &EntityRef,
    kinds: &Kinds,
) -> Result<Vec<Relation>, Diagnostic> {
    let kind = value["kind"].as_str().unwrap_or_default();
    let spec = &value["spec"];
    let mut relations: Vec<Relation> = Vec::new();
    for rule in kinds.relation_rules(kind) {
        let (items, is_list) = match &spec[rule.field.as_str()] {
            Value::Array(list) => (list.as_slice(), true),
            Value::Null => continue,
            single => (std::slice::from_ref(single), false),
        };
        for (index, item) in items.iter().enumerate() {
            let Some(text) = item.as_str() else { continue };
            let target =
                EntityRef::parse(text, rule.default_kind.as_deref(), entity_ref.namespace())
                    .map_err(|cause| {
                        let path = format!("/spec/{}", rule.field);
                        Diagnostic {
                            path: Some(if is_list {
                                format!("{path}/{index}")
                            } else {
                                path
                            }),
                            ..unparsable(kind, text, cause)
                        }
                    })?;
            let there = Relation {
                source: entity_ref.clone(),
                kind: rule.kind.clone(),
                target: target.clone(),
            };
            let back = Relation {
                source: target,
                kind: rule.inverse.clone(),
                target: entity_ref.clone(),
            };
            for relation in [there, back] {
                if !relations.contains(&relation) {
                    relations.push(relation);
                }
            }
        }
    }
    Ok(relations)
}

fn unparsable(kind: &str, text: &str, cause: String) -> Diagnostic {
    let processor =
        Kinds::builtin_kind(kind).map_or("DeclaredKindsEntityProcessor", |kind| kind.processor);
    let lacks_kind = cause.contains("missing or empty kind");
    let name = if lacks_kind { "Error" } else { "TypeError" };
    let message = format!(
        "Processor {processor} threw an error while postprocessing; caused by {name}: {cause}"
    );
    let (reason, mend) = if lacks_kind {
        (
            format!("“{text}” does not say of which kind it is."),
            format!("Write the kind before it, such as `component:{text}` or `resource:{text}`."),
        )
    } else {
        (
            format!("“{text}” is no reference to an entity."),
            "Write it as `kind:namespace/name`, `kind:name` or `name`.".to_owned(),
        )
    };
    Diagnostic {
        cause: Some((name.to_owned(), cause)),
        ..fault(FaultScope::Entity, "InputError", message, reason, mend)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(value: &Value) -> Vec<String> {
        let entity_ref = super::super::ref_of(value).expect("a ref");
        let relations = relations(value, &entity_ref, &Kinds::builtin()).expect("relations");
        relations
            .iter()
            .map(|relation| format!("{} {} {}", relation.source, relation.kind, relation.target))
            .collect()
    }

    #[test]
    fn both_directions_are_declared_once() {
        let component = json!({
            "kind": "Component",
            "metadata": {"name": "Web", "namespace": "shop"},
            "spec": {"owner": "team-a", "providesApis": ["orders", "default/orders", "orders"], "dependsOn": ["resource:db"]},
        });
        assert_eq!(
            told(&component),
            [
                "component:shop/web ownedBy group:shop/team-a",
                "group:shop/team-a ownerOf component:shop/web",
                "component:shop/web providesApi api:shop/orders",
                "api:shop/orders apiProvidedBy component:shop/web",
                "component:shop/web providesApi api:default/orders",
                "api:default/orders apiProvidedBy component:shop/web",
                "component:shop/web dependsOn resource:shop/db",
                "resource:shop/db dependencyOf component:shop/web",
            ]
        );
    }

    /// catalog-model.md §3.1, one line a row of its table.
    #[test]
    fn every_kind_has_the_relations_of_backstage() {
        for (kind, field, target, expected) in [
            (
                "Component",
                "owner",
                "t",
                ["ownedBy", "ownerOf", "group:default/t"],
            ),
            (
                "API",
                "owner",
                "user:t",
                ["ownedBy", "ownerOf", "user:default/t"],
            ),
            (
                "Template",
                "owner",
                "t",
                ["ownedBy", "ownerOf", "group:default/t"],
            ),
            (
                "Component",
                "subcomponentOf",
                "t",
                ["partOf", "hasPart", "component:default/t"],
            ),
            (
                "Resource",
                "system",
                "t",
                ["partOf", "hasPart", "system:default/t"],
            ),
            (
                "API",
                "system",
                "t",
                ["partOf", "hasPart", "system:default/t"],
            ),
            (
                "Component",
                "consumesApis",
                "t",
                ["consumesApi", "apiConsumedBy", "api:default/t"],
            ),
            (
                "Resource",
                "dependsOn",
                "component:t",
                ["dependsOn", "dependencyOf", "component:default/t"],
            ),
            (
                "Component",
                "dependencyOf",
                "component:t",
                ["dependencyOf", "dependsOn", "component:default/t"],
            ),
            (
                "System",
                "domain",
                "t",
                ["partOf", "hasPart", "domain:default/t"],
            ),
            (
                "Domain",
                "subdomainOf",
                "t",
                ["partOf", "hasPart", "domain:default/t"],
            ),
            (
                "User",
                "memberOf",
                "t",
                ["memberOf", "hasMember", "group:default/t"],
            ),
            (
                "Group",
                "parent",
                "t",
                ["childOf", "parentOf", "group:default/t"],
            ),
            (
                "Group",
                "children",
                "t",
                ["parentOf", "childOf", "group:default/t"],
            ),
            (
                "Group",
                "members",
                "t",
                ["hasMember", "memberOf", "user:default/t"],
            ),
        ] {
            let value = json!({"kind": kind, "metadata": {"name": "x"}, "spec": {field: [target]}});
            let entity = format!("{}:default/x", kind.to_lowercase());
            let [there, back, other] = expected;
            let expected = [
                format!("{entity} {there} {other}"),
                format!("{other} {back} {entity}"),
            ];
            assert_eq!(told(&value), expected, "{kind} {field}");
        }
    }

    #[test]
    fn a_ref_without_a_kind_where_one_is_needed_is_a_fault() {
        let value = json!({"kind": "Component", "metadata": {"name": "x"}, "spec": {"dependsOn": ["component:a", "pixlise-api"]}});
        let found = relations(
            &value,
            &EntityRef::new("component", "default", "x"),
            &Kinds::builtin(),
        )
        .expect_err("a fault");
        assert_eq!(
            found.message,
            "Processor BuiltinKindsEntityProcessor threw an error while postprocessing; caused by Error: Entity reference \"pixlise-api\" had missing or empty kind (e.g. did not start with \"component:\" or similar)"
        );
        assert_eq!(found.path.as_deref(), Some("/spec/dependsOn/1"));
    }
}
