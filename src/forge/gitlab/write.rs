//! Commits of many files on GitLab: one call, all files or none.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    commits::{self, CommitJson},
    conflict_where, on,
};
use crate::forge::{
    Commit, FileChange, ForgeError, NewCommit, RepositoryId, Result, Written, client::HostClient,
};

/// A file as it is: its blob, and the last commit that changed it.
struct Present {
    blob: String,
    last_commit: String,
}

pub(super) async fn commit_files(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
) -> Result<Commit> {
    let base = new.base();
    check_head(client, repository, new, base).await?;
    let mut actions = Vec::with_capacity(new.files.len());
    for file in &new.files {
        actions.push(action(client, repository, base, file).await?);
    }
    let mut body = json!({
        "branch": new.branch,
        "commit_message": new.message,
        "actions": actions,
        "stats": false,
    });
    match (&new.new_branch_from, &new.expected_parent) {
        (Some(_), Some(expected)) => body["start_sha"] = Value::from(expected.as_str()),
        (Some(from), None) => body["start_branch"] = Value::from(from.as_str()),
        (None, _) => {}
    }
    if let Some(author) = &new.author {
        body["author_name"] = Value::from(author.name.as_str());
        body["author_email"] = Value::from(author.email.as_str());
    }
    let made: Result<CommitJson> = on(client, Method::POST, repository, &["repository", "commits"])
        .body(&body)
        .about(format!("branch {base} in {repository}"))
        .json()
        .await;
    let made = made.map_err(conflict_where(&[
        "already exists",
        "has changed since",
        "Could not update",
    ]))?;
    Ok(made.into())
}

/// GitLab compares each file by its last commit, not the branch: that is looked at immediately before.
async fn check_head(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
    base: &str,
) -> Result<()> {
    if new.expected_parent.is_none() {
        return Ok(());
    }
    let found = commits::branch(client, repository, base).await?;
    let found = found.ok_or_else(|| {
        ForgeError::not_found(client.host(), &format!("branch {base} in {repository}"))
    })?;
    new.check_head(client.host(), repository, Some(&found.commit))
}

async fn action(
    client: &HostClient,
    repository: &RepositoryId,
    base: &str,
    FileChange { path, written }: &FileChange,
) -> Result<Value> {
    let writing = |action: &str, content: &Bytes| {
        json!({
            "action": action,
            "file_path": path,
            "content": BASE64_STANDARD.encode(content),
            "encoding": "base64",
        })
    };
    if let Written::Create(content) = written {
        return Ok(writing("create", content));
    }
    let found = present(client, repository, base, path).await?;
    match (written, found) {
        (Written::Update { content, replaces }, found) => {
            let blob = found.as_ref().map(|found| &found.blob);
            if replaces.is_some() && replaces.as_ref() != blob {
                return Err(ForgeError::conflict(
                    client.host(),
                    format!("The file {path} is not what it was when it was read."),
                ));
            }
            let Some(found) = found else {
                return Ok(writing("create", content));
            };
            let mut action = writing("update", content);
            action["last_commit_id"] = Value::from(found.last_commit);
            Ok(action)
        }
        (_, Some(found)) => Ok(json!({
            "action": "delete",
            "file_path": path,
            "last_commit_id": found.last_commit,
        })),
        (_, None) => Err(ForgeError::not_found(
            client.host(),
            &format!("file {path} in {repository}"),
        )),
    }
}

async fn present(
    client: &HostClient,
    repository: &RepositoryId,
    base: &str,
    path: &str,
) -> Result<Option<Present>> {
    let place = ["repository", "files", path];
    let call = on(client, Method::HEAD, repository, &place).query("ref", base);
    let answer = call.optional_answer().await?;
    Ok(answer.and_then(|answer| {
        let header = |name: &str| answer.header(name).map(str::to_owned);
        Some(Present {
            blob: header("x-gitlab-blob-id")?,
            last_commit: header("x-gitlab-last-commit-id")?,
        })
    }))
}
