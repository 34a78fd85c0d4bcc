//! Writes what came of a file: entities, versions, conflicts and the file's own row, in one transaction.

use std::collections::{HashMap, HashSet};

use super::{
    context::Context,
    known::KnownLocation,
    outcome::{Candidate, CheckedDocument, CheckedFile, FileSource, Outcome},
};
use crate::{
    clock::{UnixMillis, new_id},
    entity::{Diagnostic, EntityRef, FaultScope},
    error::Result,
    store::{self, EntityRow, File, FileDocument, NewEntity, NewVersion, Tx, Verdict},
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

/// What writing one file changed besides its own row.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// Files that lost an entity to this one and have to be looked at anew.
    pub(super) dispossessed: Vec<String>,
}

/// Writes the outcomes of files, in one transaction.
pub(super) struct Writer<'a, P> {
    context: &'a Context,
    precedence: &'a P,
    cause: &'a Cause,
    now: UnixMillis,
    tx: Tx,
    next_change: i64,
    first_change: i64,
}

impl<'a, P: Precedence> Writer<'a, P> {
    pub(super) async fn begin(
        context: &'a Context,
        precedence: &'a P,
        cause: &'a Cause,
    ) -> Result<Self> {
        let mut tx = context.db.begin().await?;
        let next_change = store::next_change_id(&mut tx).await?;
        let now = context.clock.now();
        Ok(Self {
            context,
            precedence,
            cause,
            now,
            tx,
            next_change,
            first_change: next_change,
        })
    }

    /// Makes it so; answers the last change id if anything visible changed.
    pub(super) async fn commit(self) -> Result<Option<i64>> {
        self.tx.commit().await?;
        Ok((self.next_change > self.first_change).then_some(self.next_change - 1))
    }

    fn change_id(&mut self) -> i64 {
        self.next_change += 1;
        self.next_change - 1
    }

    /// Writes a checked file.
    pub(super) async fn put_file(
        &mut self,
        source: &FileSource,
        checked: CheckedFile,
        previous: Option<&File>,
    ) -> Result<Applied> {
        let location_ref = source.location.to_string();
        let text_hash = store::text_hash(checked.text.as_bytes());
        let refs: Vec<&str> = checked
            .documents
            .iter()
            .filter_map(|d| d.entity_ref.as_ref())
            .map(EntityRef::as_str)
            .collect();
        let rows = store::entities_by_refs(&mut self.tx, &refs).await?;
        let mut file = FileWrite {
            location_ref: &location_ref,
            source,
            text_hash: &text_hash,
            rows,
            last_of: last_documents(&checked.documents),
            entities: Vec::new(),
            versions: Vec::new(),
            applied: Applied::default(),
        };
        let mut documents = Vec::with_capacity(checked.documents.len());
        for (index, document) in checked.documents.into_iter().enumerate() {
            documents.push(self.decide(&mut file, index, document).await?);
        }
        let FileWrite {
            entities,
            versions,
            applied,
            ..
        } = file;
        store::put_entities(&mut self.tx, &entities).await?;
        store::put_versions(&mut self.tx, &versions).await?;
        store::put_text(&mut self.tx, &text_hash, &checked.text).await?;
        if !checked.is_held_back {
            self.note_missing(&location_ref, &documents).await?;
        }
        let lost = lost_to_others(&documents, &location_ref);
        if previous.is_some() || !lost.is_empty() {
            store::put_conflicts(&mut self.tx, &location_ref, &lost).await?;
        }
        let unchanged = previous.filter(|file| file.text_hash.as_deref() == Some(&text_hash));
        let written = File {
            origin: source.origin.to_string(),
            fingerprint: checked.fingerprint,
            etag: checked.etag,
            revision: checked.revision,
            blob: checked.blob,
            error: None,
            documents,
            dependencies: checked.dependencies,
            read_at: self.now,
            changed_at: unchanged.map_or(self.now, |file| file.changed_at),
            text_hash: Some(text_hash),
            location_ref,
        };
        store::put_file(&mut self.tx, &written).await?;
        Ok(applied)
    }

    /// Notes that a file could not be read. What it said before stays.
    pub(super) async fn put_unreadable(
        &mut self,
        source: &FileSource,
        fault: Diagnostic,
        previous: Option<File>,
    ) -> Result<()> {
        let file = previous.unwrap_or_else(|| File {
            location_ref: source.location.to_string(),
            origin: source.origin.to_string(),
            fingerprint: String::new(),
            text_hash: None,
            etag: None,
            revision: None,
            blob: None,
            error: None,
            documents: Vec::new(),
            dependencies: Vec::new(),
            read_at: self.now,
            changed_at: self.now,
        });
        store::put_file(
            &mut self.tx,
            &File {
                error: Some(fault),
                read_at: self.now,
                ..file
            },
        )
        .await
    }

    /// Notes at which commit a file was found as it is.
    pub(super) async fn put_revision(&mut self, file: &File) -> Result<()> {
        let revision = file.revision.as_deref();
        store::put_revision(&mut self.tx, &file.location_ref, revision).await
    }

    /// Forgets a file that is gone and may be: its entities are missing now.
    pub(super) async fn put_absent(&mut self, location_ref: &str) -> Result<()> {
        self.note_missing(location_ref, &[]).await?;
        store::delete_file(&mut self.tx, location_ref).await
    }

    /// Writes the generated Location entity of a root.
    pub(super) async fn put_root(&mut self, entity: NewRoot) -> Result<()> {
        let rows = store::entities_by_refs(&mut self.tx, &[entity.entity_ref.as_str()]).await?;
        let row = rows.get(entity.entity_ref.as_str());
        let live = row.filter(|row| row.deleted_at.is_none());
        let same =
            live.is_some_and(|row| row.document == entity.document && row.location_key.is_none());
        if same {
            return Ok(());
        }
        let change_id = self.change_id();
        let new = NewEntity {
            uid: live.map_or_else(new_id, |row| row.uid.clone()),
            source_hash: store::text_hash(entity.document.as_bytes()),
            document: entity.document,
            location_key: None,
            origin: entity.origin,
            line: 1,
            targets: entity.targets,
            errors: Vec::new(),
            processed: live.is_some_and(|row| row.processed) || entity.processed,
            updated_at: self.now,
            change_id,
            entity_ref: entity.entity_ref,
        };
        store::put_entities(&mut self.tx, &[new]).await
    }

    /// Sets where a Location leads, what is wrong with that, and whether it is to be seen.
    pub(super) async fn put_location(
        &mut self,
        entity_ref: &str,
        location: &KnownLocation,
        errors: &[Diagnostic],
        succeeded: bool,
    ) -> Result<()> {
        let rows = store::entities_by_refs(&mut self.tx, &[entity_ref]).await?;
        let Some(row) = rows.get(entity_ref).filter(|row| row.deleted_at.is_none()) else {
            return Ok(());
        };
        let targets = kept_targets(
            location.targets.clone(),
            Some(row),
            !location.target_errors.is_empty(),
        );
        if list::<String>(row.targets.as_deref()) != targets
            || list::<Diagnostic>(row.errors.as_deref()) != errors
        {
            let change_id = self.change_id();
            store::mark_location(&mut self.tx, entity_ref, &targets, errors, change_id).await?;
        }
        if succeeded && !row.processed {
            let change_id = self.change_id();
            store::show_entity(&mut self.tx, entity_ref, change_id).await?;
        }
        Ok(())
    }

    /// Entities of the file that none of its documents names any more are missing; while a document cannot
    /// be told, it may be any of them, so they stay and are marked with its fault.
    async fn note_missing(&mut self, location_ref: &str, documents: &[FileDocument]) -> Result<()> {
        let named: HashSet<&str> = documents
            .iter()
            .filter(|document| !matches!(document.verdict, Verdict::Conflict { .. }))
            .filter_map(|document| document.entity_ref.as_ref())
            .map(EntityRef::as_str)
            .collect();
        let unknown: Vec<Diagnostic> = documents
            .iter()
            .filter(|document| {
                document.verdict == Verdict::Refused && document.entity_ref.is_none()
            })
            .flat_map(|document| document.diagnostics.iter().cloned())
            .collect();
        for entity_ref in store::entities_of_file(&mut self.tx, location_ref).await? {
            if named.contains(entity_ref.as_str()) {
                continue;
            }
            if unknown.is_empty() {
                store::mark_missing(&mut self.tx, &entity_ref, location_ref, self.now).await?;
            } else {
                let change_id = self.change_id();
                store::mark_errors(&mut self.tx, &entity_ref, &unknown, change_id).await?;
            }
        }
        Ok(())
    }

    /// The verdict on one document, and what follows from it.
    async fn decide(
        &mut self,
        file: &mut FileWrite<'_>,
        index: usize,
        document: CheckedDocument,
    ) -> Result<FileDocument> {
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
                // Where faults hold back their location, the location shows them, not the entities.
                let shows = !self.context.holds_back() || fault.scope == FaultScope::Entity;
                if let Some(entity_ref) = entity_ref.as_ref().filter(|_| shows) {
                    self.mark_refused(file, entity_ref, &fault).await?;
                }
                (Verdict::Refused, vec![fault])
            }
            (Outcome::Good(_), Some(entity_ref))
                if file.last_of.get(entity_ref) != Some(&index) =>
            {
                (
                    Verdict::Conflict {
                        with: file.location_ref.to_owned(),
                    },
                    Vec::new(),
                )
            }
            (Outcome::Good(candidate), Some(entity_ref)) => match self.holder(file, entity_ref) {
                Some(with) => (Verdict::Conflict { with }, Vec::new()),
                None => {
                    let remarks = candidate.targets.errors.clone();
                    let place = Place {
                        line,
                        lines,
                        hash: &hash,
                    };
                    self.take(file, entity_ref, candidate, &place);
                    (Verdict::Accepted, remarks)
                }
            },
        };
        Ok(FileDocument {
            line,
            lines,
            hash,
            entity_ref,
            verdict,
            diagnostics,
        })
    }

    async fn mark_refused(
        &mut self,
        file: &FileWrite<'_>,
        entity_ref: &EntityRef,
        fault: &Diagnostic,
    ) -> Result<()> {
        let Some(row) = file.rows.get(entity_ref.as_str()) else {
            return Ok(());
        };
        let known: Vec<Diagnostic> = list(row.errors.as_deref());
        let ours =
            row.deleted_at.is_none() && row.location_key.as_deref() == Some(file.location_ref);
        // A file that is listed again lists its refused documents too.
        let is_news = row.missing_since.is_some() || known != std::slice::from_ref(fault);
        if ours && is_news {
            let change_id = self.change_id();
            store::mark_errors(
                &mut self.tx,
                entity_ref.as_str(),
                std::slice::from_ref(fault),
                change_id,
            )
            .await?;
        }
        Ok(())
    }

    /// The other file that holds this ref and keeps it.
    fn holder(&self, file: &FileWrite<'_>, entity_ref: &EntityRef) -> Option<String> {
        let row = file
            .rows
            .get(entity_ref.as_str())
            .filter(|row| row.deleted_at.is_none())?;
        match row.location_key.as_deref() {
            None => Some(row.origin.clone()),
            Some(holder)
                if holder == file.location_ref || row.missing_since.is_some() || row.orphan =>
            {
                None
            }
            Some(holder) => self
                .precedence
                .keeps(holder, file.location_ref)
                .then(|| holder.to_owned()),
        }
    }

    /// Makes an entity of a document, unless it is one already and nothing about it changed.
    fn take(
        &mut self,
        file: &mut FileWrite<'_>,
        entity_ref: &EntityRef,
        candidate: Candidate,
        place: &Place<'_>,
    ) {
        let row = file.rows.get(entity_ref.as_str());
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
            if is_same(row, file, &candidate, &targets, place) {
                return;
            }
            if let Some(holder) = row
                .location_key
                .as_deref()
                .filter(|holder| *holder != file.location_ref)
            {
                file.applied.dispossessed.push(holder.to_owned());
            }
        }
        let waits = self.context.holds_back() && entity_ref.kind() == "location";
        let entity = NewEntity {
            entity_ref: entity_ref.clone(),
            uid: live.map_or_else(new_id, |row| row.uid.clone()),
            document: candidate.document,
            source_hash: place.hash.to_owned(),
            location_key: Some(file.location_ref.to_owned()),
            origin: file.source.origin.to_string(),
            line: place.line,
            targets: kept_targets(targets, live, !candidate.targets.errors.is_empty()),
            errors: candidate.targets.errors,
            processed: live.is_some_and(|row| row.processed) || !waits,
            updated_at: self.now,
            change_id: self.change_id(),
        };
        let is_new_version = live.is_none_or(|row| row.source_hash != place.hash);
        if is_new_version {
            file.versions.push(NewVersion {
                entity_ref: entity_ref.clone(),
                uid: entity.uid.clone(),
                at: self.now,
                cause: self.cause.what,
                caused_by: self.cause.by.clone(),
                deleted: false,
                location_key: entity.location_key.clone(),
                text_hash: Some(file.text_hash.to_owned()),
                line: place.line,
                lines: place.lines,
            });
        }
        file.entities.push(entity);
    }
}

/// The generated Location entity of a root, about to be written.
pub(super) struct NewRoot {
    pub(super) entity_ref: EntityRef,
    pub(super) document: String,
    pub(super) origin: String,
    pub(super) targets: Vec<String>,
    pub(super) processed: bool,
}

/// What is gathered while the documents of one file are decided.
struct FileWrite<'a> {
    location_ref: &'a str,
    source: &'a FileSource,
    text_hash: &'a str,
    rows: HashMap<String, EntityRow>,
    /// Of several documents with one ref the last wins, as in Backstage.
    last_of: HashMap<EntityRef, usize>,
    entities: Vec<NewEntity>,
    versions: Vec<NewVersion>,
    applied: Applied,
}

struct Place<'a> {
    line: u32,
    lines: u32,
    hash: &'a str,
}

fn last_documents(documents: &[CheckedDocument]) -> HashMap<EntityRef, usize> {
    let good = documents
        .iter()
        .enumerate()
        .filter(|(_, document)| matches!(document.outcome, Outcome::Good(_)));
    good.filter_map(|(index, document)| Some((document.entity_ref.clone()?, index)))
        .collect()
}

fn is_same(
    row: &EntityRow,
    file: &FileWrite<'_>,
    candidate: &Candidate,
    targets: &[String],
    place: &Place<'_>,
) -> bool {
    row.document == candidate.document
        && row.source_hash == place.hash
        && row.location_key.as_deref() == Some(file.location_ref)
        && row.line == i64::from(place.line)
        && row.errors.is_none()
        && row.missing_since.is_none()
        && !row.orphan
        && candidate.targets.errors.is_empty()
        && list::<String>(row.targets.as_deref()) == targets
}

/// A target that cannot be found now still leads to what it led to before.
fn kept_targets(
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
fn list<T: serde::de::DeserializeOwned>(json: Option<&str>) -> Vec<T> {
    json.and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default()
}

/// The entities that a file describes and another one holds.
fn lost_to_others(documents: &[FileDocument], location_ref: &str) -> Vec<EntityRef> {
    documents
        .iter()
        .filter(|document| {
            matches!(&document.verdict, Verdict::Conflict { with } if with != location_ref)
        })
        .filter_map(|document| document.entity_ref.clone())
        .collect()
}
