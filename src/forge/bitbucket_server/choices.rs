//! Lists of Bitbucket Data Center for pickers.

use reqwest::Method;
use serde::{Deserialize, de::DeserializeOwned};

use super::on;
use crate::forge::{Choice, ChoicesOf, ForgeError, Result, call::Call, client::HostClient, pages};

#[derive(Deserialize)]
struct ProjectJson {
    key: String,
}

#[derive(Deserialize)]
struct RepositoryJson {
    slug: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BranchJson {
    display_id: String,
}

pub(super) async fn list(client: &HostClient, of: &ChoicesOf) -> Result<Vec<Choice>> {
    match of {
        ChoicesOf::Owners | ChoicesOf::Accounts => {
            named(client.get(&["projects"]), |one: ProjectJson| one.key).await
        }
        ChoicesOf::Repositories {
            owner: Some(owner), ..
        } => {
            let call = client.get(&["projects", owner, "repos"]);
            let call = call.about(format!("project {owner}"));
            named(call, |one: RepositoryJson| one.slug).await
        }
        ChoicesOf::Branches(repository) => {
            let call = on(client, Method::GET, repository, &["branches"]);
            named(call, |one: BranchJson| one.display_id).await
        }
        ChoicesOf::Projects { .. } | ChoicesOf::Repositories { owner: None, .. } => {
            Err(ForgeError::not_supported(client.host(), "choices"))
        }
    }
}

async fn named<T: DeserializeOwned>(
    call: Call<'_>,
    name: impl Fn(T) -> String,
) -> Result<Vec<Choice>> {
    let (found, _) = pages::from_start(call, pages::PAGE).await?;
    let found: Vec<T> = found;
    Ok(found
        .into_iter()
        .map(|one| Choice::named(name(one)))
        .collect())
}
