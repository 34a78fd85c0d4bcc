//! Forms of templates that somebody has begun to fill in.

use sqlx::FromRow;

use super::db::{Db, Tx, on_db, on_tx};
use crate::{clock::UnixMillis, error::Result};

/// A form that somebody has begun to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDraft {
    /// UUID; the run it becomes has the same.
    pub id: String,
    /// Whose it is.
    pub user_ref: String,
    /// Ref of the template.
    pub template_ref: String,
    /// Tells whether the template has changed since.
    pub template_etag: String,
    /// The answers, JSON.
    pub answers: String,
    /// What is only for the form, JSON.
    pub progress: String,
    /// The secrets, encrypted.
    pub sealed: Option<String>,
    /// When it was last written.
    pub updated_at: UnixMillis,
    /// When it is forgotten.
    pub expires_at: UnixMillis,
}

#[derive(FromRow)]
struct RunDraftRow {
    id: String,
    user_ref: String,
    template_ref: String,
    template_etag: String,
    answers: String,
    progress: String,
    sealed: Option<String>,
    updated_at: i64,
    expires_at: i64,
}

impl From<RunDraftRow> for RunDraft {
    fn from(row: RunDraftRow) -> Self {
        Self {
            id: row.id,
            user_ref: row.user_ref,
            template_ref: row.template_ref,
            template_etag: row.template_etag,
            answers: row.answers,
            progress: row.progress,
            sealed: row.sealed,
            updated_at: UnixMillis(row.updated_at),
            expires_at: UnixMillis(row.expires_at),
        }
    }
}

/// Writes a draft, over what was there.
pub async fn put_run_draft(tx: &mut Tx, draft: &RunDraft) -> Result<()> {
    const SQL: &str = "INSERT INTO run_drafts (id, user_ref, template_ref, template_etag, answers, progress, sealed, updated_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET template_etag = excluded.template_etag, answers = excluded.answers, progress = excluded.progress, sealed = excluded.sealed, updated_at = excluded.updated_at, expires_at = excluded.expires_at";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(&draft.id)
        .bind(&draft.user_ref)
        .bind(&draft.template_ref)
        .bind(&draft.template_etag)
        .bind(&draft.answers)
        .bind(&draft.progress)
        .bind(&draft.sealed)
        .bind(draft.updated_at.0)
        .bind(draft.expires_at.0)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Somebody's draft; `None` if it is not there, is another's, or was kept long enough.
pub async fn run_draft(
    db: &Db,
    id: &str,
    user_ref: &str,
    now: UnixMillis,
) -> Result<Option<RunDraft>> {
    const SQL: &str = "SELECT id, user_ref, template_ref, template_etag, answers, progress, sealed, updated_at, expires_at FROM run_drafts WHERE id = $1 AND user_ref = $2 AND expires_at > $3";
    let row: Option<RunDraftRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(id)
        .bind(user_ref)
        .bind(now.0)
        .fetch_optional(pool)
        .await)?;
    Ok(row.map(RunDraft::from))
}

/// Somebody's drafts, the last written first, at most 100.
pub async fn run_drafts(db: &Db, user_ref: &str, now: UnixMillis) -> Result<Vec<RunDraft>> {
    const SQL: &str = "SELECT id, user_ref, template_ref, template_etag, answers, progress, sealed, updated_at, expires_at FROM run_drafts WHERE user_ref = $1 AND expires_at > $2 ORDER BY updated_at DESC, id LIMIT 100";
    let rows: Vec<RunDraftRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(user_ref)
        .bind(now.0)
        .fetch_all(pool)
        .await)?;
    Ok(rows.into_iter().map(RunDraft::from).collect())
}

/// Forgets somebody's draft.
pub async fn delete_run_draft(tx: &mut Tx, id: &str, user_ref: &str) -> Result<()> {
    const SQL: &str = "DELETE FROM run_drafts WHERE id = $1 AND user_ref = $2";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(id)
        .bind(user_ref)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Forgets the drafts that were kept long enough, and of a draft's user all but the last written `most`; the draft
/// itself stays.
pub async fn delete_old_drafts(
    tx: &mut Tx,
    draft: &RunDraft,
    most: i64,
    now: UnixMillis,
) -> Result<()> {
    const SQL: &str = "DELETE FROM run_drafts WHERE expires_at <= $1 OR (user_ref = $2 AND id NOT IN (SELECT id FROM run_drafts WHERE user_ref = $2 ORDER BY updated_at DESC, id LIMIT $3) AND id <> $4)";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(now.0)
        .bind(&draft.user_ref)
        .bind(most)
        .bind(&draft.id)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}
