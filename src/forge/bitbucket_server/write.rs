//! Commits on Bitbucket Data Center. Its API writes one file a commit, and removes none.
//!
//! Many files are therefore written to a branch that is made for them, one commit each, and the branch goes
//! again if one fails. To a branch that is there, only one file is written.

use bytes::Bytes;
use reqwest::Method;

use super::{
    commits::{self, CommitJson},
    content, on, repositories,
};
use crate::forge::{
    Commit, CommitId, FileChange, FileRead, ForgeError, ForgeErrorKind, NewCommit, RepositoryId,
    Result, Written, client::HostClient, multipart::Form, tree::is_blob,
};

/// Where a file is written, and on top of what.
struct Place<'a> {
    branch: &'a str,
    /// The branch that is made from this one by it.
    made_from: Option<&'a str>,
    message: &'a str,
}

pub(super) async fn commit_files(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
) -> Result<Commit> {
    let base = new.base();
    let head = commits::branch(client, repository, base).await?;
    let head = head.map(|branch| branch.commit);
    check(client, repository, new, head.as_ref()).await?;
    let is_new = new.new_branch_from.is_some() || head.is_none();
    if !is_new && new.files.len() > 1 {
        return Err(not_supported(
            client,
            "its API writes one file a commit to a branch that is there",
            "Commit to a new branch, and open a pull request.",
        ));
    }
    let mut place = Place {
        branch: &new.branch,
        made_from: new.new_branch_from.as_deref(),
        message: &new.message,
    };
    let mut last = None;
    for file in &new.files {
        match write(client, repository, &place, file, head.as_ref()).await {
            Ok(made) => last = Some(made),
            Err(fault) => {
                if is_new && last.is_some() {
                    commits::delete_branch(client, repository, &new.branch).await?;
                }
                return Err(fault);
            }
        }
        place.made_from = None;
    }
    last.ok_or_else(|| not_supported(client, "a commit needs a file", "Name at least one."))
}

async fn check(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
    head: Option<&CommitId>,
) -> Result<()> {
    let host = client.host();
    let is_removal = |file: &FileChange| file.written == Written::Delete;
    if new.files.iter().any(is_removal) {
        return Err(not_supported(
            client,
            "its API removes no files",
            "Remove it with Git.",
        ));
    }
    let base = new.base();
    new.check_head(host, repository, head)?;
    let may_begin = new.new_branch_from.is_none()
        && repositories::default_branch(client, repository)
            .await?
            .is_none();
    if head.is_none() && !may_begin {
        let what = format!("branch {base} in {repository}");
        return Err(ForgeError::not_found(host, &what));
    }
    Ok(())
}

fn not_supported(client: &HostClient, why: &str, mend: &str) -> ForgeError {
    let host = client.host();
    let reason = format!("This commit is not supported by this host ({host}): {why}.");
    ForgeError::new(ForgeErrorKind::NotSupported, host, reason, mend)
}

async fn write(
    client: &HostClient,
    repository: &RepositoryId,
    place: &Place<'_>,
    file: &FileChange,
    head: Option<&CommitId>,
) -> Result<Commit> {
    let (content, replaces) = match &file.written {
        Written::Create(content) => (content, None),
        Written::Update { content, replaces } => (content, Some(replaces.as_deref())),
        Written::Delete => return Err(not_supported(client, "its API removes no files", "")),
    };
    let seen_at = match (head, replaces) {
        (Some(head), Some(blob)) => {
            let is_there = compare(client, repository, head, (&file.path, blob)).await?;
            Some(head.as_str()).filter(|_| is_there)
        }
        _ => None,
    };
    send(client, repository, place, (&file.path, content, seen_at)).await
}

/// Whether a file is there. If it is not what it was, that is a conflict; Bitbucket tells no hashes, so it is read.
async fn compare(
    client: &HostClient,
    repository: &RepositoryId,
    head: &CommitId,
    (path, blob): (&str, Option<&str>),
) -> Result<bool> {
    let found = match content::read_file(client, repository, head.as_str(), path, None).await {
        Ok(FileRead::Found(file)) => Some(file.bytes),
        Ok(FileRead::NotModified) => None,
        Err(fault) if fault.kind == ForgeErrorKind::NotFound => None,
        Err(fault) => return Err(fault),
    };
    let is_other = |blob: &str| {
        !found
            .as_ref()
            .is_some_and(|bytes| is_blob(blob, bytes, (head, path)))
    };
    if blob.is_some_and(is_other) {
        let reason = format!("The file {path} is not what it was when it was read.");
        return Err(ForgeError::conflict(client.host(), reason));
    }
    Ok(found.is_some())
}

/// Bitbucket wants to be told at which commit a file was seen that is written over, and refuses if it was changed
/// since; without, the file must not be there. Both are conflicts (409).
async fn send(
    client: &HostClient,
    repository: &RepositoryId,
    place: &Place<'_>,
    (path, content, seen_at): (&str, &Bytes, Option<&str>),
) -> Result<Commit> {
    let mut form = Form::new();
    form.text("message", place.message);
    form.text("branch", place.branch);
    if let Some(from) = place.made_from {
        form.text("sourceBranch", from);
    }
    if let Some(commit) = seen_at {
        form.text("sourceCommitId", commit);
    }
    form.file("content", content);
    let (kind, body) = form.encode();
    let mut segments = vec!["browse"];
    segments.extend(path.split('/'));
    let made: CommitJson = on(client, Method::PUT, repository, &segments)
        .bytes(&kind, body)
        .json()
        .await?;
    Ok(made.into())
}

/// The first commit of an empty repository.
pub(super) async fn read_me(
    client: &HostClient,
    repository: &RepositoryId,
    branch: &str,
    name: &str,
) -> Result<()> {
    let place = Place {
        branch,
        made_from: None,
        message: "Add a read-me",
    };
    let content = Bytes::from(format!("# {name}\n"));
    let made = send(client, repository, &place, ("README.md", &content, None)).await;
    made.map(drop)
}
