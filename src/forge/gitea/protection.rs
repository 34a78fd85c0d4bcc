//! The rules of branches in Gitea.

use serde::Deserialize;
use serde_json::json;

use super::{about, path};
use crate::forge::{Grantee, Protection, RepositoryId, Result, client::HostClient};

#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "Gitea's own rules")]
struct ProtectionJson {
    rule_name: String,
    required_approvals: u32,
    dismiss_stale_approvals: bool,
    enable_status_check: bool,
    #[serde(default)]
    status_check_contexts: Option<Vec<String>>,
    block_on_outdated_branch: bool,
    require_signed_commits: bool,
    #[serde(default)]
    block_admin_merge_override: bool,
    enable_push: bool,
    #[serde(default)]
    push_whitelist_usernames: Option<Vec<String>>,
    #[serde(default)]
    push_whitelist_teams: Option<Vec<String>>,
}

impl From<ProtectionJson> for Protection {
    fn from(json: ProtectionJson) -> Self {
        let users = json.push_whitelist_usernames.unwrap_or_default();
        let teams = json.push_whitelist_teams.unwrap_or_default();
        let may_push = users.into_iter().map(Grantee::User);
        let may_push = may_push.chain(teams.into_iter().map(Grantee::Team));
        let checks = json.status_check_contexts.unwrap_or_default();
        Self {
            branch: json.rule_name,
            required_approvals: json.required_approvals,
            dismiss_stale_approvals: json.dismiss_stale_approvals,
            // Gitea asks the owners of the code to look, and does not wait for them.
            require_code_owners: false,
            required_checks: if json.enable_status_check {
                checks
            } else {
                Vec::new()
            },
            require_up_to_date: json.block_on_outdated_branch,
            require_signed_commits: json.require_signed_commits,
            enforce_admins: json.block_admin_merge_override,
            may_push: if json.enable_push {
                may_push.collect()
            } else {
                Vec::new()
            },
            ..Self::default()
        }
    }
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
    branch: &str,
) -> Result<Option<Protection>> {
    let call = client.get(&path(repository, &["branch_protections", branch]));
    let found: Option<ProtectionJson> = call.optional().await?;
    Ok(found.map(Into::into))
}

pub(super) async fn set(
    client: &HostClient,
    repository: &RepositoryId,
    rules: &Protection,
) -> Result<Protection> {
    let users = rules.may_push.iter().filter_map(|grantee| match grantee {
        Grantee::User(name) => Some(name.as_str()),
        Grantee::Team(_) => None,
    });
    let teams = rules.may_push.iter().filter_map(|grantee| match grantee {
        Grantee::Team(name) => Some(name.as_str()),
        Grantee::User(_) => None,
    });
    let may_push = !rules.may_push.is_empty();
    let body = json!({
        "rule_name": rules.branch,
        "required_approvals": rules.required_approvals,
        "dismiss_stale_approvals": rules.dismiss_stale_approvals,
        "enable_status_check": !rules.required_checks.is_empty(),
        "status_check_contexts": rules.required_checks,
        "block_on_outdated_branch": rules.require_up_to_date,
        "require_signed_commits": rules.require_signed_commits,
        "block_admin_merge_override": rules.enforce_admins,
        "enable_push": may_push,
        "enable_push_whitelist": may_push,
        "push_whitelist_usernames": users.collect::<Vec<_>>(),
        "push_whitelist_teams": teams.collect::<Vec<_>>(),
    });
    let is_there = get(client, repository, &rules.branch).await?.is_some();
    let call = if is_there {
        client.patch(&path(repository, &["branch_protections", &rules.branch]))
    } else {
        client.post(&path(repository, &["branch_protections"]))
    };
    let set: ProtectionJson = call.body(&body).about(about(repository)).json().await?;
    Ok(set.into())
}

pub(super) async fn remove(
    client: &HostClient,
    repository: &RepositoryId,
    branch: &str,
) -> Result<()> {
    let call = client.delete(&path(repository, &["branch_protections", branch]));
    call.gone().await
}
