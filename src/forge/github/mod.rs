//! GitHub, cloud and Enterprise, by its REST API 2022-11-28 (`@octokit/openapi` describes it).
//!
//! Who asks depends on whose repository it is: an app of the integration that is installed there, else the token.

mod access;
mod actions;
mod apps;
mod choices;
mod commits;
mod content;
mod jwt;
mod protection;
mod pull_requests;
mod repositories;
mod secrets;
mod statuses;
mod variables;
mod webhooks;
mod write;

use serde_json::Value;

use super::{
    Access, ApiCall, Archive, Branch, Choice, ChoicesOf, Collaborator, Comment, Commit, CommitId,
    CommitStatus, FileRead, ForgeError, ForgeErrorKind, GitHost, Grantee, Identity, Merge,
    NewCommit, NewPullRequest, NewRepository, NewWebhook, PipelineJob, PipelineRun,
    PipelineTrigger, Protection, PullRequest, PullRequestChange, Repository, RepositoryChange,
    RepositoryId, Result, RunFilter, Tree, Variable, Webhook, api, client::HostClient,
    receive_pack,
};
use crate::config::Secret;

/// GitHub.
#[derive(Debug, Clone)]
pub struct GitHub {
    client: HostClient,
}

impl GitHub {
    pub(super) fn new(client: HostClient) -> Self {
        Self { client }
    }

    /// The client that asks about what belongs to an owner.
    async fn client_for(&self, owner: &str) -> Result<HostClient> {
        apps::client_for(&self.client, owner).await
    }
}

/// `repos/{owner}/{name}` and what follows.
fn path<'a>(repository: &'a RepositoryId, rest: &[&'a str]) -> Vec<&'a str> {
    let mut segments = vec!["repos", repository.owner.as_str(), repository.name.as_str()];
    segments.extend(rest);
    segments
}

fn about(repository: &RepositoryId) -> String {
    format!("repository {repository}")
}

/// GitHub answers 422 also to what contradicts what is there; `said` is in such an answer.
fn conflict_where(said: &[&str]) -> impl Fn(ForgeError) -> ForgeError {
    move |fault| {
        let is_conflict =
            fault.status == Some(422) && said.iter().any(|words| fault.reason.contains(words));
        if !is_conflict {
            return fault;
        }
        ForgeError {
            kind: ForgeErrorKind::Conflict,
            mend: "Look at what is there now, and try again.".to_owned(),
            ..fault
        }
    }
}

impl GitHost for GitHub {
    fn host(&self) -> &str {
        self.client.host()
    }

    async fn repository(&self, repository: &RepositoryId) -> Result<Option<Repository>> {
        let client = self.client_for(&repository.owner).await?;
        repositories::get(&client, repository).await
    }

    async fn commit(&self, repository: &RepositoryId, revision: &str) -> Result<Option<Commit>> {
        let client = self.client_for(&repository.owner).await?;
        commits::get(&client, repository, revision).await
    }

    async fn tree(&self, repository: &RepositoryId, revision: &str) -> Result<Tree> {
        let client = self.client_for(&repository.owner).await?;
        content::tree(&client, repository, revision).await
    }

    async fn read_file(
        &self,
        repository: &RepositoryId,
        revision: &str,
        path: &str,
        etag: Option<&str>,
    ) -> Result<FileRead> {
        let client = self.client_for(&repository.owner).await?;
        content::read_file(&client, repository, revision, path, etag).await
    }

    async fn archive(&self, repository: &RepositoryId, commit: &CommitId) -> Result<Archive> {
        let client = self.client_for(&repository.owner).await?;
        content::archive(&client, repository, commit).await
    }

    async fn choices(&self, of: &ChoicesOf) -> Result<Vec<Choice>> {
        choices::list(&self.client, of).await
    }

    async fn create_repository(&self, new: &NewRepository) -> Result<Repository> {
        let client = self.client_for(&new.id.owner).await?;
        repositories::create(&client, new).await
    }

    async fn create_from_template(
        &self,
        template: &RepositoryId,
        new: &NewRepository,
    ) -> Result<Repository> {
        let client = self.client_for(&new.id.owner).await?;
        repositories::generate(&client, template, new).await
    }

    async fn update_repository(
        &self,
        repository: &RepositoryId,
        change: &RepositoryChange,
    ) -> Result<Repository> {
        let client = self.client_for(&repository.owner).await?;
        repositories::update(&client, repository, change).await
    }

    async fn delete_repository(&self, repository: &RepositoryId) -> Result<()> {
        let client = self.client_for(&repository.owner).await?;
        repositories::delete(&client, repository).await
    }

    async fn commit_files(&self, repository: &RepositoryId, new: &NewCommit) -> Result<Commit> {
        let client = self.client_for(&repository.owner).await?;
        write::commit_files(&client, repository, new).await
    }

    async fn branch(&self, repository: &RepositoryId, name: &str) -> Result<Option<Branch>> {
        let client = self.client_for(&repository.owner).await?;
        commits::branch(&client, repository, name).await
    }

    async fn create_branch(
        &self,
        repository: &RepositoryId,
        name: &str,
        revision: &str,
    ) -> Result<Branch> {
        let client = self.client_for(&repository.owner).await?;
        commits::create_branch(&client, repository, name, revision).await
    }

    async fn reset_branch(
        &self,
        repository: &RepositoryId,
        name: &str,
        from: &CommitId,
        to: &CommitId,
    ) -> Result<()> {
        let client = self.client_for(&repository.owner).await?;
        let path = [&*repository.owner, &*repository.name];
        receive_pack::reset_branch(&client, (repository, &path), name, (from, to)).await
    }

    async fn delete_branch(&self, repository: &RepositoryId, name: &str) -> Result<()> {
        let client = self.client_for(&repository.owner).await?;
        commits::delete_branch(&client, repository, name).await
    }

    async fn protection(
        &self,
        repository: &RepositoryId,
        branch: &str,
    ) -> Result<Option<Protection>> {
        let client = self.client_for(&repository.owner).await?;
        protection::get(&client, repository, branch).await
    }

    async fn protect_branch(
        &self,
        repository: &RepositoryId,
        protection: &Protection,
    ) -> Result<Protection> {
        let client = self.client_for(&repository.owner).await?;
        protection::set(&client, repository, protection).await
    }

    async fn unprotect_branch(&self, repository: &RepositoryId, branch: &str) -> Result<()> {
        let client = self.client_for(&repository.owner).await?;
        protection::remove(&client, repository, branch).await
    }

    async fn pull_request(
        &self,
        repository: &RepositoryId,
        number: u64,
    ) -> Result<Option<PullRequest>> {
        let client = self.client_for(&repository.owner).await?;
        pull_requests::get(&client, repository, number).await
    }

    async fn pull_requests_of(
        &self,
        repository: &RepositoryId,
        head: &str,
    ) -> Result<Vec<PullRequest>> {
        let client = self.client_for(&repository.owner).await?;
        pull_requests::of_head(&client, repository, head).await
    }

    async fn create_pull_request(
        &self,
        repository: &RepositoryId,
        new: &NewPullRequest,
    ) -> Result<PullRequest> {
        let client = self.client_for(&repository.owner).await?;
        pull_requests::create(&client, repository, new).await
    }

    async fn update_pull_request(
        &self,
        repository: &RepositoryId,
        number: u64,
        change: &PullRequestChange,
    ) -> Result<PullRequest> {
        let client = self.client_for(&repository.owner).await?;
        pull_requests::update(&client, repository, number, change).await
    }

    async fn merge_pull_request(
        &self,
        repository: &RepositoryId,
        number: u64,
        merge: &Merge,
    ) -> Result<PullRequest> {
        let client = self.client_for(&repository.owner).await?;
        pull_requests::merge(&client, repository, number, merge).await
    }

    async fn comment(&self, repository: &RepositoryId, number: u64, body: &str) -> Result<Comment> {
        let client = self.client_for(&repository.owner).await?;
        pull_requests::comment(&client, repository, number, body).await
    }

    async fn comments(&self, repository: &RepositoryId, number: u64) -> Result<Vec<Comment>> {
        let client = self.client_for(&repository.owner).await?;
        pull_requests::comments(&client, repository, number).await
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
        let client = self.client_for(&repository.owner).await?;
        access::collaborators(&client, repository).await
    }

    async fn set_access(
        &self,
        repository: &RepositoryId,
        grantee: &Grantee,
        access: Access,
    ) -> Result<()> {
        let client = self.client_for(&repository.owner).await?;
        access::set(&client, repository, grantee, access).await
    }

    async fn remove_access(&self, repository: &RepositoryId, grantee: &Grantee) -> Result<()> {
        let client = self.client_for(&repository.owner).await?;
        access::remove(&client, repository, grantee).await
    }

    async fn secrets(&self, repository: &RepositoryId) -> Result<Vec<String>> {
        let client = self.client_for(&repository.owner).await?;
        secrets::names(&client, repository).await
    }

    async fn set_secret(
        &self,
        repository: &RepositoryId,
        name: &str,
        value: &Secret,
    ) -> Result<()> {
        let client = self.client_for(&repository.owner).await?;
        secrets::set(&client, repository, name, value).await
    }

    async fn delete_secret(&self, repository: &RepositoryId, name: &str) -> Result<()> {
        let client = self.client_for(&repository.owner).await?;
        secrets::delete(&client, repository, name).await
    }

    async fn variables(&self, repository: &RepositoryId) -> Result<Vec<Variable>> {
        let client = self.client_for(&repository.owner).await?;
        variables::all(&client, repository).await
    }

    async fn set_variable(&self, repository: &RepositoryId, variable: &Variable) -> Result<()> {
        let client = self.client_for(&repository.owner).await?;
        variables::set(&client, repository, variable).await
    }

    async fn delete_variable(&self, repository: &RepositoryId, name: &str) -> Result<()> {
        let client = self.client_for(&repository.owner).await?;
        variables::delete(&client, repository, name).await
    }

    async fn webhooks(&self, repository: &RepositoryId) -> Result<Vec<Webhook>> {
        let client = self.client_for(&repository.owner).await?;
        webhooks::all(&client, repository).await
    }

    async fn create_webhook(&self, repository: &RepositoryId, new: &NewWebhook) -> Result<Webhook> {
        let client = self.client_for(&repository.owner).await?;
        webhooks::create(&client, repository, new).await
    }

    async fn delete_webhook(&self, repository: &RepositoryId, id: &str) -> Result<()> {
        let client = self.client_for(&repository.owner).await?;
        webhooks::delete(&client, repository, id).await
    }

    async fn commit_statuses(
        &self,
        repository: &RepositoryId,
        commit: &CommitId,
    ) -> Result<Vec<CommitStatus>> {
        let client = self.client_for(&repository.owner).await?;
        statuses::all(&client, repository, commit).await
    }

    async fn set_commit_status(
        &self,
        repository: &RepositoryId,
        commit: &CommitId,
        status: &CommitStatus,
    ) -> Result<()> {
        let client = self.client_for(&repository.owner).await?;
        statuses::set(&client, repository, commit, status).await
    }

    async fn trigger_pipeline(
        &self,
        repository: &RepositoryId,
        trigger: &PipelineTrigger,
    ) -> Result<Option<PipelineRun>> {
        let client = self.client_for(&repository.owner).await?;
        actions::dispatch(&client, repository, trigger).await
    }

    async fn pipeline_runs(
        &self,
        repository: &RepositoryId,
        filter: &RunFilter,
    ) -> Result<Vec<PipelineRun>> {
        let client = self.client_for(&repository.owner).await?;
        actions::runs(&client, repository, filter).await
    }

    async fn pipeline_run(
        &self,
        repository: &RepositoryId,
        run: u64,
    ) -> Result<Option<PipelineRun>> {
        let client = self.client_for(&repository.owner).await?;
        actions::run(&client, repository, run).await
    }

    async fn pipeline_jobs(&self, repository: &RepositoryId, run: u64) -> Result<Vec<PipelineJob>> {
        let client = self.client_for(&repository.owner).await?;
        actions::jobs(&client, repository, run).await
    }

    async fn job_log(&self, repository: &RepositoryId, job: u64) -> Result<String> {
        let client = self.client_for(&repository.owner).await?;
        actions::log(&client, repository, job).await
    }

    async fn api(&self, owner: &str, call: &ApiCall) -> Result<Value> {
        let client = self.client_for(owner).await?;
        api::send(&client, call).await
    }

    async fn boxed_secret(&self, owner: &str, key: &[String], value: &Secret) -> Result<Value> {
        let client = self.client_for(owner).await?;
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        secrets::boxed(&client, &key, value).await
    }
}
