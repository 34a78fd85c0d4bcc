//! Gitea and Forgejo, by their API v1 (`/swagger.v1.json` of every server).

mod access;
mod actions;
mod choices;
mod commits;
mod content;
mod half_done;
mod protection;
mod pull_requests;
mod repositories;
mod statuses;
mod write;

use super::{
    Access, Archive, Branch, Choice, ChoicesOf, Collaborator, Comment, Commit, CommitId,
    CommitStatus, FileRead, GitHost, Grantee, Identity, Merge, NewCommit, NewPullRequest,
    NewRepository, NewWebhook, PipelineJob, PipelineRun, PipelineTrigger, Protection, PullRequest,
    PullRequestChange, Repository, RepositoryChange, RepositoryId, Result, RunFilter, Tree,
    Variable, Webhook,
    client::HostClient,
    github_like::{self, about, actions::TellRun, path},
    host::answers,
    receive_pack,
};
use crate::config::Secret;

/// What Gitea calls a webhook that is no chat's.
const WEBHOOK: (&str, &str) = ("type", "gitea");

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

    answers! { client:
        repository => repositories::get,
        commit => commits::get,
        tree => content::tree,
        read_file => content::read_file,
        archive => content::archive,
        choices => choices::list,
        create_repository => repositories::create,
        create_from_template => repositories::generate,
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
        current_user => access::current_user,
        can_create_in => access::can_create_in,
        can_push => access::can_push,
        collaborators => access::collaborators,
        set_access => access::set,
        remove_access => access::remove,
        secrets => actions::secrets,
        set_secret => actions::set_secret,
        delete_secret => github_like::actions::delete_secret,
        variables => actions::variables,
        set_variable => actions::set_variable,
        delete_variable => github_like::actions::delete_variable,
        webhooks => github_like::webhooks::all,
        delete_webhook => github_like::webhooks::delete,
        commit_statuses => statuses::all,
        set_commit_status => github_like::statuses::set,
        pipeline_runs => github_like::actions::runs,
        pipeline_run => github_like::actions::run,
        pipeline_jobs => github_like::actions::jobs,
    }

    async fn create_webhook(&self, repository: &RepositoryId, new: &NewWebhook) -> Result<Webhook> {
        github_like::webhooks::create(&self.client, repository, new, WEBHOOK).await
    }

    async fn trigger_pipeline(
        &self,
        repository: &RepositoryId,
        trigger: &PipelineTrigger,
    ) -> Result<Option<PipelineRun>> {
        github_like::actions::dispatch(&self.client, repository, trigger, TellRun::ByQuery).await
    }

    async fn job_log(&self, repository: &RepositoryId, job: u64) -> Result<String> {
        github_like::actions::log(&self.client, repository, job, &[]).await
    }
}
