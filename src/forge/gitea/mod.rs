//! Gitea and Forgejo, by their API v1 (`/swagger.v1.json` of every server).

mod access;
mod actions;
mod choices;
mod commits;
mod content;
mod half_done;
mod pull_requests;
mod repositories;
mod webhooks;

use super::{
    Access, Archive, Branch, Choice, ChoicesOf, Collaborator, Comment, Commit, CommitId,
    CommitStatus, FileRead, GitHost, Grantee, Identity, Merge, NewCommit, NewPullRequest,
    NewRepository, NewWebhook, PipelineJob, PipelineRun, PipelineTrigger, Protection, PullRequest,
    PullRequestChange, Repository, RepositoryChange, RepositoryId, Result, RunFilter, Tree,
    Variable, Webhook, client::HostClient,
};
use crate::config::Secret;

/// A list's page, and the most that Gitea gives by default.
const PAGE: usize = 50;
/// No list is read further.
const MAX_PAGES: usize = 20;

/// A Gitea or Forgejo server.
#[derive(Debug, Clone)]
pub struct Gitea {
    client: HostClient,
}

impl Gitea {
    pub(super) fn new(client: HostClient) -> Self {
        Self { client }
    }
}

impl GitHost for Gitea {
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

    async fn create_from_template(
        &self,
        template: &RepositoryId,
        new: &NewRepository,
    ) -> Result<Repository> {
        repositories::generate(&self.client, template, new).await
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
        commits::commit_files(&self.client, repository, new).await
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

    async fn protection(
        &self,
        repository: &RepositoryId,
        branch: &str,
    ) -> Result<Option<Protection>> {
        access::protection(&self.client, repository, branch).await
    }

    async fn protect_branch(
        &self,
        repository: &RepositoryId,
        protection: &Protection,
    ) -> Result<Protection> {
        access::protect(&self.client, repository, protection).await
    }

    async fn unprotect_branch(&self, repository: &RepositoryId, branch: &str) -> Result<()> {
        access::unprotect(&self.client, repository, branch).await
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

    async fn merge_pull_request(
        &self,
        repository: &RepositoryId,
        number: u64,
        merge: &Merge,
    ) -> Result<PullRequest> {
        pull_requests::merge(&self.client, repository, number, merge).await
    }

    async fn comment(&self, repository: &RepositoryId, number: u64, body: &str) -> Result<Comment> {
        pull_requests::comment(&self.client, repository, number, body).await
    }

    async fn comments(&self, repository: &RepositoryId, number: u64) -> Result<Vec<Comment>> {
        pull_requests::comments(&self.client, repository, number).await
    }

    async fn current_user(&self) -> Result<Option<Identity>> {
        access::current_user(&self.client).await
    }

    async fn can_create_in(&self, owner: &str) -> Result<bool> {
        access::can_create_in(&self.client, owner).await
    }

    async fn can_push(&self, repository: &RepositoryId) -> Result<bool> {
        access::can_push(&self.client, repository).await
    }

    async fn collaborators(&self, repository: &RepositoryId) -> Result<Vec<Collaborator>> {
        access::collaborators(&self.client, repository).await
    }

    async fn set_access(
        &self,
        repository: &RepositoryId,
        grantee: &Grantee,
        access: Access,
    ) -> Result<()> {
        access::set(&self.client, repository, grantee, access).await
    }

    async fn remove_access(&self, repository: &RepositoryId, grantee: &Grantee) -> Result<()> {
        access::remove(&self.client, repository, grantee).await
    }

    async fn secrets(&self, repository: &RepositoryId) -> Result<Vec<String>> {
        actions::secrets(&self.client, repository).await
    }

    async fn set_secret(
        &self,
        repository: &RepositoryId,
        name: &str,
        value: &Secret,
    ) -> Result<()> {
        actions::set_secret(&self.client, repository, name, value).await
    }

    async fn delete_secret(&self, repository: &RepositoryId, name: &str) -> Result<()> {
        actions::delete_secret(&self.client, repository, name).await
    }

    async fn variables(&self, repository: &RepositoryId) -> Result<Vec<Variable>> {
        actions::variables(&self.client, repository).await
    }

    async fn set_variable(&self, repository: &RepositoryId, variable: &Variable) -> Result<()> {
        actions::set_variable(&self.client, repository, variable).await
    }

    async fn delete_variable(&self, repository: &RepositoryId, name: &str) -> Result<()> {
        actions::delete_variable(&self.client, repository, name).await
    }

    async fn webhooks(&self, repository: &RepositoryId) -> Result<Vec<Webhook>> {
        webhooks::all(&self.client, repository).await
    }

    async fn create_webhook(&self, repository: &RepositoryId, new: &NewWebhook) -> Result<Webhook> {
        webhooks::create(&self.client, repository, new).await
    }

    async fn delete_webhook(&self, repository: &RepositoryId, id: &str) -> Result<()> {
        webhooks::delete(&self.client, repository, id).await
    }

    async fn commit_statuses(
        &self,
        repository: &RepositoryId,
        commit: &CommitId,
    ) -> Result<Vec<CommitStatus>> {
        webhooks::statuses(&self.client, repository, commit).await
    }

    async fn set_commit_status(
        &self,
        repository: &RepositoryId,
        commit: &CommitId,
        status: &CommitStatus,
    ) -> Result<()> {
        webhooks::set_status(&self.client, repository, commit, status).await
    }

    async fn trigger_pipeline(
        &self,
        repository: &RepositoryId,
        trigger: &PipelineTrigger,
    ) -> Result<Option<PipelineRun>> {
        actions::dispatch(&self.client, repository, trigger).await
    }

    async fn pipeline_runs(
        &self,
        repository: &RepositoryId,
        filter: &RunFilter,
    ) -> Result<Vec<PipelineRun>> {
        actions::runs(&self.client, repository, filter).await
    }

    async fn pipeline_run(
        &self,
        repository: &RepositoryId,
        run: u64,
    ) -> Result<Option<PipelineRun>> {
        actions::run(&self.client, repository, run).await
    }

    async fn pipeline_jobs(&self, repository: &RepositoryId, run: u64) -> Result<Vec<PipelineJob>> {
        actions::jobs(&self.client, repository, run).await
    }

    async fn job_log(&self, repository: &RepositoryId, job: u64) -> Result<String> {
        actions::log(&self.client, repository, job).await
    }
}
