//! Entity versions: every authored document that ever was, with cause and time.

use sqlx::{FromRow, QueryBuilder};

use super::{
    db::{Db, Tx, on_db, on_tx},
    texts,
};
use crate::{clock::UnixMillis, entity::EntityRef, error::Result};

/// Rows a statement.
const CHUNK: usize = 250;

/// A version about to be appended.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// Of which entity.
    pub entity_ref: EntityRef,
    /// Its uid then.
    pub uid: String,
    /// When.
    pub at: UnixMillis,
    /// Why: `reconcile`, `file changed`, `refresh`, `registered`, `deleted`, …
    pub cause: &'static str,
    /// Who, when a person did: a user's ref; else `system`.
    pub caused_by: String,
    /// Whether this is the end of it.
    pub deleted: bool,
    /// The file it stood in.
    pub location_key: Option<String>,
    /// Hash of the file's text then.
    pub text_hash: Option<String>,
    /// First line of the document in that text, from 1.
    pub line: u32,
    /// How many lines it has.
    pub lines: u32,
}

/// A version of the past.
#[derive(Debug, Clone)]
pub struct Version {
    /// Rises with time.
    pub id: i64,
    /// Of which entity.
    pub entity_ref: EntityRef,
    /// When.
    pub at: UnixMillis,
    /// Why.
    pub cause: String,
    /// Who: a user's ref, or `system`.
    pub caused_by: String,
    /// Whether the entity was deleted then.
    pub deleted: bool,
    /// The file it stood in.
    pub location_key: Option<String>,
    /// Hash of the file's text then; see [`Version::document`].
    pub text_hash: Option<String>,
    /// First line of the document in that text, from 1.
    pub line: u32,
    /// How many lines it has.
    pub lines: u32,
}

#[derive(FromRow)]
struct VersionRow {
    id: i64,
    entity_ref: String,
    at: i64,
    cause: String,
    caused_by: String,
    deleted: bool,
    location_key: Option<String>,
    text_hash: Option<String>,
    line: i64,
    lines: i64,
}

impl From<VersionRow> for Version {
    fn from(row: VersionRow) -> Self {
        Self {
            id: row.id,
            entity_ref: EntityRef::from_canonical(&row.entity_ref),
            at: UnixMillis(row.at),
            cause: row.cause,
            caused_by: row.caused_by,
            deleted: row.deleted,
            location_key: row.location_key,
            text_hash: row.text_hash,
            line: u32::try_from(row.line).unwrap_or(1),
            lines: u32::try_from(row.lines).unwrap_or(0),
        }
    }
}

impl Version {
    /// The text of the document as it was; `None` for a deletion or a generated entity.
    pub async fn document(&self, db: &Db) -> Result<Option<String>> {
        let Some(hash) = &self.text_hash else {
            return Ok(None);
        };
        Ok(texts::text(db, hash)
            .await?
            .map(|file| lines_of(&file, self.line, self.lines)))
    }
}

/// `count` lines of a text from the first, counted from 1.
#[must_use]
pub(super) fn lines_of(text: &str, first: u32, count: u32) -> String {
    text.split_inclusive('\n')
        .skip(first.saturating_sub(1) as usize)
        .take(count as usize)
        .collect()
}

/// Appends versions, in order.
pub async fn put_versions(tx: &mut Tx, versions: &[NewVersion]) -> Result<()> {
    for chunk in versions.chunks(CHUNK) {
        on_tx!(tx, |connection| {
            let mut insert = QueryBuilder::new(
                "INSERT INTO entity_versions (entity_ref, uid, at, cause, caused_by, deleted, location_key, text_hash, line, lines) ",
            );
            insert.push_values(chunk, |mut row, version| {
                row.push_bind(version.entity_ref.as_str())
                    .push_bind(&version.uid)
                    .push_bind(version.at.0)
                    .push_bind(version.cause)
                    .push_bind(&version.caused_by)
                    .push_bind(version.deleted)
                    .push_bind(&version.location_key)
                    .push_bind(&version.text_hash)
                    .push_bind(i64::from(version.line))
                    .push_bind(i64::from(version.lines));
            });
            insert.build().execute(connection).await.map(drop)
        })?;
    }
    Ok(())
}

/// The newest versions of one entity, newest first.
pub async fn versions(db: &Db, entity_ref: &EntityRef, limit: u32) -> Result<Vec<Version>> {
    const SQL: &str = "SELECT id, entity_ref, at, cause, caused_by, deleted, location_key, text_hash, line, lines FROM entity_versions WHERE entity_ref = $1 ORDER BY id DESC LIMIT $2";
    let rows: Vec<VersionRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(entity_ref.as_str())
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The newest versions of all entities, newest first.
pub async fn recent_versions(db: &Db, limit: u32) -> Result<Vec<Version>> {
    const SQL: &str = "SELECT id, entity_ref, at, cause, caused_by, deleted, location_key, text_hash, line, lines FROM entity_versions ORDER BY id DESC LIMIT $1";
    let rows: Vec<VersionRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

#[cfg(test)]
mod tests {
    use super::lines_of;

    #[test]
    fn lines_are_cut_out_whole() {
        let text = "a\nb\r\nc";
        assert_eq!(lines_of(text, 2, 1), "b\r\n");
        assert_eq!(lines_of(text, 3, 5), "c");
        assert_eq!(lines_of(text, 9, 1), "");
    }
}
