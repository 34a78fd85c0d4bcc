//! Pull requests (GitLab: merge requests).

use url::Url;

use super::CommitId;

/// A pull request as its host tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number in the repository.
    pub number: u64,
    /// Its page.
    pub web_url: Url,
    /// What it is called.
    pub title: String,
    /// What is said about it; a run's mark may stand in it.
    pub body: String,
    /// Where it is.
    pub state: PullRequestState,
    /// Whether it is not to be merged yet.
    pub is_draft: bool,
    /// Whether the host would merge it; `None`: it has not found out yet, or does not tell.
    pub is_mergeable: Option<bool>,
    /// The branch that is to be merged.
    pub head: String,
    /// The commit that branch is at.
    pub head_commit: Option<CommitId>,
    /// The branch it is to be merged into.
    pub base: String,
    /// The commit it became, once merged.
    pub merge_commit: Option<CommitId>,
    /// Who opened it, by their name on the host.
    pub author: String,
}

/// Where a pull request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullRequestState {
    /// It waits.
    Open,
    /// It was merged.
    Merged,
    /// It was closed without being merged.
    Closed,
}

/// A pull request to be opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPullRequest {
    /// What it is called.
    pub title: String,
    /// What is said about it, in Markdown.
    pub body: String,
    /// The branch that is to be merged; on GitHub that of a fork is `owner:branch`.
    pub head: String,
    /// The branch it is to be merged into.
    pub base: String,
    /// Whether it is not to be merged yet.
    pub draft: bool,
    /// Who is asked to look at it, by their names on the host.
    pub reviewers: Vec<String>,
    /// Which teams are.
    pub team_reviewers: Vec<String>,
    /// Who cares for it.
    pub assignees: Vec<String>,
}

/// What of a pull request is changed; `None` leaves as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullRequestChange {
    /// What it is called.
    pub title: Option<String>,
    /// What is said about it.
    pub body: Option<String>,
    /// The branch it is to be merged into.
    pub base: Option<String>,
    /// Whether it is open: `Some(false)` closes it, `Some(true)` opens it again.
    pub open: Option<bool>,
}

/// Something said about a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The host's number of it.
    pub id: u64,
    /// Where it is read.
    pub web_url: Option<Url>,
    /// What was said, in Markdown.
    pub body: String,
    /// Who said it, by their name on the host.
    pub author: String,
}

/// How a pull request is merged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merge {
    /// Which way.
    pub method: MergeMethod,
    /// The message of the merge; `None`: the host's.
    pub message: Option<String>,
    /// The commit its branch must be at, else nothing is merged and it is a conflict.
    pub expected_head: Option<CommitId>,
    /// Whether its branch goes.
    pub delete_branch: bool,
}

/// Which way a pull request is merged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MergeMethod {
    /// By a commit with two parents.
    #[default]
    Merge,
    /// As one commit.
    Squash,
    /// Its commits, made anew on top.
    Rebase,
}
