//! Repositories of Azure DevOps.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{VERSION, on, write};
use crate::forge::{
    ForgeError, NewCommit, NewRepository, Repository, RepositoryChange, RepositoryId, Result,
    Visibility, call::given, client::HostClient, commit::FIRST_BRANCH,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryJson {
    id: String,
    name: String,
    /// None while nothing is committed.
    #[serde(default)]
    default_branch: Option<String>,
    web_url: Url,
    remote_url: Url,
    #[serde(default)]
    is_disabled: bool,
    project: ProjectJson,
}

#[derive(Deserialize)]
struct ProjectJson {
    #[serde(default)]
    visibility: String,
}

/// `refs/heads/main` is the branch `main`.
pub(super) fn branch_name(reference: &str) -> &str {
    reference.strip_prefix("refs/heads/").unwrap_or(reference)
}

fn repository_of(owner: &str, json: RepositoryJson) -> Repository {
    let mut clone_url = json.remote_url;
    // It names the organisation as the user.
    let _ = clone_url.set_username("");
    Repository {
        id: RepositoryId::new(owner, json.name),
        host_id: json.id,
        web_url: json.web_url,
        clone_url,
        is_empty: json.default_branch.is_none(),
        default_branch: json
            .default_branch
            .map(|branch| branch_name(&branch).to_owned())
            .unwrap_or_default(),
        description: String::new(),
        // That is the project's, for all its repositories.
        visibility: match json.project.visibility.as_str() {
            "public" => Visibility::Public,
            "organization" => Visibility::Internal,
            _ => Visibility::Private,
        },
        is_archived: json.is_disabled,
        is_template: false,
        topics: Vec::new(),
    }
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
) -> Result<Option<Repository>> {
    let call = on(client, Method::GET, repository, &[]);
    let found: Option<RepositoryJson> = call.optional().await?;
    Ok(found.map(|json| repository_of(&repository.owner, json)))
}

/// Who sees it, and what it is about, are the project's to say.
pub(super) async fn create(client: &HostClient, new: &NewRepository) -> Result<Repository> {
    let owner = new.id.owner.as_str();
    let mut segments: Vec<&str> = owner.split('/').collect();
    segments.extend(["_apis", "git", "repositories"]);
    let made: RepositoryJson = client
        .post(&segments)
        .query("api-version", VERSION)
        .body(&json!({ "name": new.id.name }))
        .about(format!("project {owner}"))
        .json()
        .await?;
    let made = repository_of(owner, made);
    if !new.with_readme {
        return Ok(made);
    }
    let branch = new.default_branch.as_deref().unwrap_or(FIRST_BRANCH);
    let first = NewCommit::read_me(branch, &new.id.name);
    write::commit_files(client, &new.id, &first).await?;
    Ok(Repository {
        is_empty: false,
        default_branch: branch.to_owned(),
        ..made
    })
}

/// The default branch, and whether it is disabled: nothing else is a setting of a repository here.
pub(super) async fn update(
    client: &HostClient,
    repository: &RepositoryId,
    change: &RepositoryChange,
) -> Result<Repository> {
    let found = get(client, repository).await?;
    let found = found
        .ok_or_else(|| ForgeError::not_found(client.host(), &format!("repository {repository}")))?;
    let branch = change.default_branch.as_ref();
    let body = given([
        (
            "defaultBranch",
            branch.map(|name| Value::from(format!("refs/heads/{name}"))),
        ),
        ("isDisabled", change.archived.map(Value::from)),
    ]);
    if body.is_empty() {
        return Ok(found);
    }
    let by_id = RepositoryId::new(&*repository.owner, &*found.host_id);
    let call = on(client, Method::PATCH, &by_id, &[]);
    let changed: RepositoryJson = call.body(&body).json().await?;
    Ok(repository_of(&repository.owner, changed))
}

/// It is deleted by its id alone, and can be brought back from the project's bin for a while.
pub(super) async fn delete(client: &HostClient, repository: &RepositoryId) -> Result<()> {
    let Some(found) = get(client, repository).await? else {
        return Ok(());
    };
    let by_id = RepositoryId::new(&*repository.owner, &*found.host_id);
    on(client, Method::DELETE, &by_id, &[]).gone().await
}
