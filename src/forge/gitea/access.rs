//! Rights in Gitea: whom the token belongs to, collaborators, teams.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::json;

use super::{about, path};
use crate::forge::{
    Access, Collaborator, ForgeError, ForgeErrorKind, Grantee, Identity, RepositoryId, Result,
    client::HostClient, github_like::OwnerJson, pages,
};

#[derive(Deserialize)]
struct UserJson {
    login: String,
    #[serde(default)]
    full_name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    is_admin: bool,
}

#[derive(Deserialize)]
struct PermissionsJson {
    can_create_repository: bool,
}

#[derive(Deserialize)]
struct PermissionJson {
    permission: String,
}

#[derive(Deserialize)]
struct TeamJson {
    name: String,
    permission: String,
    /// What it may do with code, issues and so on, where it may not do everything.
    #[serde(default)]
    units_map: Option<HashMap<String, String>>,
}

impl TeamJson {
    /// What it may do with the files of its repositories.
    fn right(&self) -> &str {
        let of_code = || self.units_map.as_ref()?.get("repo.code");
        match self.permission.as_str() {
            "none" => of_code().map_or("none", String::as_str),
            right => right,
        }
    }
}

#[derive(Deserialize)]
struct TeamsJson {
    #[serde(default)]
    data: Option<Vec<TeamJson>>,
}

/// Gitea's words for rights, from less to more.
fn word(access: Access) -> &'static str {
    match access {
        Access::Read | Access::Triage => "read",
        Access::Write | Access::Maintain => "write",
        Access::Admin => "admin",
    }
}

fn access_of(word: &str) -> Option<Access> {
    match word {
        "read" => Some(Access::Read),
        "write" => Some(Access::Write),
        "admin" | "owner" => Some(Access::Admin),
        _ => None,
    }
}

pub(super) async fn current_user(client: &HostClient) -> Result<Option<Identity>> {
    if client.credentials().is_empty() {
        return Ok(None);
    }
    let user: UserJson = client.get(&["user"]).json().await?;
    Ok(Some(Identity {
        login: user.login,
        name: user.full_name,
        email: Some(user.email).filter(|email| !email.is_empty()),
        is_admin: user.is_admin,
    }))
}

pub(super) async fn can_create_in(client: &HostClient, owner: &str) -> Result<bool> {
    let Some(user) = current_user(client).await? else {
        return Ok(false);
    };
    if user.login.eq_ignore_ascii_case(owner) {
        return Ok(true);
    }
    let call = client.get(&["users", &user.login, "orgs", owner, "permissions"]);
    let found: Option<PermissionsJson> = call.optional().await?;
    Ok(found.is_some_and(|rights| rights.can_create_repository))
}

#[derive(Deserialize)]
struct OwnRightsJson {
    permissions: Option<PushJson>,
}

#[derive(Deserialize)]
struct PushJson {
    #[serde(default)]
    push: bool,
}

pub(super) async fn can_push(client: &HostClient, repository: &RepositoryId) -> Result<bool> {
    let found: Option<OwnRightsJson> = client.get(&path(repository, &[])).optional().await?;
    Ok(found
        .and_then(|found| found.permissions)
        .is_some_and(|may| may.push))
}

pub(super) async fn collaborators(
    client: &HostClient,
    repository: &RepositoryId,
) -> Result<Vec<Collaborator>> {
    let call = client
        .get(&path(repository, &["collaborators"]))
        .about(about(repository));
    let users: Vec<OwnerJson> = pages::all(call).await?;
    let mut found = Vec::new();
    for user in users {
        let call = client.get(&path(
            repository,
            &["collaborators", &user.login, "permission"],
        ));
        let right: PermissionJson = call.about(format!("user {}", user.login)).json().await?;
        found.extend(access_of(&right.permission).map(|access| Collaborator {
            grantee: Grantee::User(user.login),
            access,
        }));
    }
    let teams: Option<Vec<TeamJson>> = client
        .get(&path(repository, &["teams"]))
        .optional_of(&[405])
        .await?;
    found.extend(teams.into_iter().flatten().filter_map(|team| {
        let access = access_of(team.right())?;
        let grantee = Grantee::Team(team.name);
        Some(Collaborator { grantee, access })
    }));
    Ok(found)
}

pub(super) async fn set(
    client: &HostClient,
    repository: &RepositoryId,
    grantee: &Grantee,
    access: Access,
) -> Result<()> {
    match grantee {
        Grantee::User(user) => {
            let call = client.put(&path(repository, &["collaborators", user]));
            call.body(&json!({ "permission": word(access) }))
                .about(format!("user {user}, or repository {repository},"))
                .done()
                .await
        }
        Grantee::Team(team) => {
            check_team(client, repository, team, access).await?;
            let call = client.put(&path(repository, &["teams", team]));
            call.about(format!("team {team} of {}", repository.owner))
                .done()
                .await
        }
    }
}

/// In Gitea the right is the team's, the same for all its repositories.
async fn check_team(
    client: &HostClient,
    repository: &RepositoryId,
    team: &str,
    access: Access,
) -> Result<()> {
    let owner = repository.owner.as_str();
    let call = client
        .get(&["orgs", owner, "teams", "search"])
        .query("q", team)
        .about(format!("organisation {owner}"));
    let teams = pages::all_of(call, |page: TeamsJson| page.data.unwrap_or_default()).await?;
    let mut teams = teams.into_iter();
    let found = teams.find(|found| found.name.eq_ignore_ascii_case(team));
    let found = found
        .ok_or_else(|| ForgeError::not_found(client.host(), &format!("team {team} of {owner}")))?;
    if access_of(found.right()) >= access_of(word(access)) {
        return Ok(());
    }
    Err(ForgeError::new(
        ForgeErrorKind::Invalid,
        client.host(),
        format!(
            "The team {team} of {owner} has the right “{}”, less than “{}”; on this host the right belongs to the team, not to the repository.",
            found.right(),
            word(access)
        ),
        "Give the team that right, or name another team.",
    ))
}

pub(super) async fn remove(
    client: &HostClient,
    repository: &RepositoryId,
    grantee: &Grantee,
) -> Result<()> {
    let (list, name) = match grantee {
        Grantee::User(user) => ("collaborators", user),
        Grantee::Team(team) => ("teams", team),
    };
    let call = client.delete(&path(repository, &[list, name]));
    match call.gone().await {
        // A team that does not have it.
        Err(fault) if fault.status == Some(422) => Ok(()),
        other => other,
    }
}
