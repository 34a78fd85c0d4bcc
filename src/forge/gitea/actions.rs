//! Secrets and variables of Gitea Actions.

use serde::Deserialize;
use serde_json::json;

use super::{about, path};
use crate::{
    config::Secret,
    forge::{RepositoryId, Result, Variable, client::HostClient, pages},
};

#[derive(Deserialize)]
struct SecretJson {
    name: String,
}

#[derive(Deserialize)]
struct VariableJson {
    name: String,
    data: String,
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
