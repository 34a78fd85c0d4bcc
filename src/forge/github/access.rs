//! Rights on GitHub: whom the token belongs to, collaborators, teams.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{about, apps, path};
use crate::{
    config::CredentialKind,
    forge::{
        Access, Collaborator, Grantee, Identity, RepositoryId, Result, client::HostClient, pages,
    },
};

#[derive(Deserialize)]
struct UserJson {
    login: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    site_admin: bool,
}

#[derive(Deserialize)]
struct AppJson {
    slug: String,
    name: String,
}

#[derive(Deserialize)]
struct MembershipJson {
    state: String,
    role: String,
    organization: LoginJson,
}

#[derive(Deserialize)]
struct OrganizationJson {
    #[serde(default)]
    members_can_create_repositories: Option<bool>,
}

#[derive(Deserialize)]
struct LoginJson {
    login: String,
}

#[derive(Deserialize)]
struct CollaboratorJson {
    login: String,
    role_name: String,
    #[serde(default)]
    permissions: Option<PermissionsJson>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "GitHub's own rights")]
struct PermissionsJson {
    #[serde(default)]
    admin: bool,
    #[serde(default)]
    maintain: bool,
    #[serde(default)]
    push: bool,
    #[serde(default)]
    triage: bool,
}

#[derive(Deserialize)]
struct RightsJson {
    #[serde(default)]
    permissions: Option<PermissionsJson>,
}

#[derive(Deserialize)]
struct TeamJson {
    slug: String,
    permission: String,
    #[serde(default)]
    permissions: Option<PermissionsJson>,
}

/// GitHub's words for rights that are given.
fn word(access: Access) -> &'static str {
    match access {
        Access::Read => "pull",
        Access::Triage => "triage",
        Access::Write => "push",
        Access::Maintain => "maintain",
        Access::Admin => "admin",
    }
}

/// Of its words for rights that are told, the rank; a role of an organisation's own is known by what it permits.
fn access_of(word: &str, permissions: Option<&PermissionsJson>) -> Access {
    match word {
        "read" | "pull" => Access::Read,
        "triage" => Access::Triage,
        "write" | "push" => Access::Write,
        "maintain" => Access::Maintain,
        "admin" => Access::Admin,
        _ => match permissions {
            Some(may) if may.admin => Access::Admin,
            Some(may) if may.maintain => Access::Maintain,
            Some(may) if may.push => Access::Write,
            Some(may) if may.triage => Access::Triage,
            _ => Access::Read,
        },
    }
}

/// Of an app: its bot.
pub(super) async fn current_user(client: &HostClient) -> Result<Option<Identity>> {
    let Some(credential) = client.credentials().first() else {
        return Ok(None);
    };
    if let CredentialKind::GitHubApp(app) = &credential.kind {
        let call = client.get(&["app"]);
        let found: AppJson = call
            .authorized_by(Some(apps::proof(client, app)?))
            .about(format!("app {}", app.app_id))
            .json()
            .await?;
        return Ok(Some(Identity {
            login: format!("{}[bot]", found.slug),
            name: found.name,
            email: None,
            is_admin: false,
        }));
    }
    let user: UserJson = client.get(&["user"]).json().await?;
    Ok(Some(Identity {
        login: user.login,
        name: user.name.unwrap_or_default(),
        email: user.email,
        is_admin: user.site_admin,
    }))
}

/// `client` is the one of the integration: an app must be installed there and may administrate; a user must be
/// the owner, an owner of the organisation, or a member of one that lets its members.
pub(super) async fn can_create_in(client: &HostClient, owner: &str) -> Result<bool> {
    if let Some(permissions) = apps::permissions(client, owner).await? {
        let right = permissions.get("administration").and_then(Value::as_str);
        return Ok(right == Some("write"));
    }
    let client = apps::client_for(client, owner).await?;
    let Some(user) = current_user(&client).await? else {
        return Ok(false);
    };
    if user.login.eq_ignore_ascii_case(owner) {
        return Ok(true);
    }
    let call = client.get(&["user", "memberships", "orgs", owner]);
    // 403: the organisation does not let this token see it.
    let found: Option<MembershipJson> = call.optional_of(&[403]).await?;
    match found {
        Some(member) if member.state != "active" => Ok(false),
        Some(member) if member.role == "admin" => Ok(true),
        Some(member) => {
            let organization = member.organization.login;
            let call = client.get(&["orgs", &organization]);
            let found: OrganizationJson = call
                .about(format!("organisation {organization}"))
                .json()
                .await?;
            Ok(found.members_can_create_repositories.unwrap_or(false))
        }
        None => Ok(false),
    }
}

/// `client` is the one of the integration: an app must be installed there and may write contents.
pub(super) async fn can_push(client: &HostClient, repository: &RepositoryId) -> Result<bool> {
    if let Some(permissions) = apps::permissions(client, &repository.owner).await? {
        let right = permissions.get("contents").and_then(Value::as_str);
        return Ok(right == Some("write"));
    }
    let client = apps::client_for(client, &repository.owner).await?;
    let found: Option<RightsJson> = client.get(&path(repository, &[])).optional().await?;
    Ok(found
        .and_then(|found| found.permissions)
        .is_some_and(|may| may.push || may.maintain || may.admin))
}

pub(super) async fn collaborators(
    client: &HostClient,
    repository: &RepositoryId,
) -> Result<Vec<Collaborator>> {
    let call = client
        .get(&path(repository, &["collaborators"]))
        .query("affiliation", "direct")
        .about(about(repository));
    let users: Vec<CollaboratorJson> = pages::all(call).await?;
    let call = client
        .get(&path(repository, &["teams"]))
        .about(about(repository));
    let teams: Vec<TeamJson> = pages::all(call).await?;
    let users = users.into_iter().map(|user| Collaborator {
        access: access_of(&user.role_name, user.permissions.as_ref()),
        grantee: Grantee::User(user.login),
    });
    let teams = teams.into_iter().map(|team| Collaborator {
        access: access_of(&team.permission, team.permissions.as_ref()),
        grantee: Grantee::Team(team.slug),
    });
    Ok(users.chain(teams).collect())
}

fn place<'a>(repository: &'a RepositoryId, grantee: &'a Grantee) -> Vec<&'a str> {
    let (owner, name) = (repository.owner.as_str(), repository.name.as_str());
    match grantee {
        Grantee::User(user) => path(repository, &["collaborators", user]),
        Grantee::Team(team) => vec!["orgs", owner, "teams", team, "repos", owner, name],
    }
}

/// A user who is no member is invited, and has the right once they accept.
pub(super) async fn set(
    client: &HostClient,
    repository: &RepositoryId,
    grantee: &Grantee,
    access: Access,
) -> Result<()> {
    let who = match grantee {
        Grantee::User(user) => format!("user {user}"),
        Grantee::Team(team) => format!("team {team} of {}", repository.owner),
    };
    let call = client.put(&place(repository, grantee));
    call.body(&json!({ "permission": word(access) }))
        .about(format!("{who}, or repository {repository},"))
        .done()
        .await
}

pub(super) async fn remove(
    client: &HostClient,
    repository: &RepositoryId,
    grantee: &Grantee,
) -> Result<()> {
    client.delete(&place(repository, grantee)).gone().await
}
