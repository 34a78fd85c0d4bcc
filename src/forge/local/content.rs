//! What lies in a repository: files, lists of files, archives.

use bytes::Bytes;

use super::{
    super::{
        Archive, ArchiveFormat, CommitId, FileRead, RemoteFile, RepositoryId, Result, Tree,
        TreeEntry, TreeEntryKind,
        tree::{MAX_ARCHIVE_BYTES, MAX_FILE_BYTES},
    },
    LocalHost, LocalRepository,
};
use crate::git::{self, EntryKind};

pub(super) async fn tree(host: &LocalHost, id: &RepositoryId, revision: &str) -> Result<Tree> {
    let found = host.open(id).await?;
    let commit = resolve(host, &found, revision).await?;
    let listed = found.git.tree(&commit, "", true).await;
    let entries = listed.map_err(|fault| host.fault(&fault))?.into_iter();
    Ok(Tree {
        commit: CommitId(commit.to_string()),
        entries: entries.filter_map(entry).collect(),
        is_truncated: false,
    })
}

pub(super) async fn read_file(
    host: &LocalHost,
    id: &RepositoryId,
    revision: &str,
    path: &str,
    etag: Option<&str>,
) -> Result<FileRead> {
    let found = host.open(id).await?;
    let commit = match git::CommitId::parse(revision) {
        // One that is not there has no files.
        Some(commit) => commit,
        None => resolve(host, &found, revision).await?,
    };
    let not_there = || host.not_found(&format!("file {path} at {revision} of {id}"));
    let entry = found.git.entry(&commit, path).await;
    let entry = entry
        .map_err(|fault| host.fault(&fault))?
        .ok_or_else(not_there)?;
    // A link is never followed: its content is where it points.
    if !matches!(entry.kind, EntryKind::File | EntryKind::Executable) {
        return Err(not_there());
    }
    if etag == Some(&entry.id) {
        return Ok(FileRead::NotModified);
    }
    let bytes = found.git.blob(&entry.id, MAX_FILE_BYTES).await;
    Ok(FileRead::Found(RemoteFile {
        bytes: Bytes::from(bytes.map_err(|fault| host.fault(&fault))?),
        etag: Some(entry.id),
    }))
}

pub(super) async fn archive(
    host: &LocalHost,
    id: &RepositoryId,
    commit: &CommitId,
) -> Result<Archive> {
    let found = host.open(id).await?;
    let commit = resolve(host, &found, commit.as_str()).await?;
    let packed = found
        .git
        .archive(&commit, found.name.name(), MAX_ARCHIVE_BYTES)
        .await;
    Ok(Archive {
        format: ArchiveFormat::TarGz,
        bytes: Bytes::from(packed.map_err(|fault| host.fault(&fault))?),
    })
}

/// The commit of a revision, which must be there.
pub(super) async fn resolve(
    host: &LocalHost,
    found: &LocalRepository,
    revision: &str,
) -> Result<git::CommitId> {
    let resolved = found.git.resolve(revision).await;
    let resolved = resolved.map_err(|fault| host.fault(&fault))?;
    resolved.ok_or_else(|| {
        host.not_found(&format!(
            "branch, tag or commit {revision} in {}",
            found.name
        ))
    })
}

fn entry(entry: git::TreeEntry) -> Option<TreeEntry> {
    let kind = match entry.kind {
        EntryKind::Folder => return None,
        EntryKind::File => TreeEntryKind::File,
        EntryKind::Executable => TreeEntryKind::Executable,
        EntryKind::Link => TreeEntryKind::Symlink,
        EntryKind::Submodule => TreeEntryKind::Submodule,
    };
    Some(TreeEntry {
        path: entry.path,
        kind,
        blob: entry.id,
        size_bytes: Some(entry.size),
    })
}
