//! Who was given rights to a project of GitLab: members, and groups it is shared with.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::{on, users};
use crate::forge::{
    Access, Collaborator, Grantee, RepositoryId, Result, client::HostClient, pages,
};

#[derive(Deserialize)]
struct MemberJson {
    username: String,
    access_level: u32,
}

#[derive(Deserialize)]
struct SharesJson {
    #[serde(default)]
    shared_with_groups: Vec<ShareJson>,
}

#[derive(Deserialize)]
struct ShareJson {
    group_full_path: String,
    group_access_level: u32,
}

/// A guest may not clone a private project, so the least is the reporter.
fn level(access: Access) -> u32 {
    match access {
        Access::Read | Access::Triage => 20,
        Access::Write => 30,
        Access::Maintain => 40,
        Access::Admin => 50,
    }
}

fn access_of(level: u32) -> Access {
    match level {
        0..20 => Access::Read,
        20..30 => Access::Triage,
        30..40 => Access::Write,
        40..50 => Access::Maintain,
        _ => Access::Admin,
    }
}

pub(super) async fn all(
    client: &HostClient,
    repository: &RepositoryId,
) -> Result<Vec<Collaborator>> {
    let members: Vec<MemberJson> =
        pages::all(on(client, Method::GET, repository, &["members"])).await?;
    let shares: SharesJson = on(client, Method::GET, repository, &[]).json().await?;
    let members = members.into_iter().map(|member| Collaborator {
        grantee: Grantee::User(member.username),
        access: access_of(member.access_level),
    });
    let groups = shares.shared_with_groups.into_iter();
    let groups = groups.map(|share| Collaborator {
        grantee: Grantee::Team(share.group_full_path),
        access: access_of(share.group_access_level),
    });
    Ok(members.chain(groups).collect())
}

pub(super) async fn set(
    client: &HostClient,
    repository: &RepositoryId,
    grantee: &Grantee,
    access: Access,
) -> Result<()> {
    let level = level(access);
    match grantee {
        Grantee::User(name) => {
            let id = users::user_id(client, name).await?;
            let place = ["members", &id.to_string()];
            let change = on(client, Method::PUT, repository, &place);
            let change = change.body(&json!({ "access_level": level }));
            if change.optional_answer().await?.is_some() {
                return Ok(());
            }
            let body = json!({ "user_id": id, "access_level": level });
            let call = on(client, Method::POST, repository, &["members"]);
            call.body(&body).done().await
        }
        Grantee::Team(path) => {
            let id = users::group_id(client, path).await?;
            // A share cannot be changed, only made anew.
            let place = ["share", &id.to_string()];
            on(client, Method::DELETE, repository, &place)
                .gone()
                .await?;
            let body = json!({ "group_id": id, "group_access": level });
            let call = on(client, Method::POST, repository, &["share"]);
            call.body(&body).done().await
        }
    }
}

pub(super) async fn remove(
    client: &HostClient,
    repository: &RepositoryId,
    grantee: &Grantee,
) -> Result<()> {
    let place = match grantee {
        Grantee::User(name) => {
            ["members", &users::user_id(client, name).await?.to_string()].map(str::to_owned)
        }
        Grantee::Team(path) => {
            ["share", &users::group_id(client, path).await?.to_string()].map(str::to_owned)
        }
    };
    let call = on(client, Method::DELETE, repository, &[&place[0], &place[1]]);
    call.gone().await
}
