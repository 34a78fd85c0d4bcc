//! Commits of many files on Gitea, in one call.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    commits::{BodyJson, ShaJson, branch, commit_of},
    half_done, path,
};
use crate::forge::{
    Commit, FileChange, ForgeError, ForgeErrorKind, NewCommit, RepositoryId, Result, Written,
    client::HostClient,
};

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

pub(super) async fn commit_files(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
) -> Result<Commit> {
    let base = new.base();
    check_head(client, repository, new).await?;
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
async fn check_head(client: &HostClient, repository: &RepositoryId, new: &NewCommit) -> Result<()> {
    if new.expected_parent.is_none() {
        return Ok(());
    }
    let base = new.base();
    let found = branch(client, repository, base).await?;
    let found = found.ok_or_else(|| {
        ForgeError::not_found(client.host(), &format!("branch {base} in {repository}"))
    })?;
    new.check_head(client.host(), repository, Some(&found.commit))
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
