//! Every file a location led to, and what became of each of its documents.

use serde::{Deserialize, Serialize};
use sqlx::{FromRow, QueryBuilder};

use super::{
    db::{Db, Tx, on_db, on_tx},
    feed::from_json,
};
use crate::{
    clock::UnixMillis,
    entity::{Diagnostic, EntityRef},
    error::{Error, Result},
};

/// What became of one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "verdict")]
pub enum Verdict {
    /// It is in the catalog.
    Accepted,
    /// It is not; the last good version of the entity, if there was one, stays.
    Refused,
    /// Another file has the same ref and comes first.
    Conflict {
        /// Location ref of that file.
        with: String,
    },
    /// It says nothing.
    Empty,
}

/// One document of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileDocument {
    /// Its first line, from 1.
    pub line: u32,
    /// How many lines it has.
    pub lines: u32,
    /// Hash of its text, to tell whether it changed.
    pub hash: String,
    /// The entity it describes, as far as that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_ref: Option<EntityRef>,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
}

/// One file.
#[derive(Debug, Clone)]
pub struct File {
    /// `file:/path` or `url:https://…`.
    pub location_ref: String,
    /// Location ref of the root that led to it first.
    pub origin: String,
    /// Hash over its bytes and those of what it includes; empty when it must be looked at anew.
    pub fingerprint: String,
    /// Names its text in the store of texts; `None` if it was never read.
    pub text_hash: Option<String>,
    /// What the host sent to recognise it by.
    pub etag: Option<String>,
    /// The commit it was read at, where it lies in a repository.
    pub revision: Option<String>,
    /// Git's hash of its content, where it lies in a repository.
    pub blob: Option<String>,
    /// Why it could not be read the last time; its documents are then those of the time before.
    pub error: Option<Diagnostic>,
    /// Its documents, in order.
    pub documents: Vec<FileDocument>,
    /// Location refs of what its placeholders include.
    pub dependencies: Vec<String>,
    /// When it was last read.
    pub read_at: UnixMillis,
    /// When its content last differed from the time before.
    pub changed_at: UnixMillis,
}

/// A file in a list.
#[derive(Debug, Clone)]
pub struct FileSummary {
    /// `file:/path` or `url:https://…`.
    pub location_ref: String,
    /// Location ref of the root that led to it first.
    pub origin: String,
    /// Why it could not be read, if it could not.
    pub error: Option<Diagnostic>,
    /// Documents that became entities.
    pub accepted: usize,
    /// Documents that were refused.
    pub refused: usize,
    /// Documents that lost to another file.
    pub conflicting: usize,
    /// Documents that say nothing.
    pub empty: usize,
    /// When it was last read.
    pub read_at: UnixMillis,
}

/// A document that lost to another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The ref both claim.
    pub entity_ref: EntityRef,
    /// The file that lost.
    pub location_ref: String,
}

/// A row of `files`.
#[derive(FromRow)]
pub(super) struct FileRow {
    location_ref: String,
    origin: String,
    fingerprint: String,
    text_hash: Option<String>,
    etag: Option<String>,
    revision: Option<String>,
    blob: Option<String>,
    error: Option<String>,
    documents: String,
    dependencies: String,
    read_at: i64,
    changed_at: i64,
}

impl TryFrom<FileRow> for File {
    type Error = Error;

    fn try_from(row: FileRow) -> Result<Self> {
        Ok(Self {
            location_ref: row.location_ref,
            origin: row.origin,
            fingerprint: row.fingerprint,
            text_hash: row.text_hash,
            etag: row.etag,
            revision: row.revision,
            blob: row.blob,
            error: row
                .error
                .map(|json| serde_json::from_str(&json).map_err(Error::internal))
                .transpose()?,
            documents: from_json(Some(&row.documents))?,
            dependencies: from_json(Some(&row.dependencies))?,
            read_at: UnixMillis(row.read_at),
            changed_at: UnixMillis(row.changed_at),
        })
    }
}

impl From<File> for FileSummary {
    fn from(file: File) -> Self {
        let count = |wanted: fn(&Verdict) -> bool| {
            file.documents.iter().filter(|d| wanted(&d.verdict)).count()
        };
        Self {
            accepted: count(|v| matches!(v, Verdict::Accepted)),
            refused: count(|v| matches!(v, Verdict::Refused)),
            conflicting: count(|v| matches!(v, Verdict::Conflict { .. })),
            empty: count(|v| matches!(v, Verdict::Empty)),
            location_ref: file.location_ref,
            origin: file.origin,
            error: file.error,
            read_at: file.read_at,
        }
    }
}

/// One file.
pub async fn file(db: &Db, location_ref: &str) -> Result<Option<File>> {
    const SQL: &str = "SELECT location_ref, origin, fingerprint, text_hash, etag, revision, blob, error, documents, dependencies, read_at, changed_at FROM files WHERE location_ref = $1";
    let row: Option<FileRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(location_ref)
        .fetch_optional(pool)
        .await)?;
    row.map(TryInto::try_into).transpose()
}

/// Why those of these files that cannot be read cannot be read.
pub async fn file_errors(db: &Db, location_refs: &[String]) -> Result<Vec<Diagnostic>> {
    let mut errors = Vec::new();
    for chunk in location_refs.chunks(500) {
        let found: Vec<String> = on_db!(db, |pool| {
            let mut select = QueryBuilder::new(
                "SELECT error FROM files WHERE error IS NOT NULL AND location_ref IN (",
            );
            let mut list = select.separated(", ");
            for location_ref in chunk {
                list.push_bind(location_ref);
            }
            select.push(") ORDER BY location_ref");
            select.build_query_scalar().fetch_all(pool).await
        })?;
        for error in found {
            errors.push(serde_json::from_str(&error).map_err(Error::internal)?);
        }
    }
    Ok(errors)
}

/// Writes a file's row, new or not.
pub async fn put_file(tx: &mut Tx, file: &File) -> Result<()> {
    const SQL: &str = "INSERT INTO files (location_ref, origin, fingerprint, text_hash, etag, revision, blob, error, documents, dependencies, read_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (location_ref) DO UPDATE SET origin = excluded.origin, fingerprint = excluded.fingerprint, text_hash = excluded.text_hash, etag = excluded.etag, revision = excluded.revision, blob = excluded.blob, error = excluded.error, documents = excluded.documents, dependencies = excluded.dependencies, read_at = excluded.read_at, changed_at = excluded.changed_at";
    let error = file
        .error
        .as_ref()
        .map(serde_json::to_string)
        .transpose()
        .map_err(Error::internal)?;
    let documents = serde_json::to_string(&file.documents).map_err(Error::internal)?;
    let dependencies = serde_json::to_string(&file.dependencies).map_err(Error::internal)?;
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(&file.location_ref)
        .bind(&file.origin)
        .bind(&file.fingerprint)
        .bind(&file.text_hash)
        .bind(&file.etag)
        .bind(&file.revision)
        .bind(&file.blob)
        .bind(error)
        .bind(documents)
        .bind(dependencies)
        .bind(file.read_at.0)
        .bind(file.changed_at.0)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Notes at which commit a file was found as it is.
pub async fn put_revision(tx: &mut Tx, location_ref: &str, revision: Option<&str>) -> Result<()> {
    const SQL: &str = "UPDATE files SET revision = $2 WHERE location_ref = $1";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(location_ref)
        .bind(revision)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Makes the next reconcile look at a file anew, though its content is the same.
pub async fn forget_fingerprint(tx: &mut Tx, location_ref: &str) -> Result<()> {
    const SQL: &str = "UPDATE files SET fingerprint = '' WHERE location_ref = $1";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(location_ref)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Forgets a file that no location leads to any more, with the conflicts it lost.
pub async fn delete_file(tx: &mut Tx, location_ref: &str) -> Result<()> {
    const FILE: &str = "DELETE FROM files WHERE location_ref = $1";
    const CONFLICTS: &str = "DELETE FROM conflicts WHERE location_ref = $1";
    on_tx!(tx, |connection| sqlx::query(FILE)
        .bind(location_ref)
        .execute(connection)
        .await
        .map(drop))?;
    on_tx!(tx, |connection| sqlx::query(CONFLICTS)
        .bind(location_ref)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Replaces the conflicts a file has lost.
pub async fn put_conflicts(tx: &mut Tx, location_ref: &str, refs: &[EntityRef]) -> Result<()> {
    const CLEAR: &str = "DELETE FROM conflicts WHERE location_ref = $1";
    on_tx!(tx, |connection| sqlx::query(CLEAR)
        .bind(location_ref)
        .execute(connection)
        .await
        .map(drop))?;
    for chunk in refs.chunks(500) {
        on_tx!(tx, |connection| {
            let mut insert = QueryBuilder::new("INSERT INTO conflicts (entity_ref, location_ref) ");
            insert.push_values(chunk, |mut row, entity_ref| {
                row.push_bind(entity_ref.as_str()).push_bind(location_ref);
            });
            insert.push(" ON CONFLICT DO NOTHING");
            insert.build().execute(connection).await.map(drop)
        })?;
    }
    Ok(())
}

/// The conflicts over refs that nobody holds now: their files have to be looked at anew.
pub async fn conflicts_of(db: &Db) -> Result<Vec<Conflict>> {
    const SQL: &str = "SELECT c.entity_ref, c.location_ref FROM conflicts c LEFT JOIN entities e ON e.entity_ref = c.entity_ref AND e.deleted_at IS NULL WHERE e.entity_ref IS NULL ORDER BY c.entity_ref, c.location_ref LIMIT 10000";
    let rows: Vec<(String, String)> = on_db!(db, |pool| sqlx::query_as(SQL).fetch_all(pool).await)?;
    Ok(rows
        .into_iter()
        .map(|(entity_ref, location_ref)| Conflict {
            entity_ref: EntityRef::from_canonical(&entity_ref),
            location_ref,
        })
        .collect())
}
