//! Protection of branches on GitLab: who may push and merge.
//!
//! How many must approve, and who beyond a role may push, are rules of its paid editions. Approvals, checks by
//! name and signatures are left out here, and show so when the rules are read back.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{on, users};
use crate::forge::{Grantee, Protection, RepositoryId, Result, client::HostClient};

/// Nobody, and who maintains the project.
const NOBODY: u32 = 0;
const MAINTAINERS: u32 = 40;

#[derive(Deserialize)]
struct ProtectionJson {
    name: String,
    #[serde(default)]
    push_access_levels: Vec<LevelJson>,
    #[serde(default)]
    code_owner_approval_required: bool,
}

#[derive(Deserialize)]
struct LevelJson {
    #[serde(default)]
    user_id: Option<u64>,
    #[serde(default)]
    group_id: Option<u64>,
}

async fn protection_of(client: &HostClient, json: ProtectionJson) -> Result<Protection> {
    let mut may_push = Vec::new();
    for level in json.push_access_levels {
        if let Some(id) = level.user_id {
            let name = users::username(client, id).await?;
            may_push.extend(name.map(Grantee::User));
        }
        if let Some(id) = level.group_id {
            let path = users::group_path(client, id).await?;
            may_push.extend(path.map(Grantee::Team));
        }
    }
    Ok(Protection {
        branch: json.name,
        require_code_owners: json.code_owner_approval_required,
        // No role of GitLab is exempt from what its protection forbids.
        enforce_admins: true,
        may_push,
        ..Protection::default()
    })
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
    branch: &str,
) -> Result<Option<Protection>> {
    let call = on(
        client,
        Method::GET,
        repository,
        &["protected_branches", branch],
    );
    let found: Option<ProtectionJson> = call.optional().await?;
    match found {
        Some(json) => Ok(Some(protection_of(client, json).await?)),
        None => Ok(None),
    }
}

pub(super) async fn set(
    client: &HostClient,
    repository: &RepositoryId,
    rules: &Protection,
) -> Result<Protection> {
    let mut allowed = Vec::with_capacity(rules.may_push.len());
    for grantee in &rules.may_push {
        allowed.push(match grantee {
            Grantee::User(name) => json!({ "user_id": users::user_id(client, name).await? }),
            Grantee::Team(path) => json!({ "group_id": users::group_id(client, path).await? }),
        });
    }
    let mut body = json!({
        "name": rules.branch,
        "merge_access_level": MAINTAINERS,
        "allow_force_push": false,
    });
    if allowed.is_empty() {
        body["push_access_level"] = Value::from(NOBODY);
    } else {
        body["allowed_to_push"] = Value::from(allowed);
    }
    if rules.require_code_owners {
        body["code_owner_approval_required"] = Value::from(true);
    }
    // Rules are made anew: the default branch has some from the beginning.
    remove(client, repository, &rules.branch).await?;
    let call = on(client, Method::POST, repository, &["protected_branches"]);
    let set: ProtectionJson = call.body(&body).json().await?;
    protection_of(client, set).await
}

pub(super) async fn remove(
    client: &HostClient,
    repository: &RepositoryId,
    branch: &str,
) -> Result<()> {
    let place = ["protected_branches", branch];
    on(client, Method::DELETE, repository, &place).gone().await
}
