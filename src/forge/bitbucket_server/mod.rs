//! Bitbucket Data Center, by its REST API 1.0.
//!
//! A repository's owner is the key of its project, `~name` for a user's own.

mod choices;
mod commits;
mod content;
mod pull_requests;
mod repositories;
mod write;

use reqwest::Method;

use super::{
    Archive, Branch, Choice, ChoicesOf, Commit, CommitId, FileRead, GitHost, NewCommit,
    NewPullRequest, NewRepository, PullRequest, PullRequestChange, Repository, RepositoryChange,
    RepositoryId, Result, Tree,
    client::{Call, HostClient},
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

    async fn repository(&self, repository: &RepositoryId) -> Result<Option<Repository>> {
        repositories::get(&self.client, repository).await
    }

    async fn commit(&self, repository: &RepositoryId, revision: &str) -> Result<Option<Commit>> {
        commits::get(&self.client, repository, revision).await
    }

    async fn tree(&self, repository: &RepositoryId, revision: &str) -> Result<Tree> {
        content::tree(&self.client, repository, revision).await
    }

    async fn read_file(
        &self,
        repository: &RepositoryId,
        revision: &str,
        path: &str,
        etag: Option<&str>,
    ) -> Result<FileRead> {
        content::read_file(&self.client, repository, revision, path, etag).await
    }

    async fn archive(&self, repository: &RepositoryId, commit: &CommitId) -> Result<Archive> {
        content::archive(&self.client, repository, commit).await
    }

    async fn choices(&self, of: &ChoicesOf) -> Result<Vec<Choice>> {
        choices::list(&self.client, of).await
    }

    async fn create_repository(&self, new: &NewRepository) -> Result<Repository> {
        repositories::create(&self.client, new).await
    }

    async fn update_repository(
        &self,
        repository: &RepositoryId,
        change: &RepositoryChange,
    ) -> Result<Repository> {
        repositories::update(&self.client, repository, change).await
    }

    async fn delete_repository(&self, repository: &RepositoryId) -> Result<()> {
        repositories::delete(&self.client, repository).await
    }

    async fn commit_files(&self, repository: &RepositoryId, new: &NewCommit) -> Result<Commit> {
        write::commit_files(&self.client, repository, new).await
    }

    async fn branch(&self, repository: &RepositoryId, name: &str) -> Result<Option<Branch>> {
        commits::branch(&self.client, repository, name).await
    }

    async fn create_branch(
        &self,
        repository: &RepositoryId,
        name: &str,
        revision: &str,
    ) -> Result<Branch> {
        commits::create_branch(&self.client, repository, name, revision).await
    }

    async fn delete_branch(&self, repository: &RepositoryId, name: &str) -> Result<()> {
        commits::delete_branch(&self.client, repository, name).await
    }

    async fn pull_request(
        &self,
        repository: &RepositoryId,
        number: u64,
    ) -> Result<Option<PullRequest>> {
        pull_requests::get(&self.client, repository, number).await
    }

    async fn pull_requests_of(
        &self,
        repository: &RepositoryId,
        head: &str,
    ) -> Result<Vec<PullRequest>> {
        pull_requests::of_head(&self.client, repository, head).await
    }

    async fn create_pull_request(
        &self,
        repository: &RepositoryId,
        new: &NewPullRequest,
    ) -> Result<PullRequest> {
        pull_requests::create(&self.client, repository, new).await
    }

    async fn update_pull_request(
        &self,
        repository: &RepositoryId,
        number: u64,
        change: &PullRequestChange,
    ) -> Result<PullRequest> {
        pull_requests::update(&self.client, repository, number, change).await
    }
}
