//! The Git host inside the portal: bare repositories under the data folder, for who has no other host.
//!
//! To everything else it is a Gitea: its addresses are `<backend.baseUrl>/git/{owner}/{repo}/src/branch/…`. What it
//! cannot do (pull requests, pipelines, rights) answers that it is not supported. Clones and pushes are served by
//! `api`; whoever changes a repository says so by [`LocalHost::changed`].

mod choices;
mod commits;
mod content;
mod name;
mod repositories;
mod upkeep;

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use tokio::sync::{Mutex, Notify};
use url::Url;

pub use name::RepositoryName;
pub use repositories::{LocalRepository, Ownership};

use super::{
    Archive, Branch, Choice, ChoicesOf, Commit, CommitId, FileRead, ForgeError, ForgeErrorKind,
    GitHost, Identity, NewCommit, NewRepository, Repository, RepositoryChange, RepositoryId,
    Result, Tree, host::answers,
};
use crate::{
    clock::Clock,
    config::Integration,
    entity::EntityRef,
    error::Error,
    git::{Git, GitError},
};

/// The Git host inside the portal. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LocalHost {
    inner: Arc<Inner>,
    /// For whom it is asked: they own what is made.
    on_behalf_of: Option<EntityRef>,
}

#[derive(Debug)]
struct Inner {
    /// `<dataDir>/git`
    root: PathBuf,
    git: Git,
    /// How it presents itself: a Gitea at `<backend.baseUrl>/git`.
    integration: Integration,
    clock: Clock,
    changed: Mutex<BTreeSet<RepositoryName>>,
    is_changed: Notify,
}

impl LocalHost {
    /// The host whose repositories lie below `root`, presenting itself as an integration says.
    #[must_use]
    pub fn new(root: PathBuf, integration: Integration, git: Git, clock: Clock) -> Self {
        Self {
            inner: Arc::new(Inner {
                root,
                git,
                integration,
                clock,
                changed: Mutex::default(),
                is_changed: Notify::new(),
            }),
            on_behalf_of: None,
        }
    }

    /// The same host, asked for somebody: they own the repositories they make.
    #[must_use]
    pub fn on_behalf_of(&self, user: &EntityRef) -> Self {
        Self {
            on_behalf_of: Some(user.clone()),
            ..self.clone()
        }
    }

    /// Where its pages begin: `<backend.baseUrl>/git`.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.inner.integration.base_url
    }

    /// Whether an integration is this host.
    pub(super) fn is_at(&self, integration: &Integration) -> bool {
        integration.key == self.inner.integration.key
    }

    /// Which `git` serves it. [`GitError::NotInstalled`] says what to do.
    pub async fn git_version(&self) -> Result<String, GitError> {
        self.inner.git.version().await
    }

    /// The address all files of a repository begin with.
    #[must_use]
    pub fn address(&self, name: &RepositoryName) -> String {
        let base = self
            .inner
            .integration
            .base_url
            .as_str()
            .trim_end_matches('/');
        format!("{base}/{name}")
    }

    /// Says that a repository was pushed or committed to.
    pub async fn changed(&self, name: &RepositoryName) {
        self.inner.changed.lock().await.insert(name.clone());
        self.inner.is_changed.notify_one();
    }

    /// Waits for changes, and takes them: each repository once, however often it changed.
    pub async fn next_changes(&self) -> BTreeSet<RepositoryName> {
        loop {
            let found = std::mem::take(&mut *self.inner.changed.lock().await);
            if !found.is_empty() {
                return found;
            }
            self.inner.is_changed.notified().await;
        }
    }

    fn fault(&self, fault: &GitError) -> ForgeError {
        let kind = match fault {
            GitError::BadName(_) => ForgeErrorKind::Invalid,
            GitError::Moved(_) => ForgeErrorKind::Conflict,
            GitError::NotFound(_) => ForgeErrorKind::NotFound,
            GitError::TooLarge(..) => ForgeErrorKind::TooLarge,
            GitError::NotInstalled | GitError::TimedOut(_) => ForgeErrorKind::Unreachable,
            _ => ForgeErrorKind::Broken,
        };
        if kind == ForgeErrorKind::Broken {
            tracing::error!("The local Git host failed: {fault}");
            let reason = "The local Git host failed; the log says why.";
            return ForgeError::new(
                kind,
                &self.inner.integration.host,
                reason,
                "Look at the disk, and try again.",
            );
        }
        ForgeError::new(kind, &self.inner.integration.host, fault.to_string(), "")
    }

    fn invalid(&self, fault: &Error) -> ForgeError {
        ForgeError::new(
            ForgeErrorKind::Invalid,
            &self.inner.integration.host,
            fault.to_string(),
            "",
        )
    }

    fn conflict(&self, reason: impl Into<String>) -> ForgeError {
        ForgeError::conflict(&self.inner.integration.host, reason)
    }

    fn not_found(&self, what: &str) -> ForgeError {
        ForgeError::not_found(&self.inner.integration.host, what)
    }
}

impl GitHost for LocalHost {
    fn host(&self) -> &str {
        &self.inner.integration.host
    }

    answers! { host:
        repository => repositories::get,
        commit => commits::get,
        tree => content::tree,
        read_file => content::read_file,
        archive => content::archive,
        choices => choices::list,
        create_repository => repositories::create,
        update_repository => repositories::update,
        delete_repository => repositories::delete,
        commit_files => commits::make,
        branch => commits::branch,
        create_branch => commits::create_branch,
        reset_branch => commits::reset_branch,
        delete_branch => commits::delete_branch,
    }

    async fn current_user(&self) -> Result<Option<Identity>> {
        Ok(self.on_behalf_of.as_ref().map(|user| Identity {
            login: user.name().to_owned(),
            name: String::new(),
            email: None,
            is_admin: false,
        }))
    }

    async fn can_create_in(&self, owner: &str) -> Result<bool> {
        Ok(RepositoryName::parse(owner, "any").is_ok())
    }
}
