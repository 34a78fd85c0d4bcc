//! What checks say of a commit of GitHub: commit statuses, and the check runs of its Actions and apps.

use serde::Deserialize;

use super::path;
use crate::forge::{
    CommitId, CommitStatus, RepositoryId, Result, StatusState, client::HostClient, pages,
};

#[derive(Deserialize)]
struct CombinedJson {
    statuses: Vec<StatusJson>,
}

#[derive(Deserialize)]
struct StatusJson {
    state: String,
    context: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    target_url: Option<String>,
}

#[derive(Deserialize)]
struct CheckRunsJson {
    check_runs: Vec<CheckRunJson>,
}

#[derive(Deserialize)]
struct CheckRunJson {
    name: String,
    #[serde(default)]
    conclusion: Option<String>,
    #[serde(default)]
    html_url: Option<String>,
    output: OutputJson,
}

#[derive(Deserialize)]
struct OutputJson {
    #[serde(default)]
    title: Option<String>,
}

impl From<StatusJson> for CommitStatus {
    fn from(json: StatusJson) -> Self {
        Self {
            state: match json.state.as_str() {
                "success" => StatusState::Success,
                "failure" => StatusState::Failure,
                "error" => StatusState::Error,
                _ => StatusState::Pending,
            },
            context: json.context,
            description: json.description.unwrap_or_default(),
            target_url: json.target_url,
        }
    }
}

impl From<CheckRunJson> for CommitStatus {
    fn from(json: CheckRunJson) -> Self {
        Self {
            state: match json.conclusion.as_deref() {
                None => StatusState::Pending,
                Some("success" | "neutral" | "skipped") => StatusState::Success,
                Some("cancelled" | "stale" | "startup_failure") => StatusState::Error,
                Some(_) => StatusState::Failure,
            },
            context: json.name,
            description: json.output.title.unwrap_or_default(),
            target_url: json.html_url,
        }
    }
}

pub(super) async fn all(
    client: &HostClient,
    repository: &RepositoryId,
    commit: &CommitId,
) -> Result<Vec<CommitStatus>> {
    let what = format!("commit {} in {repository}", commit.short());
    let place = |rest| path(repository, &["commits", commit.as_str(), rest]);
    let call = client.get(&place("status")).about(&what);
    let statuses = pages::all_of(call, |page: CombinedJson| page.statuses).await?;
    let call = client.get(&place("check-runs")).query("filter", "latest");
    let runs = pages::all_of(call.about(&what), |page: CheckRunsJson| page.check_runs).await;
    let runs = match runs {
        // A token may have the right to see the ones and not the others.
        Err(fault) if fault.status == Some(403) => Vec::new(),
        other => other?,
    };
    let statuses = statuses.into_iter().map(CommitStatus::from);
    Ok(statuses.chain(runs.into_iter().map(Into::into)).collect())
}
