//! The files of runs after each step.

use sqlx::FromRow;

use super::db::{Db, Tx, on_db, on_tx};
use crate::{clock::UnixMillis, error::Result};

/// The content of a file of a run.
#[derive(Debug, Clone, FromRow)]
pub struct RunBlob {
    /// Of what it holds.
    pub hash: String,
    /// What it holds, before it was packed.
    pub size_bytes: i64,
    /// Whether it is encrypted.
    pub is_sealed: bool,
    /// Packed.
    pub content: Vec<u8>,
}

/// The manifest (JSON) of the files after a step.
pub async fn run_manifest(db: &Db, run_id: &str, step_key: &str) -> Result<Option<String>> {
    const SQL: &str = "SELECT manifest FROM run_workspaces WHERE run_id = $1 AND step_key = $2";
    Ok(on_db!(db, |pool| sqlx::query_scalar(SQL)
        .bind(run_id)
        .bind(step_key)
        .fetch_optional(pool)
        .await)?)
}

/// The manifests (JSON) of the files after the first and the last step that kept some.
pub async fn run_manifest_ends(db: &Db, run_id: &str) -> Result<Option<(String, String)>> {
    const FIRST: &str = "SELECT w.manifest FROM run_workspaces w JOIN run_steps s ON s.run_id = w.run_id AND s.step_key = w.step_key WHERE w.run_id = $1 ORDER BY s.position, w.created_at, w.step_key LIMIT 1";
    const LAST: &str = "SELECT w.manifest FROM run_workspaces w JOIN run_steps s ON s.run_id = w.run_id AND s.step_key = w.step_key WHERE w.run_id = $1 ORDER BY s.position DESC, w.created_at DESC, w.step_key DESC LIMIT 1";
    let one = async |sql: &'static str| -> Result<Option<String>> {
        Ok(on_db!(db, |pool| sqlx::query_scalar(sql)
            .bind(run_id)
            .fetch_optional(pool)
            .await)?)
    };
    Ok(one(FIRST).await?.zip(one(LAST).await?))
}

/// Keeps the manifest of the files after a step, over what was there.
pub async fn put_run_manifest(
    tx: &mut Tx,
    run_id: &str,
    step_key: &str,
    manifest: &str,
    now: UnixMillis,
) -> Result<()> {
    const SQL: &str = "INSERT INTO run_workspaces (run_id, step_key, manifest, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (run_id, step_key) DO UPDATE SET manifest = excluded.manifest, created_at = excluded.created_at";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(run_id)
        .bind(step_key)
        .bind(manifest)
        .bind(now.0)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// The contents a run has kept: hash and size of each, at most 20,000.
pub async fn run_blob_sizes(db: &Db, run_id: &str) -> Result<Vec<(String, i64)>> {
    const SQL: &str =
        "SELECT hash, size_bytes FROM run_blobs WHERE run_id = $1 ORDER BY hash LIMIT 20000";
    Ok(on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(run_id)
        .fetch_all(pool)
        .await)?)
}

/// Whether a run has kept any content.
pub async fn has_run_blobs(db: &Db, run_id: &str) -> Result<bool> {
    const SQL: &str = "SELECT hash FROM run_blobs WHERE run_id = $1 LIMIT 1";
    let found: Option<String> = on_db!(db, |pool| sqlx::query_scalar(SQL)
        .bind(run_id)
        .fetch_optional(pool)
        .await)?;
    Ok(found.is_some())
}

/// A content, by its hash.
pub async fn run_blob(db: &Db, run_id: &str, hash: &str) -> Result<Option<RunBlob>> {
    const SQL: &str = "SELECT hash, size_bytes, is_sealed, content FROM run_blobs WHERE run_id = $1 AND hash = $2";
    Ok(on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(run_id)
        .bind(hash)
        .fetch_optional(pool)
        .await)?)
}

/// Keeps a content; once is enough.
pub async fn put_run_blob(tx: &mut Tx, run_id: &str, blob: &RunBlob) -> Result<()> {
    const SQL: &str = "INSERT INTO run_blobs (run_id, hash, size_bytes, is_sealed, content) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (run_id, hash) DO NOTHING";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(run_id)
        .bind(&blob.hash)
        .bind(blob.size_bytes)
        .bind(blob.is_sealed)
        .bind(&blob.content)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Forgets the files of runs that ended before an instant. Answers how many contents went.
pub async fn delete_old_workspaces(tx: &mut Tx, before: UnixMillis) -> Result<u64> {
    const BLOBS: &str =
        "DELETE FROM run_blobs WHERE run_id IN (SELECT id FROM runs WHERE ended_at < $1)";
    const MANIFESTS: &str =
        "DELETE FROM run_workspaces WHERE run_id IN (SELECT id FROM runs WHERE ended_at < $1)";
    on_tx!(tx, |connection| sqlx::query(MANIFESTS)
        .bind(before.0)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(on_tx!(tx, |connection| sqlx::query(BLOBS)
        .bind(before.0)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?)
}
