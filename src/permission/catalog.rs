//! The catalog's permissions and rules, as its metadata endpoint tells them.

use serde_json::{Value, json};

/// The resource type of entities.
pub const CATALOG_ENTITY: &str = "catalog-entity";

/// A permission: its name, what it is for, and whether it is about one entity.
pub(super) struct Permission {
    pub(super) name: &'static str,
    pub(super) action: Option<&'static str>,
    is_of_entity: bool,
}

const fn basic(name: &'static str, action: Option<&'static str>) -> Permission {
    Permission {
        name,
        action,
        is_of_entity: false,
    }
}

const fn of_entity(name: &'static str, action: &'static str) -> Permission {
    Permission {
        name,
        action: Some(action),
        is_of_entity: true,
    }
}

/// In the order in which Backstage lists them.
const PERMISSIONS: [Permission; 13] = [
    basic("catalog.entities.unprocessed.read", Some("read")),
    basic("catalog.entities.unprocessed.delete", Some("delete")),
    of_entity("catalog.entity.read", "read"),
    basic("catalog.entity.create", Some("create")),
    of_entity("catalog.entity.delete", "delete"),
    of_entity("catalog.entity.refresh", "update"),
    basic("catalog.entity.validate", None),
    basic("catalog.location.read", Some("read")),
    basic("catalog.location.create", Some("create")),
    basic("catalog.location.delete", Some("delete")),
    basic("catalog.location.analyze", None),
    basic("catalog.ingestion.read", Some("read")),
    basic("catalog.ingestion.manage", Some("update")),
];

/// A permission by its name.
pub(super) fn permission(name: &str) -> Option<&'static Permission> {
    PERMISSIONS.iter().find(|known| known.name == name)
}

/// The permissions, as JSON.
#[must_use]
pub fn permissions() -> Vec<Value> {
    let shown = |permission: &Permission| {
        let kind = if permission.is_of_entity {
            "resource"
        } else {
            "basic"
        };
        let mut attributes = json!({});
        if let Some(action) = permission.action {
            attributes["action"] = action.into();
        }
        let mut shown = json!({"type": kind, "name": permission.name, "attributes": attributes});
        if permission.is_of_entity {
            shown["resourceType"] = CATALOG_ENTITY.into();
        }
        shown
    };
    PERMISSIONS.iter().map(shown).collect()
}

/// A parameter of a rule: its name, what it is, and whether it is a list of texts or one.
struct Param {
    name: &'static str,
    description: &'static str,
    is_list: bool,
    is_required: bool,
}

const fn text(name: &'static str, description: &'static str) -> Param {
    Param {
        name,
        description,
        is_list: false,
        is_required: true,
    }
}

const fn optional(name: &'static str, description: &'static str) -> Param {
    Param {
        name,
        description,
        is_list: false,
        is_required: false,
    }
}

const fn list(name: &'static str, description: &'static str) -> Param {
    Param {
        name,
        description,
        is_list: true,
        is_required: true,
    }
}

/// Name, description and parameters of each rule, in Backstage's words.
const RULES: [(&str, &str, &[Param]); 6] = [
    (
        "HAS_ANNOTATION",
        "Allow entities with the specified annotation",
        &[
            text("annotation", "Name of the annotation to match on"),
            optional("value", "Value of the annotation to match on"),
        ],
    ),
    (
        "HAS_LABEL",
        "Allow entities with the specified label",
        &[
            text("label", "Name of the label to match on"),
            optional("value", "Value of the label to match on"),
        ],
    ),
    (
        "HAS_METADATA",
        "Allow entities with the specified metadata subfield",
        &[
            text("key", "Property within the entities metadata to match on"),
            optional("value", "Value of the given property to match on"),
        ],
    ),
    (
        "HAS_SPEC",
        "Allow entities with the specified spec subfield",
        &[
            text("key", "Property within the entities spec to match on"),
            optional("value", "Value of the given property to match on"),
        ],
    ),
    (
        "IS_ENTITY_KIND",
        "Allow entities matching a specified kind",
        &[list("kinds", "List of kinds to match at least one of")],
    ),
    (
        "IS_ENTITY_OWNER",
        "Allow entities owned by a specified claim",
        &[list(
            "claims",
            "List of claims to match at least one on within ownedBy",
        )],
    ),
];

/// The rules, as JSON: each with the schema of its parameters.
#[must_use]
pub fn rules() -> Vec<Value> {
    let shown =
        |(name, description, params): &(&str, &str, &[Param])| rule(name, description, params);
    RULES.iter().map(shown).collect()
}

fn rule(name: &str, description: &str, params: &[Param]) -> Value {
    let mut properties = json!({});
    for param in params {
        properties[param.name] = if param.is_list {
            json!({"type": "array", "items": {"type": "string"}, "description": param.description})
        } else {
            json!({"type": "string", "description": param.description})
        };
    }
    let required: Vec<&str> = params
        .iter()
        .filter(|param| param.is_required)
        .map(|param| param.name)
        .collect();
    json!({
        "name": name,
        "description": description,
        "resourceType": CATALOG_ENTITY,
        "paramsSchema": {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
            "$schema": "http://json-schema.org/draft-07/schema#",
        },
    })
}
