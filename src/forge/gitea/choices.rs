//! Lists of Gitea for pickers.

use serde::Deserialize;

use super::{MAX_PAGES, PAGE, repositories::path};
use crate::forge::{
    Choice, ChoicesOf, ForgeError, Result,
    client::{Call, HostClient},
    pages,
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
    let call = call.clone().query("limit", &PAGE.to_string());
    let mut names = Vec::new();
    for page in 1..=MAX_PAGES {
        let page = call.clone().query("page", &page.to_string());
        let found: Vec<NamedJson> = page.json().await?;
        let is_last = found.len() < PAGE;
        names.extend(found.into_iter().map(|one| one.name));
        if is_last {
            return Ok(names);
        }
    }
    pages::is_cut(call.host(), names.len());
    Ok(names)
}
