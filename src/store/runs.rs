//! Runs: what was asked for, how far each is, who executes it.

use sqlx::FromRow;

use super::db::{Db, Tx, on_db, on_tx};
use crate::{
    clock::UnixMillis,
    error::{Error, Result},
};

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    /// Nobody has begun.
    Open,
    /// Somebody executes it.
    Processing,
    /// A step waits for a time or a person.
    Waiting,
    /// It ended well.
    Completed,
    /// It ended badly, or was cancelled.
    Failed,
}

impl RunStatus {
    /// The word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Processing => "processing",
            Self::Waiting => "waiting",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        Ok(match text {
            "open" => Self::Open,
            "processing" => Self::Processing,
            "waiting" => Self::Waiting,
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            other => return Err(Error::internal(format!("a run has the status {other}"))),
        })
    }

    /// Whether nothing happens any more by itself.
    #[must_use]
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// An execution of a template, or one that takes such an execution back.
#[derive(Debug, Clone)]
pub struct Run {
    /// UUID; the task id of Backstage's clients.
    pub id: String,
    /// The run it takes back.
    pub undoes: Option<String>,
    /// How far it is.
    pub status: RunStatus,
    /// The task spec, JSON.
    pub spec: String,
    /// Ref of the template.
    pub template_ref: String,
    /// Ref of the user; `None`: nobody said who they are.
    pub created_by: Option<String>,
    /// When it was asked for.
    pub created_at: UnixMillis,
    /// When it ended, the last time.
    pub ended_at: Option<UnixMillis>,
    /// When its executor last showed life; from the first claim on.
    pub heartbeat_at: Option<UnixMillis>,
    /// From 1; each retry is one more.
    pub attempt: i64,
    /// Whether somebody wants it to stop.
    pub cancel_requested: bool,
    /// The commit at which its template was read when it was asked for; `None`: it lies in no repository.
    pub template_commit: Option<String>,
}

#[derive(FromRow)]
pub(super) struct RunRow {
    id: String,
    undoes: Option<String>,
    status: String,
    spec: String,
    template_ref: String,
    created_by: Option<String>,
    created_at: i64,
    ended_at: Option<i64>,
    heartbeat_at: Option<i64>,
    attempt: i64,
    cancel_requested: bool,
    template_commit: Option<String>,
}

impl TryFrom<RunRow> for Run {
    type Error = Error;

    fn try_from(row: RunRow) -> Result<Self> {
        Ok(Self {
            status: RunStatus::parse(&row.status)?,
            id: row.id,
            undoes: row.undoes,
            spec: row.spec,
            template_ref: row.template_ref,
            created_by: row.created_by,
            created_at: UnixMillis(row.created_at),
            ended_at: row.ended_at.map(UnixMillis),
            heartbeat_at: row.heartbeat_at.map(UnixMillis),
            attempt: row.attempt,
            cancel_requested: row.cancel_requested,
            template_commit: row.template_commit,
        })
    }
}

/// Adds a run, open.
pub async fn add_run(tx: &mut Tx, run: &Run) -> Result<()> {
    const SQL: &str = "INSERT INTO runs (id, undoes, status, spec, template_ref, created_by, created_at, attempt, template_commit, cancel_requested) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, FALSE)";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(&run.id)
        .bind(&run.undoes)
        .bind(run.status.as_str())
        .bind(&run.spec)
        .bind(&run.template_ref)
        .bind(&run.created_by)
        .bind(run.created_at.0)
        .bind(run.attempt)
        .bind(&run.template_commit)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// A run, by id.
pub async fn run(db: &Db, id: &str) -> Result<Option<Run>> {
    const SQL: &str = "SELECT id, undoes, status, spec, template_ref, created_by, created_at, ended_at, heartbeat_at, attempt, cancel_requested, template_commit FROM runs WHERE id = $1";
    let row: Option<RunRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(id)
        .fetch_optional(pool)
        .await)?;
    row.map(Run::try_from).transpose()
}

/// The runs that take a run back, newest first, at most 100.
pub async fn undo_runs(db: &Db, id: &str) -> Result<Vec<Run>> {
    const SQL: &str = "SELECT id, undoes, status, spec, template_ref, created_by, created_at, ended_at, heartbeat_at, attempt, cancel_requested, template_commit FROM runs WHERE undoes = $1 ORDER BY created_at DESC, id DESC LIMIT 100";
    let rows: Vec<RunRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(id)
        .fetch_all(pool)
        .await)?;
    rows.into_iter().map(Run::try_from).collect()
}

/// Moves an ended run to where it can be claimed again, as one more attempt. False if it has not ended.
pub async fn reopen_run(tx: &mut Tx, id: &str) -> Result<bool> {
    const SQL: &str = "UPDATE runs SET status = 'open', attempt = attempt + 1, cancel_requested = FALSE, ended_at = NULL, lease_holder = NULL, lease_until = NULL WHERE id = $1 AND status IN ('completed', 'failed')";
    let changed = on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(id)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Notes that somebody wants a run to stop. False if it has ended.
pub async fn request_cancel(tx: &mut Tx, id: &str) -> Result<bool> {
    const SQL: &str = "UPDATE runs SET cancel_requested = TRUE WHERE id = $1 AND status NOT IN ('completed', 'failed')";
    let changed = on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(id)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Writes where a run is now. False if `holder` does not execute it any more; then nothing is written.
pub async fn move_run(
    tx: &mut Tx,
    id: &str,
    holder: &str,
    status: RunStatus,
    now: UnixMillis,
) -> Result<bool> {
    const SQL: &str = "UPDATE runs SET status = $3, heartbeat_at = $4, ended_at = CASE WHEN $3 IN ('completed', 'failed') THEN $4 ELSE NULL END, lease_holder = CASE WHEN $3 = 'processing' THEN lease_holder ELSE NULL END WHERE id = $1 AND lease_holder = $2";
    let changed = on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(id)
        .bind(holder)
        .bind(status.as_str())
        .bind(now.0)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}
