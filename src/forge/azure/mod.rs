//! Azure DevOps, by its REST API 7.1. A repository's owner is `organization/project`.

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
    RepositoryId, Result, Tree, call::Call, client::HostClient, host::answers,
};

/// Azure DevOps.
#[derive(Debug, Clone)]
pub struct Azure {
    client: HostClient,
}

impl Azure {
    pub(super) fn new(client: HostClient) -> Self {
        Self { client }
    }

    /// The client that asks about what belongs to an owner.
    async fn client_for(&self, owner: &str) -> Result<HostClient> {
        sign_in::client_for(&self.client, owner).await
    }
}

/// The version of the API, which every call names.
const VERSION: &str = "7.1";
/// What stands for no commit: where a branch comes from, or goes to.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// A call about a repository: `{organization}/{project}/_apis/git/repositories/{name}` and what follows.
fn on<'a>(
    client: &'a HostClient,
    method: Method,
    repository: &RepositoryId,
    rest: &[&str],
) -> Call<'a> {
    let mut segments: Vec<&str> = repository.owner.split('/').collect();
    segments.extend(["_apis", "git", "repositories", &repository.name]);
    segments.extend(rest);
    client
        .call(method, &segments)
        .query("api-version", VERSION)
        .about(format!("repository {repository}"))
}

/// A list, as Azure DevOps wraps it.
#[derive(serde::Deserialize)]
struct ListJson<T> {
    value: Vec<T>,
}

impl GitHost for Azure {
    fn host(&self) -> &str {
        self.client.host()
    }

    answers! { client_for:
        repository => repositories::get,
        commit => commits::get,
        tree => content::tree,
        read_file => content::read_file,
        archive => content::archive,
        create_repository => repositories::create,
        update_repository => repositories::update,
        delete_repository => repositories::delete,
        commit_files => write::commit_files,
        branch => commits::branch,
        create_branch => commits::create_branch,
        reset_branch => commits::reset_branch,
        delete_branch => commits::delete_branch,
        pull_request => pull_requests::get,
        pull_requests_of => pull_requests::of_head,
        create_pull_request => pull_requests::create,
        update_pull_request => pull_requests::update,
    }

    async fn choices(&self, of: &ChoicesOf) -> Result<Vec<Choice>> {
        choices::list(&self.client, of).await
    }
}
