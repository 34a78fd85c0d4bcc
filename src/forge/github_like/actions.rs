//! Workflow runs, their jobs and logs; what of secrets and variables is the same.

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
    pipeline::{MAX_LOG_READ, log_tail},
};

/// The newest runs that are told.
const NEWEST: usize = 50;

/// How a server is asked to tell which run it started.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::forge) enum TellRun {
    /// In the body.
    ByBody,
    /// By a parameter.
    ByQuery,
    /// It cannot tell, and refuses what it does not know.
    Never,
}

#[derive(Deserialize)]
struct RunsJson {
    #[serde(default)]
    workflow_runs: Option<Vec<RunJson>>,
}

#[derive(Deserialize)]
struct RunJson {
    id: u64,
    #[serde(default)]
    display_title: String,
    #[serde(default)]
    event: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    conclusion: Option<String>,
    head_sha: String,
    #[serde(default)]
    head_branch: Option<String>,
    #[serde(default)]
    html_url: Option<String>,
    #[serde(default, alias = "run_started_at")]
    started_at: Option<String>,
    #[serde(default)]
    completed_at: Option<String>,
    #[serde(default)]
    updated_at: Option<String>,
}

#[derive(Deserialize)]
struct JobsJson {
    #[serde(default)]
    jobs: Option<Vec<JobJson>>,
}

#[derive(Deserialize)]
struct JobJson {
    id: u64,
    name: String,
    status: String,
    #[serde(default)]
    conclusion: Option<String>,
    #[serde(default)]
    html_url: Option<String>,
    #[serde(default)]
    started_at: Option<String>,
    #[serde(default)]
    completed_at: Option<String>,
    #[serde(default)]
    steps: Option<Vec<StepJson>>,
}

#[derive(Deserialize)]
struct StepJson {
    #[serde(default)]
    name: String,
    #[serde(default)]
    conclusion: Option<String>,
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

fn page(html_url: Option<&str>) -> Option<Url> {
    Url::parse(html_url?).ok()
}

impl From<RunJson> for PipelineRun {
    fn from(json: RunJson) -> Self {
        let status = json.status.as_deref().unwrap_or_default();
        let state = state(status, json.conclusion.as_deref());
        // GitHub does not tell when a run ended, but nothing changes it afterwards.
        let ended = json.completed_at.or(json.updated_at);
        Self {
            id: json.id,
            name: json.display_title,
            event: json.event,
            state,
            commit: CommitId(json.head_sha),
            branch: json.head_branch.filter(|branch| !branch.is_empty()),
            web_url: page(json.html_url.as_deref()),
            started_at: instant(json.started_at.as_deref()),
            finished_at: instant(ended.as_deref()).filter(|_| state.is_final()),
        }
    }
}

impl From<JobJson> for PipelineJob {
    fn from(json: JobJson) -> Self {
        let mut steps = json.steps.into_iter().flatten();
        let failed = steps.find(|step| step.conclusion.as_deref() == Some("failure"));
        Self {
            id: json.id,
            name: json.name,
            state: state(&json.status, json.conclusion.as_deref()),
            failed_step: failed.map(|step| step.name),
            web_url: page(json.html_url.as_deref()),
            started_at: instant(json.started_at.as_deref()),
            finished_at: instant(json.completed_at.as_deref()),
        }
    }
}

pub(in crate::forge) async fn dispatch(
    client: &HostClient,
    repository: &RepositoryId,
    trigger: &PipelineTrigger,
    tell_run: TellRun,
) -> Result<Option<PipelineRun>> {
    let PipelineTrigger { workflow, .. } = trigger;
    let inputs = trigger.inputs.iter().cloned();
    let inputs: Map<String, Value> = inputs
        .map(|(name, value)| (name, Value::from(value)))
        .collect();
    let mut body = json!({ "ref": trigger.revision, "inputs": inputs });
    let place = ["actions", "workflows", workflow, "dispatches"];
    let mut call = client.post(&path(repository, &place));
    match tell_run {
        TellRun::ByBody => body["return_run_details"] = Value::from(true),
        TellRun::ByQuery => call = call.query("return_run_details", "true"),
        TellRun::Never => {}
    }
    let answer = call
        .body(&body)
        .about(format!("workflow {workflow} in {repository}"))
        .send()
        .await?;
    // Older servers tell nothing of the run.
    if answer.bytes.is_empty() {
        return Ok(None);
    }
    let started: DispatchedJson = answer.json(client.host())?;
    run(client, repository, started.workflow_run_id).await
}

pub(in crate::forge) async fn runs(
    client: &HostClient,
    repository: &RepositoryId,
    filter: &RunFilter,
) -> Result<Vec<PipelineRun>> {
    let call = client.get(&path(repository, &["actions", "runs"]));
    let mut call = pages::page_of(call, NEWEST).about(about(repository));
    if let Some(commit) = &filter.commit {
        call = call.query("head_sha", commit.as_str());
    }
    if let Some(branch) = &filter.branch {
        call = call.query("branch", branch);
    }
    let found: RunsJson = call.json().await?;
    let found = found.workflow_runs.into_iter().flatten();
    Ok(found.map(Into::into).collect())
}

pub(in crate::forge) async fn run(
    client: &HostClient,
    repository: &RepositoryId,
    run: u64,
) -> Result<Option<PipelineRun>> {
    let call = client.get(&path(repository, &["actions", "runs", &run.to_string()]));
    let found: Option<RunJson> = call.optional().await?;
    Ok(found.map(Into::into))
}

pub(in crate::forge) async fn jobs(
    client: &HostClient,
    repository: &RepositoryId,
    run: u64,
) -> Result<Vec<PipelineJob>> {
    let id = run.to_string();
    let call = client
        .get(&path(repository, &["actions", "runs", &id, "jobs"]))
        .about(format!("run {run} in {repository}"));
    let found = pages::all_of(call, |page: JobsJson| page.jobs.unwrap_or_default()).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

pub(in crate::forge) async fn delete_secret(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<()> {
    let call = client.delete(&path(repository, &["actions", "secrets", name]));
    call.gone().await
}

pub(in crate::forge) async fn delete_variable(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<()> {
    let call = client.delete(&path(repository, &["actions", "variables", name]));
    call.gone().await
}

/// `storage` is where the server may keep its logs besides itself.
pub(in crate::forge) async fn log(
    client: &HostClient,
    repository: &RepositoryId,
    job: u64,
    storage: &[&str],
) -> Result<String> {
    let id = job.to_string();
    let answer = client
        .get(&path(repository, &["actions", "jobs", &id, "logs"]))
        .may_lead_to(storage)
        .limit(MAX_LOG_READ)
        .about(format!("log of job {job} in {repository}"))
        .send()
        .await?;
    Ok(log_tail(&answer.bytes))
}
