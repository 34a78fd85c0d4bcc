//! Lists of Azure DevOps for pickers. Whose organisations there are it does not tell.

use reqwest::Method;
use serde::Deserialize;

use super::{ListJson, VERSION, on, repositories::branch_name, sign_in};
use crate::forge::{Choice, ChoicesOf, ForgeError, Result, client::HostClient};

/// Projects and branches that are listed: as many as of any other host.
const MAX_LISTED: &str = "2000";

#[derive(Deserialize)]
struct NamedJson {
    name: String,
}

pub(super) async fn list(client: &HostClient, of: &ChoicesOf) -> Result<Vec<Choice>> {
    let found: ListJson<NamedJson> = match of {
        ChoicesOf::Projects { workspace } => {
            let client = sign_in::client_for(client, workspace).await?;
            let call = client.get(&[workspace, "_apis", "projects"]);
            let call = call.query("api-version", VERSION).query("$top", MAX_LISTED);
            call.about(format!("organisation {workspace}"))
                .json()
                .await?
        }
        ChoicesOf::Repositories {
            owner: Some(owner), ..
        } => {
            let client = sign_in::client_for(client, owner).await?;
            let mut segments: Vec<&str> = owner.split('/').collect();
            segments.extend(["_apis", "git", "repositories"]);
            let call = client.get(&segments).query("api-version", VERSION);
            call.about(format!("project {owner}")).json().await?
        }
        ChoicesOf::Branches(repository) => {
            let client = sign_in::client_for(client, &repository.owner).await?;
            let call = on(&client, Method::GET, repository, &["refs"]);
            let call = call.query("filter", "heads/").query("$top", MAX_LISTED);
            call.json().await?
        }
        ChoicesOf::Owners | ChoicesOf::Accounts | ChoicesOf::Repositories { owner: None, .. } => {
            return Err(ForgeError::not_supported(client.host(), "choices"));
        }
    };
    let names = found.value.into_iter();
    Ok(names
        .map(|one| Choice::named(branch_name(&one.name).to_owned()))
        .collect())
}
