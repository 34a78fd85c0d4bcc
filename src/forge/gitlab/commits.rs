//! Commits and branches of GitLab.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::{conflict_where, on, projects};
use crate::forge::{
    Branch, Commit, CommitId, ForgeError, Person, RepositoryId, Result, answer::instant,
    client::HostClient, commit::resolved,
};

#[derive(Deserialize)]
pub(super) struct CommitJson {
    id: String,
    #[serde(default)]
    parent_ids: Vec<String>,
    message: String,
    author_name: String,
    author_email: String,
    committer_name: String,
    committer_email: String,
    #[serde(default)]
    authored_date: Option<String>,
}

#[derive(Deserialize)]
struct BranchJson {
    name: String,
    commit: IdJson,
    #[serde(default)]
    protected: bool,
}

#[derive(Deserialize)]
struct IdJson {
    id: String,
}

impl From<CommitJson> for Commit {
    fn from(json: CommitJson) -> Self {
        Self {
            id: CommitId(json.id),
            tree: None,
            parents: json.parent_ids.into_iter().map(CommitId).collect(),
            message: json.message,
            author: Person {
                name: json.author_name,
                email: json.author_email,
            },
            committer: Person {
                name: json.committer_name,
                email: json.committer_email,
            },
            authored_at: instant(json.authored_date.as_deref()),
        }
    }
}

impl From<BranchJson> for Branch {
    fn from(json: BranchJson) -> Self {
        Self {
            name: json.name,
            commit: CommitId(json.commit.id),
            is_protected: json.protected,
        }
    }
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<Option<Commit>> {
    let place = ["repository", "commits", revision];
    let call = on(client, Method::GET, repository, &place).query("stats", "false");
    let found: Option<CommitJson> = call.optional().await?;
    Ok(found.map(Into::into))
}

/// The commit a revision stands for, which must be there.
pub(super) async fn resolve(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<CommitId> {
    let told = get(client, repository, revision);
    resolved(client.host(), repository, revision, told).await
}

pub(super) async fn branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<Option<Branch>> {
    let place = ["repository", "branches", name];
    let call = on(client, Method::GET, repository, &place);
    let found: Option<BranchJson> = call.optional().await?;
    Ok(found.map(Into::into))
}

pub(super) async fn create_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
    revision: &str,
) -> Result<Branch> {
    let call = on(
        client,
        Method::POST,
        repository,
        &["repository", "branches"],
    );
    let made: Result<BranchJson> = call
        .body(&json!({ "branch": name, "ref": revision }))
        .json()
        .await;
    let made = made.map_err(conflict_where(&["already exists"]))?;
    Ok(made.into())
}

pub(super) async fn delete_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<()> {
    let place = ["repository", "branches", name];
    let call = on(client, Method::DELETE, repository, &place);
    if call.optional_answer().await?.is_some() {
        return Ok(());
    }
    // Of a project that is not there, nothing can be said.
    match projects::get(client, repository).await? {
        Some(_) => Ok(()),
        None => Err(ForgeError::not_found(
            client.host(),
            &format!("project {repository}"),
        )),
    }
}
