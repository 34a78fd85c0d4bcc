//! Pipelines of what runs made: which commits are followed, and how each goes.

use sqlx::FromRow;

use super::db::{Db, Tx, on_db, on_tx};
use crate::{
    clock::UnixMillis,
    error::{Error, Result},
};

/// How the first pipeline of a commit goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstPipeline {
    /// None is seen yet.
    Expected,
    /// It waits for somebody who runs it.
    Queued,
    /// It is under way.
    Running,
    /// It ended well.
    Green,
    /// It ended badly.
    Red,
    /// Somebody ended it, or it had nothing to do.
    Stopped,
    /// None came in time, or the host does not tell.
    None,
}

impl FirstPipeline {
    /// The word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Green => "green",
            Self::Red => "red",
            Self::Stopped => "stopped",
            Self::None => "none",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        Ok(match text {
            "expected" => Self::Expected,
            "queued" => Self::Queued,
            "running" => Self::Running,
            "green" => Self::Green,
            "red" => Self::Red,
            "stopped" => Self::Stopped,
            "none" => Self::None,
            other => {
                return Err(Error::internal(format!("a pipeline has the state {other}")));
            }
        })
    }
}

/// The first pipeline of a commit that a run made.
#[derive(Debug, Clone)]
pub struct RunPipeline {
    /// The run.
    pub run_id: String,
    /// The step, or pass of it, that committed.
    pub step_key: String,
    /// Which of the step's effects the commit is.
    pub ordinal: i64,
    /// The host, as in URLs.
    pub host: String,
    /// Whom the repository belongs to.
    pub owner: String,
    /// Its name.
    pub repository: String,
    /// The branch that got the commit.
    pub branch: String,
    /// The commit.
    pub commit: String,
    /// How its pipeline goes.
    pub state: FirstPipeline,
    /// What the pipeline is called.
    pub name: Option<String>,
    /// Its page.
    pub web_url: Option<String>,
    /// The job that failed.
    pub failed_job: Option<String>,
    /// The step of that job, where the host tells of steps.
    pub failed_step: Option<String>,
    /// The end of what that job wrote.
    pub log_end: Option<String>,
    /// Why the host did not tell, the last time; a sentence.
    pub fault: Option<String>,
    /// When the commit was made.
    pub committed_at: UnixMillis,
    /// When the host was last asked.
    pub looked_at: Option<UnixMillis>,
    /// When it is asked again; `None`: nothing more is to come.
    pub next_look_at: Option<UnixMillis>,
}

#[derive(FromRow)]
struct PipelineRow {
    run_id: String,
    step_key: String,
    ordinal: i64,
    host: String,
    owner: String,
    repository: String,
    branch: String,
    commit_id: String,
    state: String,
    name: Option<String>,
    web_url: Option<String>,
    failed_job: Option<String>,
    failed_step: Option<String>,
    log_end: Option<String>,
    fault: Option<String>,
    committed_at: i64,
    looked_at: Option<i64>,
    next_look_at: Option<i64>,
}

impl TryFrom<PipelineRow> for RunPipeline {
    type Error = Error;

    fn try_from(row: PipelineRow) -> Result<Self> {
        Ok(Self {
            state: FirstPipeline::parse(&row.state)?,
            run_id: row.run_id,
            step_key: row.step_key,
            ordinal: row.ordinal,
            host: row.host,
            owner: row.owner,
            repository: row.repository,
            branch: row.branch,
            commit: row.commit_id,
            name: row.name,
            web_url: row.web_url,
            failed_job: row.failed_job,
            failed_step: row.failed_step,
            log_end: row.log_end,
            fault: row.fault,
            committed_at: UnixMillis(row.committed_at),
            looked_at: row.looked_at.map(UnixMillis),
            next_look_at: row.next_look_at.map(UnixMillis),
        })
    }
}

/// The pipelines of a run, in the order of its commits, at most 1,000.
pub async fn run_pipelines(db: &Db, run_id: &str) -> Result<Vec<RunPipeline>> {
    const SQL: &str = "SELECT p.run_id, p.step_key, p.ordinal, p.host, p.owner, p.repository, p.branch, p.commit_id, p.state, p.name, p.web_url, p.failed_job, p.failed_step, p.log_end, p.fault, p.committed_at, p.looked_at, p.next_look_at FROM run_pipelines p LEFT JOIN run_steps s ON s.run_id = p.run_id AND s.step_key = p.step_key WHERE p.run_id = $1 ORDER BY s.position NULLS LAST, p.committed_at, p.step_key, p.ordinal LIMIT 1000";
    let rows: Vec<PipelineRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(run_id)
        .fetch_all(pool)
        .await)?;
    rows.into_iter().map(RunPipeline::try_from).collect()
}

/// Whether there is one that is to be looked at by now.
pub async fn is_pipeline_due(db: &Db, now: UnixMillis) -> Result<bool> {
    const SQL: &str = "SELECT run_id FROM run_pipelines WHERE next_look_at <= $1 LIMIT 1";
    let found: Option<String> = on_db!(db, |pool| sqlx::query_scalar(SQL)
        .bind(now.0)
        .fetch_optional(pool)
        .await)?;
    Ok(found.is_some())
}

/// Takes those that are to be looked at by now; until `until` nobody else does.
pub async fn claim_pipelines(
    tx: &mut Tx,
    now: UnixMillis,
    until: UnixMillis,
    limit: u32,
) -> Result<Vec<RunPipeline>> {
    const FIND: &str = "SELECT run_id, step_key, ordinal, host, owner, repository, branch, commit_id, state, name, web_url, failed_job, failed_step, log_end, fault, committed_at, looked_at, next_look_at FROM run_pipelines WHERE next_look_at <= $1 ORDER BY next_look_at, run_id, step_key, ordinal LIMIT $2";
    const CLAIM: &str = "UPDATE run_pipelines SET next_look_at = $4 WHERE run_id = $1 AND step_key = $2 AND ordinal = $3";
    let rows: Vec<PipelineRow> = on_tx!(tx, |connection| sqlx::query_as(FIND)
        .bind(now.0)
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await)?;
    for row in &rows {
        on_tx!(tx, |connection| sqlx::query(CLAIM)
            .bind(&row.run_id)
            .bind(&row.step_key)
            .bind(row.ordinal)
            .bind(until.0)
            .execute(connection)
            .await
            .map(drop))?;
    }
    rows.into_iter().map(RunPipeline::try_from).collect()
}

/// Writes how a pipeline goes, over what was there.
pub async fn put_run_pipeline(tx: &mut Tx, pipeline: &RunPipeline) -> Result<()> {
    const SQL: &str = "INSERT INTO run_pipelines (run_id, step_key, ordinal, host, owner, repository, branch, commit_id, state, name, web_url, failed_job, failed_step, log_end, fault, committed_at, looked_at, next_look_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT (run_id, step_key, ordinal) DO UPDATE SET host = excluded.host, owner = excluded.owner, repository = excluded.repository, branch = excluded.branch, commit_id = excluded.commit_id, state = excluded.state, name = excluded.name, web_url = excluded.web_url, failed_job = excluded.failed_job, failed_step = excluded.failed_step, log_end = excluded.log_end, fault = excluded.fault, committed_at = excluded.committed_at, looked_at = excluded.looked_at, next_look_at = excluded.next_look_at";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(&pipeline.run_id)
        .bind(&pipeline.step_key)
        .bind(pipeline.ordinal)
        .bind(&pipeline.host)
        .bind(&pipeline.owner)
        .bind(&pipeline.repository)
        .bind(&pipeline.branch)
        .bind(&pipeline.commit)
        .bind(pipeline.state.as_str())
        .bind(&pipeline.name)
        .bind(&pipeline.web_url)
        .bind(&pipeline.failed_job)
        .bind(&pipeline.failed_step)
        .bind(&pipeline.log_end)
        .bind(&pipeline.fault)
        .bind(pipeline.committed_at.0)
        .bind(pipeline.looked_at.map(|at| at.0))
        .bind(pipeline.next_look_at.map(|at| at.0))
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}
