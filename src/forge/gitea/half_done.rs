//! Commits that Gitea made by half: Git has them, its database does not.
//!
//! A request that loses its client is cancelled, and its push is killed, maybe between the moved branch and the hook
//! that tells the database (seen in 1.26). The branch is then neither listed nor found, and cannot be made again.

use std::time::Duration;

use serde_json::json;

use super::{
    about,
    commits::{branch, delete_branch, get},
    path, repositories,
};
use crate::forge::{Commit, NewCommit, RepositoryChange, RepositoryId, Result, client::HostClient};

/// A branch whose push makes Gitea look at all of them; removed again.
const SCRATCH: &str = "callboard-mends";
/// The push is told to the database a moment later.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(100);

/// The commit by the same message on a branch that only Git knows. Messages of runs are unique by their mark.
async fn found(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
) -> Result<Option<Commit>> {
    let commit = get(client, repository, &new.branch).await?;
    let Some(commit) = commit.filter(|commit| commit.message.trim() == new.message.trim()) else {
        return Ok(None);
    };
    let known = branch(client, repository, &new.branch).await?;
    Ok(known.is_none().then_some(commit))
}

/// Removes a new branch that was made by half, so that it can be made anew.
pub(super) async fn remove_branch(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
) -> Result<()> {
    match found(client, repository, new).await? {
        Some(_) => delete_branch(client, repository, &new.branch).await,
        None => Ok(()),
    }
}

/// The first commit of a repository that takes itself for empty, once its database knows the branch; `None` if that
/// is not what happened. No pipeline runs by it: Gitea tells nobody of the branch.
pub(super) async fn first_commit(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewCommit,
) -> Result<Option<Commit>> {
    let is_empty = async || -> Result<bool> {
        let found = repositories::get(client, repository).await?;
        Ok(found.is_some_and(|found| found.is_empty))
    };
    if !is_empty().await? {
        return Ok(None);
    }
    let Some(commit) = found(client, repository, new).await? else {
        return Ok(None);
    };
    let body = json!({
        "branch": SCRATCH,
        "message": "Make Gitea look at the branches",
        "files": [{ "operation": "create", "path": "empty", "content": "" }],
    });
    let call = client.post(&path(repository, &["contents"])).body(&body);
    call.about(about(repository)).done().await?;
    let waited = tokio::time::timeout(PATIENCE, async {
        while is_empty().await? {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    });
    // If it takes longer, the next call fails and says so.
    waited.await.unwrap_or(Ok(()))?;
    let default = RepositoryChange {
        default_branch: Some(new.branch.clone()),
        ..RepositoryChange::default()
    };
    repositories::update(client, repository, &default).await?;
    delete_branch(client, repository, SCRATCH).await?;
    Ok(Some(commit))
}
