//! Variables of GitHub Actions.

use serde::Deserialize;
use serde_json::json;

use super::{about, path};
use crate::forge::{RepositoryId, Result, Variable, client::HostClient, pages};

#[derive(Deserialize)]
struct VariablesJson {
    variables: Vec<VariableJson>,
}

#[derive(Deserialize)]
struct VariableJson {
    name: String,
    value: String,
}

pub(super) async fn all(client: &HostClient, repository: &RepositoryId) -> Result<Vec<Variable>> {
    let call = client
        .get(&path(repository, &["actions", "variables"]))
        .about(about(repository));
    let found = pages::all_of(call, |page: VariablesJson| page.variables).await?;
    let found = found.into_iter();
    Ok(found
        .map(|variable| Variable {
            name: variable.name,
            value: variable.value,
        })
        .collect())
}

pub(super) async fn set(
    client: &HostClient,
    repository: &RepositoryId,
    variable: &Variable,
) -> Result<()> {
    let body = json!({ "name": variable.name, "value": variable.value });
    let place = path(repository, &["actions", "variables", &variable.name]);
    let change = client.patch(&place).body(&body);
    if change.optional_answer().await?.is_some() {
        return Ok(());
    }
    let make = client.post(&path(repository, &["actions", "variables"]));
    make.body(&body).about(about(repository)).done().await
}
