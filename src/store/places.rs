//! Where entities are written.

use std::collections::HashMap;

use sqlx::{FromRow, QueryBuilder};

use super::db::{Db, on_db};
use crate::{entity::EntityRef, error::Result};

/// Refs a statement.
const CHUNK: usize = 500;

/// Where the document of an entity stands in its file.
#[derive(Debug, Clone, FromRow)]
pub struct DocumentPlace {
    /// The entity.
    pub entity_ref: String,
    /// The kept text of the file as it was read last.
    pub text_hash: Option<String>,
    /// First line of the document, from 1.
    pub line: i64,
    /// Whether it stands there now; no if the newest text of it was refused.
    pub is_current: bool,
}

/// Where these entities stand, by ref; those without a file are left out.
pub async fn document_places(
    db: &Db,
    refs: &[&EntityRef],
) -> Result<HashMap<String, DocumentPlace>> {
    let mut found = HashMap::with_capacity(refs.len());
    for chunk in refs.chunks(CHUNK) {
        let rows: Vec<DocumentPlace> = on_db!(db, |pool| {
            let mut select = QueryBuilder::new(
                "SELECT e.entity_ref, f.text_hash, e.line, e.errors IS NULL AS is_current FROM entities e JOIN files f ON f.location_ref = e.location_key WHERE e.deleted_at IS NULL AND e.entity_ref IN (",
            );
            let mut list = select.separated(", ");
            for entity_ref in chunk {
                list.push_bind(entity_ref.as_str());
            }
            select.push(")");
            select.build_query_as().fetch_all(pool).await
        })?;
        found.extend(rows.into_iter().map(|row| (row.entity_ref.clone(), row)));
    }
    Ok(found)
}
