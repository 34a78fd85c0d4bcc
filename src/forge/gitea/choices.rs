//! Lists of Gitea for pickers.

use serde::Deserialize;

use crate::forge::{
    Choice, ChoicesOf, ForgeError, Result, call::Call, client::HostClient, github_like::path, pages,
};

#[derive(Deserialize)]
struct LoginJson {
    login: String,
}

/// An organisation, a repository or a branch.
#[derive(Deserialize)]
struct NamedJson {
    name: String,
}

pub(super) async fn list(client: &HostClient, of: &ChoicesOf) -> Result<Vec<Choice>> {
    let names = match of {
        ChoicesOf::Owners | ChoicesOf::Accounts => {
            let user: LoginJson = client.get(&["user"]).json().await?;
            let mut names = vec![user.login];
            names.extend(all(&client.get(&["user", "orgs"])).await?);
            names
        }
        ChoicesOf::Repositories { owner: None, .. } => all(&client.get(&["user", "repos"])).await?,
        ChoicesOf::Repositories {
            owner: Some(owner), ..
        } => {
            // Organisations are users to this call.
            let call = client.get(&["users", owner, "repos"]);
            all(&call.about(format!("owner {owner}"))).await?
        }
        ChoicesOf::Branches(repository) => {
            let call = client.get(&path(repository, &["branches"]));
            all(&call.about(format!("repository {repository}"))).await?
        }
        ChoicesOf::Projects { .. } => {
            return Err(ForgeError::not_supported(client.host(), "projects"));
        }
    };
    Ok(names.into_iter().map(Choice::named).collect())
}

/// The names of a list, page by page.
async fn all(call: &Call<'_>) -> Result<Vec<String>> {
    let found: Vec<NamedJson> = pages::all(call.clone()).await?;
    Ok(found.into_iter().map(|found| found.name).collect())
}
