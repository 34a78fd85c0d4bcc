//! Locations registered over the API or a page.

use sqlx::FromRow;

use super::db::{Db, Tx, on_db, on_tx};
use crate::{clock::UnixMillis, error::Result};

/// A registered location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredLocation {
    /// UUID.
    pub id: String,
    /// `url`, as a rule.
    pub kind: String,
    /// What it points at.
    pub target: String,
    /// `optional` or `required`; absent is required.
    pub presence: Option<String>,
    /// Ref of its generated Location entity; kept when the target is replaced.
    pub entity_ref: String,
    /// When it was registered.
    pub created_at: UnixMillis,
    /// By whom: a user's ref.
    pub created_by: String,
}

#[derive(FromRow)]
struct LocationRow {
    id: String,
    r#type: String,
    target: String,
    presence: Option<String>,
    location_entity_ref: String,
    created_at: i64,
    created_by: String,
}

impl From<LocationRow> for RegisteredLocation {
    fn from(row: LocationRow) -> Self {
        Self {
            id: row.id,
            kind: row.r#type,
            target: row.target,
            presence: row.presence,
            entity_ref: row.location_entity_ref,
            created_at: UnixMillis(row.created_at),
            created_by: row.created_by,
        }
    }
}

/// All of them, oldest first: the order in which they win conflicts.
pub async fn locations(db: &Db) -> Result<Vec<RegisteredLocation>> {
    const SQL: &str = "SELECT id, type, target, presence, location_entity_ref, created_at, created_by FROM locations ORDER BY created_at, id LIMIT 100000";
    let rows: Vec<LocationRow> = on_db!(db, |pool| sqlx::query_as(SQL).fetch_all(pool).await)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// One, by id.
pub async fn location(db: &Db, id: &str) -> Result<Option<RegisteredLocation>> {
    const SQL: &str = "SELECT id, type, target, presence, location_entity_ref, created_at, created_by FROM locations WHERE id = $1";
    let row: Option<LocationRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(id)
        .fetch_optional(pool)
        .await)?;
    Ok(row.map(Into::into))
}

/// Adds one. False when type and target are registered already.
pub async fn add_location(tx: &mut Tx, location: &RegisteredLocation) -> Result<bool> {
    const SQL: &str = "INSERT INTO locations (id, type, target, presence, location_entity_ref, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (type, target) DO NOTHING";
    let added = on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(&location.id)
        .bind(&location.kind)
        .bind(&location.target)
        .bind(&location.presence)
        .bind(&location.entity_ref)
        .bind(location.created_at.0)
        .bind(&location.created_by)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(added == 1)
}

/// Gives one a new type and target; id and entity ref stay. False when there is no such location.
pub async fn replace_location(
    tx: &mut Tx,
    id: &str,
    kind: &str,
    target: &str,
    presence: Option<&str>,
) -> Result<bool> {
    const SQL: &str = "UPDATE locations SET type = $2, target = $3, presence = $4 WHERE id = $1";
    let changed = on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(id)
        .bind(kind)
        .bind(target)
        .bind(presence)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Removes one. False when there is no such location.
pub async fn delete_location(tx: &mut Tx, id: &str) -> Result<bool> {
    const SQL: &str = "DELETE FROM locations WHERE id = $1";
    let removed = on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(id)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(removed == 1)
}
