//! Lists of Bitbucket Cloud for pickers.

use reqwest::Method;
use serde::{Deserialize, de::DeserializeOwned};

use super::on;
use crate::forge::{Choice, ChoicesOf, Result, call::Call, client::HostClient, pages};

/// A workspace or a repository.
#[derive(Deserialize)]
struct SlugJson {
    slug: String,
}

#[derive(Deserialize)]
struct ProjectJson {
    key: String,
}

#[derive(Deserialize)]
struct BranchJson {
    name: String,
}

pub(super) async fn list(client: &HostClient, of: &ChoicesOf) -> Result<Vec<Choice>> {
    match of {
        ChoicesOf::Owners | ChoicesOf::Accounts => {
            named(client.get(&["workspaces"]), |one: SlugJson| one.slug).await
        }
        ChoicesOf::Projects { workspace } => {
            let call = client.get(&["workspaces", workspace, "projects"]);
            let call = call.about(format!("workspace {workspace}"));
            named(call, |one: ProjectJson| one.key).await
        }
        ChoicesOf::Repositories { owner, project } => {
            let workspace = owner.as_deref().unwrap_or_default();
            let mut call = client.get(&["repositories", workspace]);
            if let Some(project) = project {
                let quoted = project.replace('\\', "\\\\").replace('"', "\\\"");
                call = call.query("q", &format!("project.key=\"{quoted}\""));
            }
            let call = call.about(format!("workspace {workspace}"));
            named(call, |one: SlugJson| one.slug).await
        }
        ChoicesOf::Branches(repository) => {
            let call = on(client, Method::GET, repository, &["refs", "branches"]);
            named(call, |one: BranchJson| one.name).await
        }
    }
}

async fn named<T: DeserializeOwned>(
    call: Call<'_>,
    name: impl Fn(T) -> String,
) -> Result<Vec<Choice>> {
    let (found, _) = pages::from_next(call, pages::PAGE, pages::MAX_PAGES).await?;
    let found: Vec<T> = found;
    Ok(found
        .into_iter()
        .map(|one| Choice::named(name(one)))
        .collect())
}
