//! The journal of steps.

use sqlx::FromRow;

use super::db::{Db, Tx, on_db, on_tx};
use crate::{
    clock::UnixMillis,
    error::{Error, Result},
};

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepStatus {
    /// It has begun.
    Processing,
    /// It ended well.
    Completed,
    /// It ended badly.
    Failed,
    /// It was left out.
    Skipped,
}

impl StepStatus {
    /// The word in the database and in events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        Ok(match text {
            "processing" => Self::Processing,
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            "skipped" => Self::Skipped,
            other => return Err(Error::internal(format!("a step has the status {other}"))),
        })
    }
}

/// A step, or one pass of its `each`. What is JSON is kept as text.
#[derive(Debug, Clone)]
pub struct RunStep {
    /// The step's id, followed by `[key]` for a pass.
    pub key: String,
    /// The place of the step in the template, from 0.
    pub position: i64,
    /// How far it is.
    pub status: StepStatus,
    /// What `each` goes through, fixed.
    pub items: Option<String>,
    /// The rendered input, fixed; secrets masked.
    pub input: Option<String>,
    /// The commit of everything it fetches, by address, fixed.
    pub sources: String,
    /// What it gave.
    pub output: Option<String>,
    /// Why it failed, or was skipped by a person.
    pub error: Option<String>,
    /// In which attempt.
    pub attempt: i64,
    /// When it began, the last time.
    pub started_at: UnixMillis,
    /// When it ended.
    pub ended_at: Option<UnixMillis>,
}

impl RunStep {
    /// A step that begins now.
    #[must_use]
    pub fn begun(key: &str, position: usize, attempt: i64, now: UnixMillis) -> Self {
        Self {
            key: key.to_owned(),
            position: i64::try_from(position).unwrap_or(i64::MAX),
            status: StepStatus::Processing,
            items: None,
            input: None,
            sources: "{}".to_owned(),
            output: None,
            error: None,
            attempt,
            started_at: now,
            ended_at: None,
        }
    }
}

#[derive(FromRow)]
struct StepRow {
    step_key: String,
    position: i64,
    status: String,
    items: Option<String>,
    input: Option<String>,
    sources: String,
    output: Option<String>,
    error: Option<String>,
    attempt: i64,
    started_at: i64,
    ended_at: Option<i64>,
}

impl TryFrom<StepRow> for RunStep {
    type Error = Error;

    fn try_from(row: StepRow) -> Result<Self> {
        Ok(Self {
            status: StepStatus::parse(&row.status)?,
            key: row.step_key,
            position: row.position,
            items: row.items,
            input: row.input,
            sources: row.sources,
            output: row.output,
            error: row.error,
            attempt: row.attempt,
            started_at: UnixMillis(row.started_at),
            ended_at: row.ended_at.map(UnixMillis),
        })
    }
}

/// All steps of a run that have begun, in the order of the template.
pub async fn run_steps(db: &Db, run_id: &str) -> Result<Vec<RunStep>> {
    const SQL: &str = "SELECT step_key, position, status, items, input, sources, output, error, attempt, started_at, ended_at FROM run_steps WHERE run_id = $1 ORDER BY position, step_key LIMIT 10000";
    let rows: Vec<StepRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(run_id)
        .fetch_all(pool)
        .await)?;
    rows.into_iter().map(RunStep::try_from).collect()
}

/// Writes a step, over what was there.
pub async fn put_run_step(tx: &mut Tx, run_id: &str, step: &RunStep) -> Result<()> {
    const SQL: &str = "INSERT INTO run_steps (run_id, step_key, position, status, items, input, sources, output, error, attempt, started_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (run_id, step_key) DO UPDATE SET status = excluded.status, items = excluded.items, input = excluded.input, sources = excluded.sources, output = excluded.output, error = excluded.error, attempt = excluded.attempt, started_at = excluded.started_at, ended_at = excluded.ended_at";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(run_id)
        .bind(&step.key)
        .bind(step.position)
        .bind(step.status.as_str())
        .bind(&step.items)
        .bind(&step.input)
        .bind(&step.sources)
        .bind(&step.output)
        .bind(&step.error)
        .bind(step.attempt)
        .bind(step.started_at.0)
        .bind(step.ended_at.map(|at| at.0))
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Takes a step out of the journal, as if it had not begun.
pub async fn delete_run_step(tx: &mut Tx, run_id: &str, key: &str) -> Result<()> {
    const SQL: &str = "DELETE FROM run_steps WHERE run_id = $1 AND step_key = $2";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(run_id)
        .bind(key)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}
