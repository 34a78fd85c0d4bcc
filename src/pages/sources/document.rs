//! One document of a file: its text, and what became of it.

use super::{
    super::{
        code::{Excerpt, Finding, Language, Prose},
        link::EntityLink,
        status::Status,
    },
    place::Place,
    verdicts::document_status,
};
use crate::{
    catalog::Snapshot,
    store::{File, FileDocument, Verdict},
};

/// A document as its file's page shows it.
pub(super) struct Shown {
    /// From 1.
    pub(super) number: usize,
    /// What became of it.
    pub(super) status: Status,
    /// The entity it describes.
    pub(super) entity: Option<EntityLink>,
    /// Who came first.
    pub(super) with: Option<Place>,
    /// Whether an older version of the entity from this file is still in the catalog.
    pub(super) is_last_good_kept: bool,
    /// What is wrong with it: reason and line.
    pub(super) faults: Vec<(Prose, u32)>,
    /// Its text, as far as it is on this page.
    pub(super) text: Excerpt,
}

impl Shown {
    /// A document; `lines` are those of the file, `window` the first and last one shown.
    pub(super) fn new(
        catalog: &Snapshot<'_>,
        file: &File,
        index: usize,
        lines: &[&str],
        window: (usize, usize),
    ) -> Self {
        let document = &file.documents[index];
        let number = index + 1;
        Self {
            number,
            status: document_status(document),
            entity: document
                .entity_ref
                .as_ref()
                .map(|entity_ref| EntityLink::find(catalog, entity_ref)),
            with: match &document.verdict {
                Verdict::Conflict { with } => Some(Place::new(with, None)),
                _ => None,
            },
            is_last_good_kept: is_last_good_kept(catalog, file, document),
            faults: document
                .diagnostics
                .iter()
                .map(|fault| {
                    let line = fault.position.map_or(document.line, |place| place.line);
                    (Prose::new(&fault.reason), line)
                })
                .collect(),
            text: text(document, number, lines, window),
        }
    }
}

fn is_last_good_kept(catalog: &Snapshot<'_>, file: &File, document: &FileDocument) -> bool {
    let Some(entity_ref) = &document.entity_ref else {
        return false;
    };
    document.verdict == Verdict::Refused
        && crate::pages::entity::Document::find(catalog, entity_ref)
            .is_some_and(|kept| kept.file() == file.location_ref)
}

fn text(
    document: &FileDocument,
    number: usize,
    lines: &[&str],
    (from, to): (usize, usize),
) -> Excerpt {
    let first = document.line as usize;
    let last = (first + document.lines as usize).saturating_sub(1);
    let findings: Vec<Finding<'_>> = document
        .diagnostics
        .iter()
        .map(|diagnostic| Finding {
            diagnostic,
            first,
            last,
        })
        .collect();
    let start = first.max(from);
    let count = (last.min(to) + 1).saturating_sub(start);
    Excerpt {
        label: format!("Document {number}"),
        is_linked: true,
        ..Excerpt::new(lines, Language::Yaml, (start, count), &findings)
    }
}
