//! Files, lists of files and archives of Bitbucket Data Center.

use reqwest::Method;

use super::{commits, on};
use crate::forge::{
    Archive, ArchiveFormat, CommitId, FileRead, RepositoryId, Result, Tree, TreeEntry,
    TreeEntryKind, client::HostClient, pages, tree::blob_at,
};

/// Paths on one page; servers may give fewer.
const TREE_PAGE: usize = 10_000;
/// Paths are long: 32 MiB of them on a page.
const MAX_TREE_BYTES: usize = 32 * 1024 * 1024;

/// Bitbucket lists paths alone: neither what they are nor their hashes.
pub(super) async fn tree(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<Tree> {
    let commit = commits::resolve(client, repository, revision).await?;
    let call = on(client, Method::GET, repository, &["files"])
        .query("at", commit.as_str())
        .limit(MAX_TREE_BYTES)
        .about(format!("tree of {repository}"));
    let (mut paths, is_whole) = pages::from_start::<String>(call, TREE_PAGE).await?;
    paths.sort();
    let entries = paths.into_iter().map(|path| TreeEntry {
        kind: TreeEntryKind::File,
        blob: blob_at(&commit, &path),
        size_bytes: None,
        path,
    });
    Ok(Tree {
        entries: entries.collect(),
        is_truncated: !is_whole,
        commit,
    })
}

pub(super) async fn read_file(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
    file: &str,
    etag: Option<&str>,
) -> Result<FileRead> {
    let mut place = vec!["raw"];
    place.extend(file.split('/'));
    let call = on(client, Method::GET, repository, &place)
        .query("at", revision)
        .file(etag)
        .about(format!("file {file} in {repository} at {revision}"));
    Ok(call.send().await?.into())
}

pub(super) async fn archive(
    client: &HostClient,
    repository: &RepositoryId,
    commit: &CommitId,
) -> Result<Archive> {
    on(client, Method::GET, repository, &["archive"])
        .query("at", commit.as_str())
        .query("format", "tgz")
        // Without it there is no folder at the top, as other hosts have.
        .query("prefix", &repository.name)
        .about(format!("archive of {repository} at {}", commit.short()))
        .archive(ArchiveFormat::TarGz)
        .await
}
