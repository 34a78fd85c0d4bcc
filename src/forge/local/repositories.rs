//! Where repositories lie, whose they are, and how they are made.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{
    super::{NewRepository, Repository, RepositoryChange, RepositoryId, Result, Visibility},
    LocalHost, RepositoryName,
    commits::portal,
};
use crate::{
    clock::{UnixMillis, new_id},
    error::{self, Error},
    git::{self, BranchName, Change, NewCommit, Signature},
};

/// Beside Git's own files in a repository; a push cannot write it.
const METADATA: &str = "callboard.json";
/// Where nobody says otherwise.
const DEFAULT_BRANCH: &str = "main";
/// No list of repositories is longer.
const MAX_LISTED: usize = 10_000;

/// Who made a repository, and when.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ownership {
    /// A user's ref; `None`: the portal.
    pub created_by: Option<String>,
    /// When.
    pub created_at: UnixMillis,
    /// In a few words; empty for none.
    #[serde(default)]
    pub description: String,
}

/// A repository of this host.
#[derive(Debug, Clone)]
pub struct LocalRepository {
    /// Its name.
    pub name: RepositoryName,
    /// Who made it.
    pub ownership: Ownership,
    /// Its commits and files.
    pub git: git::Repository,
}

impl LocalRepository {
    /// Whether somebody who owns things in the name of these refs may push: who made it, the user or the members of
    /// the group it is named after.
    #[must_use]
    pub fn may_push(&self, ownership_refs: &[String]) -> bool {
        let owner = self.name.owner();
        let named = [
            format!("user:default/{owner}"),
            format!("group:default/{owner}"),
        ];
        ownership_refs
            .iter()
            .any(|held| self.ownership.created_by.as_ref() == Some(held) || named.contains(held))
    }
}

impl LocalHost {
    /// A repository, if it is there.
    pub async fn find(&self, name: &RepositoryName) -> error::Result<Option<LocalRepository>> {
        let folder = self.folder(name);
        let text = match tokio::fs::read(folder.join(METADATA)).await {
            Ok(text) => text,
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(fault) => return Err(Error::internal(fault)),
        };
        Ok(Some(LocalRepository {
            name: name.clone(),
            ownership: serde_json::from_slice(&text).map_err(Error::internal)?,
            git: git::Repository::at(self.inner.git.clone(), folder),
        }))
    }

    /// The names of all repositories, in order, at most 10,000.
    pub(super) async fn names(&self) -> error::Result<Vec<RepositoryName>> {
        let root = self.inner.root.clone();
        tokio::task::spawn_blocking(move || names_below(&root))
            .await
            .map_err(Error::internal)
    }

    /// All repositories by name, at most 10,000.
    pub async fn list(&self) -> error::Result<Vec<LocalRepository>> {
        let names = self.names().await?;
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            found.extend(self.find(&name).await?);
        }
        Ok(found)
    }

    pub(super) fn folder(&self, name: &RepositoryName) -> PathBuf {
        let folder = format!("{}.git", name.name());
        self.inner.root.join(name.owner()).join(folder)
    }

    /// The repository an id names, as the interface of all hosts wants it.
    pub(super) async fn open(&self, id: &RepositoryId) -> Result<LocalRepository> {
        let not_there = || self.not_found(&format!("repository {id}"));
        let name = RepositoryName::parse(&id.owner, &id.name).map_err(|_| not_there())?;
        let found = self
            .find(&name)
            .await
            .map_err(|fault| self.broken(&fault))?;
        found.ok_or_else(not_there)
    }

    async fn make(&self, name: &RepositoryName, new: &NewRepository) -> Result<LocalRepository> {
        let branch = new.default_branch.as_deref().unwrap_or(DEFAULT_BRANCH);
        let branch = BranchName::parse(branch).map_err(|fault| self.fault(&fault))?;
        let ownership = Ownership {
            created_by: self.on_behalf_of.as_ref().map(ToString::to_string),
            created_at: self.inner.clock.now(),
            description: new.description.clone(),
        };
        // Whole or not at all: it gets its name when it is ready.
        let draft = self.inner.root.join(format!(".new-{}", new_id()));
        let made = self.fill(&draft, &branch, &ownership, new).await;
        let placed = match made {
            Ok(()) => self.name_draft(&draft, name).await,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = placed {
            // It has no name; the next start removes what is left.
            let _ = tokio::fs::remove_dir_all(&draft).await;
            return Err(fault);
        }
        Ok(LocalRepository {
            name: name.clone(),
            ownership,
            git: git::Repository::at(self.inner.git.clone(), self.folder(name)),
        })
    }

    async fn fill(
        &self,
        draft: &Path,
        branch: &BranchName,
        ownership: &Ownership,
        new: &NewRepository,
    ) -> Result<()> {
        let made = git::Repository::at(self.inner.git.clone(), draft.to_owned());
        let written = async {
            tokio::fs::create_dir_all(&self.inner.root).await?;
            made.init(branch).await?;
            if new.with_readme {
                made.commit(&first_commit(branch, new, ownership)).await?;
            }
            let text = serde_json::to_vec(ownership).map_err(std::io::Error::other)?;
            tokio::fs::write(draft.join(METADATA), text).await?;
            Ok(())
        };
        written.await.map_err(|fault| self.fault(&fault))
    }

    async fn name_draft(&self, draft: &Path, name: &RepositoryName) -> Result<()> {
        let folder = self.folder(name);
        let placed = async {
            tokio::fs::create_dir_all(folder.parent().unwrap_or(&self.inner.root)).await?;
            tokio::fs::rename(draft, &folder).await
        };
        match placed.await {
            Ok(()) => Ok(()),
            Err(_) if folder.exists() => {
                Err(self.conflict(format!("There is a repository {name} already.")))
            }
            Err(fault) => Err(self.fault(&fault.into())),
        }
    }

    pub(super) fn broken(&self, fault: &Error) -> super::ForgeError {
        self.fault(&git::GitError::Io(std::io::Error::other(fault.to_string())))
    }
}

pub(super) async fn get(host: &LocalHost, id: &RepositoryId) -> Result<Option<Repository>> {
    let Ok(name) = RepositoryName::parse(&id.owner, &id.name) else {
        return Ok(None);
    };
    let found = host
        .find(&name)
        .await
        .map_err(|fault| host.broken(&fault))?;
    match found {
        Some(found) => told(host, &found).await.map(Some),
        None => Ok(None),
    }
}

pub(super) async fn create(host: &LocalHost, new: &NewRepository) -> Result<Repository> {
    let name =
        RepositoryName::parse(&new.id.owner, &new.id.name).map_err(|fault| host.invalid(&fault))?;
    let made = host.make(&name, new).await?;
    told(host, &made).await
}

/// Only the description is kept here; the rest of a change has no meaning.
pub(super) async fn update(
    host: &LocalHost,
    id: &RepositoryId,
    change: &RepositoryChange,
) -> Result<Repository> {
    let mut found = host.open(id).await?;
    if let Some(description) = &change.description {
        found.ownership.description.clone_from(description);
        let folder = host.folder(&found.name);
        let draft = folder.join(format!(".{}", new_id()));
        let written = async {
            let text = serde_json::to_vec(&found.ownership).map_err(std::io::Error::other)?;
            tokio::fs::write(&draft, text).await?;
            tokio::fs::rename(&draft, folder.join(METADATA)).await
        };
        written.await.map_err(|fault| host.fault(&fault.into()))?;
    }
    told(host, &found).await
}

/// It loses its name first: what a crash leaves behind is removed at the next start.
pub(super) async fn delete(host: &LocalHost, id: &RepositoryId) -> Result<()> {
    let Ok(name) = RepositoryName::parse(&id.owner, &id.name) else {
        return Ok(());
    };
    let unnamed = host.inner.root.join(format!(".new-{}", new_id()));
    let deleted = async {
        tokio::fs::rename(host.folder(&name), &unnamed).await?;
        tokio::fs::remove_dir_all(&unnamed).await
    };
    match deleted.await {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
            Err(host.fault(&fault.into()))
        }
        _ => Ok(()),
    }
}

async fn told(host: &LocalHost, found: &LocalRepository) -> Result<Repository> {
    let branch = found
        .git
        .default_branch()
        .await
        .map_err(|fault| host.fault(&fault))?;
    let branches = found
        .git
        .branches()
        .await
        .map_err(|fault| host.fault(&fault))?;
    let address = host.address(&found.name);
    let url = |text: &str| {
        text.parse()
            .map_err(|_| host.conflict("backend.baseUrl makes no address."))
    };
    Ok(Repository {
        id: RepositoryId::new(found.name.owner(), found.name.name()),
        host_id: found.name.to_string(),
        web_url: url(&address)?,
        clone_url: url(&format!("{address}.git"))?,
        default_branch: branch,
        description: found.ownership.description.clone(),
        visibility: Visibility::Internal,
        is_empty: branches.is_empty(),
        is_archived: false,
        is_template: false,
        topics: Vec::new(),
    })
}

fn first_commit<'a>(
    branch: &'a BranchName,
    new: &NewRepository,
    ownership: &Ownership,
) -> NewCommit<'a> {
    static PORTAL: std::sync::LazyLock<Signature> = std::sync::LazyLock::new(portal);
    let text = format!("# {}\n\n{}\n", new.id.name, new.description);
    NewCommit {
        branch,
        expected: None,
        parent: None,
        changes: vec![Change::Write {
            path: "README.md".to_owned(),
            content: text.trim_end().as_bytes().to_vec(),
            executable: false,
        }],
        message: "Initial commit",
        author: &PORTAL,
        committer: &PORTAL,
        at: ownership.created_at,
    }
}

/// Folders that are no repository of ours have no such name, and are left out.
fn names_below(root: &Path) -> Vec<RepositoryName> {
    let folders = |folder: &Path| -> Vec<String> {
        let entries = folder.read_dir().into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    };
    let mut found = Vec::new();
    for owner in folders(root) {
        for folder in folders(&root.join(&owner)) {
            if let Some(name) = folder.strip_suffix(".git")
                && let Ok(name) = RepositoryName::parse(&owner, name)
                && found.len() < MAX_LISTED
            {
                found.push(name);
            }
        }
    }
    found
}
