//! What happened in a run, as clients are told.

use sqlx::FromRow;

use super::db::{Db, Tx, on_db, on_tx};
use crate::{clock::UnixMillis, error::Result};

/// Something that happened. `id` rises in the order it did, over all runs.
#[derive(Debug, Clone, FromRow)]
pub struct RunEvent {
    /// Over all runs.
    pub id: i64,
    /// Of which run.
    pub run_id: String,
    /// `log`, `completion`, `cancelled` or `recovered`.
    #[sqlx(rename = "type")]
    pub kind: String,
    /// JSON.
    pub body: String,
    /// When, in milliseconds since 1970.
    pub created_at: i64,
}

/// Adds an event.
pub async fn add_run_event(
    tx: &mut Tx,
    run_id: &str,
    kind: &str,
    body: &str,
    now: UnixMillis,
) -> Result<()> {
    const SQL: &str =
        "INSERT INTO run_events (run_id, type, body, created_at) VALUES ($1, $2, $3, $4)";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(run_id)
        .bind(kind)
        .bind(body)
        .bind(now.0)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Events of a run after the one of an id, and every `completion` whatever its id, in order, at most `limit`.
pub async fn run_events(db: &Db, run_id: &str, after: i64, limit: u32) -> Result<Vec<RunEvent>> {
    const SQL: &str = "SELECT id, run_id, type, body, created_at FROM run_events WHERE run_id = $1 AND (id > $2 OR type = 'completion') ORDER BY id LIMIT $3";
    events(db, SQL, (run_id, after), limit).await
}

/// The newest events of a run before the one of an id, the newest first, at most `limit`.
pub async fn run_events_before(
    db: &Db,
    run_id: &str,
    before: i64,
    limit: u32,
) -> Result<Vec<RunEvent>> {
    const SQL: &str = "SELECT id, run_id, type, body, created_at FROM run_events WHERE run_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    events(db, SQL, (run_id, before), limit).await
}

/// The events of a run after the one of an id, in order, at most `limit`.
pub async fn run_events_after(
    db: &Db,
    run_id: &str,
    after: i64,
    limit: u32,
) -> Result<Vec<RunEvent>> {
    const SQL: &str = "SELECT id, run_id, type, body, created_at FROM run_events WHERE run_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    events(db, SQL, (run_id, after), limit).await
}

/// The events of a run on one side of an id.
async fn events(
    db: &Db,
    sql: &'static str,
    (run_id, id): (&str, i64),
    limit: u32,
) -> Result<Vec<RunEvent>> {
    Ok(on_db!(db, |pool| sqlx::query_as(sql)
        .bind(run_id)
        .bind(id)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await)?)
}

/// Removes how a run ended: it goes on.
pub async fn delete_run_endings(tx: &mut Tx, run_id: &str) -> Result<()> {
    const SQL: &str =
        "DELETE FROM run_events WHERE run_id = $1 AND type IN ('completion', 'cancelled')";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(run_id)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// The body of the last log event of a run that names a step.
pub async fn last_step_event(db: &Db, run_id: &str) -> Result<Option<String>> {
    const SQL: &str = r#"SELECT body FROM run_events WHERE run_id = $1 AND type = 'log' AND body LIKE '%"stepId":%' ORDER BY id DESC LIMIT 1"#;
    Ok(on_db!(db, |pool| sqlx::query_scalar(SQL)
        .bind(run_id)
        .fetch_optional(pool)
        .await)?)
}

/// Whether a run has an event of a type.
pub async fn has_run_event(db: &Db, run_id: &str, kind: &str) -> Result<bool> {
    const SQL: &str = "SELECT id FROM run_events WHERE run_id = $1 AND type = $2 LIMIT 1";
    let found: Option<i64> = on_db!(db, |pool| sqlx::query_scalar(SQL)
        .bind(run_id)
        .bind(kind)
        .fetch_optional(pool)
        .await)?;
    Ok(found.is_some())
}
