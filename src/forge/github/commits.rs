//! Commits and branches of GitHub.

use serde::Deserialize;
use serde_json::json;

use super::{about, conflict_where, path};
use crate::forge::{
    Branch, Commit, CommitId, Person, RepositoryId, Result, answer::instant, client::HostClient,
    commit::resolved,
};

#[derive(Deserialize)]
struct CommitJson {
    sha: String,
    parents: Vec<ShaJson>,
    commit: BodyJson,
}

#[derive(Deserialize)]
struct BodyJson {
    message: String,
    #[serde(default)]
    author: Option<SignatureJson>,
    #[serde(default)]
    committer: Option<SignatureJson>,
    tree: ShaJson,
}

/// The answer of the Git part of the API has its parts on one level.
#[derive(Deserialize)]
pub(super) struct GitCommitJson {
    sha: String,
    parents: Vec<ShaJson>,
    #[serde(flatten)]
    body: BodyJson,
}

#[derive(Deserialize)]
pub(super) struct ShaJson {
    pub(super) sha: String,
}

#[derive(Deserialize, Default)]
struct SignatureJson {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    date: Option<String>,
}

#[derive(Deserialize)]
struct BranchJson {
    name: String,
    commit: CommitJson,
    #[serde(default)]
    protected: bool,
}

#[derive(Deserialize)]
struct ReferenceJson {
    object: ShaJson,
}

impl From<SignatureJson> for Person {
    fn from(json: SignatureJson) -> Self {
        Self {
            name: json.name,
            email: json.email,
        }
    }
}

impl From<CommitJson> for Commit {
    fn from(json: CommitJson) -> Self {
        commit_of(json.sha, json.parents, json.commit)
    }
}

impl From<GitCommitJson> for Commit {
    fn from(json: GitCommitJson) -> Self {
        commit_of(json.sha, json.parents, json.body)
    }
}

fn commit_of(sha: String, parents: Vec<ShaJson>, body: BodyJson) -> Commit {
    let author = body.author.unwrap_or_default();
    Commit {
        id: CommitId(sha),
        tree: Some(body.tree.sha),
        parents: parents
            .into_iter()
            .map(|parent| CommitId(parent.sha))
            .collect(),
        message: body.message,
        authored_at: instant(author.date.as_deref()),
        author: author.into(),
        committer: body.committer.unwrap_or_default().into(),
    }
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<Option<Commit>> {
    // One file of the commit, since none cannot be asked for. A repository without commits answers 409, a name
    // that is none 422.
    let found: Option<CommitJson> = client
        .get(&path(repository, &["commits", revision]))
        .query("per_page", "1")
        .optional_of(&[409, 422])
        .await?;
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

/// The commit a branch is at, with its tree.
pub(super) async fn head(
    client: &HostClient,
    repository: &RepositoryId,
    branch: &str,
) -> Result<Option<Commit>> {
    let call = client.get(&path(repository, &["branches", branch]));
    let found: Option<BranchJson> = call.optional().await?;
    Ok(found.map(|json| json.commit.into()))
}

pub(super) async fn branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<Option<Branch>> {
    let call = client.get(&path(repository, &["branches", name]));
    let found: Option<BranchJson> = call.optional().await?;
    Ok(found.map(|json| Branch {
        name: json.name,
        commit: CommitId(json.commit.sha),
        is_protected: json.protected,
    }))
}

pub(super) async fn create_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
    revision: &str,
) -> Result<Branch> {
    let commit = resolve(client, repository, revision).await?;
    let made: Result<ReferenceJson> = client
        .post(&path(repository, &["git", "refs"]))
        .body(&json!({ "ref": format!("refs/heads/{name}"), "sha": commit }))
        .about(about(repository))
        .json()
        .await;
    let made = made.map_err(conflict_where(&["already exists"]))?;
    Ok(Branch {
        name: name.to_owned(),
        commit: CommitId(made.object.sha),
        is_protected: false,
    })
}

pub(super) async fn delete_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<()> {
    let reference = format!("heads/{name}");
    let call = client.delete(&path(repository, &["git", "refs", &reference]));
    match call.about(about(repository)).done().await {
        // 404 is the repository's.
        Err(fault)
            if fault.status == Some(422) && fault.reason.contains("Reference does not exist") =>
        {
            Ok(())
        }
        other => other,
    }
}
