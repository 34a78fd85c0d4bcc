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
mod write;

use serde_json::Value;

use super::{
    Access, ApiCall, Archive, Branch, Choice, ChoicesOf, Collaborator, Comment, Commit, CommitId,
    CommitStatus, FileRead, ForgeError, GitHost, Grantee, Identity, Merge, NewCommit,
    NewPullRequest, NewRepository, NewWebhook, PipelineJob, PipelineRun, PipelineTrigger,
    Protection, PullRequest, PullRequestChange, Repository, RepositoryChange, RepositoryId, Result,
    RunFilter, Tree, Variable, Webhook, api,
    client::HostClient,
    github_like::{self, about, path},
    host::answers,
    receive_pack,
};
use crate::config::Secret;

/// What GitHub calls a webhook that is no app's.
const WEBHOOK: (&str, &str) = ("name", "web");

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

/// GitHub answers 422 also to what contradicts what is there; `said` is in such an answer.
fn conflict_where(said: &[&str]) -> impl Fn(ForgeError) -> ForgeError {
    move |fault| fault.conflict_if(&[422], said)
}

impl GitHost for GitHub {
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
        reset_branch => receive_pack::reset_branch,
        delete_branch => commits::delete_branch,
        protection => protection::get,
        protect_branch => protection::set,
        unprotect_branch => protection::remove,
        pull_request => github_like::pull_requests::get,
        pull_requests_of => pull_requests::of_head,
        create_pull_request => pull_requests::create,
        update_pull_request => github_like::pull_requests::update,
        merge_pull_request => pull_requests::merge,
        comment => github_like::pull_requests::comment,
        comments => github_like::pull_requests::comments,
        collaborators => access::collaborators,
        set_access => access::set,
        remove_access => access::remove,
        secrets => secrets::names,
        set_secret => secrets::set,
        delete_secret => github_like::actions::delete_secret,
        variables => variables::all,
        set_variable => variables::set,
        delete_variable => github_like::actions::delete_variable,
        webhooks => github_like::webhooks::all,
        delete_webhook => github_like::webhooks::delete,
        commit_statuses => statuses::all,
        set_commit_status => github_like::statuses::set,
        trigger_pipeline => actions::dispatch,
        pipeline_runs => github_like::actions::runs,
        pipeline_run => github_like::actions::run,
        pipeline_jobs => github_like::actions::jobs,
        job_log => actions::log,
    }

    async fn choices(&self, of: &ChoicesOf) -> Result<Vec<Choice>> {
        choices::list(&self.client, of).await
    }

    async fn create_from_template(
        &self,
        template: &RepositoryId,
        new: &NewRepository,
    ) -> Result<Repository> {
        let client = self.client_for(&new.id.owner).await?;
        repositories::generate(&client, template, new).await
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

    async fn create_webhook(&self, repository: &RepositoryId, new: &NewWebhook) -> Result<Webhook> {
        let client = self.client_for(&repository.owner).await?;
        github_like::webhooks::create(&client, repository, new, WEBHOOK).await
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
