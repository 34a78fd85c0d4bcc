//! What people ask for: refresh, register, remove, delete, undo, agree to a removal.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use tokio::sync::oneshot;

use super::{Ingest, decide::Cause, roots::Root, settle::Settling, worker::Command};
use crate::{
    clock::new_id,
    entity::{EntityRef, LocationRef},
    error::{Error, Result},
    store::{self, NewVersion, RegisteredLocation, Tx},
};

/// How long a person waits for a source before the answer is "it is under way".
const PATIENCE: Duration = Duration::from_secs(2);
/// Backstage walks no further up.
const MAX_ANCESTORS: usize = 32;

/// A location somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLocation {
    /// `url`.
    pub kind: String,
    /// What it points at.
    pub target: String,
    /// `required` or `optional`.
    pub presence: Option<String>,
}

/// What to do about a location that is registered already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnConflict {
    /// Say so: [`Error::Conflict`].
    Reject,
    /// Read it again.
    Refresh,
}

fn cause(what: &'static str, by: &str) -> Cause {
    Cause {
        what,
        by: by.to_owned(),
        revives: true,
    }
}

impl Ingest {
    /// Reads again what an entity and its ancestors are made from. Answers when that is done, or after two
    /// seconds while it goes on. [`Error::NotFound`] if there is no such entity.
    pub async fn refresh(&self, entity_ref: &EntityRef, by: &str) -> Result<()> {
        let found = store::source_of(&self.context.db, entity_ref)
            .await?
            .filter(|source| source.deleted_at.is_none());
        let Some(source) = found else {
            return Err(Error::NotFound(format!("Entity {entity_ref} not found")));
        };
        let location_refs = self.files_behind(entity_ref, source.location_key).await?;
        self.read_again(location_refs, cause("refresh", by)).await
    }

    /// Reads one file again.
    pub async fn refresh_file(&self, location_ref: &str, by: &str) -> Result<()> {
        self.read_again(vec![location_ref.to_owned()], cause("refresh", by))
            .await
    }

    /// Reads all files again whose location refs begin so, and those whose patterns do.
    pub async fn refresh_below(&self, prefix: &str, by: &str) -> Result<()> {
        let (done, finished) = oneshot::channel();
        self.send(Command::Below {
            prefix: prefix.to_owned(),
            cause: cause("push", by),
            done,
        })?;
        self.wait_for(finished).await;
        Ok(())
    }

    async fn read_again(&self, location_refs: Vec<String>, cause: Cause) -> Result<()> {
        let (done, finished) = oneshot::channel();
        self.send(Command::Files {
            location_refs,
            cause,
            done,
        })?;
        self.wait_for(finished).await;
        Ok(())
    }

    /// The file of an entity, those of its ancestors, and for a Location those it leads to.
    async fn files_behind(
        &self,
        entity_ref: &EntityRef,
        file: Option<String>,
    ) -> Result<Vec<String>> {
        let locations = store::location_targets(&self.context.db).await?;
        let mut files: BTreeSet<String> = file.iter().cloned().collect();
        let mut queue: VecDeque<String> = file.into_iter().collect();
        let mut steps = 0;
        while let Some(file) = queue.pop_front() {
            let parents = locations
                .iter()
                .filter(|location| location.targets.contains(&file));
            for above in parents.filter_map(|location| location.location_key.clone()) {
                if steps < MAX_ANCESTORS && files.insert(above.clone()) {
                    steps += 1;
                    queue.push_back(above);
                }
            }
        }
        let own = locations
            .iter()
            .find(|location| location.entity_ref == entity_ref.as_str());
        files.extend(
            own.into_iter()
                .flat_map(|location| location.targets.iter().cloned()),
        );
        Ok(files.into_iter().collect())
    }

    async fn wait_for(&self, finished: oneshot::Receiver<()>) {
        // A slow source is no failure: the worker goes on with it.
        if tokio::time::timeout(PATIENCE, finished).await.is_ok() {
            self.all_seen().await;
        }
    }

    /// Registers a location; its entities follow. [`Error::Conflict`] if it is registered and `on_conflict` says so.
    pub async fn register(
        &self,
        new: NewLocation,
        on_conflict: OnConflict,
        by: &str,
    ) -> Result<RegisteredLocation> {
        self.check_writable()?;
        check_location(&new)?;
        let root = Root::of(
            LocationRef {
                kind: new.kind.clone(),
                target: new.target.clone(),
            },
            new.presence.clone(),
        );
        let location = RegisteredLocation {
            id: new_id(),
            kind: new.kind,
            target: new.target,
            presence: new.presence,
            entity_ref: root.entity_ref.as_str().to_owned(),
            created_at: self.context.clock.now(),
            created_by: by.to_owned(),
        };
        let mut tx = self.context.db.begin().await?;
        let is_new = store::add_location(&mut tx, &location).await?;
        tx.commit().await?;
        if is_new {
            self.roots_changed(cause("registered", by)).await?;
            return Ok(location);
        }
        if on_conflict == OnConflict::Reject {
            return Err(Error::Conflict(format!(
                "Location {} already exists",
                root.location
            )));
        }
        self.refresh(&root.entity_ref, by).await?;
        self.registered(&location.kind, &location.target)
            .await?
            .ok_or_else(|| no_location(&location.id))
    }

    /// The registered location of this type and target.
    pub async fn registered(&self, kind: &str, target: &str) -> Result<Option<RegisteredLocation>> {
        let all = store::locations(&self.context.db).await?;
        Ok(all
            .into_iter()
            .find(|known| known.kind == kind && known.target == target))
    }

    /// Gives a registered location another target; its id and its entity stay.
    pub async fn replace_location(
        &self,
        id: &str,
        new: NewLocation,
        by: &str,
    ) -> Result<RegisteredLocation> {
        self.check_writable()?;
        check_location(&new)?;
        let taken = self.registered(&new.kind, &new.target).await?;
        if taken.is_some_and(|location| location.id != id) {
            return Err(Error::Conflict(format!(
                "Location {}:{} already exists",
                new.kind, new.target
            )));
        }
        let mut tx = self.context.db.begin().await?;
        let found =
            store::replace_location(&mut tx, id, &new.kind, &new.target, new.presence.as_deref())
                .await?;
        tx.commit().await?;
        if !found {
            return Err(no_location(id));
        }
        self.roots_changed(cause("location replaced", by)).await?;
        store::location(&self.context.db, id)
            .await?
            .ok_or_else(|| no_location(id))
    }

    /// Removes a registered location and all that only it leads to. [`Error::NotFound`] if there is none.
    pub async fn unregister(&self, id: &str, by: &str) -> Result<()> {
        self.check_writable()?;
        let mut tx = self.context.db.begin().await?;
        let found = store::delete_location(&mut tx, id).await?;
        tx.commit().await?;
        if !found {
            return Err(no_location(id));
        }
        self.roots_changed(cause("location removed", by)).await
    }

    async fn roots_changed(&self, cause: Cause) -> Result<()> {
        let (done, finished) = oneshot::channel();
        self.send(Command::Roots { cause, done })?;
        self.wait_for(finished).await;
        Ok(())
    }

    /// Deletes an entity. It comes back, with a new uid, when its source is compared again and still has it.
    /// Deleting what is not there is no failure.
    pub async fn delete_entity(&self, uid: &str, by: &str) -> Result<()> {
        let Some((entity_ref, file)) = store::entity_by_uid(&self.context.db, uid).await? else {
            return Ok(());
        };
        let now = self.context.clock.now();
        let mut tx = self.context.db.begin().await?;
        let change_id = store::next_change_id(&mut tx).await?;
        store::bury(&mut tx, &entity_ref, by, now, change_id).await?;
        if let Some(file) = &file {
            store::forget_fingerprint(&mut tx, file).await?;
        }
        self.put_version(
            &mut tx,
            &EntityRef::from_canonical(&entity_ref),
            &cause("deleted", by),
            true,
        )
        .await?;
        tx.commit().await?;
        self.announce(change_id).await;
        Ok(())
    }

    /// Brings a deleted entity back as it was, with its uid. [`Error::NotFound`] if nothing was deleted.
    pub async fn undo_delete(&self, entity_ref: &EntityRef, by: &str) -> Result<()> {
        let mut tx = self.context.db.begin().await?;
        let change_id = store::next_change_id(&mut tx).await?;
        if !store::unbury(
            &mut tx,
            entity_ref.as_str(),
            self.context.clock.now(),
            change_id,
        )
        .await?
        {
            return Err(Error::NotFound(format!(
                "No deletion of {entity_ref} to undo"
            )));
        }
        self.put_version(&mut tx, entity_ref, &cause("deletion undone", by), false)
            .await?;
        tx.commit().await?;
        self.announce(change_id).await;
        Ok(())
    }

    /// Removes the entities that a source stopped listing and that were held because there were so many.
    /// Answers how many.
    pub async fn accept_removal(&self, origin: &str, by: &str) -> Result<u64> {
        let cause = cause("removal accepted", by);
        let mut settling = Settling::begin(&self.context, &cause).await?;
        let Some((refs, _)) = store::missing_by_origin(&mut settling.tx)
            .await?
            .remove(origin)
        else {
            return Err(Error::NotFound(format!(
                "Nothing of {origin} waits to be removed"
            )));
        };
        settling.remove(&refs).await?;
        if let Some(change_id) = settling.commit().await? {
            self.announce(change_id).await;
        }
        Ok(refs.len() as u64)
    }

    /// Appends a version that repeats the newest text of an entity, or ends it.
    async fn put_version(
        &self,
        tx: &mut Tx,
        entity_ref: &EntityRef,
        cause: &Cause,
        deleted: bool,
    ) -> Result<()> {
        let versions = store::versions(&self.context.db, entity_ref, 20).await?;
        let newest = versions
            .into_iter()
            .find(|version| version.text_hash.is_some() && !deleted);
        let version = NewVersion {
            entity_ref: entity_ref.clone(),
            uid: String::new(),
            at: self.context.clock.now(),
            cause: cause.what,
            caused_by: cause.by.clone(),
            deleted,
            location_key: newest
                .as_ref()
                .and_then(|version| version.location_key.clone()),
            text_hash: newest
                .as_ref()
                .and_then(|version| version.text_hash.clone()),
            line: newest.as_ref().map_or(1, |version| version.line),
            lines: newest.as_ref().map_or(0, |version| version.lines),
        };
        store::put_versions(tx, &[version]).await
    }

    fn check_writable(&self) -> Result<()> {
        if self.context.options.readonly {
            return Err(Error::NotAllowed(
                "This operation not allowed in readonly mode".to_owned(),
            ));
        }
        Ok(())
    }
}

/// A new location is a `url` with a target.
pub(super) fn check_location(new: &NewLocation) -> Result<()> {
    if new.kind != "url" {
        return Err(Error::Input(
            "Registered locations must be of an allowed type [\"url\"]".to_owned(),
        ));
    }
    match LocationRef::parse(&format!("url:{}", new.target)) {
        Ok(_) => Ok(()),
        Err(fault) => Err(Error::Input(format!("TypeError: {fault}"))),
    }
}

fn no_location(id: &str) -> Error {
    Error::NotFound(format!("Found no location with ID {id}"))
}
