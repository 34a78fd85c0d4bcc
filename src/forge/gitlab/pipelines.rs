//! Pipelines of GitLab, their jobs and logs.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::on;
use crate::forge::{
    CommitId, PipelineJob, PipelineRun, PipelineState, PipelineTrigger, RepositoryId, Result,
    RunFilter,
    answer::instant,
    client::HostClient,
    pages,
    pipeline::{MAX_LOG_READ, log_tail},
};

/// The newest runs that are told.
const NEWEST: &str = "50";

#[derive(Deserialize)]
struct PipelineJson {
    id: u64,
    #[serde(default)]
    name: Option<String>,
    sha: String,
    #[serde(rename = "ref")]
    reference: String,
    status: String,
    #[serde(default)]
    source: String,
    web_url: Url,
    #[serde(default)]
    created_at: Option<String>,
    #[serde(default)]
    started_at: Option<String>,
    #[serde(default)]
    updated_at: Option<String>,
    #[serde(default)]
    finished_at: Option<String>,
}

#[derive(Deserialize)]
struct JobJson {
    id: u64,
    name: String,
    status: String,
    web_url: Url,
    #[serde(default)]
    started_at: Option<String>,
    #[serde(default)]
    finished_at: Option<String>,
}

fn state(status: &str) -> PipelineState {
    match status {
        "running" => PipelineState::Running,
        "success" => PipelineState::Success,
        "failed" => PipelineState::Failure,
        "canceled" | "canceling" => PipelineState::Cancelled,
        "skipped" => PipelineState::Skipped,
        // Created, pending, scheduled, or waiting for somebody (`manual`).
        _ => PipelineState::Waiting,
    }
}

impl From<PipelineJson> for PipelineRun {
    fn from(json: PipelineJson) -> Self {
        let state = state(&json.status);
        // A list tells neither of the two, but when it was made and last changed.
        let started = json.started_at.or(json.created_at);
        let finished = json.finished_at.or(json.updated_at);
        Self {
            id: json.id,
            name: json.name.unwrap_or_else(|| format!("#{}", json.id)),
            event: json.source,
            state,
            commit: CommitId(json.sha),
            branch: Some(json.reference),
            web_url: Some(json.web_url),
            started_at: instant(started.as_deref()),
            finished_at: instant(finished.as_deref()).filter(|_| state.is_final()),
        }
    }
}

impl From<JobJson> for PipelineJob {
    fn from(json: JobJson) -> Self {
        Self {
            id: json.id,
            name: json.name,
            state: state(&json.status),
            // A job of GitLab is one script.
            failed_step: None,
            web_url: Some(json.web_url),
            started_at: instant(json.started_at.as_deref()),
            finished_at: instant(json.finished_at.as_deref()),
        }
    }
}

/// GitLab has one pipeline a commit, so the name of a workflow says nothing here.
pub(super) async fn start(
    client: &HostClient,
    repository: &RepositoryId,
    trigger: &PipelineTrigger,
) -> Result<Option<PipelineRun>> {
    let inputs = trigger.inputs.iter();
    let variables: Vec<Value> = inputs
        .map(|(name, value)| json!({ "key": name, "value": value }))
        .collect();
    let started: PipelineJson = on(client, Method::POST, repository, &["pipeline"])
        .body(&json!({ "ref": trigger.revision, "variables": variables }))
        .json()
        .await?;
    Ok(Some(started.into()))
}

pub(super) async fn runs(
    client: &HostClient,
    repository: &RepositoryId,
    filter: &RunFilter,
) -> Result<Vec<PipelineRun>> {
    let mut call = on(client, Method::GET, repository, &["pipelines"]).query("per_page", NEWEST);
    if let Some(commit) = &filter.commit {
        call = call.query("sha", commit.as_str());
    }
    if let Some(branch) = &filter.branch {
        call = call.query("ref", branch);
    }
    let found: Vec<PipelineJson> = call.json().await?;
    Ok(found.into_iter().map(Into::into).collect())
}

pub(super) async fn run(
    client: &HostClient,
    repository: &RepositoryId,
    run: u64,
) -> Result<Option<PipelineRun>> {
    let place = ["pipelines", &run.to_string()];
    let call = on(client, Method::GET, repository, &place);
    let found: Option<PipelineJson> = call.optional().await?;
    Ok(found.map(Into::into))
}

pub(super) async fn jobs(
    client: &HostClient,
    repository: &RepositoryId,
    run: u64,
) -> Result<Vec<PipelineJob>> {
    let place = ["pipelines", &run.to_string(), "jobs"];
    let call = on(client, Method::GET, repository, &place)
        .about(format!("pipeline {run} in {repository}"));
    let found: Vec<JobJson> = pages::all(call).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

pub(super) async fn log(
    client: &HostClient,
    repository: &RepositoryId,
    job: u64,
) -> Result<String> {
    let place = ["jobs", &job.to_string(), "trace"];
    let answer = on(client, Method::GET, repository, &place)
        .limit(MAX_LOG_READ)
        .about(format!("log of job {job} in {repository}"))
        .send()
        .await?;
    Ok(log_tail(&answer.bytes))
}
