//! Webhooks of GitLab. It tells of each kind of event by a switch of its own.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::on;
use crate::forge::{
    ForgeError, NewWebhook, RepositoryId, Result, Webhook, client::HostClient, pages,
};

/// GitHub's words for events, and GitLab's switches.
const EVENTS: [(&str, &str); 7] = [
    ("push", "push_events"),
    ("create", "tag_push_events"),
    ("pull_request", "merge_requests_events"),
    ("issues", "issues_events"),
    ("issue_comment", "note_events"),
    ("workflow_run", "pipeline_events"),
    ("release", "releases_events"),
];

#[derive(Deserialize)]
struct HookJson {
    id: u64,
    url: String,
    /// `executable`, or that it was switched off for failing.
    #[serde(default)]
    alert_status: Option<String>,
    #[serde(flatten)]
    switches: Map<String, Value>,
}

impl From<HookJson> for Webhook {
    fn from(json: HookJson) -> Self {
        let switches = json.switches.iter();
        let on = switches
            .filter(|(name, value)| name.ends_with("_events") && value.as_bool() == Some(true));
        Self {
            id: json.id.to_string(),
            url: json.url,
            events: on.map(|(name, _)| name.clone()).collect(),
            is_active: json
                .alert_status
                .is_none_or(|status| status == "executable"),
        }
    }
}

pub(super) async fn all(client: &HostClient, repository: &RepositoryId) -> Result<Vec<Webhook>> {
    let call = on(client, Method::GET, repository, &["hooks"]);
    let found: Vec<HookJson> = pages::all(call).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// GitLab has no event for changes of the project itself, and no webhook that is off.
pub(super) async fn create(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewWebhook,
) -> Result<Webhook> {
    if !new.active {
        return Err(ForgeError::not_supported(
            client.host(),
            "make_a_webhook_that_is_off",
        ));
    }
    let mut body = json!({ "url": new.url, "enable_ssl_verification": true });
    for (word, switch) in EVENTS {
        let is_wanted = new.events.iter().any(|event| event == word || event == "*");
        body[switch] = Value::from(is_wanted);
    }
    if let Some(secret) = &new.secret {
        body["token"] = Value::from(secret.expose());
    }
    let call = on(client, Method::POST, repository, &["hooks"]);
    let made: HookJson = call.body(&body).json().await?;
    Ok(made.into())
}

pub(super) async fn delete(client: &HostClient, repository: &RepositoryId, id: &str) -> Result<()> {
    on(client, Method::DELETE, repository, &["hooks", id])
        .gone()
        .await
}
