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
    CommitStatus, FileRead, ForgeError, GitHost, Grantee, Identity, Merge, NewCommit,
    NewPullRequest, NewRepository, NewWebhook, PipelineJob, PipelineRun, PipelineTrigger,
    Protection, PullRequest, PullRequestChange, Repository, RepositoryChange, RepositoryId, Result,
    RunFilter, Tree, Variable, Webhook, api, call::Call, client::HostClient, host::answers,
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
    move |fault| fault.conflict_if(&[400, 422], said)
}

impl GitHost for GitLab {
    fn host(&self) -> &str {
        self.client.host()
    }

    answers! { client:
        repository => projects::get,
        commit => commits::get,
        tree => content::tree,
        read_file => content::read_file,
        archive => content::archive,
        choices => choices::list,
        create_repository => projects::create,
        create_from_template => template::copy,
        update_repository => projects::update,
        delete_repository => projects::delete,
        commit_files => write::commit_files,
        branch => commits::branch,
        create_branch => commits::create_branch,
        reset_branch => receive_pack::reset_branch,
        delete_branch => commits::delete_branch,
        protection => protection::get,
        protect_branch => protection::set,
        unprotect_branch => protection::remove,
        pull_request => merge_requests::get,
        pull_requests_of => merge_requests::of_head,
        create_pull_request => merge_requests::create,
        update_pull_request => merge_requests::update,
        merge_pull_request => merge_requests::merge,
        comment => merge_requests::comment,
        comments => merge_requests::comments,
        current_user => users::current_user,
        can_create_in => users::can_create_in,
        can_push => users::can_push,
        collaborators => members::all,
        set_access => members::set,
        remove_access => members::remove,
        secrets => variables::masked,
        set_secret => variables::set_secret,
        delete_secret => variables::delete,
        variables => variables::open,
        set_variable => variables::set,
        delete_variable => variables::delete,
        webhooks => webhooks::all,
        create_webhook => webhooks::create,
        delete_webhook => webhooks::delete,
        commit_statuses => statuses::all,
        set_commit_status => statuses::set,
        trigger_pipeline => pipelines::start,
        pipeline_runs => pipelines::runs,
        pipeline_run => pipelines::run,
        pipeline_jobs => pipelines::jobs,
        job_log => pipelines::log,
    }

    async fn api(&self, _owner: &str, call: &ApiCall) -> Result<Value> {
        api::send(&self.client, call).await
    }
}
