//! Users and groups of GitLab, which its API wants by their numbers.

use reqwest::Method;
use serde::Deserialize;

use super::on;
use crate::forge::{ForgeError, Identity, RepositoryId, Result, client::HostClient};

#[derive(Deserialize)]
pub(super) struct UserJson {
    pub(super) id: u64,
    pub(super) username: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    is_admin: bool,
}

#[derive(Deserialize)]
struct GroupJson {
    id: u64,
    #[serde(default)]
    full_path: String,
    #[serde(default)]
    project_creation_level: Option<String>,
}

#[derive(Deserialize)]
struct MemberJson {
    access_level: u32,
}

/// Whom the token belongs to; `None` without one.
pub(super) async fn own(client: &HostClient) -> Result<Option<UserJson>> {
    if client.credentials().is_empty() {
        return Ok(None);
    }
    Ok(Some(client.get(&["user"]).json().await?))
}

pub(super) async fn current_user(client: &HostClient) -> Result<Option<Identity>> {
    Ok(own(client).await?.map(|user| Identity {
        login: user.username,
        name: user.name,
        email: user.email.filter(|email| !email.is_empty()),
        is_admin: user.is_admin,
    }))
}

pub(super) async fn can_create_in(client: &HostClient, owner: &str) -> Result<bool> {
    let Some(user) = own(client).await? else {
        return Ok(false);
    };
    if user.is_admin || user.username.eq_ignore_ascii_case(owner) {
        return Ok(true);
    }
    let found: Option<GroupJson> = client.get(&["groups", owner]).optional().await?;
    let Some(group) = found else {
        return Ok(false);
    };
    let (group_id, user_id) = (group.id.to_string(), user.id.to_string());
    let call = client.get(&["groups", &group_id, "members", "all", &user_id]);
    let member: Option<MemberJson> = call.optional().await?;
    let needed = match group.project_creation_level.as_deref() {
        Some("developer") => 30,
        Some("maintainer") | None => 40,
        Some("owner") => 50,
        // Nobody, or administrators only.
        Some(_) => return Ok(false),
    };
    Ok(member.is_some_and(|member| member.access_level >= needed))
}

#[derive(Deserialize)]
struct ProjectRightsJson {
    #[serde(default)]
    permissions: Option<RightsJson>,
}

#[derive(Deserialize)]
struct RightsJson {
    #[serde(default)]
    project_access: Option<MemberJson>,
    #[serde(default)]
    group_access: Option<MemberJson>,
}

/// Developers may.
pub(super) async fn can_push(client: &HostClient, repository: &RepositoryId) -> Result<bool> {
    let call = on(client, Method::GET, repository, &[]);
    let found: Option<ProjectRightsJson> = call.optional().await?;
    let Some(found) = found else {
        return Ok(false);
    };
    let rights = found.permissions.into_iter();
    let mut levels = rights.flat_map(|rights| [rights.project_access, rights.group_access]);
    let is_developer = levels.any(|level| level.is_some_and(|level| level.access_level >= 30));
    Ok(is_developer || own(client).await?.is_some_and(|user| user.is_admin))
}

/// The number of a user.
pub(super) async fn user_id(client: &HostClient, username: &str) -> Result<u64> {
    let found: Vec<UserJson> = client
        .get(&["users"])
        .query("username", username)
        .json()
        .await?;
    let user = found.into_iter().next();
    user.map(|user| user.id)
        .ok_or_else(|| ForgeError::not_found(client.host(), &format!("user {username}")))
}

/// The name of a user, by their number; `None` if they are gone.
pub(super) async fn username(client: &HostClient, id: u64) -> Result<Option<String>> {
    let call = client.get(&["users", &id.to_string()]);
    let found: Option<UserJson> = call.optional().await?;
    Ok(found.map(|user| user.username))
}

/// The number of a group, by its path.
pub(super) async fn group_id(client: &HostClient, path: &str) -> Result<u64> {
    let call = client
        .get(&["groups", path])
        .query("with_projects", "false");
    let found: GroupJson = call.about(format!("group {path}")).json().await?;
    Ok(found.id)
}

/// The path of a group, by its number; `None` if it is gone.
pub(super) async fn group_path(client: &HostClient, id: u64) -> Result<Option<String>> {
    let call = client
        .get(&["groups", &id.to_string()])
        .query("with_projects", "false");
    let found: Option<GroupJson> = call.optional().await?;
    Ok(found.map(|group| group.full_path))
}
