//! Files, trees and archives of Gitea.

use serde::Deserialize;

use super::{commits, path};
use crate::forge::{
    Archive, ArchiveFormat, CommitId, FileRead, ForgeError, RepositoryId, Result, Tree, TreeEntry,
    TreeEntryKind, client::HostClient,
};

/// Entries of a tree on one page: what Gitea gives at most.
const TREE_PAGE: usize = 1000;
/// No tree is read further: 100,000 entries.
const MAX_TREE_PAGES: usize = 100;

#[derive(Deserialize)]
struct TreeJson {
    #[serde(default)]
    tree: Option<Vec<EntryJson>>,
    #[serde(default)]
    truncated: bool,
}

#[derive(Deserialize)]
struct EntryJson {
    path: String,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    sha: String,
    #[serde(default)]
    size: u64,
}

pub(super) async fn tree(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<Tree> {
    let commit = commits::resolve(client, repository, revision).await?;
    let mut tree = Tree {
        commit,
        entries: Vec::new(),
        is_truncated: true,
    };
    for page in 1..=MAX_TREE_PAGES {
        let found: TreeJson = client
            .get(&path(repository, &["git", "trees", tree.commit.as_str()]))
            .query("recursive", "true")
            .query("page", &page.to_string())
            .query("per_page", &TREE_PAGE.to_string())
            .about(format!("tree of {repository}"))
            .json()
            .await?;
        let entries = found.tree.unwrap_or_default();
        let is_last = entries.is_empty() || !found.truncated;
        tree.entries.extend(entries.into_iter().filter_map(entry));
        if is_last {
            tree.is_truncated = false;
            break;
        }
    }
    tree.entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(tree)
}

/// Folders are no entries of ours.
fn entry(json: EntryJson) -> Option<TreeEntry> {
    Some(TreeEntry {
        kind: TreeEntryKind::of_git(&json.kind, &json.mode)?,
        path: json.path,
        blob: json.sha,
        size_bytes: Some(json.size),
    })
}

pub(super) async fn read_file(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
    file: &str,
    etag: Option<&str>,
) -> Result<FileRead> {
    let mut segments = path(repository, &["raw"]);
    segments.extend(file.split('/'));
    let call = client
        .get(&segments)
        .query("ref", revision)
        .file(etag)
        .about(format!("file {file} in {repository} at {revision}"));
    Ok(call.send().await?.into())
}

pub(super) async fn archive(
    client: &HostClient,
    repository: &RepositoryId,
    commit: &CommitId,
) -> Result<Archive> {
    let file = format!("{commit}.tar.gz");
    let packed = client
        .get(&path(repository, &["archive", &file]))
        .about(format!("archive of {repository} at {}", commit.short()))
        .archive(ArchiveFormat::TarGz)
        .await?;
    if packed.bytes.is_empty() {
        return Err(ForgeError::not_found(
            client.host(),
            &format!("commit {commit} in {repository}"),
        ));
    }
    Ok(packed)
}
