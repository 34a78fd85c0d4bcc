//! Where a relation is written: the file and the line of the field that says it.
//!
//! The field is found in the declaring entity, its line by reading that entity's kept text again.

use std::{collections::HashMap, ops::Range};

use serde_json::Value;

use crate::{
    catalog::{RelationView, Snapshot},
    entity::{EntityRef, RawDocument, locate, split_documents},
    error::Result,
    http::AppState,
    pages::sources::place::Place,
    store::{self, FileDocument},
};

use super::document::Document;

/// Declaring documents that are parsed for one page; the others are shown by their first line.
const MAX_PARSED: usize = 40;
/// Larger documents are not parsed for a line.
const MAX_BYTES: usize = 1 << 20;

/// A relation as one entity declares it: whose document, in which file, by which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declaration {
    /// Whose document.
    pub(super) by: EntityRef,
    /// Location ref of its file.
    pub(super) file: String,
    /// JSON pointer of the field; `None` if no field names the other end as it is.
    pointer: Option<String>,
}

impl Declaration {
    /// Who declares this relation of `own`. Generated entities have no file, and are left out.
    pub(super) fn of(
        catalog: &Snapshot<'_>,
        own: &EntityRef,
        relation: &RelationView,
    ) -> Vec<Self> {
        let declarers = relation.declared_by.iter();
        declarers
            .filter_map(|by| {
                let other = if by == own { &relation.target } else { own };
                let document = Document::find(catalog, by)?;
                Self::new(&document, by, (&relation.kind, other))
            })
            .collect()
    }

    fn new(document: &Document, by: &EntityRef, (kind, other): (&str, &EntityRef)) -> Option<Self> {
        (!document.file().is_empty()).then(|| Self {
            by: by.clone(),
            file: document.file().to_owned(),
            pointer: pointer_of(document.value(), by, kind, other),
        })
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
    /// First line of each entity's document, and where its text is.
    documents: HashMap<EntityRef, (u32, Range<usize>)>,
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
                let first = kept.documents.get(&wanted.by).cloned();
                self.parsed += 1;
                first.map(|(first, range)| {
                    if self.parsed > MAX_PARSED || range.len() > MAX_BYTES {
                        return first;
                    }
                    let raw = RawDocument {
                        text: &kept.text[range],
                        first_line: first,
                    };
                    line_in(&raw, wanted.pointer.as_deref()).unwrap_or(first)
                })
            }
            _ => None,
        };
        let is_known = matches!(self.files.get(&wanted.file), Some(Some(_)));
        Ok(Place::new(&wanted.file, line).if_known(is_known))
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
    Ok(Some(KeptFile::new(
        text.unwrap_or_default(),
        &file.documents,
    )))
}

impl KeptFile {
    fn new(text: String, documents: &[FileDocument]) -> Self {
        let mut end = 0;
        let ranges: HashMap<u32, Range<usize>> = split_documents(&text)
            .iter()
            .map(|raw| {
                let start = end;
                end += raw.text.len();
                (raw.first_line, start..end)
            })
            .collect();
        let documents = documents
            .iter()
            .filter_map(|document| {
                let range = ranges.get(&document.line).cloned().unwrap_or_default();
                Some((document.entity_ref.clone()?, (document.line, range)))
            })
            .collect();
        Self { text, documents }
    }
}

fn line_in(raw: &RawDocument<'_>, pointer: Option<&str>) -> Option<u32> {
    locate(raw, pointer?).map(|position| position.line)
}

/// The field that names the other end, of those that make this relation if there are several.
fn pointer_of(document: &Value, by: &EntityRef, kind: &str, other: &EntityRef) -> Option<String> {
    let mut found = Vec::new();
    let names_other = |text: &str| {
        EntityRef::parse(text, Some(other.kind()), by.namespace()).as_ref() == Ok(other)
    };
    collect(document.get("spec")?, "/spec", &names_other, &mut found);
    let fields = fields_of(kind);
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

fn collect(
    value: &Value,
    pointer: &str,
    is_wanted: &dyn Fn(&str) -> bool,
    found: &mut Vec<String>,
) {
    match value {
        Value::String(text) if is_wanted(text) => found.push(pointer.to_owned()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{pointer}/{index}"), is_wanted, found);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(value, &format!("{pointer}/{name}"), is_wanted, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Declaration, Document, line_in};
    use crate::entity::{EntityRef, split_documents};

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

    /// As the catalog holds it: lists of refs are sorted.
    fn line(kind: &str, other: &str) -> Option<u32> {
        let document = Document::from(json!({
            "metadata": {"annotations": {"backstage.io/managed-by-location": "file:/x"}},
            "spec": {
                "system": "fares",
                "owner": "fares",
                "dependsOn": ["component:other/map", "resource:tables"],
            },
        }));
        let by = EntityRef::new("component", "default", "engine");
        let other = EntityRef::from_canonical(other);
        let declaration = Declaration::new(&document, &by, (kind, &other)).expect("a file");
        let raw = &split_documents(FILE)[1];
        line_in(raw, declaration.pointer.as_deref())
    }

    #[test]
    fn a_relation_is_found_on_the_line_that_says_it() {
        let cases = [
            ("ownedBy", "group:default/fares", 10),
            ("partOf", "system:default/fares", 9),
            ("dependsOn", "resource:default/tables", 12),
            ("dependencyOf", "component:other/map", 13),
        ];
        for (kind, other, expected) in cases {
            assert_eq!(line(kind, other), Some(expected), "{kind} {other}");
        }
    }

    #[test]
    fn what_is_not_written_is_not_found() {
        assert_eq!(line("ownedBy", "group:default/nobody"), None);
    }
}
