//! Lists of GitLab for pickers: groups and users go by their numbers.

use reqwest::Method;
use serde::Deserialize;

use super::{on, users};
use crate::forge::{Choice, ChoicesOf, ForgeError, Result, call::Call, client::HostClient, pages};

#[derive(Deserialize)]
struct GroupJson {
    id: u64,
    full_path: String,
}

#[derive(Deserialize)]
struct ProjectJson {
    id: u64,
    name: String,
    #[serde(default)]
    path: String,
}

#[derive(Deserialize)]
struct BranchJson {
    name: String,
}

/// A developer's right: whoever has it in a group can make projects there, as GitLab comes.
const DEVELOPER: &str = "30";

pub(super) async fn list(client: &HostClient, of: &ChoicesOf) -> Result<Vec<Choice>> {
    match of {
        ChoicesOf::Owners => owners(client, client.get(&["groups"])).await,
        ChoicesOf::Accounts => {
            let groups = client.get(&["groups"]).query("min_access_level", DEVELOPER);
            owners(client, groups).await
        }
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
        name: title.clone(),
        title: Some(title),
    }
}

async fn owners(client: &HostClient, groups: Call<'_>) -> Result<Vec<Choice>> {
    let groups: Vec<GroupJson> = pages::all(groups).await?;
    let groups = groups.into_iter();
    let mut found: Vec<Choice> = groups
        .map(|group| numbered(group.id, group.full_path))
        .collect();
    let user = users::own(client).await?;
    found.extend(user.map(|user| numbered(user.id, user.username)));
    Ok(found)
}

/// Those of a group, or the user's own where the number or the name is theirs.
async fn projects(client: &HostClient, owner: &str) -> Result<Vec<Choice>> {
    let user = users::own(client).await?;
    let own = user
        .filter(|user| user.id.to_string() == owner || user.username.eq_ignore_ascii_case(owner));
    let number = own.map(|user| user.id.to_string());
    let call = match &number {
        Some(number) => client.get(&["users", number, "projects"]),
        None => client.get(&["groups", owner, "projects"]),
    };
    let found: Vec<ProjectJson> = pages::all(call.about(format!("group or user {owner}"))).await?;
    let found = found.into_iter();
    Ok(found
        .map(|project| Choice {
            name: project.path,
            ..numbered(project.id, project.name.trim().to_owned())
        })
        .collect())
}
