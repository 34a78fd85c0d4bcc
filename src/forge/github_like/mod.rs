//! What Gitea's API has after the model of GitHub's: pull requests, workflow runs, webhooks, statuses.
//!
//! What differs between the two comes in from the host; what only one of them has stays in its own folder.

pub(super) mod actions;
pub(super) mod pull_requests;
pub(super) mod statuses;
pub(super) mod webhooks;

use serde::Deserialize;

use super::RepositoryId;

/// A user or an organisation, as far as the portal names them.
#[derive(Deserialize)]
pub(super) struct OwnerJson {
    pub(super) login: String,
}

/// `repos/{owner}/{name}` and what follows.
pub(super) fn path<'a>(repository: &'a RepositoryId, rest: &[&'a str]) -> Vec<&'a str> {
    let mut segments = vec!["repos", repository.owner.as_str(), repository.name.as_str()];
    segments.extend(rest);
    segments
}

/// What is said of a repository that is not there.
pub(super) fn about(repository: &RepositoryId) -> String {
    format!("repository {repository}")
}
