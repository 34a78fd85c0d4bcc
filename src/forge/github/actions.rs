//! GitHub Actions: workflow runs, their jobs and logs.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::{about, path};
use crate::forge::{
    CommitId, PipelineJob, PipelineRun, PipelineState, PipelineTrigger, RepositoryId, Result,
    RunFilter,
    answer::instant,
    client::HostClient,
    pages,
    pipeline::{MAX_LOG_READ, StepJson, failed_step, log_tail},
};

/// The newest runs that are told.
const NEWEST: &str = "50";

#[derive(Deserialize)]
struct RunsJson {
    workflow_runs: Vec<RunJson>,
}

#[derive(Deserialize)]
struct RunJson {
    id: u64,
    #[serde(default)]
    display_title: String,
    event: String,
    status: Option<String>,
    conclusion: Option<String>,
    head_sha: String,
    head_branch: Option<String>,
    html_url: Url,
    #[serde(default)]
    run_started_at: Option<String>,
    updated_at: String,
}

#[derive(Deserialize)]
struct JobsJson {
    jobs: Vec<JobJson>,
}

#[derive(Deserialize)]
struct JobJson {
    id: u64,
    name: String,
    status: String,
    conclusion: Option<String>,
    html_url: Option<String>,
    started_at: Option<String>,
    completed_at: Option<String>,
    #[serde(default)]
    steps: Option<Vec<StepJson>>,
}

#[derive(Deserialize)]
struct DispatchedJson {
    workflow_run_id: u64,
}

fn state(status: &str, conclusion: Option<&str>) -> PipelineState {
    match (status, conclusion.unwrap_or_default()) {
        ("completed", "success" | "neutral") => PipelineState::Success,
        ("completed", "cancelled" | "stale") => PipelineState::Cancelled,
        ("completed", "skipped") => PipelineState::Skipped,
        ("completed", "action_required") => PipelineState::Waiting,
        ("completed", _) => PipelineState::Failure,
        ("in_progress", _) => PipelineState::Running,
        _ => PipelineState::Waiting,
    }
}

impl From<RunJson> for PipelineRun {
    fn from(json: RunJson) -> Self {
        let state = state(
            json.status.as_deref().unwrap_or_default(),
            json.conclusion.as_deref(),
        );
        Self {
            id: json.id,
            name: json.display_title,
            event: json.event,
            state,
            commit: CommitId(json.head_sha),
            branch: json.head_branch,
            web_url: Some(json.html_url),
            started_at: instant(json.run_started_at.as_deref()),
            // GitHub does not tell when a run ended, but nothing changes it afterwards.
            finished_at: instant(Some(&json.updated_at)).filter(|_| state.is_final()),
        }
    }
}

impl From<JobJson> for PipelineJob {
    fn from(json: JobJson) -> Self {
        Self {
            id: json.id,
            name: json.name,
            state: state(&json.status, json.conclusion.as_deref()),
            failed_step: failed_step(json.steps),
            web_url: json.html_url.and_then(|url| Url::parse(&url).ok()),
            started_at: instant(json.started_at.as_deref()),
            finished_at: instant(json.completed_at.as_deref()),
        }
    }
}

pub(super) async fn dispatch(
    client: &HostClient,
    repository: &RepositoryId,
    trigger: &PipelineTrigger,
) -> Result<Option<PipelineRun>> {
    let inputs: Map<String, Value> = trigger
        .inputs
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect();
    let mut body = json!({ "ref": trigger.revision, "inputs": inputs });
    // Enterprise does not know it, and refuses what it does not know.
    if client.host() == "github.com" {
        body["return_run_details"] = Value::from(true);
    }
    let workflow = trigger.workflow.as_str();
    let answer = client
        .post(&path(
            repository,
            &["actions", "workflows", workflow, "dispatches"],
        ))
        .body(&body)
        .about(format!("workflow {workflow} in {repository}"))
        .send()
        .await?;
    if answer.bytes.is_empty() {
        return Ok(None);
    }
    let started: DispatchedJson = answer.json(client.host())?;
    run(client, repository, started.workflow_run_id).await
}

pub(super) async fn runs(
    client: &HostClient,
    repository: &RepositoryId,
    filter: &RunFilter,
) -> Result<Vec<PipelineRun>> {
    let mut call = client
        .get(&path(repository, &["actions", "runs"]))
        .query("per_page", NEWEST)
        .about(about(repository));
    if let Some(commit) = &filter.commit {
        call = call.query("head_sha", commit.as_str());
    }
    if let Some(branch) = &filter.branch {
        call = call.query("branch", branch);
    }
    let found: RunsJson = call.json().await?;
    Ok(found.workflow_runs.into_iter().map(Into::into).collect())
}

pub(super) async fn run(
    client: &HostClient,
    repository: &RepositoryId,
    run: u64,
) -> Result<Option<PipelineRun>> {
    let call = client.get(&path(repository, &["actions", "runs", &run.to_string()]));
    let found: Option<RunJson> = call.optional().await?;
    Ok(found.map(Into::into))
}

pub(super) async fn jobs(
    client: &HostClient,
    repository: &RepositoryId,
    run: u64,
) -> Result<Vec<PipelineJob>> {
    let id = run.to_string();
    let call = client
        .get(&path(repository, &["actions", "runs", &id, "jobs"]))
        .about(format!("run {run} in {repository}"));
    let found = pages::all_of(call, |page: JobsJson| page.jobs).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

pub(super) async fn log(
    client: &HostClient,
    repository: &RepositoryId,
    job: u64,
) -> Result<String> {
    let id = job.to_string();
    // The cloud keeps logs in Azure's storage; Enterprise where it was told to, which may be Amazon's.
    let below = format!(".{}", client.host());
    let storage = [
        ".blob.core.windows.net",
        ".actions.githubusercontent.com",
        ".amazonaws.com",
        &below,
    ];
    let answer = client
        .get(&path(repository, &["actions", "jobs", &id, "logs"]))
        .may_lead_to(&storage)
        .limit(MAX_LOG_READ)
        .about(format!("log of job {job} in {repository}"))
        .send()
        .await?;
    Ok(log_tail(&answer.bytes))
}
