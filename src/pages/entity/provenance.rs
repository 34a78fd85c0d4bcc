//! Where a relation is written: the file and the line of the field that says it.
//!
//! The field is found in the declaring entity, its line by reading that entity's kept text again.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;

use crate::{
    catalog::{RelationView, Snapshot},
    entity::{EntityRef, locate, split_documents},
    error::Result,
    http::AppState,
    pages::sources::place::Place,
    store::{self, DocumentPlace},
};

use super::document::Document;

/// Declarations shown of a relation: one from either end.
const MAX_DECLARERS: usize = 2;
/// Declaring documents that are parsed for one page; the others are shown by their first line.
const MAX_PARSED: usize = 40;
/// Larger documents are not parsed for a line.
const MAX_BYTES: usize = 1 << 20;
/// Lines that are kept, of a hundred bytes each; then all are found anew.
const MAX_KEPT: usize = 50_000;

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
    /// Who declares this relation of `own`, the first [`MAX_DECLARERS`]. Generated entities have no file, and
    /// are left out.
    pub(super) fn of(
        catalog: &Snapshot<'_>,
        own: (&EntityRef, &Document),
        relation: &RelationView,
    ) -> Vec<Self> {
        let declared = |by: &EntityRef| {
            if by == own.0 {
                return Self::new(own.1, by, (&relation.kind, &relation.target));
            }
            let document = Document::find(catalog, by)?;
            Self::new(&document, by, (&relation.kind, own.0))
        };
        let declarers = relation.declared_by.iter();
        declarers.filter_map(declared).take(MAX_DECLARERS).collect()
    }

    fn new(document: &Document, by: &EntityRef, (kind, other): (&str, &EntityRef)) -> Option<Self> {
        (!document.file().is_empty()).then(|| Self {
            by: by.clone(),
            file: document.file().to_owned(),
            pointer: pointer_of(document.value(), by, kind, other),
        })
    }
}

/// Lines that were found, for all pages. What a kept text says does not change, so neither do they.
#[derive(Clone, Default)]
pub(super) struct FoundLines(Arc<Mutex<HashMap<Field, u32>>>);

/// A field of a document in a kept text.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Field {
    text_hash: String,
    first_line: u32,
    pointer: String,
}

impl FoundLines {
    fn get(&self, field: &Field) -> Option<u32> {
        self.lock().get(field).copied()
    }

    fn put(&self, field: Field, line: u32) {
        let mut lines = self.lock();
        if lines.len() >= MAX_KEPT {
            lines.clear();
        }
        lines.insert(field, line);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Field, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where these declarations stand, in their order.
pub(super) async fn places(
    state: &AppState,
    lines: &FoundLines,
    declarations: &[&Declaration],
) -> Result<Vec<Place>> {
    let declarers: BTreeSet<&EntityRef> = declarations.iter().map(|wanted| &wanted.by).collect();
    let declarers: Vec<&EntityRef> = declarers.into_iter().collect();
    let documents = store::document_places(&state.store, &declarers).await?;
    let mut search = Search {
        state,
        lines,
        texts: HashMap::new(),
        parsed: 0,
    };
    let mut places = Vec::with_capacity(declarations.len());
    for wanted in declarations {
        let document = documents.get(wanted.by.as_str());
        let line = match document.filter(|document| document.is_current) {
            Some(document) => Some(search.line(document, wanted).await?),
            None => None,
        };
        places.push(Place::new(&wanted.file, line).if_known(document.is_some()));
    }
    Ok(places)
}

/// Finds the lines of one page. Keeps the texts it read for the next line.
struct Search<'a> {
    state: &'a AppState,
    lines: &'a FoundLines,
    texts: HashMap<String, String>,
    parsed: usize,
}

impl Search<'_> {
    /// The line of a declaration; the first of its document where the field is not found.
    async fn line(&mut self, document: &DocumentPlace, wanted: &Declaration) -> Result<u32> {
        let first_line = u32::try_from(document.line).unwrap_or(1);
        let (Some(text_hash), Some(pointer)) = (&document.text_hash, &wanted.pointer) else {
            return Ok(first_line);
        };
        let field = Field {
            text_hash: text_hash.clone(),
            first_line,
            pointer: pointer.clone(),
        };
        if let Some(line) = self.lines.get(&field) {
            return Ok(line);
        }
        self.parsed += 1;
        if self.parsed > MAX_PARSED {
            return Ok(first_line);
        }
        let line = line_in(self.text(text_hash).await?, &field).unwrap_or(first_line);
        self.lines.put(field, line);
        Ok(line)
    }

    async fn text(&mut self, hash: &str) -> Result<&str> {
        if !self.texts.contains_key(hash) {
            let text = store::text(&self.state.store, hash).await?;
            self.texts.insert(hash.to_owned(), text.unwrap_or_default());
        }
        Ok(&self.texts[hash])
    }
}

fn line_in(text: &str, field: &Field) -> Option<u32> {
    let documents = split_documents(text);
    let raw = documents
        .iter()
        .find(|raw| raw.first_line == field.first_line && raw.text.len() <= MAX_BYTES)?;
    locate(raw, &field.pointer).map(|position| position.line)
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

    use super::{Declaration, Document, Field, line_in};
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
        let field = Field {
            text_hash: String::new(),
            first_line: 4,
            pointer: declaration.pointer?,
        };
        line_in(FILE, &field)
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
