//! Files, lists of files and archives of Azure DevOps.

use reqwest::{Method, header::ACCEPT};
use serde::Deserialize;

use super::{ListJson, commits, on};
use crate::forge::{
    Archive, ArchiveFormat, CommitId, FileRead, ForgeErrorKind, RepositoryId, Result, Tree,
    TreeEntry, TreeEntryKind, call::Call, client::HostClient,
};

/// Azure lists everything at once: about 100,000 files.
const MAX_TREE_BYTES: usize = 32 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemJson {
    object_id: String,
    git_object_type: String,
    path: String,
    #[serde(default)]
    is_sym_link: bool,
}

fn items<'a>(
    client: &'a HostClient,
    repository: &RepositoryId,
    kind: &str,
    version: &str,
) -> Call<'a> {
    on(client, Method::GET, repository, &["items"])
        .query("versionDescriptor.versionType", kind)
        .query("versionDescriptor.version", version)
}

pub(super) async fn tree(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<Tree> {
    let commit = commits::resolve(client, repository, revision).await?;
    let found: ListJson<ItemJson> = items(client, repository, "commit", commit.as_str())
        .query("scopePath", "/")
        .query("recursionLevel", "full")
        .limit(MAX_TREE_BYTES)
        .about(format!("tree of {repository}"))
        .json()
        .await?;
    let mut entries: Vec<TreeEntry> = found.value.into_iter().filter_map(entry).collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Tree {
        commit,
        entries,
        is_truncated: false,
    })
}

/// Folders are no entries of ours. Which files are executable is not told.
fn entry(json: ItemJson) -> Option<TreeEntry> {
    let kind = match json.git_object_type.as_str() {
        "blob" if json.is_sym_link => TreeEntryKind::Symlink,
        "blob" => TreeEntryKind::File,
        "commit" => TreeEntryKind::Submodule,
        _ => return None,
    };
    Some(TreeEntry {
        path: json.path.trim_start_matches('/').to_owned(),
        kind,
        blob: json.object_id,
        size_bytes: None,
    })
}

/// A revision that is no commit is first taken for a branch, then for a tag.
pub(super) async fn read_file(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
    file: &str,
    etag: Option<&str>,
) -> Result<FileRead> {
    let read = async |kind: &str| {
        items(client, repository, kind, revision)
            .query("path", &format!("/{file}"))
            .query("$format", "octetStream")
            .header(ACCEPT, "application/octet-stream")
            .file(etag)
            .about(format!("file {file} in {repository} at {revision}"))
            .send()
            .await
    };
    let answer = if CommitId::is_commit(revision) {
        read("commit").await?
    } else {
        match read("branch").await {
            Err(fault) if fault.kind == ForgeErrorKind::NotFound => {
                read("tag").await.map_err(|_| fault)?
            }
            other => other?,
        }
    };
    Ok(answer.into())
}

pub(super) async fn archive(
    client: &HostClient,
    repository: &RepositoryId,
    commit: &CommitId,
) -> Result<Archive> {
    items(client, repository, "commit", commit.as_str())
        .query("scopePath", "/")
        .query("recursionLevel", "full")
        .query("download", "true")
        .query("$format", "zip")
        .header(ACCEPT, "application/zip")
        .about(format!("archive of {repository} at {}", commit.short()))
        .archive(ArchiveFormat::Zip)
        .await
}
