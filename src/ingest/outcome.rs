//! What came of reading a file: the words between checking and writing.

use super::targets::Targets;
use crate::{
    entity::{Diagnostic, EntityRef, FaultScope, LocationRef},
    store::File,
};

/// A file that is to be read: which, for whom.
#[derive(Debug, Clone)]
pub(super) struct FileSource {
    /// The file.
    pub(super) location: LocationRef,
    /// The root that leads to it.
    pub(super) origin: LocationRef,
    /// Whether it may be missing (`presence: optional`).
    pub(super) optional: bool,
}

/// What reading a file came to.
pub(super) enum FileCheck {
    /// It is as it was, found out at the revision it has now.
    Unchanged(Box<File>),
    /// It cannot be read; what it said before stays.
    Unreadable(Diagnostic),
    /// It may be missing, and is.
    Absent,
    /// It was read and checked.
    Checked(CheckedFile),
}

/// A file, read and checked.
pub(super) struct CheckedFile {
    pub(super) text: String,
    pub(super) etag: Option<String>,
    /// The commit it was read at, where it lies in a repository.
    pub(super) revision: Option<String>,
    /// Git's hash of it, where it lies in a repository.
    pub(super) blob: Option<String>,
    /// Hash over the text, what it includes, and the rules.
    pub(super) fingerprint: String,
    /// Location refs of what it includes.
    pub(super) dependencies: Vec<String>,
    pub(super) documents: Vec<CheckedDocument>,
    /// Whether a neighbour's fault keeps all of it from being written (`faultIsolation: location`).
    pub(super) is_held_back: bool,
}

/// One document, checked.
pub(super) struct CheckedDocument {
    pub(super) line: u32,
    pub(super) lines: u32,
    pub(super) hash: String,
    /// The entity it describes, as far as that can be told.
    pub(super) entity_ref: Option<EntityRef>,
    pub(super) outcome: Outcome,
}

/// The verdict on a document, before its neighbours are looked at.
pub(super) enum Outcome {
    /// It says nothing.
    Empty,
    /// It is wrong.
    Refused(Diagnostic),
    /// It is an entity.
    Good(Candidate),
}

/// A document that may become an entity.
pub(super) struct Candidate {
    /// The processed entity as JSON text.
    pub(super) document: String,
    /// For Locations: where they lead.
    pub(super) targets: Targets,
}

impl CheckedFile {
    /// The faults that, with `faultIsolation: location`, hold back the whole location.
    pub(super) fn location_faults(&self) -> impl Iterator<Item = &Diagnostic> {
        self.documents
            .iter()
            .filter_map(|document| match &document.outcome {
                Outcome::Refused(fault) if fault.scope == FaultScope::Location => Some(fault),
                _ => None,
            })
    }
}
