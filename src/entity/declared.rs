//! Kinds of one's own, declared by JSON Schema.

use std::borrow::Cow;

use jsonschema::{
    ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind},
};
use serde::Deserialize;
use serde_json::Value;

use super::{
    kinds::KindDefinition,
    relations::RelationRule,
    shape_fault::{ShapeFault, lacking, name_of, wrong_type},
};

/// A kind of one's own.
pub(super) struct DeclaredKind {
    definition: KindDefinition,
    name: String,
    api_versions: Vec<String>,
    validator: Validator,
    relations: Vec<RelationRule>,
}

/// An entry of `x-callboard-relations`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DeclaredRelation {
    field: String,
    relation: String,
    inverse: String,
    default_kind: Option<String>,
    default_namespace: Option<String>,
}

/// Schemas that those of Backstage lean on. What they ask for was checked before.
const BASE_SCHEMAS: [&str; 3] = ["Entity", "EntityMeta", "EntityEnvelope"];

impl DeclaredKind {
    /// Who speaks in messages.
    pub(super) const PROCESSOR: &str = "DeclaredKindsEntityProcessor";

    /// Compiles a definition. The error says what is wrong with it.
    pub(super) fn new(definition: KindDefinition) -> Result<Self, String> {
        let kinds = allowed_values(&definition.schema, "kind");
        let [name] = kinds.as_slice() else {
            return Err(
                "`properties.kind` must name one kind. Write \"const\": \"YourKind\".".to_owned(),
            );
        };
        let api_versions = allowed_values(&definition.schema, "apiVersion");
        if api_versions.is_empty() {
            return Err(
                "`properties.apiVersion` must have a \"const\" or an \"enum\" of texts.".to_owned(),
            );
        }
        let mut schema = definition.schema.clone();
        drop_base_schemas(&mut schema);
        let validator = jsonschema::validator_for(&schema)
            .map_err(|fault| format!("it is no JSON Schema: {fault}"))?;
        let relations = relation_rules(&definition.schema)?;
        Ok(Self {
            name: name.clone(),
            api_versions,
            validator,
            relations,
            definition,
        })
    }

    pub(super) fn definition(&self) -> &KindDefinition {
        &self.definition
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn api_versions(&self) -> &[String] {
        &self.api_versions
    }

    pub(super) fn relations(&self) -> &[RelationRule] {
        &self.relations
    }

    /// Whether this is the kind of that name and version.
    pub(super) fn is(&self, name: &str, version: &str) -> bool {
        self.name == name && self.api_versions.iter().any(|known| known == version)
    }

    /// Checks an entity of this kind; the error is the first fault.
    pub(super) fn check(&self, value: &Value) -> Result<(), ShapeFault> {
        self.validator
            .validate(value)
            .map_err(|fault| self.told(&fault))
    }

    /// Ajv's words for the common faults, those of the schema library for others.
    fn told(&self, fault: &ValidationError<'_>) -> ShapeFault {
        let path = fault.instance_path().as_str();
        let message = match fault.kind() {
            ValidationErrorKind::Required { property } => {
                return lacking(path, property.as_str().unwrap_or_default());
            }
            ValidationErrorKind::Type {
                kind: TypeKind::Single(expected),
            } => return wrong_type(path, fault.instance(), expected.as_str()),
            ValidationErrorKind::Enum { .. } => {
                "must be equal to one of the allowed values".to_owned()
            }
            ValidationErrorKind::Pattern { pattern } => {
                format!("must match pattern \"{pattern}\"")
            }
            ValidationErrorKind::MinLength { limit } => {
                format!("must NOT have fewer than {limit} characters")
            }
            ValidationErrorKind::MinItems { limit } => {
                format!("must NOT have fewer than {limit} items")
            }
            ValidationErrorKind::AdditionalProperties { .. } => {
                "must NOT have additional properties".to_owned()
            }
            _ => fault.to_string(),
        };
        ShapeFault {
            path: path.to_owned(),
            message,
            parameters: format!("schema: {}", self.name),
            reason: format!("{} does not fit the schema: {fault}.", name_of(path)),
            mend: format!(
                "Write {} as the schema of {} says.",
                name_of(path),
                self.name
            ),
        }
    }
}

/// The values a root field may have, wherever the schema says so.
fn allowed_values(schema: &Value, field: &str) -> Vec<String> {
    let members = schema.get("allOf").and_then(Value::as_array);
    let places = std::iter::once(schema).chain(members.into_iter().flatten());
    places
        .filter_map(|place| place.get("properties")?.get(field))
        .flat_map(|rule| {
            let several = rule.get("enum").and_then(Value::as_array);
            rule.get("const")
                .into_iter()
                .chain(several.into_iter().flatten())
        })
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

fn drop_base_schemas(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            let is_base = map
                .get("$ref")
                .and_then(Value::as_str)
                .is_some_and(|named| BASE_SCHEMAS.contains(&named));
            if is_base {
                map.remove("$ref");
            }
            map.values_mut().for_each(drop_base_schemas);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_base_schemas),
        _ => {}
    }
}

fn relation_rules(schema: &Value) -> Result<Vec<RelationRule>, String> {
    let Some(declared) = schema.get("x-callboard-relations") else {
        return Ok(Vec::new());
    };
    let declared = Vec::<DeclaredRelation>::deserialize(declared)
        .map_err(|fault| format!("`x-callboard-relations`: {fault}."))?;
    let rules = declared.into_iter().map(|rule| RelationRule {
        field: Cow::Owned(rule.field),
        default_kind: rule.default_kind.map(Cow::Owned),
        default_namespace: rule.default_namespace.map(Cow::Owned),
        relation: Cow::Owned(rule.relation),
        inverse: Cow::Owned(rule.inverse),
        only_type: None,
    });
    Ok(rules.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn declared(schema: Value) -> DeclaredKind {
        DeclaredKind::new(KindDefinition {
            file: "k.json".to_owned(),
            schema,
        })
        .expect("a kind")
    }

    #[test]
    fn a_schema_in_the_form_of_backstage_declares_a_kind() {
        let kind = declared(json!({
            "$schema": "http://json-schema.org/draft-07/schema",
            "$id": "RunbookV1",
            "allOf": [
                {"$ref": "Entity"},
                {
                    "type": "object",
                    "required": ["spec"],
                    "properties": {
                        "apiVersion": {"enum": ["example.com/v1"]},
                        "kind": {"enum": ["Runbook"]},
                        "spec": {"type": "object", "required": ["owner"]},
                    },
                },
            ],
        }));
        assert!(kind.is("Runbook", "example.com/v1"));
        assert!(!kind.is("Runbook", "example.com/v2"));
        let runbook =
            |spec: Value| json!({"apiVersion": "example.com/v1", "kind": "Runbook", "spec": spec});
        assert_eq!(kind.check(&runbook(json!({"owner": "a"}))), Ok(()));
        assert!(kind.check(&runbook(json!({}))).is_err());
    }

    #[test]
    fn common_faults_are_told_in_the_words_of_ajv() {
        let kind = declared(json!({
            "properties": {
                "apiVersion": {"const": "example.com/v1"},
                "kind": {"const": "Runbook"},
                "spec": {
                    "required": ["owner"],
                    "properties": {
                        "owner": {"type": "string", "minLength": 1},
                        "severity": {"enum": ["low", "high"]},
                        "rehearsed": {"type": "string", "pattern": "^[0-9-]+$"},
                        "covers": {"type": "array", "minItems": 1},
                        "depth": {"maximum": 3},
                    },
                    "additionalProperties": false,
                },
            },
        }));
        for (spec, start) in [
            (
                json!({}),
                "/spec must have required property 'owner' - missingProperty: owner",
            ),
            (
                json!({"owner": 1}),
                "/spec/owner must be string - type: string",
            ),
            (
                json!({"owner": ""}),
                "/spec/owner must NOT have fewer than 1 characters",
            ),
            (
                json!({"owner": "a", "severity": "odd"}),
                "/spec/severity must be equal to one of the allowed values",
            ),
            (
                json!({"owner": "a", "rehearsed": "odd"}),
                "/spec/rehearsed must match pattern \"^[0-9-]+$\"",
            ),
            (
                json!({"owner": "a", "covers": []}),
                "/spec/covers must NOT have fewer than 1 items",
            ),
            (
                json!({"owner": "a", "more": 1}),
                "/spec must NOT have additional properties",
            ),
            (
                json!({"owner": "a", "depth": 4}),
                "/spec/depth 4 is greater than the maximum of 3",
            ),
        ] {
            let value = json!({"apiVersion": "example.com/v1", "kind": "Runbook", "spec": spec});
            let found = kind.check(&value).expect_err("a fault").with_parameters();
            assert!(found.starts_with(start), "{found}");
        }
    }

    #[test]
    fn references_have_the_defaults_that_are_declared() {
        let kind = declared(json!({
            "properties": {"apiVersion": {"const": "v1"}, "kind": {"const": "Runbook"}},
            "x-callboard-relations": [
                {"field": "owner", "relation": "ownedBy", "inverse": "ownerOf", "defaultKind": "Group", "defaultNamespace": "org"},
                {"field": "drill.covers", "relation": "covers", "inverse": "coveredBy"},
            ],
        }));
        let told: Vec<(&str, Option<&str>, Option<&str>)> = kind
            .relations()
            .iter()
            .map(|rule| {
                (
                    &*rule.field,
                    rule.default_kind.as_deref(),
                    rule.default_namespace.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("owner", Some("Group"), Some("org")),
                ("drill.covers", None, None)
            ]
        );
    }
}
