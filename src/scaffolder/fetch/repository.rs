//! Files of a repository, at the commit that was fixed when the step first asked.

use futures_util::future::try_join_all;
use url::Url;

use super::{Fetched, Origin, archive};
use crate::{
    error::{Error, Result},
    forge::{
        Address, ArchiveFormat, CommitId, FileRead, Forge, GitHost, RepositoryId, TreeEntry,
        TreeEntryKind, authority,
    },
    scaffolder::{
        actions::ActionCall,
        workspace::{EntryKind, MAX_ENTRIES},
    },
};

/// Files read at once, of a host whose archives are not taken.
const PARALLEL: usize = 8;

/// A place in a repository of a host with a client.
pub(super) struct Place {
    forge: Forge,
    host: String,
    address: Address,
    target: String,
}

impl Place {
    /// The place an address names; `None` for an address of no host of ours.
    pub(super) fn find(call: &ActionCall<'_>, target: &str) -> Result<Option<Self>> {
        let url = Url::parse(target)
            .map_err(|_| Error::Input(format!("Invalid URL: “{target}” is no address.")))?;
        let Some((_, address)) = call.services.forges.at(&url) else {
            return Ok(None);
        };
        let user = call.run.user.as_ref();
        let host = authority(&url);
        let forge = call.services.host(&host, call.token().as_ref(), user)?;
        Ok(Some(Self {
            forge,
            host,
            address,
            target: target.to_owned(),
        }))
    }

    /// All files below it.
    pub(super) async fn tree(&self, call: &ActionCall<'_>) -> Result<Vec<Fetched>> {
        let commit = self.commit(call).await?;
        let repository = &self.address.repository;
        let path = self.address.path.clone();
        let packed = self.forge.archive(repository, &commit).await?;
        let found = if packed.format == ArchiveFormat::TarGz {
            let unpacked =
                tokio::task::spawn_blocking(move || archive::unpack(&packed.bytes, &path));
            unpacked.await.map_err(Error::internal)??
        } else {
            self.one_by_one(&commit).await?
        };
        if found.is_empty() {
            return Err(Error::NotFound(format!(
                "There is no folder at {} (commit {}).",
                self.target,
                commit.short()
            )));
        }
        Ok(found)
    }

    /// The file at it.
    pub(super) async fn file(&self, call: &ActionCall<'_>) -> Result<Vec<u8>> {
        let commit = self.commit(call).await?;
        let repository = &self.address.repository;
        let read = self
            .forge
            .read_file(repository, commit.as_str(), &self.address.path, None)
            .await?;
        content(read)
    }

    /// The commit its revision stands for, since the step first asked.
    async fn commit(&self, call: &ActionCall<'_>) -> Result<CommitId> {
        if let Some(fixed) = call.pins.of_address(&self.target) {
            return Ok(CommitId(fixed));
        }
        let revision = self.revision();
        let known = call.pins.of_revision(&revision);
        let commit = match known.or_else(|| self.template_commit(call)) {
            Some(fixed) => CommitId(fixed),
            None => self.head().await?,
        };
        call.pins.fix(&self.target, &revision, commit.as_str());
        if let Some(journal) = call.journal {
            journal.keep_pins(&call.pins).await?;
        }
        Ok(commit)
    }

    /// The commit its revision stands for now.
    async fn head(&self) -> Result<CommitId> {
        let repository = &self.address.repository;
        let revision = match &self.address.revision {
            Some(revision) => revision.clone(),
            None => {
                let found = self.forge.repository(repository).await?;
                found
                    .ok_or_else(|| self.nothing(repository))?
                    .default_branch
            }
        };
        let found = self.forge.commit(repository, &revision).await?;
        Ok(found.ok_or_else(|| self.nothing(repository))?.id)
    }

    /// Its repository and the branch or tag it names, as text.
    fn revision(&self) -> String {
        let host = Url::parse(&self.target).map(|url| authority(&url));
        format!(
            "{}/{}@{}",
            host.unwrap_or_default(),
            self.address.repository,
            self.address.revision.as_deref().unwrap_or_default()
        )
    }

    /// The commit at which the template was read, if this is the same branch of the same repository: its files belong
    /// together.
    fn template_commit(&self, call: &ActionCall<'_>) -> Option<String> {
        let Origin::Url(base) = &call.run.origin else {
            return None;
        };
        let base = Url::parse(base).ok()?;
        let template = call.services.forges.address(&base)?;
        let is_same = authority(&base) == self.host
            && template.repository == self.address.repository
            && template.revision == self.address.revision;
        call.run.template_commit.clone().filter(|_| is_same)
    }

    async fn one_by_one(&self, commit: &CommitId) -> Result<Vec<Fetched>> {
        let repository = &self.address.repository;
        let tree = self.forge.tree(repository, commit.as_str()).await?;
        let wanted: Vec<(&TreeEntry, &str)> = tree
            .entries
            .iter()
            .filter_map(|entry| Some((entry, archive::below(&entry.path, &self.address.path)?)))
            .collect();
        if tree.is_truncated || wanted.len() > MAX_ENTRIES {
            return Err(Error::Input(format!(
                "{repository} has too many files to be fetched. Fetch a smaller folder."
            )));
        }
        let mut found = Vec::with_capacity(wanted.len());
        for some in wanted.chunks(PARALLEL) {
            let reads = some
                .iter()
                .map(|(entry, inner)| self.entry(commit, entry, inner));
            found.extend(try_join_all(reads).await?.into_iter().flatten());
        }
        Ok(found)
    }

    async fn entry(
        &self,
        commit: &CommitId,
        entry: &TreeEntry,
        inner: &str,
    ) -> Result<Option<Fetched>> {
        let kind = match entry.kind {
            TreeEntryKind::File => EntryKind::File,
            TreeEntryKind::Executable => EntryKind::Executable,
            TreeEntryKind::Symlink => EntryKind::Link,
            TreeEntryKind::Submodule => return Ok(None),
        };
        let repository = &self.address.repository;
        let read = self
            .forge
            .read_file(repository, commit.as_str(), &entry.path, None)
            .await?;
        Ok(Some(Fetched {
            path: inner.to_owned(),
            kind,
            content: content(read)?,
        }))
    }

    fn nothing(&self, repository: &RepositoryId) -> Error {
        Error::NotFound(format!(
            "{} was not found: {repository} has no such branch, tag or commit, or the portal may not see it.",
            self.target
        ))
    }
}

fn content(read: FileRead) -> Result<Vec<u8>> {
    match read {
        FileRead::Found(file) => Ok(file.bytes.into()),
        FileRead::NotModified => Err(Error::internal(
            "a file was not sent though nothing of it is known",
        )),
    }
}
