//! Commits and branches of Gitea.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{half_done, path, repositories};
use crate::forge::{
    Branch, Commit, CommitId, FileChange, ForgeError, ForgeErrorKind, NewCommit, Person,
    RepositoryId, Result, Written, answer::instant, client::HostClient, commit::resolved,
};

#[derive(Deserialize)]
struct CommitJson {
    sha: String,
    #[serde(default)]
    parents: Option<Vec<ShaJson>>,
    commit: BodyJson,
}

#[derive(Deserialize)]
struct BodyJson {
    message: String,
    author: SignatureJson,
    committer: SignatureJson,
    #[serde(default)]
    tree: Option<ShaJson>,
}

/// The answer to a commit of many files has its parts on one level.
#[derive(Deserialize)]
struct WrittenJson {
    commit: WrittenCommitJson,
}

#[derive(Deserialize)]
struct WrittenCommitJson {
    sha: String,
    #[serde(default)]
    parents: Option<Vec<ShaJson>>,
    #[serde(flatten)]
    body: BodyJson,
}

#[derive(Deserialize)]
struct ShaJson {
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

fn commit_of(sha: String, parents: Option<Vec<ShaJson>>, body: BodyJson) -> Commit {
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

pub(super) async fn commit_files(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
) -> Result<Commit> {
    let base = new.new_branch_from.as_deref().unwrap_or(&new.branch);
    if let Some(expected) = &new.expected_parent {
        check_head(client, repository, base, expected).await?;
    }
    if new.new_branch_from.is_some() {
        half_done::remove_branch(client, repository, new).await?;
    }
    let mut body = json!({
        "branch": base,
        "message": new.message,
        "author": new.author,
        "committer": new.committer,
        "files": new.files.iter().map(operation).collect::<Vec<_>>(),
    });
    if new.new_branch_from.is_some() {
        body["new_branch"] = Value::from(new.branch.as_str());
    }
    if let Some(at) = new.at {
        let written = at.to_string();
        body["dates"] = json!({ "author": written, "committer": written });
    }
    let made: Result<WrittenJson> = client
        .post(&path(repository, &["contents"]))
        .body(&body)
        .about(format!(
            "branch {base} in {repository}, or one of the files,"
        ))
        .json()
        .await;
    match made {
        Ok(made) => Ok(commit_of(
            made.commit.sha,
            made.commit.parents,
            made.commit.body,
        )),
        Err(fault) => {
            let fault = as_conflict(fault);
            if fault.kind != ForgeErrorKind::Conflict {
                return Err(fault);
            }
            let mended = half_done::first_commit(client, repository, new).await?;
            mended.ok_or(fault)
        }
    }
}

/// Gitea's API compares each file, not the branch: this is as near as it gets.
async fn check_head(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
    expected: &CommitId,
) -> Result<()> {
    let found = branch(client, repository, name).await?;
    let found = found.ok_or_else(|| {
        ForgeError::not_found(client.host(), &format!("branch {name} in {repository}"))
    })?;
    if found.commit == *expected {
        return Ok(());
    }
    let (now, then) = (found.commit.short(), expected.short());
    Err(ForgeError::conflict(
        client.host(),
        format!("The branch {name} of {repository} is at {now} now, not at {then}."),
    ))
}

fn operation(change: &FileChange) -> Value {
    let encoded = |bytes: &bytes::Bytes| BASE64_STANDARD.encode(bytes);
    match &change.written {
        Written::Create(content) => {
            json!({ "operation": "create", "path": change.path, "content": encoded(content) })
        }
        Written::Update {
            content,
            replaces: Some(blob),
        } => {
            json!({ "operation": "update", "path": change.path, "content": encoded(content), "sha": blob })
        }
        Written::Update {
            content,
            replaces: None,
        } => {
            json!({ "operation": "upload", "path": change.path, "content": encoded(content) })
        }
        Written::Delete => json!({ "operation": "delete", "path": change.path }),
    }
}

/// Gitea answers 422 to a file that is there already or has changed, and to a branch that is there already.
fn as_conflict(fault: ForgeError) -> ForgeError {
    let said = ["already exists", "does not match", "sha does not"];
    fault.conflict_if(&[422], &said)
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
