//! Commits and branches of Gitea.

use serde::Deserialize;
use serde_json::json;

use super::{path, repositories};
use crate::forge::{
    Branch, Commit, CommitId, Person, RepositoryId, Result, answer::instant, client::HostClient,
    commit::resolved,
};

#[derive(Deserialize)]
struct CommitJson {
    sha: String,
    #[serde(default)]
    parents: Option<Vec<ShaJson>>,
    commit: BodyJson,
}

/// What a commit says, wherever Gitea tells of it.
#[derive(Deserialize)]
pub(super) struct BodyJson {
    message: String,
    author: SignatureJson,
    committer: SignatureJson,
    #[serde(default)]
    tree: Option<ShaJson>,
}

#[derive(Deserialize)]
pub(super) struct ShaJson {
    sha: String,
}

#[derive(Deserialize)]
struct SignatureJson {
    name: String,
    email: String,
    #[serde(default)]
    date: Option<String>,
}

#[derive(Deserialize)]
struct BranchJson {
    name: String,
    commit: BranchCommitJson,
    #[serde(default)]
    protected: bool,
}

#[derive(Deserialize)]
struct BranchCommitJson {
    id: String,
}

pub(super) fn commit_of(sha: String, parents: Option<Vec<ShaJson>>, body: BodyJson) -> Commit {
    let ids = parents.unwrap_or_default().into_iter();
    Commit {
        id: CommitId(sha),
        tree: body.tree.map(|tree| tree.sha),
        parents: ids.map(|parent| CommitId(parent.sha)).collect(),
        message: body.message,
        authored_at: instant(body.author.date.as_deref()),
        author: Person {
            name: body.author.name,
            email: body.author.email,
        },
        committer: Person {
            name: body.committer.name,
            email: body.committer.email,
        },
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
    let found: Result<Option<CommitJson>> = client
        .get(&path(repository, &["git", "commits", revision]))
        .query("stat", "false")
        .query("verification", "false")
        .query("files", "false")
        .optional()
        .await;
    match found {
        Ok(found) => Ok(found.map(|json| commit_of(json.sha, json.parents, json.commit))),
        // A repository without commits (409) has none of that name either; nor has one a name that is none (422).
        Err(fault) if matches!(fault.status, Some(409 | 422)) => Ok(None),
        Err(fault) => Err(fault),
    }
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
    let call = client.get(&path(repository, &["branches", name]));
    let found: Option<BranchJson> = call.optional().await?;
    Ok(found.map(Into::into))
}

pub(super) async fn create_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
    revision: &str,
) -> Result<Branch> {
    // Gitea breaks (500) over a revision that is not there.
    let commit = resolve(client, repository, revision).await?;
    let body = json!({ "new_branch_name": name, "old_ref_name": commit });
    let made: BranchJson = client
        .post(&path(repository, &["branches"]))
        .body(&body)
        .about(format!("branch, tag or commit {revision} in {repository}"))
        .json()
        .await?;
    Ok(made.into())
}

pub(super) async fn delete_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<()> {
    let call = client.delete(&path(repository, &["branches", name]));
    if call.optional_answer().await?.is_some() {
        return Ok(());
    }
    // Of a repository that is not there, nothing can be said.
    match repositories::get(client, repository).await? {
        Some(_) => Ok(()),
        None => Err(repositories::unknown(client, repository)),
    }
}
