//! Bitbucket Cloud, by its REST API 2.0. A repository's owner is its workspace.

mod choices;
mod commits;
mod content;
mod pull_requests;
mod repositories;
mod sign_in;
mod write;

use reqwest::Method;

use super::{
    Archive, Branch, Choice, ChoicesOf, Commit, CommitId, FileRead, GitHost, NewCommit,
    NewPullRequest, NewRepository, PullRequest, PullRequestChange, Repository, RepositoryChange,
    RepositoryId, Result, Tree, call::Call, client::HostClient, host::answers, receive_pack,
};

/// Bitbucket Cloud.
#[derive(Debug, Clone)]
pub struct BitbucketCloud {
    client: HostClient,
}

impl BitbucketCloud {
    pub(super) fn new(client: HostClient) -> Self {
        Self { client }
    }

    /// The client that asks.
    async fn signed_in(&self) -> Result<HostClient> {
        sign_in::client(&self.client).await
    }
}

/// A call about a repository: `repositories/{workspace}/{name}` and what follows.
fn on<'a>(
    client: &'a HostClient,
    method: Method,
    repository: &RepositoryId,
    rest: &[&str],
) -> Call<'a> {
    let mut segments = vec!["repositories", &repository.owner, &repository.name];
    segments.extend(rest);
    client
        .call(method, &segments)
        .about(format!("repository {repository}"))
}

impl GitHost for BitbucketCloud {
    fn host(&self) -> &str {
        self.client.host()
    }

    answers! { signed_in:
        repository => repositories::get,
        commit => commits::get,
        tree => content::tree,
        read_file => content::read_file,
        archive => content::archive,
        choices => choices::list,
        create_repository => repositories::create,
        update_repository => repositories::update,
        delete_repository => repositories::delete,
        commit_files => write::commit_files,
        branch => commits::branch,
        create_branch => commits::create_branch,
        reset_branch => receive_pack::reset_branch,
        delete_branch => commits::delete_branch,
        pull_request => pull_requests::get,
        pull_requests_of => pull_requests::of_head,
        create_pull_request => pull_requests::create,
        update_pull_request => pull_requests::update,
    }
}
