//! Lists of GitLab for pickers: groups and users go by their numbers.

use reqwest::Method;
use serde::Deserialize;

use super::{on, users};
use crate::forge::{Choice, ChoicesOf, ForgeError, Result, client::HostClient, pages};

#[derive(Deserialize)]
struct GroupJson {
    id: u64,
    full_path: String,
}

#[derive(Deserialize)]
struct ProjectJson {
    id: u64,
    name: String,
}

#[derive(Deserialize)]
struct BranchJson {
    name: String,
}

pub(super) async fn list(client: &HostClient, of: &ChoicesOf) -> Result<Vec<Choice>> {
    match of {
        ChoicesOf::Owners => owners(client).await,
        ChoicesOf::Repositories { owner, .. } => {
            projects(client, owner.as_deref().unwrap_or_default()).await
        }
        ChoicesOf::Branches(repository) => {
            let call = on(client, Method::GET, repository, &["repository", "branches"]);
            let found: Vec<BranchJson> = pages::all(call).await?;
            Ok(found
                .into_iter()
                .map(|one| Choice::named(one.name))
                .collect())
        }
        ChoicesOf::Projects { .. } => Err(ForgeError::not_supported(client.host(), "projects")),
    }
}

fn numbered(id: u64, title: String) -> Choice {
    Choice {
        id: id.to_string(),
        title: Some(title),
    }
}

async fn owners(client: &HostClient) -> Result<Vec<Choice>> {
    let groups: Vec<GroupJson> = pages::all(client.get(&["groups"])).await?;
    let groups = groups.into_iter();
    let mut found: Vec<Choice> = groups
        .map(|group| numbered(group.id, group.full_path))
        .collect();
    let user = users::own(client).await?;
    found.extend(user.map(|user| numbered(user.id, user.username)));
    Ok(found)
}

/// Those of a group, or the user's own where the number is theirs.
async fn projects(client: &HostClient, owner: &str) -> Result<Vec<Choice>> {
    let user = users::own(client).await?;
    let is_own = user.is_some_and(|user| user.id.to_string() == owner);
    let of = if is_own { "users" } else { "groups" };
    let call = client.get(&[of, owner, "projects"]);
    let found: Vec<ProjectJson> = pages::all(call.about(format!("group or user {owner}"))).await?;
    let found = found.into_iter();
    Ok(found
        .map(|project| numbered(project.id, project.name.trim().to_owned()))
        .collect())
}
