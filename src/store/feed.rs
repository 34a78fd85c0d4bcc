//! What the change feed carries, and reading it.
//!
//! The feed is a column: `entities.change_id` rises with every visible change, so a reader that knows
//! the last one it saw asks for those above. A deleted entity stays as a row, and so is never missed.

use sqlx::FromRow;

use super::db::{Db, on_db};
use crate::{
    entity::{Diagnostic, EntityRef},
    error::{Error, Result},
};

/// An entity as SQL holds it: processed, not yet stitched.
#[derive(Debug, Clone)]
pub struct StoredEntity {
    /// Its ref.
    pub entity_ref: EntityRef,
    /// `metadata.uid`: kept through restarts, moves and undo; new after deletion and re-creation.
    pub uid: String,
    /// The processed entity as JSON text: `metadata`, `apiVersion`, `kind`, `spec`; no uid, etag, relations or status.
    pub document: String,
    /// What is wrong with the newest text of it; they become `status.items`.
    pub errors: Vec<Diagnostic>,
    /// Whether nothing refers to it any more (`orphanStrategy: keep`).
    pub orphan: bool,
    /// Location ref of the file it was read from; `None` for the generated Location of a root.
    pub location: Option<String>,
    /// For Location entities: location refs of the files it leads to.
    pub targets: Vec<String>,
}

/// One entry of the feed.
#[derive(Debug, Clone)]
pub enum Change {
    /// The entity is now so.
    Put(StoredEntity),
    /// The entity is gone, or not to be seen.
    Gone(EntityRef),
}

#[derive(FromRow)]
struct FeedRow {
    entity_ref: String,
    uid: String,
    document: String,
    location_key: Option<String>,
    targets: Option<String>,
    errors: Option<String>,
    orphan: bool,
    is_seen: bool,
    change_id: i64,
}

/// The changes after `since`, oldest first, at most `limit`, and the id of the last of them.
/// An empty list means there is nothing new.
pub async fn changes_since(db: &Db, since: i64, limit: u32) -> Result<(Vec<Change>, i64)> {
    const SQL: &str = "SELECT entity_ref, uid, document, location_key, targets, errors, orphan, processed AND deleted_at IS NULL AS is_seen, change_id FROM entities WHERE change_id > $1 ORDER BY change_id LIMIT $2";
    let rows: Vec<FeedRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(since)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await)?;
    let last = rows.last().map_or(since, |row| row.change_id);
    let changes = rows
        .into_iter()
        .map(Change::try_from)
        .collect::<Result<_>>()?;
    Ok((changes, last))
}

/// The newest change id: what a reader has to reach to know everything. 0 when there is nothing.
pub async fn last_change_id(db: &Db) -> Result<i64> {
    const SQL: &str = "SELECT COALESCE(MAX(change_id), 0) FROM entities";
    Ok(on_db!(db, |pool| sqlx::query_scalar(SQL)
        .fetch_one(pool)
        .await)?)
}

impl TryFrom<FeedRow> for Change {
    type Error = Error;

    fn try_from(row: FeedRow) -> Result<Self> {
        let entity_ref = EntityRef::from_canonical(&row.entity_ref);
        if !row.is_seen {
            return Ok(Self::Gone(entity_ref));
        }
        Ok(Self::Put(StoredEntity {
            entity_ref,
            uid: row.uid,
            document: row.document,
            errors: from_json(row.errors.as_deref())?,
            orphan: row.orphan,
            location: row.location_key,
            targets: from_json(row.targets.as_deref())?,
        }))
    }
}

/// A JSON list in a nullable column; null is the empty list.
pub(super) fn from_json<T: serde::de::DeserializeOwned>(text: Option<&str>) -> Result<Vec<T>> {
    text.map_or_else(
        || Ok(Vec::new()),
        |text| serde_json::from_str(text).map_err(Error::internal),
    )
}

/// A list as a nullable JSON column; the empty list is null.
pub(super) fn to_json<T: serde::Serialize>(list: &[T]) -> Option<String> {
    (!list.is_empty())
        .then(|| serde_json::to_string(list).expect("lists of our own types are JSON"))
}
