//! Commit statuses of GitLab; the jobs of its pipelines are among them.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::on;
use crate::forge::{
    CommitId, CommitStatus, RepositoryId, Result, StatusState, client::HostClient, pages,
};

#[derive(Deserialize)]
struct StatusJson {
    status: String,
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    target_url: Option<String>,
}

impl From<StatusJson> for CommitStatus {
    fn from(json: StatusJson) -> Self {
        Self {
            state: match json.status.as_str() {
                "success" | "skipped" => StatusState::Success,
                "failed" => StatusState::Failure,
                "canceled" | "canceling" => StatusState::Error,
                _ => StatusState::Pending,
            },
            context: json.name,
            description: json.description.unwrap_or_default(),
            target_url: json.target_url,
        }
    }
}

pub(super) async fn all(
    client: &HostClient,
    repository: &RepositoryId,
    commit: &CommitId,
) -> Result<Vec<CommitStatus>> {
    let place = ["repository", "commits", commit.as_str(), "statuses"];
    let call = on(client, Method::GET, repository, &place)
        .about(format!("commit {} in {repository}", commit.short()));
    let found: Vec<StatusJson> = pages::all(call).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

pub(super) async fn set(
    client: &HostClient,
    repository: &RepositoryId,
    commit: &CommitId,
    status: &CommitStatus,
) -> Result<()> {
    let state = match status.state {
        StatusState::Pending => "pending",
        StatusState::Success => "success",
        StatusState::Failure => "failed",
        StatusState::Error => "canceled",
    };
    let mut body = json!({
        "state": state,
        "name": status.context,
        "description": status.description,
    });
    if let Some(url) = &status.target_url {
        body["target_url"] = Value::from(url.as_str());
    }
    let place = ["statuses", commit.as_str()];
    let call = on(client, Method::POST, repository, &place).body(&body);
    let set = call
        .about(format!("commit {} in {repository}", commit.short()))
        .done()
        .await;
    match set {
        // It says so already.
        Err(fault)
            if fault.status == Some(400) && fault.reason.contains("Cannot transition status") =>
        {
            Ok(())
        }
        other => other,
    }
}
