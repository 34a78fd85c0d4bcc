//! What steps wait for.

use sqlx::FromRow;

use super::db::{Db, Tx, on_db, on_tx};
use crate::error::Result;

/// What a step waits for: a time, or a person's answer.
#[derive(Debug, Clone, FromRow)]
pub struct RunWait {
    /// Which step, or pass of it.
    pub step_key: String,
    /// `timer`, `approval` or `outcome`.
    pub kind: String,
    /// What is asked, for people.
    pub question: String,
    /// When it is over by itself, in milliseconds since 1970.
    pub due_at: Option<i64>,
    /// What was answered.
    pub answer: Option<String>,
    /// By whom.
    pub answered_by: Option<String>,
    /// Since when, in milliseconds since 1970.
    pub created_at: i64,
}

/// What the steps of a run wait for, at most 1,000.
pub async fn run_waits(db: &Db, run_id: &str) -> Result<Vec<RunWait>> {
    const SQL: &str = "SELECT step_key, kind, question, due_at, answer, answered_by, created_at FROM run_waits WHERE run_id = $1 ORDER BY created_at, step_key LIMIT 1000";
    Ok(on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(run_id)
        .fetch_all(pool)
        .await)?)
}

/// Makes a step wait.
pub async fn put_run_wait(tx: &mut Tx, run_id: &str, wait: &RunWait) -> Result<()> {
    const SQL: &str = "INSERT INTO run_waits (run_id, step_key, kind, question, due_at, answer, answered_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (run_id, step_key) DO UPDATE SET kind = excluded.kind, question = excluded.question, due_at = excluded.due_at, answer = excluded.answer, answered_by = excluded.answered_by, created_at = excluded.created_at";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(run_id)
        .bind(&wait.step_key)
        .bind(&wait.kind)
        .bind(&wait.question)
        .bind(wait.due_at)
        .bind(&wait.answer)
        .bind(&wait.answered_by)
        .bind(wait.created_at)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// What a person says to what a step waits for.
#[derive(Debug, Clone, Copy)]
pub struct WaitAnswer<'a> {
    /// Which step, or pass of it.
    pub step_key: &'a str,
    /// The kind of the wait that is meant.
    pub kind: &'a str,
    /// What is answered.
    pub answer: &'a str,
    /// By whom.
    pub by: &'a str,
}

/// Answers what a step waits for. False if it does not wait for an answer of this kind any more.
pub async fn answer_run_wait(tx: &mut Tx, run_id: &str, given: &WaitAnswer<'_>) -> Result<bool> {
    const SQL: &str = "UPDATE run_waits SET answer = $4, answered_by = $5 WHERE run_id = $1 AND step_key = $2 AND kind = $3 AND answer IS NULL";
    let changed = on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(run_id)
        .bind(given.step_key)
        .bind(given.kind)
        .bind(given.answer)
        .bind(given.by)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Ends the wait of a step; with `None`, of all steps of the run.
pub async fn delete_run_waits(tx: &mut Tx, run_id: &str, step_key: Option<&str>) -> Result<()> {
    const SQL: &str = "DELETE FROM run_waits WHERE run_id = $1 AND ($2 = '' OR step_key = $2)";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(run_id)
        .bind(step_key.unwrap_or_default())
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}
