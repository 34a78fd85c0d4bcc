//! Gitea Actions: secrets, variables, workflow runs.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::{commits::instant, repositories::path};
use crate::{
    config::Secret,
    forge::{
        CommitId, PipelineJob, PipelineRun, PipelineState, PipelineTrigger, RepositoryId, Result,
        RunFilter, Variable,
        client::HostClient,
        pages,
        pipeline::{MAX_LOG_READ, StepJson, failed_step, log_tail},
    },
};

/// The newest runs that are told.
const NEWEST: usize = 50;

#[derive(Deserialize)]
struct SecretJson {
    name: String,
}

#[derive(Deserialize)]
struct VariableJson {
    name: String,
    data: String,
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
    status: String,
    #[serde(default)]
    conclusion: Option<String>,
    head_sha: String,
    #[serde(default)]
    head_branch: String,
    #[serde(default)]
    html_url: String,
    #[serde(default)]
    started_at: Option<String>,
    #[serde(default)]
    completed_at: Option<String>,
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
    html_url: String,
    #[serde(default)]
    started_at: Option<String>,
    #[serde(default)]
    completed_at: Option<String>,
    #[serde(default)]
    steps: Option<Vec<StepJson>>,
}

#[derive(Deserialize)]
struct DispatchedJson {
    workflow_run_id: u64,
}

/// Gitea speaks GitHub's words.
fn state(status: &str, conclusion: Option<&str>) -> PipelineState {
    match (status, conclusion.unwrap_or_default()) {
        ("completed", "success") => PipelineState::Success,
        ("completed", "cancelled") => PipelineState::Cancelled,
        ("completed", "skipped") => PipelineState::Skipped,
        ("completed", _) => PipelineState::Failure,
        ("in_progress", _) => PipelineState::Running,
        _ => PipelineState::Waiting,
    }
}

impl From<RunJson> for PipelineRun {
    fn from(json: RunJson) -> Self {
        Self {
            id: json.id,
            name: json.display_title,
            event: json.event,
            state: state(&json.status, json.conclusion.as_deref()),
            commit: CommitId(json.head_sha),
            branch: Some(json.head_branch).filter(|branch| !branch.is_empty()),
            web_url: Url::parse(&json.html_url).ok(),
            started_at: instant(json.started_at.as_deref()),
            finished_at: instant(json.completed_at.as_deref()),
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
            web_url: Url::parse(&json.html_url).ok(),
            started_at: instant(json.started_at.as_deref()),
            finished_at: instant(json.completed_at.as_deref()),
        }
    }
}

fn about(repository: &RepositoryId) -> String {
    format!("repository {repository}")
}

pub(super) async fn secrets(client: &HostClient, repository: &RepositoryId) -> Result<Vec<String>> {
    let call = client
        .get(&path(repository, &["actions", "secrets"]))
        .about(about(repository));
    let found: Vec<SecretJson> = pages::all(call).await?;
    Ok(found.into_iter().map(|secret| secret.name).collect())
}

pub(super) async fn set_secret(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
    value: &Secret,
) -> Result<()> {
    let call = client.put(&path(repository, &["actions", "secrets", name]));
    call.body(&json!({ "data": value.expose() }))
        .about(about(repository))
        .done()
        .await
}

pub(super) async fn delete_secret(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<()> {
    let call = client.delete(&path(repository, &["actions", "secrets", name]));
    call.gone().await
}

pub(super) async fn variables(
    client: &HostClient,
    repository: &RepositoryId,
) -> Result<Vec<Variable>> {
    let call = client
        .get(&path(repository, &["actions", "variables"]))
        .about(about(repository));
    let found: Vec<VariableJson> = pages::all(call).await?;
    let found = found.into_iter();
    Ok(found
        .map(|variable| Variable {
            name: variable.name,
            value: variable.data,
        })
        .collect())
}

pub(super) async fn set_variable(
    client: &HostClient,
    repository: &RepositoryId,
    variable: &Variable,
) -> Result<()> {
    let segments = path(repository, &["actions", "variables", &variable.name]);
    let body = json!({ "value": variable.value });
    let change = client.put(&segments).body(&body);
    if change.optional_answer().await?.is_some() {
        return Ok(());
    }
    let make = client.post(&segments).body(&body);
    make.about(about(repository)).done().await
}

pub(super) async fn delete_variable(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<()> {
    let call = client.delete(&path(repository, &["actions", "variables", name]));
    call.gone().await
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
    let answer = client
        .post(&path(
            repository,
            &["actions", "workflows", &trigger.workflow, "dispatches"],
        ))
        .query("return_run_details", "true")
        .body(&json!({ "ref": trigger.revision, "inputs": inputs }))
        .about(format!("workflow {} in {repository}", trigger.workflow))
        .send()
        .await?;
    // Older servers tell nothing of the run.
    match answer.json::<DispatchedJson>(client.host()) {
        Ok(started) => run(client, repository, started.workflow_run_id).await,
        Err(_) => Ok(None),
    }
}

pub(super) async fn runs(
    client: &HostClient,
    repository: &RepositoryId,
    filter: &RunFilter,
) -> Result<Vec<PipelineRun>> {
    let runs = client.get(&path(repository, &["actions", "runs"]));
    let mut call = pages::page_of(runs, NEWEST).about(about(repository));
    if let Some(commit) = &filter.commit {
        call = call.query("head_sha", commit.as_str());
    }
    if let Some(branch) = &filter.branch {
        call = call.query("branch", branch);
    }
    let found: RunsJson = call.json().await?;
    let found = found.workflow_runs.unwrap_or_default();
    Ok(found.into_iter().map(Into::into).collect())
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
    let found = pages::all_of(call, |page: JobsJson| page.jobs.unwrap_or_default()).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

pub(super) async fn log(
    client: &HostClient,
    repository: &RepositoryId,
    job: u64,
) -> Result<String> {
    let answer = client
        .get(&path(
            repository,
            &["actions", "jobs", &job.to_string(), "logs"],
        ))
        .limit(MAX_LOG_READ)
        .about(format!("log of job {job} in {repository}"))
        .send()
        .await?;
    Ok(log_tail(&answer.bytes))
}
