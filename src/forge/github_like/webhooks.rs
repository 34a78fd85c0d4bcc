//! Webhooks of a repository.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{about, path};
use crate::forge::{NewWebhook, RepositoryId, Result, Webhook, client::HostClient, pages};

#[derive(Deserialize)]
struct HookJson {
    id: u64,
    active: bool,
    #[serde(default)]
    events: Option<Vec<String>>,
    #[serde(default)]
    config: ConfigJson,
}

#[derive(Deserialize, Default)]
struct ConfigJson {
    #[serde(default)]
    url: String,
}

impl From<HookJson> for Webhook {
    fn from(json: HookJson) -> Self {
        Self {
            id: json.id.to_string(),
            url: json.config.url,
            events: json.events.unwrap_or_default(),
            is_active: json.active,
        }
    }
}

pub(in crate::forge) async fn all(
    client: &HostClient,
    repository: &RepositoryId,
) -> Result<Vec<Webhook>> {
    let call = client
        .get(&path(repository, &["hooks"]))
        .about(about(repository));
    let found: Vec<HookJson> = pages::all(call).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// `kind` is what the host calls a webhook that is no chat's: a key and its value.
pub(in crate::forge) async fn create(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewWebhook,
    kind: (&str, &str),
) -> Result<Webhook> {
    let mut config = json!({ "url": new.url, "content_type": "json" });
    if let Some(secret) = &new.secret {
        config["secret"] = Value::from(secret.expose());
    }
    let (key, value) = kind;
    let body = json!({
        key: value,
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

pub(in crate::forge) async fn delete(
    client: &HostClient,
    repository: &RepositoryId,
    id: &str,
) -> Result<()> {
    let call = client.delete(&path(repository, &["hooks", id]));
    call.gone().await
}
