//! Protection of branches on GitHub: everything goes through pull requests, but for those who may push.

use serde::Deserialize;
use serde_json::{Value, json};

use super::path;
use crate::forge::{
    ForgeError, Grantee, Protection, PushRestriction, RepositoryId, Result, client::HostClient,
    github_like::OwnerJson,
};

#[derive(Deserialize)]
struct ProtectionJson {
    #[serde(default)]
    required_status_checks: Option<ChecksJson>,
    #[serde(default)]
    enforce_admins: Option<SwitchJson>,
    #[serde(default)]
    required_pull_request_reviews: Option<ReviewsJson>,
    #[serde(default)]
    required_signatures: Option<SwitchJson>,
    #[serde(default)]
    restrictions: Option<AllowancesJson>,
    #[serde(default)]
    required_conversation_resolution: Option<SwitchJson>,
    #[serde(default)]
    required_linear_history: Option<SwitchJson>,
    #[serde(default)]
    block_creations: Option<SwitchJson>,
}

#[derive(Deserialize)]
struct SwitchJson {
    enabled: bool,
}

#[derive(Deserialize, Default)]
struct ChecksJson {
    #[serde(default)]
    strict: bool,
    #[serde(default)]
    contexts: Vec<String>,
}

#[derive(Deserialize, Default)]
struct ReviewsJson {
    #[serde(default)]
    dismiss_stale_reviews: bool,
    #[serde(default)]
    require_code_owner_reviews: bool,
    #[serde(default)]
    required_approving_review_count: u32,
    #[serde(default)]
    require_last_push_approval: bool,
    #[serde(default)]
    bypass_pull_request_allowances: Option<AllowancesJson>,
}

#[derive(Deserialize, Default)]
struct AllowancesJson {
    #[serde(default)]
    users: Vec<OwnerJson>,
    #[serde(default)]
    teams: Vec<SlugJson>,
    #[serde(default)]
    apps: Vec<SlugJson>,
}

impl From<AllowancesJson> for PushRestriction {
    fn from(json: AllowancesJson) -> Self {
        let slugs = |all: Vec<SlugJson>| all.into_iter().map(|one| one.slug).collect();
        Self {
            users: json.users.into_iter().map(|user| user.login).collect(),
            teams: slugs(json.teams),
            apps: slugs(json.apps),
        }
    }
}

#[derive(Deserialize)]
struct SlugJson {
    slug: String,
}

impl ProtectionJson {
    fn of(self, branch: &str) -> Protection {
        let is_on = |switch: Option<SwitchJson>| switch.is_some_and(|switch| switch.enabled);
        let checks = self.required_status_checks.unwrap_or_default();
        let reviews = self.required_pull_request_reviews.unwrap_or_default();
        let allowed = reviews.bypass_pull_request_allowances.unwrap_or_default();
        let allowed = PushRestriction::from(allowed);
        let users = allowed.users.into_iter().map(Grantee::User);
        let teams = allowed.teams.into_iter().map(Grantee::Team);
        Protection {
            branch: branch.to_owned(),
            required_approvals: reviews.required_approving_review_count,
            dismiss_stale_approvals: reviews.dismiss_stale_reviews,
            require_code_owners: reviews.require_code_owner_reviews,
            required_checks: checks.contexts,
            require_up_to_date: checks.strict,
            require_signed_commits: is_on(self.required_signatures),
            enforce_admins: is_on(self.enforce_admins),
            may_push: users.chain(teams).collect(),
            apps_may_push: allowed.apps,
            restricted_to: self.restrictions.map(PushRestriction::from),
            require_conversation_resolution: is_on(self.required_conversation_resolution),
            require_last_push_approval: reviews.require_last_push_approval,
            require_linear_history: is_on(self.required_linear_history),
            block_creations: is_on(self.block_creations),
        }
    }
}

fn place<'a>(repository: &'a RepositoryId, branch: &'a str) -> Vec<&'a str> {
    path(repository, &["branches", branch, "protection"])
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
    branch: &str,
) -> Result<Option<Protection>> {
    let call = client.get(&place(repository, branch));
    let found: Option<ProtectionJson> = call.optional().await?;
    Ok(found.map(|json| json.of(branch)))
}

pub(super) async fn set(
    client: &HostClient,
    repository: &RepositoryId,
    rules: &Protection,
) -> Result<Protection> {
    let branch = rules.branch.as_str();
    let what = format!("branch {branch} in {repository}");
    client
        .put(&place(repository, branch))
        .body(&body(rules))
        .about(&what)
        .done()
        .await?;
    let mut signatures = place(repository, branch);
    signatures.push("required_signatures");
    if rules.require_signed_commits {
        client.post(&signatures).about(&what).done().await?;
    } else {
        client.delete(&signatures).gone().await?;
    }
    let set = get(client, repository, branch).await?;
    set.ok_or_else(|| ForgeError::not_found(client.host(), &what))
}

fn body(rules: &Protection) -> Value {
    let mut reviews = json!({
        "required_approving_review_count": rules.required_approvals,
        "dismiss_stale_reviews": rules.dismiss_stale_approvals,
        "require_code_owner_reviews": rules.require_code_owners,
        "require_last_push_approval": rules.require_last_push_approval,
    });
    // Only repositories of organisations may have it.
    if !rules.may_push.is_empty() || !rules.apps_may_push.is_empty() {
        let users = rules.may_push.iter().filter_map(|grantee| match grantee {
            Grantee::User(name) => Some(name.as_str()),
            Grantee::Team(_) => None,
        });
        let teams = rules.may_push.iter().filter_map(|grantee| match grantee {
            Grantee::Team(name) => Some(name.as_str()),
            Grantee::User(_) => None,
        });
        reviews["bypass_pull_request_allowances"] = json!({
            "users": users.collect::<Vec<_>>(),
            "teams": teams.collect::<Vec<_>>(),
            "apps": rules.apps_may_push,
        });
    }
    let has_checks = rules.require_up_to_date || !rules.required_checks.is_empty();
    let checks = json!({ "strict": rules.require_up_to_date, "contexts": rules.required_checks });
    json!({
        "required_status_checks": if has_checks { checks } else { Value::Null },
        "enforce_admins": rules.enforce_admins,
        "required_pull_request_reviews": reviews,
        "restrictions": rules.restricted_to,
        "required_conversation_resolution": rules.require_conversation_resolution,
        "required_linear_history": rules.require_linear_history,
        "block_creations": rules.block_creations,
    })
}

pub(super) async fn remove(
    client: &HostClient,
    repository: &RepositoryId,
    branch: &str,
) -> Result<()> {
    client.delete(&place(repository, branch)).gone().await
}
