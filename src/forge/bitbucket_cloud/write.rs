//! Commits of many files on Bitbucket Cloud: one form, all files or none.

use reqwest::Method;

use super::{commits, content, on, repositories};
use crate::forge::{
    Commit, CommitId, FileChange, FileRead, ForgeError, ForgeErrorKind, NewCommit, RepositoryId,
    Result, Written, client::HostClient, multipart::Form, tree::is_blob,
};

pub(super) async fn commit_files(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
) -> Result<Commit> {
    let (host, base) = (client.host(), new.base());
    let head = commits::branch(client, repository, base).await?;
    let head = head.map(|branch| branch.commit);
    if head.is_none() && !may_begin(client, repository, new).await? {
        let what = format!("branch {base} in {repository}");
        return Err(ForgeError::not_found(host, &what));
    }
    new.check_head(host, repository, head.as_ref())?;
    if let Some(head) = &head {
        check(client, repository, head, &new.files).await?;
    }
    let (kind, body) = form(new, head.as_ref()).encode();
    let answer = on(client, Method::POST, repository, &["src"])
        .bytes(&kind, body)
        .send()
        .await?;
    // The new commit is the last part of the address that is answered; else it is what the branch is at now.
    let place = answer.header("location").unwrap_or_default();
    let made = place
        .rsplit('/')
        .next()
        .filter(|id| CommitId::is_commit(id));
    let revision = made.unwrap_or(&new.branch);
    let made = commits::get(client, repository, revision).await?;
    made.ok_or_else(|| ForgeError::not_found(host, &format!("commit {revision} in {repository}")))
}

/// Whether it may be the first commit of all.
async fn may_begin(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
) -> Result<bool> {
    if new.new_branch_from.is_some() {
        return Ok(false);
    }
    let found = repositories::get(client, repository).await?;
    Ok(found.is_some_and(|found| found.is_empty))
}

/// Bitbucket asserts that the parent is where the branch is (409), and makes a branch that is not there from it.
fn form(new: &NewCommit, parent: Option<&CommitId>) -> Form {
    let mut form = Form::new();
    form.text("message", &new.message);
    form.text("branch", &new.branch);
    if let Some(author) = &new.author {
        form.text("author", &format!("{} <{}>", author.name, author.email));
    }
    if let Some(parent) = parent {
        form.text("parents", parent.as_str());
    }
    for FileChange { path, written } in &new.files {
        match written {
            // With a slash before it, a path is never taken for another field.
            Written::Create(content) | Written::Update { content, .. } => {
                form.file(&format!("/{path}"), content);
            }
            Written::Delete => form.text("files", &format!("/{path}")),
        }
    }
    form
}

/// Bitbucket writes over whatever there is, so it is looked at before.
async fn check(
    client: &HostClient,
    repository: &RepositoryId,
    head: &CommitId,
    files: &[FileChange],
) -> Result<()> {
    let host = client.host();
    for FileChange { path, written } in files {
        match written {
            Written::Create(_) if is_there(client, repository, head, path).await? => {
                let reason = format!("The file {path} is there already.");
                return Err(ForgeError::conflict(host, reason));
            }
            Written::Delete if !is_there(client, repository, head, path).await? => {
                return Err(ForgeError::not_found(host, &format!("file {path}")));
            }
            Written::Update {
                replaces: Some(blob),
                ..
            } if !is_still(client, repository, head, (path, blob)).await? => {
                let reason = format!("The file {path} is not what it was when it was read.");
                return Err(ForgeError::conflict(host, reason));
            }
            _ => {}
        }
    }
    Ok(())
}

async fn is_there(
    client: &HostClient,
    repository: &RepositoryId,
    at: &CommitId,
    path: &str,
) -> Result<bool> {
    let mut place = vec!["src", at.as_str()];
    place.extend(path.split('/'));
    let call = on(client, Method::GET, repository, &place).query("format", "meta");
    Ok(call.optional_answer().await?.is_some())
}

/// Whether a file is what it was; Bitbucket tells no hashes, so it is read.
async fn is_still(
    client: &HostClient,
    repository: &RepositoryId,
    at: &CommitId,
    (path, blob): (&str, &str),
) -> Result<bool> {
    match content::read_file(client, repository, at.as_str(), path, None).await {
        Ok(FileRead::Found(file)) => Ok(is_blob(blob, &file.bytes, (at, path))),
        Ok(FileRead::NotModified) => Ok(false),
        Err(fault) if fault.kind == ForgeErrorKind::NotFound => Ok(false),
        Err(fault) => Err(fault),
    }
}
