//! GitLab, by its API v4 (`doc/api` of its sources describes it).
//!
//! A repository is a project in a group, or in a group of a group; merge requests are pull requests.

mod choices;
mod commits;
mod content;
mod members;
mod merge_requests;
mod pipelines;
mod projects;
mod protection;
mod statuses;
mod template;
mod users;
mod variables;
mod webhooks;
mod write;

use reqwest::Method;
use serde_json::Value;

use super::{
    Access, ApiCall, Archive, Branch, Choice, ChoicesOf, Collaborator, Comment, Commit, CommitId,
    CommitStatus, FileRead, ForgeError, ForgeErrorKind, GitHost, Grantee, Identity, Merge,
    NewCommit, NewPullRequest, NewRepository, NewWebhook, PipelineJob, PipelineRun,
    PipelineTrigger, Protection, PullRequest, PullRequestChange, Repository, RepositoryChange,
    RepositoryId, Result, RunFilter, Tree, Variable, Webhook, api,
    client::{Call, HostClient},
    receive_pack,
};
use crate::config::Secret;

/// A GitLab server.
#[derive(Debug, Clone)]
pub struct GitLab {
    client: HostClient,
}

impl GitLab {
    pub(super) fn new(client: HostClient) -> Self {
        Self { client }
    }
}

/// A call about a project: `projects/{group%2Fname}` and what follows.
fn on<'a>(
    client: &'a HostClient,
    method: Method,
    repository: &RepositoryId,
    rest: &[&str],
) -> Call<'a> {
    let id = repository.to_string();
    let mut segments = vec!["projects", &id];
    segments.extend(rest);
    client
        .call(method, &segments)
        .about(format!("project {repository}"))
}

/// GitLab answers 400 and 422 also to what contradicts what is there; `said` is in such an answer.
fn conflict_where(said: &[&str]) -> impl Fn(ForgeError) -> ForgeError {
    move |fault| {
        let is_refused = matches!(fault.status, Some(400 | 422));
        if !is_refused || !said.iter().any(|words| fault.reason.contains(words)) {
            return fault;
        }
        ForgeError {
            kind: ForgeErrorKind::Conflict,
            mend: "Look at what is there now, and try again.".to_owned(),
            ..fault
        }
    }
}

impl GitHost for GitLab {
    fn host(&self) -> &str {
        self.client.host()
    }

    async fn repository(&self, repository: &RepositoryId) -> Result<Option<Repository>> {
        projects::get(&self.client, repository).await
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
        projects::create(&self.client, new).await
    }

    async fn create_from_template(
        &self,
        template: &RepositoryId,
        new: &NewRepository,
    ) -> Result<Repository> {
        template::copy(&self.client, template, new).await
    }

    async fn update_repository(
        &self,
        repository: &RepositoryId,
        change: &RepositoryChange,
    ) -> Result<Repository> {
        projects::update(&self.client, repository, change).await
    }

    async fn delete_repository(&self, repository: &RepositoryId) -> Result<()> {
        projects::delete(&self.client, repository).await
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

    async fn reset_branch(
        &self,
        repository: &RepositoryId,
        name: &str,
        from: &CommitId,
        to: &CommitId,
    ) -> Result<()> {
        let path: Vec<&str> = repository
            .owner
            .split('/')
            .chain([&*repository.name])
            .collect();
        receive_pack::reset_branch(&self.client, (repository, &path), name, (from, to)).await
    }

    async fn delete_branch(&self, repository: &RepositoryId, name: &str) -> Result<()> {
        commits::delete_branch(&self.client, repository, name).await
    }

    async fn protection(
        &self,
        repository: &RepositoryId,
        branch: &str,
    ) -> Result<Option<Protection>> {
        protection::get(&self.client, repository, branch).await
    }

    async fn protect_branch(
        &self,
        repository: &RepositoryId,
        protection: &Protection,
    ) -> Result<Protection> {
        protection::set(&self.client, repository, protection).await
    }

    async fn unprotect_branch(&self, repository: &RepositoryId, branch: &str) -> Result<()> {
        protection::remove(&self.client, repository, branch).await
    }

    async fn pull_request(
        &self,
        repository: &RepositoryId,
        number: u64,
    ) -> Result<Option<PullRequest>> {
        merge_requests::get(&self.client, repository, number).await
    }

    async fn pull_requests_of(
        &self,
        repository: &RepositoryId,
        head: &str,
    ) -> Result<Vec<PullRequest>> {
        merge_requests::of_head(&self.client, repository, head).await
    }

    async fn create_pull_request(
        &self,
        repository: &RepositoryId,
        new: &NewPullRequest,
    ) -> Result<PullRequest> {
        merge_requests::create(&self.client, repository, new).await
    }

    async fn update_pull_request(
        &self,
        repository: &RepositoryId,
        number: u64,
        change: &PullRequestChange,
    ) -> Result<PullRequest> {
        merge_requests::update(&self.client, repository, number, change).await
    }

    async fn merge_pull_request(
        &self,
        repository: &RepositoryId,
        number: u64,
        merge: &Merge,
    ) -> Result<PullRequest> {
        merge_requests::merge(&self.client, repository, number, merge).await
    }

    async fn comment(&self, repository: &RepositoryId, number: u64, body: &str) -> Result<Comment> {
        merge_requests::comment(&self.client, repository, number, body).await
    }

    async fn comments(&self, repository: &RepositoryId, number: u64) -> Result<Vec<Comment>> {
        merge_requests::comments(&self.client, repository, number).await
    }

    async fn current_user(&self) -> Result<Option<Identity>> {
        users::current_user(&self.client).await
    }

    async fn can_create_in(&self, owner: &str) -> Result<bool> {
        users::can_create_in(&self.client, owner).await
    }

    async fn can_push(&self, repository: &RepositoryId) -> Result<bool> {
        users::can_push(&self.client, repository).await
    }

    async fn collaborators(&self, repository: &RepositoryId) -> Result<Vec<Collaborator>> {
        members::all(&self.client, repository).await
    }

    async fn set_access(
        &self,
        repository: &RepositoryId,
        grantee: &Grantee,
        access: Access,
    ) -> Result<()> {
        members::set(&self.client, repository, grantee, access).await
    }

    async fn remove_access(&self, repository: &RepositoryId, grantee: &Grantee) -> Result<()> {
        members::remove(&self.client, repository, grantee).await
    }

    async fn secrets(&self, repository: &RepositoryId) -> Result<Vec<String>> {
        variables::masked(&self.client, repository).await
    }

    async fn set_secret(
        &self,
        repository: &RepositoryId,
        name: &str,
        value: &Secret,
    ) -> Result<()> {
        variables::set_secret(&self.client, repository, name, value).await
    }

    async fn delete_secret(&self, repository: &RepositoryId, name: &str) -> Result<()> {
        variables::delete(&self.client, repository, name).await
    }

    async fn variables(&self, repository: &RepositoryId) -> Result<Vec<Variable>> {
        variables::open(&self.client, repository).await
    }

    async fn set_variable(&self, repository: &RepositoryId, variable: &Variable) -> Result<()> {
        variables::set(&self.client, repository, variable).await
    }

    async fn delete_variable(&self, repository: &RepositoryId, name: &str) -> Result<()> {
        variables::delete(&self.client, repository, name).await
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
        statuses::all(&self.client, repository, commit).await
    }

    async fn set_commit_status(
        &self,
        repository: &RepositoryId,
        commit: &CommitId,
        status: &CommitStatus,
    ) -> Result<()> {
        statuses::set(&self.client, repository, commit, status).await
    }

    async fn trigger_pipeline(
        &self,
        repository: &RepositoryId,
        trigger: &PipelineTrigger,
    ) -> Result<Option<PipelineRun>> {
        pipelines::start(&self.client, repository, trigger).await
    }

    async fn pipeline_runs(
        &self,
        repository: &RepositoryId,
        filter: &RunFilter,
    ) -> Result<Vec<PipelineRun>> {
        pipelines::runs(&self.client, repository, filter).await
    }

    async fn pipeline_run(
        &self,
        repository: &RepositoryId,
        run: u64,
    ) -> Result<Option<PipelineRun>> {
        pipelines::run(&self.client, repository, run).await
    }

    async fn pipeline_jobs(&self, repository: &RepositoryId, run: u64) -> Result<Vec<PipelineJob>> {
        pipelines::jobs(&self.client, repository, run).await
    }

    async fn job_log(&self, repository: &RepositoryId, job: u64) -> Result<String> {
        pipelines::log(&self.client, repository, job).await
    }

    async fn api(&self, _owner: &str, call: &ApiCall) -> Result<Value> {
        api::send(&self.client, call).await
    }
}
