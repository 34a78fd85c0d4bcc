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
    RepositoryId, Result, Tree,
    client::{Call, HostClient},
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

    async fn repository(&self, repository: &RepositoryId) -> Result<Option<Repository>> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        repositories::get(&client, repository).await
    }

    async fn commit(&self, repository: &RepositoryId, revision: &str) -> Result<Option<Commit>> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        commits::get(&client, repository, revision).await
    }

    async fn tree(&self, repository: &RepositoryId, revision: &str) -> Result<Tree> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        content::tree(&client, repository, revision).await
    }

    async fn read_file(
        &self,
        repository: &RepositoryId,
        revision: &str,
        path: &str,
        etag: Option<&str>,
    ) -> Result<FileRead> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        content::read_file(&client, repository, revision, path, etag).await
    }

    async fn archive(&self, repository: &RepositoryId, commit: &CommitId) -> Result<Archive> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        content::archive(&client, repository, commit).await
    }

    async fn choices(&self, of: &ChoicesOf) -> Result<Vec<Choice>> {
        choices::list(&self.client, of).await
    }

    async fn create_repository(&self, new: &NewRepository) -> Result<Repository> {
        let client = sign_in::client_for(&self.client, &new.id.owner).await?;
        repositories::create(&client, new).await
    }

    async fn update_repository(
        &self,
        repository: &RepositoryId,
        change: &RepositoryChange,
    ) -> Result<Repository> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        repositories::update(&client, repository, change).await
    }

    async fn delete_repository(&self, repository: &RepositoryId) -> Result<()> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        repositories::delete(&client, repository).await
    }

    async fn commit_files(&self, repository: &RepositoryId, new: &NewCommit) -> Result<Commit> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        write::commit_files(&client, repository, new).await
    }

    async fn branch(&self, repository: &RepositoryId, name: &str) -> Result<Option<Branch>> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        commits::branch(&client, repository, name).await
    }

    async fn create_branch(
        &self,
        repository: &RepositoryId,
        name: &str,
        revision: &str,
    ) -> Result<Branch> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        commits::create_branch(&client, repository, name, revision).await
    }

    async fn delete_branch(&self, repository: &RepositoryId, name: &str) -> Result<()> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        commits::delete_branch(&client, repository, name).await
    }

    async fn pull_request(
        &self,
        repository: &RepositoryId,
        number: u64,
    ) -> Result<Option<PullRequest>> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        pull_requests::get(&client, repository, number).await
    }

    async fn pull_requests_of(
        &self,
        repository: &RepositoryId,
        head: &str,
    ) -> Result<Vec<PullRequest>> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        pull_requests::of_head(&client, repository, head).await
    }

    async fn create_pull_request(
        &self,
        repository: &RepositoryId,
        new: &NewPullRequest,
    ) -> Result<PullRequest> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        pull_requests::create(&client, repository, new).await
    }

    async fn update_pull_request(
        &self,
        repository: &RepositoryId,
        number: u64,
        change: &PullRequestChange,
    ) -> Result<PullRequest> {
        let client = sign_in::client_for(&self.client, &repository.owner).await?;
        pull_requests::update(&client, repository, number, change).await
    }
}
