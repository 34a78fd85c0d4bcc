//! Where a relation is written: the file and the line of the field that says it.
//!
//! Documents are found by the file row of the declaring entity, lines by parsing its kept text again.

use std::collections::HashMap;

use serde_json::Value;

use crate::{
    catalog::{RelationView, Snapshot},
    entity::{EntityRef, locate, parse_document, split_documents},
    error::Result,
    http::AppState,
    pages::sources::place::Place,
    store,
};

use super::document::Document;

/// Declaring documents that are parsed for one page; the others are shown by their first line.
const MAX_PARSED: usize = 40;
/// Larger files are not parsed for a line.
const MAX_BYTES: usize = 1 << 20;

/// A relation as one entity's document declares it: what to look for, and where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Declaration {
    /// Whose document.
    pub(super) by: EntityRef,
    /// Location ref of its file.
    file: String,
    /// The other end.
    other: EntityRef,
    /// Relation type, in either direction.
    kind: String,
}

impl Declaration {
    /// Who declares this relation of `own`. Generated entities have no file, and are left out.
    pub(super) fn of(
        catalog: &Snapshot<'_>,
        own: &EntityRef,
        relation: &RelationView,
    ) -> Vec<Self> {
        relation
            .declared_by
            .iter()
            .filter_map(|by| {
                let file = Document::find(catalog, by)?.file().to_owned();
                (!file.is_empty()).then(|| Self {
                    other: if by == own {
                        relation.target.clone()
                    } else {
                        own.clone()
                    },
                    by: by.clone(),
                    kind: relation.kind.clone(),
                    file,
                })
            })
            .collect()
    }
}

/// Finds the lines of declarations. Keeps what it read for the next one.
#[derive(Default)]
pub(super) struct Lines {
    files: HashMap<String, Option<KeptFile>>,
    parsed: usize,
}

struct KeptFile {
    text: String,
    /// First line of each entity's document.
    documents: HashMap<EntityRef, u32>,
}

impl Lines {
    /// Where a declaration stands.
    pub(super) async fn find(&mut self, state: &AppState, wanted: &Declaration) -> Result<Place> {
        if !self.files.contains_key(&wanted.file) {
            let kept = keep(state, &wanted.file).await?;
            self.files.insert(wanted.file.clone(), kept);
        }
        let line = match self.files.get(&wanted.file) {
            Some(Some(kept)) => {
                let first = kept.documents.get(&wanted.by).copied();
                self.parsed += 1;
                first.map(|first| {
                    if self.parsed > MAX_PARSED || kept.text.len() > MAX_BYTES {
                        return first;
                    }
                    line_in(&kept.text, first, wanted).unwrap_or(first)
                })
            }
            _ => None,
        };
        Ok(Place::new(&wanted.file, line))
    }
}

async fn keep(state: &AppState, location_ref: &str) -> Result<Option<KeptFile>> {
    let Some(file) = store::file(&state.store, location_ref).await? else {
        return Ok(None);
    };
    let text = match &file.text_hash {
        Some(hash) => store::text(&state.store, hash).await?,
        None => None,
    };
    let documents = file.documents.into_iter();
    Ok(Some(KeptFile {
        text: text.unwrap_or_default(),
        documents: documents
            .filter_map(|document| Some((document.entity_ref?, document.line)))
            .collect(),
    }))
}

fn line_in(text: &str, first: u32, wanted: &Declaration) -> Option<u32> {
    let documents = split_documents(text);
    let raw = documents.iter().find(|raw| raw.first_line == first)?;
    // Merge keys or not, the field stands where it stands.
    let value = parse_document(raw, true).ok()??;
    let pointer = pointer_of(&value, wanted)?;
    locate(raw, &pointer).map(|position| position.line)
}

/// The field that names the other end, of those that make this relation if there are several.
fn pointer_of(document: &Value, wanted: &Declaration) -> Option<String> {
    let mut found = Vec::new();
    collect(document.get("spec")?, "/spec", wanted, &mut found);
    let fields = fields_of(&wanted.kind);
    let is_wanted = |pointer: &&String| {
        let field = pointer.split('/').nth(2).unwrap_or_default();
        fields.contains(&field)
    };
    found.iter().find(is_wanted).or(found.first()).cloned()
}

/// The fields of `spec` from which Backstage makes a relation, seen from either end.
fn fields_of(kind: &str) -> &'static [&'static str] {
    match kind {
        "ownedBy" | "ownerOf" => &["owner"],
        "partOf" | "hasPart" => &["system", "domain", "subcomponentOf", "subdomainOf"],
        "providesApi" | "apiProvidedBy" => &["providesApis"],
        "consumesApi" | "apiConsumedBy" => &["consumesApis"],
        "dependsOn" | "dependencyOf" => &["dependsOn", "dependencyOf"],
        "parentOf" | "childOf" => &["parent", "children"],
        "memberOf" | "hasMember" => &["memberOf", "members"],
        _ => &[],
    }
}

fn collect(value: &Value, pointer: &str, wanted: &Declaration, found: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let other = &wanted.other;
            let parsed = EntityRef::parse(text, Some(other.kind()), wanted.by.namespace());
            if parsed.as_ref() == Ok(other) {
                found.push(pointer.to_owned());
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{pointer}/{index}"), wanted, found);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(value, &format!("{pointer}/{name}"), wanted, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{Declaration, line_in};
    use crate::entity::EntityRef;

    const FILE: &str = "\
kind: System
metadata: { name: fares }
spec: { owner: fares }
---
kind: Component
metadata:
  name: engine
spec:
  system: fares
  owner: fares
  dependsOn:
    - resource:tables
    - component:other/map
";

    #[test]
    fn a_relation_is_found_on_the_line_that_says_it() {
        let cases = [
            ("ownedBy", "group:default/fares", 10),
            ("partOf", "system:default/fares", 9),
            ("dependsOn", "resource:default/tables", 12),
            ("dependencyOf", "component:other/map", 13),
        ];
        for (kind, other, line) in cases {
            let wanted = Declaration {
                by: EntityRef::new("component", "default", "engine"),
                file: String::new(),
                other: EntityRef::from_canonical(other),
                kind: kind.to_owned(),
            };
            assert_eq!(line_in(FILE, 5, &wanted), Some(line), "{kind} {other}");
        }
    }

    #[test]
    fn what_is_not_written_is_not_found() {
        let wanted = Declaration {
            by: EntityRef::new("component", "default", "engine"),
            file: String::new(),
            other: EntityRef::new("group", "default", "nobody"),
            kind: "ownedBy".to_owned(),
        };
        assert_eq!(line_in(FILE, 5, &wanted), None);
    }
}
