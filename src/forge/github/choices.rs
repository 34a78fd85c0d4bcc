//! Lists of GitHub for pickers.

use serde::Deserialize;

use super::path;
use crate::forge::{Choice, ChoicesOf, ForgeError, Result, client::HostClient, pages};

#[derive(Deserialize)]
struct OrganisationJson {
    login: String,
}

#[derive(Deserialize)]
struct RepositoryJson {
    full_name: String,
}

#[derive(Deserialize)]
struct BranchJson {
    name: String,
}

pub(super) async fn list(client: &HostClient, of: &ChoicesOf) -> Result<Vec<Choice>> {
    let names: Vec<String> = match of {
        ChoicesOf::Owners => {
            let found: Vec<OrganisationJson> = pages::all(client.get(&["user", "orgs"])).await?;
            found.into_iter().map(|one| one.login).collect()
        }
        ChoicesOf::Repositories { .. } => {
            let found: Vec<RepositoryJson> = pages::all(client.get(&["user", "repos"])).await?;
            found.into_iter().map(|one| one.full_name).collect()
        }
        ChoicesOf::Branches(repository) => {
            let call = client.get(&path(repository, &["branches"]));
            let call = call.about(super::about(repository));
            let found: Vec<BranchJson> = pages::all(call).await?;
            found.into_iter().map(|one| one.name).collect()
        }
        ChoicesOf::Projects { .. } => {
            return Err(ForgeError::not_supported(client.host(), "projects"));
        }
    };
    Ok(names.into_iter().map(Choice::named).collect())
}
