//! Repositories of Gitea.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::{about, path};
use crate::forge::{
    ForgeError, NewRepository, Repository, RepositoryChange, RepositoryId, Result, Visibility,
    call::given, client::HostClient, github_like::OwnerJson,
};

#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "as Gitea tells it")]
struct RepositoryJson {
    id: u64,
    name: String,
    owner: OwnerJson,
    html_url: Url,
    clone_url: Url,
    #[serde(default)]
    default_branch: String,
    #[serde(default)]
    description: String,
    private: bool,
    #[serde(default)]
    internal: bool,
    empty: bool,
    archived: bool,
    #[serde(default)]
    template: bool,
    #[serde(default)]
    topics: Option<Vec<String>>,
}

impl From<RepositoryJson> for Repository {
    fn from(json: RepositoryJson) -> Self {
        let visibility = match (json.private, json.internal) {
            (true, _) => Visibility::Private,
            (false, true) => Visibility::Internal,
            (false, false) => Visibility::Public,
        };
        Self {
            id: RepositoryId::new(json.owner.login, json.name),
            host_id: json.id.to_string(),
            web_url: json.html_url,
            clone_url: json.clone_url,
            default_branch: json.default_branch,
            description: json.description,
            visibility,
            is_empty: json.empty,
            is_archived: json.archived,
            is_template: json.template,
            topics: json.topics.unwrap_or_default(),
        }
    }
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
) -> Result<Option<Repository>> {
    let call = client.get(&path(repository, &[]));
    let found: Option<RepositoryJson> = call.optional().await?;
    Ok(found.map(Into::into))
}

pub(super) async fn create(client: &HostClient, new: &NewRepository) -> Result<Repository> {
    let owner = new.id.owner.as_str();
    let body = json!({
        "name": new.id.name,
        "description": new.description,
        // Gitea has no step between: internal is seen by those it is shared with.
        "private": new.visibility != Visibility::Public,
        "auto_init": new.with_readme,
        "default_branch": new.default_branch,
    });
    let is_own = super::access::current_user(client)
        .await?
        .is_some_and(|user| user.login.eq_ignore_ascii_case(owner));
    let call = if is_own {
        client.post(&["user", "repos"])
    } else {
        client.post(&["orgs", owner, "repos"])
    };
    let made: RepositoryJson = call
        .body(&body)
        .about(format!("organisation {owner}"))
        .json()
        .await?;
    Ok(made.into())
}

pub(super) async fn generate(
    client: &HostClient,
    template: &RepositoryId,
    new: &NewRepository,
) -> Result<Repository> {
    let body = json!({
        "owner": new.id.owner,
        "name": new.id.name,
        "description": new.description,
        "private": new.visibility != Visibility::Public,
        "default_branch": new.default_branch,
        "git_content": true,
        "topics": true,
        "labels": true,
    });
    let made: RepositoryJson = client
        .post(&path(template, &["generate"]))
        .body(&body)
        .about(format!("template {template}"))
        .json()
        .await?;
    Ok(made.into())
}

pub(super) async fn update(
    client: &HostClient,
    repository: &RepositoryId,
    change: &RepositoryChange,
) -> Result<Repository> {
    if let Some(topics) = &change.topics {
        let call = client.put(&path(repository, &["topics"]));
        call.body(&json!({ "topics": topics }))
            .about(about(repository))
            .done()
            .await?;
    }
    let changed: RepositoryJson = client
        .patch(&path(repository, &[]))
        .body(&settings(change))
        .about(about(repository))
        .json()
        .await?;
    Ok(changed.into())
}

/// Only what is to change: Gitea leaves the rest as it is.
fn settings(change: &RepositoryChange) -> Map<String, Value> {
    let text = |value: &Option<String>| value.clone().map(Value::from);
    let flag = |value: Option<bool>| value.map(Value::from);
    let private = change
        .visibility
        .map(|visibility| Value::from(visibility != Visibility::Public));
    given([
        ("description", text(&change.description)),
        ("website", text(&change.homepage)),
        ("default_branch", text(&change.default_branch)),
        ("private", private),
        ("archived", flag(change.archived)),
        ("template", flag(change.template)),
        ("has_issues", flag(change.has_issues)),
        ("has_wiki", flag(change.has_wiki)),
        ("has_projects", flag(change.has_projects)),
        (
            "default_delete_branch_after_merge",
            flag(change.delete_branch_on_merge),
        ),
        ("allow_merge_commits", flag(change.allow_merge_commit)),
        ("allow_squash_merge", flag(change.allow_squash_merge)),
        ("allow_rebase", flag(change.allow_rebase_merge)),
    ])
}

pub(super) async fn delete(client: &HostClient, repository: &RepositoryId) -> Result<()> {
    client.delete(&path(repository, &[])).gone().await
}

/// Whose repository it is not.
pub(super) fn unknown(client: &HostClient, repository: &RepositoryId) -> ForgeError {
    ForgeError::not_found(client.host(), &about(repository))
}
