//! Who leads to which file: what is needed to tell what no root reaches any more.

use super::{
    db::{Db, Tx, on_db, on_tx},
    feed::from_json,
};
use crate::error::Result;

/// A live Location entity and where it leads.
#[derive(Debug, Clone)]
pub struct LocationTargets {
    /// Its ref.
    pub entity_ref: String,
    /// The file it is read from; `None` for the generated Location of a root.
    pub location_key: Option<String>,
    /// Location ref of its root.
    pub origin: String,
    /// Location refs of the files it leads to.
    pub targets: Vec<String>,
}

/// Every live Location that leads anywhere, and every generated one.
pub async fn location_targets(db: &Db) -> Result<Vec<LocationTargets>> {
    const SQL: &str = "SELECT entity_ref, location_key, origin, targets FROM entities WHERE (targets IS NOT NULL OR location_key IS NULL) AND deleted_at IS NULL ORDER BY entity_ref";
    type Row = (String, Option<String>, String, Option<String>);
    let rows: Vec<Row> = on_db!(db, |pool| sqlx::query_as(SQL).fetch_all(pool).await)?;
    rows.into_iter()
        .map(|(entity_ref, location_key, origin, targets)| {
            Ok(LocationTargets {
                entity_ref,
                location_key,
                origin,
                targets: from_json(targets.as_deref())?,
            })
        })
        .collect()
}

/// Location refs of the files a live Location leads to.
pub async fn targets_of(db: &Db, entity_ref: &str) -> Result<Vec<String>> {
    const SQL: &str = "SELECT targets FROM entities WHERE entity_ref = $1 AND deleted_at IS NULL";
    let row: Option<Option<String>> = on_db!(db, |pool| sqlx::query_scalar(SQL)
        .bind(entity_ref)
        .fetch_optional(pool)
        .await)?;
    from_json(row.flatten().as_deref())
}

/// The refs of all known files.
pub async fn file_refs(tx: &mut Tx) -> Result<Vec<String>> {
    const SQL: &str = "SELECT location_ref FROM files ORDER BY location_ref";
    Ok(on_tx!(tx, |connection| sqlx::query_scalar(SQL)
        .fetch_all(connection)
        .await)?)
}

/// The refs of the live entities that are read from a file.
pub async fn entities_of_file(tx: &mut Tx, location_ref: &str) -> Result<Vec<String>> {
    const SQL: &str = "SELECT entity_ref FROM entities WHERE location_key = $1 AND deleted_at IS NULL ORDER BY entity_ref";
    Ok(on_tx!(tx, |connection| sqlx::query_scalar(SQL)
        .bind(location_ref)
        .fetch_all(connection)
        .await)?)
}
