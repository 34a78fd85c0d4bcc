//! Webhooks and commit statuses of Gitea.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::repositories::path;
use crate::{
    config::Secret,
    forge::{
        CommitId, CommitStatus, NewWebhook, RepositoryId, Result, StatusState, Webhook,
        client::HostClient, pages,
    },
};

#[derive(Deserialize)]
struct HookJson {
    id: u64,
    active: bool,
    #[serde(default)]
    events: Option<Vec<String>>,
    #[serde(default)]
    config: HashMap<String, String>,
}

#[derive(Deserialize)]
struct StatusJson {
    id: u64,
    status: String,
    context: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    target_url: String,
}

impl From<HookJson> for Webhook {
    fn from(mut json: HookJson) -> Self {
        Self {
            id: json.id.to_string(),
            url: json.config.remove("url").unwrap_or_default(),
            events: json.events.unwrap_or_default(),
            is_active: json.active,
        }
    }
}

impl From<StatusJson> for CommitStatus {
    fn from(json: StatusJson) -> Self {
        Self {
            state: match json.status.as_str() {
                "success" => StatusState::Success,
                "failure" => StatusState::Failure,
                "pending" => StatusState::Pending,
                // And `warning`, which Gitea alone has.
                _ => StatusState::Error,
            },
            context: json.context,
            description: json.description,
            target_url: Some(json.target_url).filter(|url| !url.is_empty()),
        }
    }
}

pub(super) async fn all(client: &HostClient, repository: &RepositoryId) -> Result<Vec<Webhook>> {
    let call = client
        .get(&path(repository, &["hooks"]))
        .about(format!("repository {repository}"));
    let found: Vec<HookJson> = pages::all(call).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

pub(super) async fn create(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewWebhook,
) -> Result<Webhook> {
    let mut config = json!({ "url": new.url, "content_type": "json" });
    if let Some(secret) = &new.secret {
        config["secret"] = Value::from(Secret::expose(secret));
    }
    let body = json!({
        "type": "gitea",
        "config": config,
        "events": new.events,
        "active": new.active,
    });
    let made: HookJson = client
        .post(&path(repository, &["hooks"]))
        .body(&body)
        .about(format!("repository {repository}"))
        .json()
        .await?;
    Ok(made.into())
}

pub(super) async fn delete(client: &HostClient, repository: &RepositoryId, id: &str) -> Result<()> {
    client
        .delete(&path(repository, &["hooks", id]))
        .gone()
        .await
}

pub(super) async fn statuses(
    client: &HostClient,
    repository: &RepositoryId,
    commit: &CommitId,
) -> Result<Vec<CommitStatus>> {
    let call = client
        .get(&path(repository, &["commits", commit.as_str(), "statuses"]))
        .about(format!("commit {} in {repository}", commit.short()));
    let mut found: Vec<StatusJson> = pages::all(call).await?;
    found.sort_by_key(|status| std::cmp::Reverse(status.id));
    let mut newest: Vec<CommitStatus> = Vec::new();
    for status in found.into_iter().map(CommitStatus::from) {
        if newest.iter().all(|later| later.context != status.context) {
            newest.push(status);
        }
    }
    Ok(newest)
}

pub(super) async fn set_status(
    client: &HostClient,
    repository: &RepositoryId,
    commit: &CommitId,
    status: &CommitStatus,
) -> Result<()> {
    let state = match status.state {
        StatusState::Pending => "pending",
        StatusState::Success => "success",
        StatusState::Failure => "failure",
        StatusState::Error => "error",
    };
    let body = json!({
        "state": state,
        "context": status.context,
        "description": status.description,
        "target_url": status.target_url,
    });
    client
        .post(&path(repository, &["statuses", commit.as_str()]))
        .body(&body)
        .about(format!("commit {} in {repository}", commit.short()))
        .done()
        .await
}
