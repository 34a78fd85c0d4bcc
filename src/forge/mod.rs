//! Git hosts behind one interface: read, commit, pull request, pipeline, webhook. It knows no entities.
//!
//! [`GitHost`] says what a host can do; a host that cannot do something answers
//! [`ForgeErrorKind::NotSupported`] without being asked. [`Forge`] is the host of one integration, [`Forges`]
//! are all of them. Every call begins at `client`, which has the secrets, and goes through `sending`, which keeps
//! the limits.

mod access;
mod address;
mod answer;
mod api;
mod asked;
mod azure;
mod bitbucket_cloud;
mod bitbucket_server;
mod call;
mod choice;
mod client;
mod commit;
mod download;
mod error;
mod exchange;
mod forges;
mod gitea;
mod github;
mod github_like;
mod gitlab;
mod host;
mod lane;
mod local;
mod multipart;
mod pages;
mod pipeline;
mod pull_request;
mod receive_pack;
mod redirects;
mod refusal;
mod repository;
mod sending;
mod status;
mod tree;
mod webhook;

pub use access::{Access, Collaborator, Grantee, Identity, Protection, PushRestriction, Variable};
pub use address::{Address, encoded_path};
pub use api::{ApiCall, ApiMethod};
pub use choice::{Choice, ChoicesOf};
pub use commit::{Branch, Commit, CommitId, FileChange, NewCommit, Person, Written};
pub use error::{ForgeError, ForgeErrorKind};
pub use forges::{Forge, Forges, authority};
pub use host::GitHost;
pub use local::{LocalHost, LocalRepository, Ownership, RepositoryName};
pub use pipeline::{PipelineJob, PipelineRun, PipelineState, PipelineTrigger, RunFilter};
pub use pull_request::{
    Comment, Merge, MergeMethod, NewPullRequest, PullRequest, PullRequestChange, PullRequestState,
};
pub use repository::{NewRepository, Repository, RepositoryChange, RepositoryId, Visibility};
pub use status::{CommitStatus, StatusState};
pub use tree::{
    Archive, ArchiveFormat, FileRead, MAX_ARCHIVE_BYTES, MAX_FILE_BYTES, RemoteFile, Tree,
    TreeEntry, TreeEntryKind, blob_id,
};
pub use webhook::{NewWebhook, Webhook};

/// The result of every call.
pub type Result<T, E = ForgeError> = std::result::Result<T, E>;
