//! Writes what came of a file: entities, versions, conflicts and the file's own row, in one transaction.

use std::collections::HashSet;

use super::{
    context::Context,
    decide::{Cause, ChangeIds, Decided, Judge, Precedence, kept_targets, list},
    known::KnownLocation,
    outcome::{CheckedFile, FileSource},
};
use crate::{
    clock::{UnixMillis, new_id},
    entity::{Diagnostic, EntityRef},
    error::Result,
    store::{self, File, FileDocument, NewEntity, Tx, Verdict},
};

/// Writes the outcomes of files, in one transaction.
pub(super) struct Writer<'a, P> {
    context: &'a Context,
    precedence: &'a P,
    cause: &'a Cause,
    now: UnixMillis,
    tx: Tx,
    changes: ChangeIds,
}

impl<'a, P: Precedence> Writer<'a, P> {
    pub(super) async fn begin(
        context: &'a Context,
        precedence: &'a P,
        cause: &'a Cause,
    ) -> Result<Self> {
        let mut tx = context.db.begin().await?;
        let changes = ChangeIds::from(store::next_change_id(&mut tx).await?);
        let now = context.clock.now();
        Ok(Self {
            context,
            precedence,
            cause,
            now,
            tx,
            changes,
        })
    }

    /// Makes it so; answers the last change id if anything visible changed.
    pub(super) async fn commit(self) -> Result<Option<i64>> {
        self.tx.commit().await?;
        Ok(self.changes.last())
    }

    /// Writes a checked file; answers which files lost an entity to it and have to be looked at anew.
    pub(super) async fn put_file(
        &mut self,
        source: &FileSource,
        checked: CheckedFile,
        previous: Option<&File>,
    ) -> Result<Vec<String>> {
        let location_ref = source.location.to_string();
        let text_hash = store::text_hash(checked.text.as_bytes());
        let refs: Vec<&str> = checked
            .documents
            .iter()
            .filter_map(|d| d.entity_ref.as_ref())
            .map(EntityRef::as_str)
            .collect();
        let rows = store::entities_by_refs(&mut self.tx, &refs).await?;
        let judge = Judge {
            context: self.context,
            precedence: self.precedence,
            cause: self.cause,
            now: self.now,
            location_ref: &location_ref,
            source,
            text_hash: &text_hash,
            rows: &rows,
            changes: &mut self.changes,
        };
        let Decided {
            documents,
            entities,
            versions,
            refused,
            dispossessed,
        } = judge.decide(checked.documents);
        self.mark_refused(&refused).await?;
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
        Ok(dispossessed)
    }

    /// Marks entities with what is wrong with their newest texts.
    async fn mark_refused(&mut self, refused: &[(EntityRef, Diagnostic)]) -> Result<()> {
        for (entity_ref, fault) in refused {
            let change_id = self.changes.take();
            let faults = std::slice::from_ref(fault);
            store::mark_errors(&mut self.tx, entity_ref.as_str(), faults, change_id).await?;
        }
        Ok(())
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
        let change_id = self.changes.take();
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
            let change_id = self.changes.take();
            store::mark_location(&mut self.tx, entity_ref, &targets, errors, change_id).await?;
        }
        if succeeded && !row.processed {
            let change_id = self.changes.take();
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
                let change_id = self.changes.take();
                store::mark_errors(&mut self.tx, &entity_ref, &unknown, change_id).await?;
            }
        }
        Ok(())
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
