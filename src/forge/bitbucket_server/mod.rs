//! Bitbucket Data Center, by its REST API 1.0.
//!
//! A repository's owner is the key of its project, `~name` for a user's own.

mod beside;
mod choices;
mod commits;
mod content;
mod pull_requests;
mod repositories;
mod write;

use reqwest::Method;
use serde_json::Value;

use super::{
    ApiCall, Archive, Branch, Choice, ChoicesOf, Commit, CommitId, FileRead, GitHost, NewCommit,
    NewPullRequest, NewRepository, PullRequest, PullRequestChange, Repository, RepositoryChange,
    RepositoryId, Result, Tree, call::Call, client::HostClient, host::answers, receive_pack,
};

/// Bitbucket Data Center, or Server.
#[derive(Debug, Clone)]
pub struct BitbucketServer {
    client: HostClient,
}

impl BitbucketServer {
    pub(super) fn new(client: HostClient) -> Self {
        Self { client }
    }
}

/// A call about a repository: `projects/{key}/repos/{name}` and what follows.
fn on<'a>(
    client: &'a HostClient,
    method: Method,
    repository: &RepositoryId,
    rest: &[&str],
) -> Call<'a> {
    let mut segments = vec!["projects", &repository.owner, "repos", &repository.name];
    segments.extend(rest);
    client
        .call(method, &segments)
        .about(format!("repository {repository}"))
}

impl GitHost for BitbucketServer {
    fn host(&self) -> &str {
        self.client.host()
    }

    answers! { client:
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

    async fn api(&self, _: &str, call: &ApiCall) -> Result<Value> {
        beside::send(&self.client, call).await
    }
}
