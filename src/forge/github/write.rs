//! Commits of many files on GitHub: blobs, a tree, a commit, and at last the branch. Nobody sees one half made.

use std::collections::HashMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    about,
    commits::{self, GitCommitJson, ShaJson},
    conflict_where, content, path, repositories,
};
use crate::forge::{
    Commit, CommitId, FileChange, ForgeError, NewCommit, Person, RepositoryId, Result, Written,
    client::HostClient,
};

/// Texts are sent within the tree up to so many bytes together; the rest as blobs of their own.
const MAX_INLINE_BYTES: usize = 2 * 1024 * 1024;
/// The message of the commit that opens an empty repository; it is replaced at once.
const OPENING: &str = "Open the repository";

/// A file as it is: its blob and its mode.
struct Present {
    blob: String,
    mode: String,
}

#[derive(Deserialize)]
struct ContentJson {
    sha: String,
}

pub(super) async fn commit_files(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
) -> Result<Commit> {
    let base = new.base();
    let head = if CommitId::is_commit(base) {
        commits::get(client, repository, base).await?
    } else {
        commits::head(client, repository, base).await?
    };
    let head = match head {
        Some(head) if !is_opening(&head) => head,
        found => return first_commit(client, repository, new, found.is_some()).await,
    };
    new.check_head(client.host(), repository, Some(&head.id))?;
    let present = present(client, repository, &head, &new.files).await?;
    check(client.host(), &present, &new.files)?;
    let entries = entries(client, repository, &present, &new.files).await?;
    let tree = json!({ "base_tree": head.tree, "tree": entries });
    let commit = make_commit(client, repository, new, &tree, &[head.id]).await?;
    if new.new_branch_from.is_some() {
        make_branch(client, repository, &new.branch, &commit.id).await?;
    } else {
        move_branch(client, repository, &new.branch, &commit.id, false).await?;
    }
    Ok(commit)
}

fn is_opening(head: &Commit) -> bool {
    head.parents.is_empty() && head.message == OPENING
}

/// The Git part of the API refuses an empty repository, so it is opened by one file, and the branch is then moved
/// to a commit of all of them that follows nothing.
async fn first_commit(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
    is_open: bool,
) -> Result<Commit> {
    let (host, branch) = (client.host(), new.branch.as_str());
    let starts_here = new.new_branch_from.is_none() && new.expected_parent.is_none();
    let may_begin = starts_here && (is_open || repositories::is_empty(client, repository).await?);
    if !may_begin {
        let what = format!("branch {} in {repository}", new.base());
        return Err(ForgeError::not_found(host, &what));
    }
    check(host, &HashMap::new(), &new.files)?;
    if !is_open {
        let opening = json!({ "message": OPENING, "content": "", "branch": branch });
        client
            .put(&path(repository, &["contents", ".gitkeep"]))
            .body(&opening)
            .about(about(repository))
            .done()
            .await?;
    }
    let entries = entries(client, repository, &HashMap::new(), &new.files).await?;
    let commit = make_commit(client, repository, new, &json!({ "tree": entries }), &[]).await?;
    move_branch(client, repository, branch, &commit.id, true).await?;
    Ok(commit)
}

/// What the commit that is followed has under the paths that are written.
async fn present(
    client: &HostClient,
    repository: &RepositoryId,
    head: &Commit,
    files: &[FileChange],
) -> Result<HashMap<String, Present>> {
    let tree = head.tree.as_deref().unwrap_or(head.id.as_str());
    let found = content::tree_json(client, repository, tree).await?;
    if !found.truncated {
        let entries = found.tree.into_iter().filter(|entry| !entry.is_folder());
        let present = entries.map(|entry| {
            let (blob, mode) = (entry.sha, entry.mode);
            (entry.path, Present { blob, mode })
        });
        return Ok(present.collect());
    }
    let mut present = HashMap::new();
    for file in files {
        let found: Option<ContentJson> = client
            .get(&path(repository, &["contents", &file.path]))
            .query("ref", head.id.as_str())
            .optional()
            .await?;
        if let Some(found) = found {
            let (blob, mode) = (found.sha, "100644".to_owned());
            present.insert(file.path.clone(), Present { blob, mode });
        }
    }
    Ok(present)
}

/// GitHub writes over whatever there is, so it is compared before; the branch is compared when it is moved.
fn check(host: &str, present: &HashMap<String, Present>, files: &[FileChange]) -> Result<()> {
    for FileChange { path, written } in files {
        let found = present.get(path);
        match written {
            Written::Create(_) if found.is_some() => {
                return Err(ForgeError::conflict(
                    host,
                    format!("The file {path} is there already."),
                ));
            }
            Written::Update { replaces, .. } => {
                let is_other = replaces
                    .as_ref()
                    .is_some_and(|blob| found.is_none_or(|found| found.blob != *blob));
                if is_other {
                    return Err(ForgeError::conflict(
                        host,
                        format!("The file {path} is not what it was when it was read."),
                    ));
                }
            }
            Written::Delete if found.is_none() => {
                return Err(ForgeError::not_found(host, &format!("file {path}")));
            }
            Written::Create(_) | Written::Delete => {}
        }
    }
    Ok(())
}

async fn entries(
    client: &HostClient,
    repository: &RepositoryId,
    present: &HashMap<String, Present>,
    files: &[FileChange],
) -> Result<Vec<Value>> {
    let mut entries = Vec::with_capacity(files.len());
    let mut room = MAX_INLINE_BYTES;
    for FileChange { path, written } in files {
        let mode = present.get(path).map_or("100644", |found| &found.mode);
        let mut entry = json!({ "path": path, "mode": mode, "type": "blob" });
        match written {
            Written::Delete => entry["sha"] = Value::Null,
            Written::Create(bytes) | Written::Update { content: bytes, .. } => {
                match std::str::from_utf8(bytes) {
                    Ok(text) if text.len() <= room => {
                        room -= text.len();
                        entry["content"] = Value::from(text);
                    }
                    _ => {
                        let blob = make_blob(client, repository, bytes).await?;
                        entry["sha"] = Value::from(blob);
                    }
                }
            }
        }
        entries.push(entry);
    }
    Ok(entries)
}

async fn make_blob(
    client: &HostClient,
    repository: &RepositoryId,
    bytes: &Bytes,
) -> Result<String> {
    let made: ShaJson = client
        .post(&path(repository, &["git", "blobs"]))
        .body(&json!({ "content": BASE64_STANDARD.encode(bytes), "encoding": "base64" }))
        .about(about(repository))
        .json()
        .await?;
    Ok(made.sha)
}

async fn make_commit(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
    tree: &Value,
    parents: &[CommitId],
) -> Result<Commit> {
    let tree: ShaJson = client
        .post(&path(repository, &["git", "trees"]))
        .body(tree)
        .about(about(repository))
        .json()
        .await?;
    let mut body = json!({ "message": new.message, "tree": tree.sha, "parents": parents });
    let signature = |person: &Person| {
        let mut signature = json!({ "name": person.name, "email": person.email });
        if let Some(at) = new.at {
            signature["date"] = Value::from(at.to_string());
        }
        signature
    };
    if let Some(author) = &new.author {
        body["author"] = signature(author);
    }
    if let Some(committer) = &new.committer {
        body["committer"] = signature(committer);
    }
    let made: GitCommitJson = client
        .post(&path(repository, &["git", "commits"]))
        .body(&body)
        .about(about(repository))
        .json()
        .await?;
    Ok(made.into())
}

async fn make_branch(
    client: &HostClient,
    repository: &RepositoryId,
    branch: &str,
    commit: &CommitId,
) -> Result<()> {
    let call = client
        .post(&path(repository, &["git", "refs"]))
        .body(&json!({ "ref": format!("refs/heads/{branch}"), "sha": commit }));
    let made = call.about(about(repository)).done().await;
    made.map_err(conflict_where(&["already exists"]))
}

/// Without force GitHub moves it only to what follows the commit it is at: a push in between is a conflict.
async fn move_branch(
    client: &HostClient,
    repository: &RepositoryId,
    branch: &str,
    commit: &CommitId,
    force: bool,
) -> Result<()> {
    let reference = format!("heads/{branch}");
    let call = client
        .patch(&path(repository, &["git", "refs", &reference]))
        .body(&json!({ "sha": commit, "force": force }));
    let moved = call.about(about(repository)).done().await;
    moved.map_err(conflict_where(&[
        "not a fast forward",
        "Reference does not exist",
    ]))
}
