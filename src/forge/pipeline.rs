//! Pipelines: workflow runs of GitHub and Gitea, pipelines of GitLab and Bitbucket.

use url::Url;

use super::CommitId;
use crate::clock::UnixMillis;

/// A pipeline to be started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PipelineTrigger {
    /// The file name of the workflow, on hosts that have several.
    pub workflow: String,
    /// The branch or tag it runs on.
    pub revision: String,
    /// What it is told.
    pub inputs: Vec<(String, String)>,
}

/// Which runs are asked for; `None`: any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Of this commit.
    pub commit: Option<CommitId>,
    /// Of this branch.
    pub branch: Option<String>,
}

/// A run of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineRun {
    /// The host's number of it.
    pub id: u64,
    /// What it is called.
    pub name: String,
    /// What made it run, in the host's words: `push`, `workflow_dispatch`.
    pub event: String,
    /// How it goes.
    pub state: PipelineState,
    /// What it runs on.
    pub commit: CommitId,
    /// The branch that is.
    pub branch: Option<String>,
    /// Its page.
    pub web_url: Option<Url>,
    /// When it began.
    pub started_at: Option<UnixMillis>,
    /// When it ended.
    pub finished_at: Option<UnixMillis>,
}

/// One job of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineJob {
    /// The host's number of it.
    pub id: u64,
    /// What it is called.
    pub name: String,
    /// How it goes.
    pub state: PipelineState,
    /// The first step that failed, where the host tells of steps.
    pub failed_step: Option<String>,
    /// Its page.
    pub web_url: Option<Url>,
    /// When it began.
    pub started_at: Option<UnixMillis>,
    /// When it ended.
    pub finished_at: Option<UnixMillis>,
}

/// How a run or a job goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PipelineState {
    /// It has not begun.
    Waiting,
    /// It is under way.
    Running,
    /// It ended well.
    Success,
    /// It ended badly.
    Failure,
    /// Somebody ended it.
    Cancelled,
    /// Its conditions did not hold.
    Skipped,
}

impl PipelineState {
    /// Whether nothing more will come of it.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

/// No log is read that is longer: 32 MiB.
pub(super) const MAX_LOG_READ: usize = 32 * 1024 * 1024;
/// Of a log the last so many bytes are told: 1 MiB.
const MAX_LOG_BYTES: usize = 1024 * 1024;

/// The end of a log.
pub(super) fn log_tail(bytes: &[u8]) -> String {
    let from = bytes.len().saturating_sub(MAX_LOG_BYTES);
    String::from_utf8_lossy(&bytes[from..]).into_owned()
}
