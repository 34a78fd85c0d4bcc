//! Projects of GitLab.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::{conflict_where, on};
use crate::forge::{
    NewRepository, Repository, RepositoryChange, RepositoryId, Result, Visibility, call::given,
    client::HostClient,
};

#[derive(Deserialize)]
struct ProjectJson {
    id: u64,
    path: String,
    namespace: NamespaceJson,
    web_url: Url,
    http_url_to_repo: Url,
    #[serde(default)]
    default_branch: Option<String>,
    #[serde(default)]
    description: Option<String>,
    /// Not told to who is not signed in: then it is public.
    #[serde(default)]
    visibility: Option<Visibility>,
    #[serde(default)]
    empty_repo: bool,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    topics: Vec<String>,
}

#[derive(Deserialize)]
struct NamespaceJson {
    full_path: String,
}

#[derive(Deserialize)]
struct IdJson {
    id: u64,
}

impl From<ProjectJson> for Repository {
    fn from(json: ProjectJson) -> Self {
        Self {
            id: RepositoryId::new(json.namespace.full_path, json.path),
            host_id: json.id.to_string(),
            web_url: json.web_url,
            clone_url: json.http_url_to_repo,
            default_branch: json.default_branch.unwrap_or_default(),
            description: json.description.unwrap_or_default(),
            visibility: json.visibility.unwrap_or(Visibility::Public),
            is_empty: json.empty_repo,
            is_archived: json.archived,
            // GitLab marks no project as one.
            is_template: false,
            topics: json.topics,
        }
    }
}

fn word(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Private => "private",
        Visibility::Internal => "internal",
        Visibility::Public => "public",
    }
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
) -> Result<Option<Repository>> {
    let call = on(client, Method::GET, repository, &[]);
    let found: Option<ProjectJson> = call.optional().await?;
    Ok(found.map(Into::into))
}

pub(super) async fn create(client: &HostClient, new: &NewRepository) -> Result<Repository> {
    let owner = new.id.owner.as_str();
    let namespace: IdJson = client
        .get(&["namespaces", owner])
        .about(format!("group or user {owner}"))
        .json()
        .await?;
    let mut body = json!({
        "name": new.id.name,
        "path": new.id.name,
        "namespace_id": namespace.id,
        "description": new.description,
        "visibility": word(new.visibility),
        "initialize_with_readme": new.with_readme,
    });
    // Taken only together with a first commit; else the first branch that is pushed becomes it.
    if let Some(branch) = new.default_branch.as_deref().filter(|_| new.with_readme) {
        body["default_branch"] = Value::from(branch);
    }
    let made: Result<ProjectJson> = client
        .post(&["projects"])
        .body(&body)
        .about(format!("group or user {owner}"))
        .json()
        .await;
    let made = made.map_err(conflict_where(&["has already been taken"]))?;
    Ok(made.into())
}

pub(super) async fn update(
    client: &HostClient,
    repository: &RepositoryId,
    change: &RepositoryChange,
) -> Result<Repository> {
    let unarchives = change.archived == Some(false);
    if unarchives {
        // An archived project takes no other change.
        let call = on(client, Method::POST, repository, &["unarchive"]);
        call.done().await?;
    }
    let settings = settings(change);
    if !settings.is_empty() {
        let call = on(client, Method::PUT, repository, &[]);
        call.body(&settings).done().await?;
    }
    if change.archived == Some(true) {
        let call = on(client, Method::POST, repository, &["archive"]);
        call.done().await?;
    }
    let call = on(client, Method::GET, repository, &[]);
    let changed: ProjectJson = call.json().await?;
    Ok(changed.into())
}

/// Only what is to change. A page of its own, templates and boards are no settings of GitLab; whether merge
/// requests are merged, rebased or squashed is two of its settings, not three.
fn settings(change: &RepositoryChange) -> Map<String, Value> {
    let text = |value: &Option<String>| value.clone().map(Value::from);
    let feature =
        |value: Option<bool>| value.map(|on| Value::from(if on { "enabled" } else { "disabled" }));
    let squash = |allowed| if allowed { "default_off" } else { "never" };
    let method = |allowed| if allowed { "merge" } else { "ff" };
    given([
        ("description", text(&change.description)),
        (
            "visibility",
            change.visibility.map(|value| Value::from(word(value))),
        ),
        ("default_branch", text(&change.default_branch)),
        ("topics", change.topics.clone().map(Value::from)),
        ("issues_access_level", feature(change.has_issues)),
        ("wiki_access_level", feature(change.has_wiki)),
        (
            "remove_source_branch_after_merge",
            change.delete_branch_on_merge.map(Value::from),
        ),
        (
            "squash_option",
            change.allow_squash_merge.map(squash).map(Value::from),
        ),
        (
            "merge_method",
            change.allow_merge_commit.map(method).map(Value::from),
        ),
    ])
}

pub(super) async fn delete(client: &HostClient, repository: &RepositoryId) -> Result<()> {
    on(client, Method::DELETE, repository, &[]).gone().await
}
