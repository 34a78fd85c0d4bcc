//! Commits of many files on Azure DevOps: one push, all files or none.

use std::collections::HashMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{NO_COMMIT, commits, content, on, repositories};
use crate::forge::{
    Commit, CommitId, FileChange, ForgeError, NewCommit, Person, RepositoryId, Result, Written,
    client::HostClient,
};

#[derive(Deserialize)]
struct PushJson {
    commits: Vec<MadeJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MadeJson {
    commit_id: String,
}

pub(super) async fn commit_files(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
) -> Result<Commit> {
    let base = new.base();
    let head = head(client, repository, new, base).await?;
    let present: HashMap<String, String> = match &head {
        Some(head) => {
            let tree = content::tree(client, repository, head.as_str()).await?;
            let entries = tree.entries.into_iter();
            entries.map(|entry| (entry.path, entry.blob)).collect()
        }
        None => HashMap::new(),
    };
    let files = new.files.iter();
    let changes: Result<Vec<Value>> = files
        .map(|file| change(client.host(), &present, file))
        .collect();
    let mut commit = json!({ "comment": new.message, "changes": changes? });
    let signature = |person: &Person| {
        let mut signature = json!({ "name": person.name, "email": person.email });
        if let Some(at) = new.at {
            signature["date"] = Value::from(at.to_string());
        }
        signature
    };
    if let Some(author) = &new.author {
        commit["author"] = signature(author);
    }
    if let Some(committer) = &new.committer {
        commit["committer"] = signature(committer);
    }
    // A branch that is made begins at the commit that is named; one that is there must still be at it (409).
    let from = head.as_ref().map_or(NO_COMMIT, CommitId::as_str);
    let reference = json!({ "name": format!("refs/heads/{}", new.branch), "oldObjectId": from });
    let pushed: PushJson = on(client, Method::POST, repository, &["pushes"])
        .body(&json!({ "refUpdates": [reference], "commits": [commit] }))
        .json()
        .await?;
    let made = pushed.commits.first();
    let id = made.map_or(new.branch.as_str(), |made| made.commit_id.as_str());
    let made = commits::get(client, repository, id).await?;
    made.ok_or_else(|| {
        ForgeError::not_found(client.host(), &format!("commit {id} in {repository}"))
    })
}

/// The commit to follow; `None`: it is the first of all.
async fn head(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
    base: &str,
) -> Result<Option<CommitId>> {
    let found = commits::branch(client, repository, base).await?;
    let found = found.map(|branch| branch.commit);
    if found.is_none() {
        let repository_now = repositories::get(client, repository).await?;
        let is_empty = repository_now.is_some_and(|now| now.is_empty);
        if new.new_branch_from.is_some() || !is_empty {
            let what = format!("branch {base} in {repository}");
            return Err(ForgeError::not_found(client.host(), &what));
        }
    }
    match &new.expected_parent {
        Some(expected) if found.as_ref() != Some(expected) => Err(ForgeError::conflict(
            client.host(),
            format!(
                "The branch {base} of {repository} is not at {}.",
                expected.short()
            ),
        )),
        _ => Ok(found),
    }
}

/// Azure wants to be told whether a file is made or changed.
fn change(
    host: &str,
    present: &HashMap<String, String>,
    FileChange { path, written }: &FileChange,
) -> Result<Value> {
    let found = present.get(path);
    let item = json!({ "path": format!("/{path}") });
    let writing = |kind: &str, content: &Bytes| {
        json!({
            "changeType": kind,
            "item": item,
            "newContent": {
                "content": BASE64_STANDARD.encode(content),
                "contentType": "base64encoded",
            },
        })
    };
    match (written, found) {
        (Written::Create(_), Some(_)) => Err(ForgeError::conflict(
            host,
            format!("The file {path} is there already."),
        )),
        (
            Written::Update {
                replaces: Some(blob),
                ..
            },
            found,
        ) if found != Some(blob) => Err(ForgeError::conflict(
            host,
            format!("The file {path} is not what it was when it was read."),
        )),
        (Written::Create(content) | Written::Update { content, .. }, None) => {
            Ok(writing("add", content))
        }
        (Written::Update { content, .. }, Some(_)) => Ok(writing("edit", content)),
        (Written::Delete, Some(_)) => Ok(json!({ "changeType": "delete", "item": item })),
        (Written::Delete, None) => Err(ForgeError::not_found(host, &format!("file {path}"))),
    }
}
