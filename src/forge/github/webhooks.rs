//! Webhooks of GitHub.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{about, path};
use crate::{
    config::Secret,
    forge::{NewWebhook, RepositoryId, Result, Webhook, client::HostClient, pages},
};

#[derive(Deserialize)]
struct HookJson {
    id: u64,
    active: bool,
    events: Vec<String>,
    config: ConfigJson,
}

#[derive(Deserialize)]
struct ConfigJson {
    #[serde(default)]
    url: String,
}

impl From<HookJson> for Webhook {
    fn from(json: HookJson) -> Self {
        Self {
            id: json.id.to_string(),
            url: json.config.url,
            events: json.events,
            is_active: json.active,
        }
    }
}

pub(super) async fn all(client: &HostClient, repository: &RepositoryId) -> Result<Vec<Webhook>> {
    let call = client
        .get(&path(repository, &["hooks"]))
        .about(about(repository));
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
        "name": "web",
        "config": config,
        "events": new.events,
        "active": new.active,
    });
    let made: HookJson = client
        .post(&path(repository, &["hooks"]))
        .body(&body)
        .about(about(repository))
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
