//! Files of repositories, read through their hosts: by commit, so that unchanged content is not read again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::OnceCell;
use url::Url;

use super::{
    Content, Known, Reading, SourceError,
    error::text_of,
    glob::{MAX_MATCHES, matcher},
};
use crate::{
    entity::resolve_url,
    forge::{
        Address, CommitId, FileRead, Forge, ForgeError, ForgeErrorKind, Forges, GitHost,
        RemoteFile, RepositoryId, Tree, TreeEntryKind, authority, blob_id, encoded_path,
    },
};

/// Trees are kept for the next reconcile up to so many entries in all.
const MAX_KEPT_ENTRIES: usize = 100_000;

/// A revision of a repository of a host, as an address writes it.
type Place = (String, RepositoryId, Option<String>);
/// A commit of a repository of a host.
type At = (String, RepositoryId, CommitId);

/// Reads files of configured hosts. Cheap to clone.
#[derive(Clone)]
pub(super) struct GitReader {
    forges: Forges,
    trees: Arc<Mutex<Kept>>,
    /// What one reconcile or refresh has found out: a branch does not move while it lasts.
    look: Option<Arc<Look>>,
}

#[derive(Default)]
struct Look {
    heads: Mutex<HashMap<Place, Head>>,
}

type Head = Arc<OnceCell<Result<CommitId, ForgeError>>>;

/// Trees by their commits, which never change.
#[derive(Default)]
struct Kept {
    trees: HashMap<At, Arc<Tree>>,
    entries: usize,
}

/// A file of a host.
pub(super) struct RepositoryFile {
    forge: Forge,
    address: Address,
    target: String,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // What is in there is whole after every change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl GitReader {
    pub(super) fn new(forges: Forges) -> Self {
        Self {
            forges,
            trees: Arc::default(),
            look: None,
        }
    }

    /// The same reader, which asks once where each branch is and believes it from then on.
    pub(super) fn looking_once(&self) -> Self {
        Self {
            look: Some(Arc::default()),
            ..self.clone()
        }
    }

    /// The file of a host of ours that a target names; `None` for other targets.
    pub(super) fn file(&self, target: &str) -> Option<RepositoryFile> {
        let (forge, address) = self.forges.at(&Url::parse(target).ok()?)?;
        Some(RepositoryFile {
            forge,
            address,
            target: target.to_owned(),
        })
    }

    /// The host, the repository and the revision a target is in.
    pub(super) fn place(&self, target: &str) -> Option<Place> {
        let url = Url::parse(target).ok()?;
        let address = self.forges.address(&url)?;
        Some((authority(&url), address.repository, address.revision))
    }

    /// Why a target of a host with an integration names no file of it.
    pub(super) fn refusal(&self, target: &str) -> Option<SourceError> {
        let url = Url::parse(target).ok()?;
        let integration = self.forges.integration(&authority(&url))?;
        Some(SourceError::unreadable(
            format!("{target} does not name a file of {}", integration.host),
            format!(
                "The address is none of a file on {}, as its browser shows it.",
                integration.host
            ),
            format!(
                "Open the file on the host and copy its address; `{}` says which product it is.",
                integration.key
            ),
        ))
    }

    pub(super) async fn read(
        &self,
        file: &RepositoryFile,
        known: &Known<'_>,
    ) -> Result<Reading, SourceError> {
        let head = self
            .head(file)
            .await
            .map_err(|fault| file.unreadable(fault))?;
        if known.revision == Some(head.as_str()) {
            return Ok(Reading::Unchanged {
                revision: Some(head.0),
                is_same_commit: true,
            });
        }
        let unchanged = |head: CommitId| Reading::Unchanged {
            revision: Some(head.0),
            is_same_commit: false,
        };
        let path = file.address.path.as_str();
        if let Some(tree) = self.kept_tree(file, &head) {
            match tree
                .entries
                .binary_search_by(|entry| entry.path.as_str().cmp(path))
            {
                Ok(at) if known.blob == Some(tree.entries[at].blob.as_str()) => {
                    return Ok(unchanged(head));
                }
                Err(_) if !tree.is_truncated => return Err(file.absent()),
                _ => {}
            }
        }
        let repository = &file.address.repository;
        let read = file
            .forge
            .read_file(repository, head.as_str(), path, known.etag)
            .await;
        match read.map_err(|fault| file.absent_or(fault))? {
            FileRead::NotModified => Ok(unchanged(head)),
            FileRead::Found(found) => file.content(found, head).map(Reading::Found),
        }
    }

    /// The files a pattern matches, as addresses, in order of their paths.
    pub(super) async fn expand(&self, file: &RepositoryFile) -> Result<Vec<String>, SourceError> {
        let pattern = file.address.path.as_str();
        let glob = matcher(pattern, "url")?;
        let head = self
            .head(file)
            .await
            .map_err(|fault| file.unreadable(fault))?;
        let tree = self
            .tree(file, &head)
            .await
            .map_err(|fault| file.unreadable(fault))?;
        if tree.is_truncated {
            return Err(file.too_many());
        }
        let is_file = |kind| matches!(kind, TreeEntryKind::File | TreeEntryKind::Executable);
        let names_hidden = pattern.split('/').any(|part| part.starts_with('.'));
        let is_shown =
            |path: &str| names_hidden || !path.split('/').any(|part| part.starts_with('.'));
        let found = tree.entries.iter();
        let found = found.filter(|entry| {
            is_file(entry.kind) && is_shown(&entry.path) && glob.is_match(&entry.path)
        });
        let host = self
            .forges
            .integration(file.forge.host())
            .map(|integration| integration.product);
        let address =
            |path: &str| resolve_url(&format!("/{}", encoded_path(path)), &file.target, host);
        let found: Result<Vec<String>, String> = found
            .take(MAX_MATCHES)
            .map(|entry| address(&entry.path))
            .collect();
        let found = found.map_err(|_| file.absent())?;
        if found.is_empty() {
            return Err(file.absent());
        }
        Ok(found)
    }

    /// The commit the file's revision is at now.
    async fn head(&self, file: &RepositoryFile) -> Result<CommitId, ForgeError> {
        let Some(look) = &self.look else {
            return file.head().await;
        };
        let address = &file.address;
        let place = (
            file.forge.host().to_owned(),
            address.repository.clone(),
            address.revision.clone(),
        );
        let cell = Arc::clone(locked(&look.heads).entry(place).or_default());
        cell.get_or_init(|| file.head()).await.clone()
    }

    fn kept_tree(&self, file: &RepositoryFile, commit: &CommitId) -> Option<Arc<Tree>> {
        locked(&self.trees).trees.get(&file.at(commit)).cloned()
    }

    async fn tree(
        &self,
        file: &RepositoryFile,
        commit: &CommitId,
    ) -> Result<Arc<Tree>, ForgeError> {
        if let Some(tree) = self.kept_tree(file, commit) {
            return Ok(tree);
        }
        let found = file
            .forge
            .tree(&file.address.repository, commit.as_str())
            .await?;
        let tree = Arc::new(found);
        locked(&self.trees).keep(file.at(commit), &tree);
        Ok(tree)
    }
}

impl Kept {
    /// Keeps a tree in place of older ones of its repository; when there are too many, only this one.
    fn keep(&mut self, at: At, tree: &Arc<Tree>) {
        self.trees
            .retain(|(host, repository, _), _| (host, repository) != (&at.0, &at.1));
        self.entries = self.trees.values().map(|tree| tree.entries.len()).sum();
        if self.entries + tree.entries.len() > MAX_KEPT_ENTRIES {
            self.trees.clear();
        }
        self.trees.insert(at, Arc::clone(tree));
    }
}

impl RepositoryFile {
    fn at(&self, commit: &CommitId) -> At {
        (
            self.forge.host().to_owned(),
            self.address.repository.clone(),
            commit.clone(),
        )
    }

    async fn head(&self) -> Result<CommitId, ForgeError> {
        let repository = &self.address.repository;
        let revision = match &self.address.revision {
            Some(revision) if CommitId::is_commit(revision) => {
                return Ok(CommitId(revision.clone()));
            }
            Some(revision) => revision.clone(),
            None => {
                let found = self.forge.repository(repository).await?;
                found
                    .ok_or_else(|| self.nothing(&format!("repository {repository}")))?
                    .default_branch
            }
        };
        let found = self.forge.commit(repository, &revision).await?;
        let found = found.ok_or_else(|| {
            self.nothing(&format!(
                "branch, tag or commit “{revision}” in {repository}"
            ))
        })?;
        Ok(found.id)
    }

    fn nothing(&self, what: &str) -> ForgeError {
        ForgeError {
            kind: ForgeErrorKind::NotFound,
            host: self.forge.host().to_owned(),
            status: None,
            reason: format!("{} has no {what}, or does not show it to the portal.", self.forge.host()),
            mend: "Correct the address (a slash in the name of a branch is written %2F), or give the portal's token the right to read it.".to_owned(),
        }
    }

    fn content(&self, found: RemoteFile, head: CommitId) -> Result<Content, SourceError> {
        let blob = blob_id(&found.bytes, &head);
        Ok(Content {
            text: text_of(found.bytes.into(), &self.target)?,
            etag: found.etag,
            revision: Some(head.0),
            blob: Some(blob),
        })
    }

    fn absent(&self) -> SourceError {
        SourceError::not_found(
            format!("{} was not found", self.target),
            "No file of the repository is meant by this address.",
            "Correct the address, or set `presence: optional` on the Location if there may be none.",
        )
    }

    /// Why the file itself could not be read, its repository being there.
    fn absent_or(&self, fault: ForgeError) -> SourceError {
        let is_absent = fault.kind == ForgeErrorKind::NotFound;
        let told = self.unreadable(fault);
        if is_absent {
            SourceError {
                mend: self.absent().mend,
                ..told
            }
        } else {
            told
        }
    }

    fn too_many(&self) -> SourceError {
        SourceError::unreadable(
            format!(
                "{} has too many files to be listed",
                self.address.repository
            ),
            "The repository has more files than its host lists.",
            "Name each file, or add a Location file that lists them.",
        )
    }

    fn unreadable(&self, fault: ForgeError) -> SourceError {
        let said = fault.reason.trim_end_matches('.');
        let message = match fault.status {
            Some(status) => format!("{} could not be read, {status}: {said}", self.target),
            None => format!("{} could not be read: {said}", self.target),
        };
        match fault.kind {
            ForgeErrorKind::NotFound => SourceError::not_found(message, fault.reason, fault.mend),
            _ => SourceError::unreadable(message, fault.reason, fault.mend),
        }
    }
}
