//! The standard fields of Backstage's forms that ask for something the portal knows, with their options.
//!
//! Backstage: plugin-scaffolder, `components/fields` (`scaffolder-api.md` §4.2).

use serde_json::Value;

use super::ui::{Ui, texts};
use crate::{catalog::Filter, entity::EntityRef};

/// What a field lets pick.
#[derive(Debug, Clone, PartialEq)]
pub enum Picker {
    /// An entity: `EntityPicker`, `OwnerPicker`, `OwnedEntityPicker`, `MyGroupsPicker`, and each of `MultiEntityPicker`.
    Entity(EntityPicker),
    /// A name for an entity: `EntityNamePicker`.
    EntityName,
    /// A tag: each of `EntityTagsPicker`.
    Tag {
        /// Of entities of these kinds; empty: of any.
        kinds: Vec<String>,
    },
    /// Who owns repositories on a host: `RepoOwnerPicker`.
    RepoOwner {
        /// The host; empty: not said.
        host: String,
        /// Who must not be chosen.
        excluded: Vec<String>,
    },
    /// A branch of the repository in `repoUrl`: `RepoBranchPicker`.
    Branch,
}

/// Which entities can be picked.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityPicker {
    /// Those that meet this.
    pub filter: Filter,
    /// The kind of a ref that names none; `None`: it must name one.
    pub default_kind: Option<String>,
    /// The namespace of a ref that names none.
    pub default_namespace: String,
    /// Whether what is not in the catalog may be named as well.
    pub allows_others: bool,
    /// Whose they must be.
    pub whose: Whose,
}

/// Whose entities can be picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Anybody's.
    Anybodys,
    /// What the user or one of their groups owns.
    Mine,
    /// The groups the user is in.
    MyGroups,
}

impl Picker {
    /// The picker of a `ui:field`, with its options; `None` for other fields.
    pub(super) fn of(field: &str, ui: Ui<'_>) -> Option<Self> {
        let entity = |kinds: &[&str], default_kind: Option<&str>, whose| {
            Self::Entity(EntityPicker::new(ui, kinds, default_kind, whose))
        };
        Some(match field {
            "EntityPicker" | "MultiEntityPicker" => entity(&[], None, Whose::Anybodys),
            "OwnerPicker" => entity(&["group", "user"], Some("Group"), Whose::Anybodys),
            "OwnedEntityPicker" => entity(&[], None, Whose::Mine),
            "MyGroupsPicker" => entity(&["group"], Some("Group"), Whose::MyGroups),
            "EntityNamePicker" => Self::EntityName,
            "EntityTagsPicker" => Self::Tag {
                kinds: ui.texts("kinds"),
            },
            "RepoOwnerPicker" => Self::RepoOwner {
                host: ui.text("host").to_owned(),
                excluded: ui.texts("excludedOwners"),
            },
            "RepoBranchPicker" => Self::Branch,
            _ => return None,
        })
    }
}

impl EntityPicker {
    fn new(ui: Ui<'_>, kinds: &[&str], default_kind: Option<&str>, whose: Whose) -> Self {
        let of_kinds = |kinds: &[String]| match kinds {
            [] => Filter::All,
            kinds => Filter::In("kind".to_owned(), lower(kinds)),
        };
        let own: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let allowed = ui.texts("allowedKinds");
        let filter = match ui.option("catalogFilter").and_then(catalog_filter) {
            Some(filter) if whose == Whose::MyGroups => filter.and(of_kinds(&own)),
            Some(filter) => filter,
            None if allowed.is_empty() => of_kinds(&own),
            None => of_kinds(&allowed),
        };
        let default_kind = match ui.text("defaultKind") {
            "" => default_kind,
            kind => Some(kind),
        };
        let default_namespace = match ui.text("defaultNamespace") {
            "" => "default",
            namespace => namespace,
        };
        Self {
            filter,
            default_kind: default_kind.map(str::to_owned),
            default_namespace: default_namespace.to_owned(),
            allows_others: ui.option("allowArbitraryValues") != Some(&Value::Bool(false)),
            whose,
        }
    }

    /// What was written, as a whole ref where it can be read as one; else as it is.
    #[must_use]
    pub fn completed(&self, written: &str) -> String {
        let kind = self.default_kind.as_deref();
        let parsed = EntityRef::parse(written, kind, &self.default_namespace);
        parsed.map_or_else(|_| written.to_owned(), |parsed| parsed.to_string())
    }
}

/// `catalogFilter`: one set of conditions, or several of which one must hold.
fn catalog_filter(written: &Value) -> Option<Filter> {
    match written {
        Value::Array(sets) => Some(Filter::AnyOf(sets.iter().filter_map(conditions).collect())),
        one => conditions(one),
    }
}

fn conditions(set: &Value) -> Option<Filter> {
    let all = set.as_object()?.iter().map(|(key, value)| {
        let key = key.to_lowercase();
        match value {
            Value::Object(said) if said.get("exists") == Some(&Value::Bool(false)) => {
                Filter::Not(Box::new(Filter::Exists(key)))
            }
            Value::Object(_) => Filter::Exists(key),
            Value::Bool(_) | Value::Number(_) => Filter::In(key, vec![value.to_string()]),
            other => Filter::In(key, lower(&texts(Some(other)))),
        }
    });
    Some(Filter::AllOf(all.collect()))
}

fn lower(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| text.to_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn entities(field: &str, schema: &Value) -> EntityPicker {
        match Picker::of(field, Ui::of(schema)) {
            Some(Picker::Entity(picker)) => picker,
            other => panic!("{other:?}"),
        }
    }

    fn any(key: &str, values: &[&str]) -> Filter {
        let values = values.iter().map(|value| (*value).to_owned());
        Filter::In(key.to_owned(), values.collect())
    }

    #[test]
    fn filters_are_those_of_backstage() {
        let options = |options: Value| json!({"ui:options": options});
        for (field, schema, expected) in [
            ("EntityPicker", json!({}), Filter::All),
            ("OwnerPicker", json!({}), any("kind", &["group", "user"])),
            (
                "OwnerPicker",
                options(json!({"allowedKinds": ["Group"]})),
                any("kind", &["group"]),
            ),
            (
                "OwnerPicker",
                options(
                    json!({"catalogFilter": {"kind": "Group", "spec.type": ["Team", "squad"]}}),
                ),
                Filter::AllOf(vec![
                    any("kind", &["group"]),
                    any("spec.type", &["team", "squad"]),
                ]),
            ),
            (
                "EntityPicker",
                options(
                    json!({"catalogFilter": [{"metadata.annotations.A": {"exists": true}}, {"kind": "API"}]}),
                ),
                Filter::AnyOf(vec![
                    Filter::AllOf(vec![Filter::Exists("metadata.annotations.a".to_owned())]),
                    Filter::AllOf(vec![any("kind", &["api"])]),
                ]),
            ),
        ] {
            assert_eq!(entities(field, &schema).filter, expected, "{schema}");
        }
    }

    #[test]
    fn what_is_written_becomes_a_whole_ref() {
        let owner = entities("OwnerPicker", &json!({}));
        let any = entities(
            "EntityPicker",
            &json!({"ui:options": {"defaultNamespace": "rail"}}),
        );
        let api = entities(
            "EntityPicker",
            &json!({"ui:options": {"defaultKind": "API"}}),
        );
        assert_eq!(owner.completed("Gates"), "group:default/gates");
        assert_eq!(owner.completed("user:x/Ana"), "user:x/ana");
        assert_eq!(any.completed("some text"), "some text");
        assert_eq!(any.completed("component:Shop"), "component:rail/shop");
        assert_eq!(api.completed("fares"), "api:default/fares");
    }
}
