//! What a Git host can do.

use serde_json::Value;

use super::{
    Access, ApiCall, Archive, Branch, Choice, ChoicesOf, Collaborator, Comment, Commit, CommitId,
    CommitStatus, FileRead, ForgeError, Grantee, Identity, Merge, NewCommit, NewPullRequest,
    NewRepository, NewWebhook, PipelineJob, PipelineRun, PipelineTrigger, Protection, PullRequest,
    PullRequestChange, Repository, RepositoryChange, RepositoryId, Result, RunFilter, Tree,
    Variable, Webhook,
    forges::{Forge, on_host},
};
use crate::config::Secret;

/// Makes [`GitHost`], its delegation by [`Forge`] and the frame of its methods ([`answers`]) of one list, so that none
/// can miss what the others have. What a host leaves out answers that it is not supported.
///
/// `$d` is a dollar: how one macro writes the parameters of another.
macro_rules! git_host {
    ($d:tt $($(#[$doc:meta])* async fn $call:ident(&self $(, $name:ident: $type:ty)*) -> $answer:ty;)*) => {
        /// What a Git host can do. A revision is a branch, a tag or a commit.
        ///
        /// What is not there is `None` where the answer is optional, else an error of kind `NotFound`.
        /// Removing what is gone already is no error, so every removal can be repeated.
        pub trait GitHost: Send + Sync {
            /// The host, as in URLs and in the configuration: `host` or `host:port`.
            fn host(&self) -> &str;

            $($(#[$doc])*
            fn $call(&self $(, $name: $type)*) -> impl Future<Output = Result<$answer>> + Send {
                $(let _ = $name;)*
                std::future::ready(Err(ForgeError::not_supported(self.host(), stringify!($call))))
            })*
        }

        impl GitHost for Forge {
            fn host(&self) -> &str {
                on_host!(self, host => host.host())
            }

            $(async fn $call(&self $(, $name: $type)*) -> Result<$answer> {
                on_host!(self, host => host.$call($($name),*).await)
            })*
        }

        /// Methods of a host, each by the function that answers it; before them, whom the functions are given to ask
        /// (`asked`). The types of the methods are imported where this stands.
        macro_rules! answers {
            ($d asked:ident: $d($d method:ident => $d function:path,)*) => {
                $d($crate::forge::host::answers!(@$d asked $d method $d function);)*
            };
            $((@$d asked:ident $call $d function:path) => {
                async fn $call(&self $(, $name: $type)*) -> $crate::forge::Result<$answer> {
                    let asked = $crate::forge::asked::asked!($d asked self $($name)*);
                    $d function(asked $(, $name)*).await
                }
            };)*
        }
        pub(super) use answers;
    };
}

git_host! { $
    // ── reading ─────────────────────────────────────────────────────────────

    /// What is known of a repository, its default branch among it.
    async fn repository(&self, repository: &RepositoryId) -> Option<Repository>;

    /// The commit a revision stands for now, without its files.
    async fn commit(&self, repository: &RepositoryId, revision: &str) -> Option<Commit>;

    /// All files of a commit. A branch or a tag is resolved first, so that the answer names its commit.
    async fn tree(&self, repository: &RepositoryId, revision: &str) -> Tree;

    /// One file. With the `etag` of an earlier read, an unchanged file is not sent again.
    async fn read_file(&self, repository: &RepositoryId, revision: &str, path: &str, etag: Option<&str>) -> FileRead;

    /// All files of a commit, packed.
    async fn archive(&self, repository: &RepositoryId, commit: &CommitId) -> Archive;

    /// What there is to choose from, at most 2,000.
    async fn choices(&self, of: &ChoicesOf) -> Vec<Choice>;

    // ── repositories ────────────────────────────────────────────────────────

    /// Makes a repository. One of that name is a conflict.
    async fn create_repository(&self, new: &NewRepository) -> Repository;

    /// Makes a repository of the files of another, which must be a template.
    async fn create_from_template(&self, template: &RepositoryId, new: &NewRepository) -> Repository;

    /// Changes the settings of a repository; archiving is one.
    async fn update_repository(&self, repository: &RepositoryId, change: &RepositoryChange) -> Repository;

    /// Deletes a repository and all in it, for good.
    async fn delete_repository(&self, repository: &RepositoryId) -> ();

    // ── commits and branches ────────────────────────────────────────────────

    /// Commits many files at once, to a branch that is there or is made by it.
    async fn commit_files(&self, repository: &RepositoryId, new: &NewCommit) -> Commit;

    /// A branch.
    async fn branch(&self, repository: &RepositoryId, name: &str) -> Option<Branch>;

    /// Makes a branch at a revision. One of that name is a conflict.
    async fn create_branch(&self, repository: &RepositoryId, name: &str, revision: &str) -> Branch;

    /// Takes a branch back from the commit it is at to another of the repository's. A branch that is elsewhere, or that
    /// the host does not let go back, is a conflict: then nothing is done.
    async fn reset_branch(&self, repository: &RepositoryId, name: &str, from: &CommitId, to: &CommitId) -> ();

    /// Removes a branch.
    async fn delete_branch(&self, repository: &RepositoryId, name: &str) -> ();

    /// The rules of a branch.
    async fn protection(&self, repository: &RepositoryId, branch: &str) -> Option<Protection>;

    /// Gives a branch these rules in place of those it has.
    async fn protect_branch(&self, repository: &RepositoryId, protection: &Protection) -> Protection;

    /// Takes the rules of a branch away.
    async fn unprotect_branch(&self, repository: &RepositoryId, branch: &str) -> ();

    // ── pull requests ───────────────────────────────────────────────────────

    /// A pull request.
    async fn pull_request(&self, repository: &RepositoryId, number: u64) -> Option<PullRequest>;

    /// The pull requests of a branch of this repository, in any state, the newest first. On GitHub a branch of a fork
    /// is `owner:branch`.
    async fn pull_requests_of(&self, repository: &RepositoryId, head: &str) -> Vec<PullRequest>;

    /// Opens a pull request. One that is open already for the same branches is a conflict.
    async fn create_pull_request(&self, repository: &RepositoryId, new: &NewPullRequest) -> PullRequest;

    /// Changes a pull request, closes it or opens it again.
    async fn update_pull_request(&self, repository: &RepositoryId, number: u64, change: &PullRequestChange) -> PullRequest;

    /// Merges a pull request. One that cannot be merged is a conflict.
    async fn merge_pull_request(&self, repository: &RepositoryId, number: u64, merge: &Merge) -> PullRequest;

    /// Says something about a pull request.
    async fn comment(&self, repository: &RepositoryId, number: u64, body: &str) -> Comment;

    /// What was said about a pull request, the oldest first.
    async fn comments(&self, repository: &RepositoryId, number: u64) -> Vec<Comment>;

    // ── rights ──────────────────────────────────────────────────────────────

    /// Whom the configured token belongs to; `None` without one.
    async fn current_user(&self) -> Option<Identity>;

    /// Whether the token may make repositories for an owner.
    async fn can_create_in(&self, owner: &str) -> bool;

    /// Whether the token may push to a repository; false for one that is not there.
    async fn can_push(&self, repository: &RepositoryId) -> bool;

    /// Who was given rights to a repository, besides those its owner gives.
    async fn collaborators(&self, repository: &RepositoryId) -> Vec<Collaborator>;

    /// Gives someone a right in place of the one they have.
    async fn set_access(&self, repository: &RepositoryId, grantee: &Grantee, access: Access) -> ();

    /// Takes someone's right away.
    async fn remove_access(&self, repository: &RepositoryId, grantee: &Grantee) -> ();

    // ── what pipelines see ──────────────────────────────────────────────────

    /// The names of a repository's secrets; no host tells their values.
    async fn secrets(&self, repository: &RepositoryId) -> Vec<String>;

    /// Sets a secret.
    async fn set_secret(&self, repository: &RepositoryId, name: &str, value: &Secret) -> ();

    /// Removes a secret.
    async fn delete_secret(&self, repository: &RepositoryId, name: &str) -> ();

    /// The variables of a repository.
    async fn variables(&self, repository: &RepositoryId) -> Vec<Variable>;

    /// Sets a variable.
    async fn set_variable(&self, repository: &RepositoryId, variable: &Variable) -> ();

    /// Removes a variable.
    async fn delete_variable(&self, repository: &RepositoryId, name: &str) -> ();

    // ── webhooks, checks, pipelines ─────────────────────────────────────────

    /// The webhooks of a repository.
    async fn webhooks(&self, repository: &RepositoryId) -> Vec<Webhook>;

    /// Makes a webhook. Hosts take the same one twice: who repeats this looks first.
    async fn create_webhook(&self, repository: &RepositoryId, new: &NewWebhook) -> Webhook;

    /// Removes a webhook.
    async fn delete_webhook(&self, repository: &RepositoryId, id: &str) -> ();

    /// What checks say about a commit, the newest of each.
    async fn commit_statuses(&self, repository: &RepositoryId, commit: &CommitId) -> Vec<CommitStatus>;

    /// Says what a check came to.
    async fn set_commit_status(&self, repository: &RepositoryId, commit: &CommitId, status: &CommitStatus) -> ();

    /// Starts a pipeline; the run, where the host tells it. At most once: it cannot be found by a mark.
    async fn trigger_pipeline(&self, repository: &RepositoryId, trigger: &PipelineTrigger) -> Option<PipelineRun>;

    /// The newest runs, at most 50.
    async fn pipeline_runs(&self, repository: &RepositoryId, filter: &RunFilter) -> Vec<PipelineRun>;

    /// A run.
    async fn pipeline_run(&self, repository: &RepositoryId, run: u64) -> Option<PipelineRun>;

    /// The jobs of a run.
    async fn pipeline_jobs(&self, repository: &RepositoryId, run: u64) -> Vec<PipelineJob>;

    /// What a job wrote, of a long log the end.
    async fn job_log(&self, repository: &RepositoryId, job: u64) -> String;

    // ── what only one product has ───────────────────────────────────────────

    /// A call to the host's own API about something of an owner; its answer, null where it has no content.
    async fn api(&self, owner: &str, call: &ApiCall) -> Value;

    /// A secret in a box that only the host opens, by the public key at a path of the API, as a body has it.
    async fn boxed_secret(&self, owner: &str, key: &[String], value: &Secret) -> Value;
}
