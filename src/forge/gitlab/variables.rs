//! Variables of GitLab's pipelines: the masked ones are secrets.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::on;
use crate::{
    config::Secret,
    forge::{RepositoryId, Result, Variable, client::HostClient, pages},
};

#[derive(Deserialize)]
struct VariableJson {
    key: String,
    /// None of one that is hidden.
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    masked: bool,
}

async fn all(client: &HostClient, repository: &RepositoryId) -> Result<Vec<VariableJson>> {
    pages::all(on(client, Method::GET, repository, &["variables"])).await
}

/// The names of those that logs do not show.
pub(super) async fn masked(client: &HostClient, repository: &RepositoryId) -> Result<Vec<String>> {
    let found = all(client, repository).await?.into_iter();
    Ok(found
        .filter(|variable| variable.masked)
        .map(|variable| variable.key)
        .collect())
}

/// Those that everyone may read.
pub(super) async fn open(client: &HostClient, repository: &RepositoryId) -> Result<Vec<Variable>> {
    let found = all(client, repository).await?.into_iter();
    Ok(found
        .filter(|variable| !variable.masked)
        .map(|variable| Variable {
            name: variable.key,
            value: variable.value.unwrap_or_default(),
        })
        .collect())
}

/// GitLab masks only what has no spaces and is at least eight letters long, and refuses the rest (400).
pub(super) async fn set_secret(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
    value: &Secret,
) -> Result<()> {
    let body = json!({ "value": value.expose(), "masked": true, "raw": true });
    write(client, repository, name, body).await
}

pub(super) async fn set(
    client: &HostClient,
    repository: &RepositoryId,
    variable: &Variable,
) -> Result<()> {
    let body = json!({ "value": variable.value, "masked": false, "raw": true });
    write(client, repository, &variable.name, body).await
}

async fn write(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
    mut body: Value,
) -> Result<()> {
    let change = on(client, Method::PUT, repository, &["variables", name])
        .query("filter[environment_scope]", "*")
        .body(&body);
    if change.optional_answer().await?.is_some() {
        return Ok(());
    }
    body["key"] = Value::from(name);
    let make = on(client, Method::POST, repository, &["variables"]);
    make.body(&body).done().await
}

pub(super) async fn delete(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<()> {
    on(client, Method::DELETE, repository, &["variables", name])
        .query("filter[environment_scope]", "*")
        .gone()
        .await
}
