//! The verdict on each document of a file, and what follows from it. It writes nothing.

use std::collections::HashMap;

use super::{
    context::Context,
    outcome::{Candidate, CheckedDocument, FileSource, Outcome},
};
use crate::{
    clock::{UnixMillis, new_id},
    entity::{Diagnostic, EntityRef, FaultScope},
    store::{EntityRow, FileDocument, NewEntity, NewVersion, Verdict},
};

/// Why something is written, for the history.
#[derive(Debug, Clone)]
pub(super) struct Cause {
    /// `reconcile`, `file changed`, `refresh`, `registered`, …
    pub(super) what: &'static str,
    /// A user's ref, or `system`.
    pub(super) by: String,
    /// Whether what a person deleted comes back when its source still has it.
    pub(super) revives: bool,
}

/// Who comes first when two files describe the same entity.
pub(super) trait Precedence {
    /// Whether `holder`, a location ref, keeps its entities against `claimant`.
    fn keeps(&self, holder: &str, claimant: &str) -> bool;
}

/// Places in the feed, given out one after the other in a transaction.
#[derive(Debug)]
pub(super) struct ChangeIds {
    first: i64,
    next: i64,
}

impl ChangeIds {
    /// From the first free one.
    pub(super) fn from(first: i64) -> Self {
        Self { first, next: first }
    }

    /// The next.
    pub(super) fn take(&mut self) -> i64 {
        self.next += 1;
        self.next - 1
    }

    /// The last that was given out, if any was.
    pub(super) fn last(&self) -> Option<i64> {
        (self.next > self.first).then_some(self.next - 1)
    }
}

/// What the documents of one file are judged by.
pub(super) struct Judge<'a, P> {
    pub(super) context: &'a Context,
    pub(super) precedence: &'a P,
    pub(super) cause: &'a Cause,
    pub(super) now: UnixMillis,
    pub(super) location_ref: &'a str,
    pub(super) source: &'a FileSource,
    pub(super) text_hash: &'a str,
    /// What is known of the entities that the file names.
    pub(super) rows: &'a HashMap<String, EntityRow>,
    pub(super) changes: &'a mut ChangeIds,
}

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Decided {
    pub(super) documents: Vec<FileDocument>,
    pub(super) entities: Vec<NewEntity>,
    pub(super) versions: Vec<NewVersion>,
    /// Entities that stay as they are, because their newest text is wrong: with its fault.
    pub(super) refused: Vec<(EntityRef, Diagnostic)>,
    /// Files that lose an entity to this one.
    pub(super) dispossessed: Vec<String>,
}

/// Where a document stands in its file.
struct Place<'a> {
    line: u32,
    lines: u32,
    hash: &'a str,
}

impl<P: Precedence> Judge<'_, P> {
    /// Judges them all, in their order.
    pub(super) fn decide(mut self, documents: Vec<CheckedDocument>) -> Decided {
        // Of several documents with one ref the last wins, as in Backstage.
        let last_of = last_documents(&documents);
        let mut decided = Decided::default();
        for (index, document) in documents.into_iter().enumerate() {
            let is_last = document
                .entity_ref
                .as_ref()
                .is_none_or(|entity_ref| last_of.get(entity_ref) == Some(&index));
            let document = self.judge(document, is_last, &mut decided);
            decided.documents.push(document);
        }
        decided
    }

    fn judge(
        &mut self,
        document: CheckedDocument,
        is_last: bool,
        decided: &mut Decided,
    ) -> FileDocument {
        let CheckedDocument {
            line,
            lines,
            hash,
            entity_ref,
            outcome,
        } = document;
        let (verdict, diagnostics) = match (outcome, &entity_ref) {
            // `ref_of` names every entity that has passed the envelope check: good without a ref there is not.
            (Outcome::Empty, _) | (Outcome::Good(_), None) => (Verdict::Empty, Vec::new()),
            (Outcome::Refused(fault), _) => {
                let shows = |entity_ref: &&EntityRef| self.shows(entity_ref, &fault);
                if let Some(entity_ref) = entity_ref.as_ref().filter(shows) {
                    decided.refused.push((entity_ref.clone(), fault.clone()));
                }
                (Verdict::Refused, vec![fault])
            }
            (Outcome::Good(_), Some(_)) if !is_last => {
                let with = self.location_ref.to_owned();
                (Verdict::Conflict { with }, Vec::new())
            }
            (Outcome::Good(candidate), Some(entity_ref)) => match self.holder(entity_ref) {
                Some(with) => (Verdict::Conflict { with }, Vec::new()),
                None => {
                    let remarks = candidate.targets.errors.clone();
                    let hash = &hash;
                    let place = Place { line, lines, hash };
                    self.take(entity_ref, candidate, &place, decided);
                    (Verdict::Accepted, remarks)
                }
            },
        };
        FileDocument {
            line,
            lines,
            hash,
            entity_ref,
            verdict,
            diagnostics,
        }
    }

    /// Whether an entity of this file is to show what is wrong with its newest text, and does not yet.
    fn shows(&self, entity_ref: &EntityRef, fault: &Diagnostic) -> bool {
        // Where faults hold back their location, the location shows them, not the entities.
        if self.context.holds_back() && fault.scope != FaultScope::Entity {
            return false;
        }
        let Some(row) = self.rows.get(entity_ref.as_str()) else {
            return false;
        };
        let known: Vec<Diagnostic> = list(row.errors.as_deref());
        let is_ours =
            row.deleted_at.is_none() && row.location_key.as_deref() == Some(self.location_ref);
        // A file that is listed again lists its refused documents too.
        let is_news = row.missing_since.is_some() || known != std::slice::from_ref(fault);
        is_ours && is_news
    }

    /// The other file that holds this ref and keeps it.
    fn holder(&self, entity_ref: &EntityRef) -> Option<String> {
        let row = self
            .rows
            .get(entity_ref.as_str())
            .filter(|row| row.deleted_at.is_none())?;
        match row.location_key.as_deref() {
            None => Some(row.origin.clone()),
            Some(holder)
                if holder == self.location_ref || row.missing_since.is_some() || row.orphan =>
            {
                None
            }
            Some(holder) => self
                .precedence
                .keeps(holder, self.location_ref)
                .then(|| holder.to_owned()),
        }
    }

    /// Makes an entity of a document, unless it is one already and nothing about it changed.
    fn take(
        &mut self,
        entity_ref: &EntityRef,
        candidate: Candidate,
        place: &Place<'_>,
        decided: &mut Decided,
    ) {
        let rows = self.rows;
        let row = rows.get(entity_ref.as_str());
        let live = row.filter(|row| row.deleted_at.is_none());
        if live.is_none()
            && row.is_some_and(|row| row.source_hash == place.hash)
            && !self.cause.revives
        {
            return; // a person deleted it, and its source has not changed since
        }
        let targets: Vec<String> = candidate
            .targets
            .files
            .iter()
            .map(|target| target.location.to_string())
            .collect();
        if let Some(row) = live {
            if self.is_same(row, &candidate, &targets, place) {
                return;
            }
            if let Some(holder) = row
                .location_key
                .as_deref()
                .filter(|holder| *holder != self.location_ref)
            {
                decided.dispossessed.push(holder.to_owned());
            }
        }
        let waits = self.context.holds_back() && entity_ref.kind() == "location";
        let entity = NewEntity {
            entity_ref: entity_ref.clone(),
            uid: live.map_or_else(new_id, |row| row.uid.clone()),
            document: candidate.document,
            source_hash: place.hash.to_owned(),
            location_key: Some(self.location_ref.to_owned()),
            origin: self.source.origin.to_string(),
            line: place.line,
            targets: kept_targets(targets, live, !candidate.targets.errors.is_empty()),
            errors: candidate.targets.errors,
            processed: live.is_some_and(|row| row.processed) || !waits,
            updated_at: self.now,
            change_id: self.changes.take(),
        };
        let is_new_version = live.is_none_or(|row| row.source_hash != place.hash);
        if is_new_version {
            decided.versions.push(NewVersion {
                entity_ref: entity_ref.clone(),
                uid: entity.uid.clone(),
                at: self.now,
                cause: self.cause.what,
                caused_by: self.cause.by.clone(),
                deleted: false,
                location_key: entity.location_key.clone(),
                text_hash: Some(self.text_hash.to_owned()),
                line: place.line,
                lines: place.lines,
            });
        }
        decided.entities.push(entity);
    }

    fn is_same(
        &self,
        row: &EntityRow,
        candidate: &Candidate,
        targets: &[String],
        place: &Place<'_>,
    ) -> bool {
        row.document == candidate.document
            && row.source_hash == place.hash
            && row.location_key.as_deref() == Some(self.location_ref)
            && row.line == i64::from(place.line)
            && row.errors.is_none()
            && row.missing_since.is_none()
            && !row.orphan
            && candidate.targets.errors.is_empty()
            && list::<String>(row.targets.as_deref()) == targets
    }
}

fn last_documents(documents: &[CheckedDocument]) -> HashMap<EntityRef, usize> {
    let good = documents
        .iter()
        .enumerate()
        .filter(|(_, document)| matches!(document.outcome, Outcome::Good(_)));
    good.filter_map(|(index, document)| Some((document.entity_ref.clone()?, index)))
        .collect()
}

/// A target that cannot be found now still leads to what it led to before.
pub(super) fn kept_targets(
    mut targets: Vec<String>,
    live: Option<&EntityRow>,
    incomplete: bool,
) -> Vec<String> {
    let known = live
        .filter(|_| incomplete)
        .and_then(|row| row.targets.as_deref());
    for target in list::<String>(known) {
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    targets
}

/// A JSON list as a row has it; null is the empty one.
pub(super) fn list<T: serde::de::DeserializeOwned>(json: Option<&str>) -> Vec<T> {
    json.and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default()
}
