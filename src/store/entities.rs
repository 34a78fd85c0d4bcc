//! The rows of the entities: live ones, those their source no longer lists, and tombstones.

use std::collections::HashMap;

use sqlx::{FromRow, QueryBuilder};

use super::{
    db::{Db, Tx, on_db, on_tx},
    feed::{from_json, to_json},
};
use crate::{
    clock::UnixMillis,
    entity::{Diagnostic, EntityRef},
    error::Result,
};

/// Rows a statement: fifteen values each stay well under SQLite's limit of 32,766.
const CHUNK: usize = 200;

/// What the writer has to know of an entity that may exist already.
#[derive(Debug, Clone, FromRow)]
pub struct EntityRow {
    /// Its ref.
    pub entity_ref: String,
    /// `metadata.uid`.
    pub uid: String,
    /// The processed document.
    pub document: String,
    /// Hash of the authored text.
    pub source_hash: String,
    /// The file it is read from; null for a generated Location.
    pub location_key: Option<String>,
    /// Location ref of its root.
    pub origin: String,
    /// First line in the file.
    pub line: i64,
    /// JSON list of files, for Locations.
    pub targets: Option<String>,
    /// JSON list of diagnostics.
    pub errors: Option<String>,
    /// Whether it is to be seen.
    pub processed: bool,
    /// Whether it is kept as an orphan.
    pub orphan: bool,
    /// Since when its source no longer lists it.
    pub missing_since: Option<i64>,
    /// When it was deleted.
    pub deleted_at: Option<i64>,
}

/// An entity about to be written.
#[derive(Debug, Clone)]
pub struct NewEntity {
    /// Its ref.
    pub entity_ref: EntityRef,
    /// `metadata.uid`.
    pub uid: String,
    /// The processed document.
    pub document: String,
    /// Hash of the authored text.
    pub source_hash: String,
    /// The file it is read from; `None` for a generated Location.
    pub location_key: Option<String>,
    /// Location ref of its root.
    pub origin: String,
    /// First line in the file.
    pub line: u32,
    /// For Locations: the files it leads to.
    pub targets: Vec<String>,
    /// What is wrong with it.
    pub errors: Vec<Diagnostic>,
    /// Whether it is to be seen.
    pub processed: bool,
    /// When.
    pub updated_at: UnixMillis,
    /// Its place in the feed.
    pub change_id: i64,
}

/// Where an entity is written.
#[derive(Debug, Clone, FromRow)]
pub struct EntitySource {
    /// The file; null for a generated Location.
    pub location_key: Option<String>,
    /// Location ref of its root.
    pub origin: String,
    /// First line in the file, from 1.
    pub line: i64,
    /// Since when its source no longer lists it, in milliseconds.
    pub missing_since: Option<i64>,
    /// When it was deleted, in milliseconds.
    pub deleted_at: Option<i64>,
    /// By whom.
    pub deleted_by: Option<String>,
    /// What is wrong with it, as JSON.
    errors: Option<String>,
}

impl EntitySource {
    /// What is wrong with it; for a Location, with what it leads to as well.
    pub fn errors(&self) -> Result<Vec<Diagnostic>> {
        from_json(self.errors.as_deref())
    }
}

/// A deleted entity that can be brought back.
#[derive(Debug, Clone, FromRow)]
pub struct TombstoneRow {
    /// Its ref.
    pub entity_ref: String,
    /// The file it came from.
    pub location_key: Option<String>,
    /// When it was deleted, in milliseconds.
    pub deleted_at: i64,
    /// By whom: a user's ref, or `system`.
    pub deleted_by: String,
}

/// Entities that a source stopped listing, too many at once to be removed unasked.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct HeldRemoval {
    /// Location ref of the root.
    pub origin: String,
    /// How many are missing.
    pub missing: i64,
    /// Of how many.
    pub total: i64,
    /// Since when, in milliseconds.
    pub since: i64,
}

/// The next free place in the feed. Only inside the one writing transaction.
pub async fn next_change_id(tx: &mut Tx) -> Result<i64> {
    const SQL: &str = "SELECT COALESCE(MAX(change_id), 0) + 1 FROM entities";
    Ok(on_tx!(tx, |connection| sqlx::query_scalar(SQL)
        .fetch_one(connection)
        .await)?)
}

/// The rows of these refs, deleted ones too.
pub async fn entities_by_refs(tx: &mut Tx, refs: &[&str]) -> Result<HashMap<String, EntityRow>> {
    let mut found = HashMap::new();
    for chunk in refs.chunks(500) {
        let rows: Vec<EntityRow> = on_tx!(tx, |connection| {
            let mut select = QueryBuilder::new(
                "SELECT entity_ref, uid, document, source_hash, location_key, origin, line, targets, errors, processed, orphan, missing_since, deleted_at FROM entities WHERE entity_ref IN (",
            );
            let mut list = select.separated(", ");
            for entity_ref in chunk {
                list.push_bind(*entity_ref);
            }
            select.push(")");
            select.build_query_as().fetch_all(connection).await
        })?;
        found.extend(rows.into_iter().map(|row| (row.entity_ref.clone(), row)));
    }
    Ok(found)
}

/// Writes rows whole, new or not; whoever writes says what they are, so nothing of the old row stays.
pub async fn put_entities(tx: &mut Tx, entities: &[NewEntity]) -> Result<()> {
    for chunk in entities.chunks(CHUNK) {
        on_tx!(tx, |connection| {
            let mut insert = QueryBuilder::new(
                "INSERT INTO entities (entity_ref, uid, document, source_hash, location_key, origin, line, targets, errors, processed, orphan, updated_at, change_id) ",
            );
            insert.push_values(chunk, |mut row, entity| {
                row.push_bind(entity.entity_ref.as_str())
                    .push_bind(&entity.uid)
                    .push_bind(&entity.document)
                    .push_bind(&entity.source_hash)
                    .push_bind(&entity.location_key)
                    .push_bind(&entity.origin)
                    .push_bind(i64::from(entity.line))
                    .push_bind(to_json(&entity.targets))
                    .push_bind(to_json(&entity.errors))
                    .push_bind(entity.processed)
                    .push_bind(false)
                    .push_bind(entity.updated_at.0)
                    .push_bind(entity.change_id);
            });
            insert.push(" ON CONFLICT (entity_ref) DO UPDATE SET uid = excluded.uid, document = excluded.document, source_hash = excluded.source_hash, location_key = excluded.location_key, origin = excluded.origin, line = excluded.line, targets = excluded.targets, errors = excluded.errors, processed = excluded.processed, orphan = excluded.orphan, missing_since = NULL, deleted_at = NULL, deleted_by = NULL, updated_at = excluded.updated_at, change_id = excluded.change_id");
            insert.build().execute(connection).await.map(drop)
        })?;
    }
    Ok(())
}

/// Sets what is wrong with a live entity whose newest text was refused.
pub async fn mark_errors(
    tx: &mut Tx,
    entity_ref: &str,
    errors: &[Diagnostic],
    change_id: i64,
) -> Result<()> {
    const SQL: &str = "UPDATE entities SET errors = $2, missing_since = NULL, change_id = $3 WHERE entity_ref = $1 AND deleted_at IS NULL";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(entity_ref)
        .bind(to_json(errors))
        .bind(change_id)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Notes that a file no longer lists an entity; [`bury`] or a person decides what follows.
pub async fn mark_missing(
    tx: &mut Tx,
    entity_ref: &str,
    location_key: &str,
    at: UnixMillis,
) -> Result<()> {
    const SQL: &str = "UPDATE entities SET missing_since = $3 WHERE entity_ref = $1 AND location_key = $2 AND deleted_at IS NULL AND missing_since IS NULL AND NOT orphan";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(entity_ref)
        .bind(location_key)
        .bind(at.0)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// For each root, the refs that its files no longer list, and how many entities it has in all.
pub async fn missing_by_origin(tx: &mut Tx) -> Result<HashMap<String, (Vec<String>, i64)>> {
    const MISSING: &str = "SELECT origin, entity_ref FROM entities WHERE missing_since IS NOT NULL AND deleted_at IS NULL ORDER BY origin, entity_ref";
    const TOTAL: &str = "SELECT COUNT(*) FROM entities WHERE origin = $1 AND deleted_at IS NULL";
    let rows: Vec<(String, String)> = on_tx!(tx, |connection| sqlx::query_as(MISSING)
        .fetch_all(connection)
        .await)?;
    let mut found: HashMap<String, (Vec<String>, i64)> = HashMap::new();
    for (origin, entity_ref) in rows {
        found.entry(origin).or_default().0.push(entity_ref);
    }
    for (origin, (_, total)) in &mut found {
        *total = on_tx!(tx, |connection| sqlx::query_scalar(TOTAL)
            .bind(origin)
            .fetch_one(connection)
            .await)?;
    }
    Ok(found)
}

/// Makes a tombstone of an entity. The row stays, so that it can be undone and the feed carries it.
pub async fn bury(
    tx: &mut Tx,
    entity_ref: &str,
    by: &str,
    at: UnixMillis,
    change_id: i64,
) -> Result<()> {
    const SQL: &str = "UPDATE entities SET deleted_at = $2, deleted_by = $3, missing_since = NULL, change_id = $4 WHERE entity_ref = $1 AND deleted_at IS NULL";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(entity_ref)
        .bind(at.0)
        .bind(by)
        .bind(change_id)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Undoes [`bury`]: the entity is back as it was, with its uid; as an orphan, if its source no longer
/// had it. False when there is no such tombstone.
pub async fn unbury(tx: &mut Tx, entity_ref: &str, at: UnixMillis, change_id: i64) -> Result<bool> {
    const SQL: &str = "UPDATE entities SET orphan = (deleted_by = 'system'), deleted_at = NULL, deleted_by = NULL, missing_since = NULL, updated_at = $2, change_id = $3 WHERE entity_ref = $1 AND deleted_at IS NOT NULL";
    let changed = on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(entity_ref)
        .bind(at.0)
        .bind(change_id)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Sets where a Location leads and what is wrong with that.
pub async fn mark_location(
    tx: &mut Tx,
    entity_ref: &str,
    targets: &[String],
    errors: &[Diagnostic],
    change_id: i64,
) -> Result<()> {
    const SQL: &str = "UPDATE entities SET targets = $2, errors = $3, change_id = $4 WHERE entity_ref = $1 AND deleted_at IS NULL";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(entity_ref)
        .bind(to_json(targets))
        .bind(to_json(errors))
        .bind(change_id)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Lets an entity be seen that was held back.
pub async fn show_entity(tx: &mut Tx, entity_ref: &str, change_id: i64) -> Result<()> {
    const SQL: &str = "UPDATE entities SET processed = TRUE, change_id = $2 WHERE entity_ref = $1";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(entity_ref)
        .bind(change_id)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Keeps an entity that nothing lists any more, as an orphan.
pub async fn set_orphan(tx: &mut Tx, entity_ref: &str, change_id: i64) -> Result<()> {
    const SQL: &str = "UPDATE entities SET orphan = TRUE, missing_since = NULL, change_id = $2 WHERE entity_ref = $1 AND deleted_at IS NULL";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(entity_ref)
        .bind(change_id)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// The live entity with this uid: its ref and its file.
pub async fn entity_by_uid(db: &Db, uid: &str) -> Result<Option<(String, Option<String>)>> {
    const SQL: &str =
        "SELECT entity_ref, location_key FROM entities WHERE uid = $1 AND deleted_at IS NULL";
    Ok(on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(uid)
        .fetch_optional(pool)
        .await)?)
}

/// Processed documents of live entities, by ref.
pub async fn live_documents(db: &Db, refs: &[&str]) -> Result<Vec<(String, String)>> {
    let mut found = Vec::with_capacity(refs.len());
    for chunk in refs.chunks(500) {
        let rows: Vec<(String, String)> = on_db!(db, |pool| {
            let mut select = QueryBuilder::new(
                "SELECT entity_ref, document FROM entities WHERE deleted_at IS NULL AND entity_ref IN (",
            );
            let mut list = select.separated(", ");
            for entity_ref in chunk {
                list.push_bind(*entity_ref);
            }
            select.push(")");
            select.build_query_as().fetch_all(pool).await
        })?;
        found.extend(rows);
    }
    Ok(found)
}

/// Where an entity is written, deleted or not.
pub async fn source_of(db: &Db, entity_ref: &EntityRef) -> Result<Option<EntitySource>> {
    const SQL: &str = "SELECT location_key, origin, line, missing_since, deleted_at, deleted_by, errors FROM entities WHERE entity_ref = $1";
    Ok(on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(entity_ref.as_str())
        .fetch_optional(pool)
        .await)?)
}

/// Tombstones, newest first.
pub async fn deleted_entities(db: &Db, limit: u32) -> Result<Vec<TombstoneRow>> {
    const SQL: &str = "SELECT entity_ref, location_key, deleted_at, COALESCE(deleted_by, 'system') AS deleted_by FROM entities WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC, entity_ref LIMIT $1";
    Ok(on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await)?)
}

/// Roots that shrank so much that somebody has to agree.
pub async fn held_removals(db: &Db) -> Result<Vec<HeldRemoval>> {
    const SQL: &str = "SELECT m.origin AS origin, COUNT(*) AS missing, MIN(m.missing_since) AS since, (SELECT COUNT(*) FROM entities t WHERE t.origin = m.origin AND t.deleted_at IS NULL) AS total FROM entities m WHERE m.missing_since IS NOT NULL AND m.deleted_at IS NULL GROUP BY m.origin ORDER BY m.origin";
    Ok(on_db!(db, |pool| sqlx::query_as(SQL)
        .fetch_all(pool)
        .await)?)
}

/// The refs that the files of a root no longer list, in order, at most `limit`.
pub async fn missing_of(db: &Db, origin: &str, limit: u32) -> Result<Vec<EntityRef>> {
    const SQL: &str = "SELECT entity_ref FROM entities WHERE origin = $1 AND missing_since IS NOT NULL AND deleted_at IS NULL ORDER BY entity_ref LIMIT $2";
    let refs: Vec<String> = on_db!(db, |pool| sqlx::query_scalar(SQL)
        .bind(origin)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await)?;
    Ok(refs
        .iter()
        .map(|entity_ref| EntityRef::from_canonical(entity_ref))
        .collect())
}
