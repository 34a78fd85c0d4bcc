//! Files, trees and archives of GitHub.

use reqwest::{
    Method,
    header::{ACCEPT, CONTENT_TYPE},
};
use serde::Deserialize;

use super::{commits, path};
use crate::forge::{
    Archive, ArchiveFormat, CommitId, FileRead, ForgeError, RepositoryId, Result, Tree, TreeEntry,
    TreeEntryKind, call::Call, client::HostClient,
};

/// A tree of GitHub's largest size (100,000 entries) fits.
const MAX_TREE_BYTES: usize = 32 * 1024 * 1024;

#[derive(Deserialize)]
pub(super) struct TreeJson {
    pub(super) tree: Vec<EntryJson>,
    #[serde(default)]
    pub(super) truncated: bool,
}

#[derive(Deserialize)]
pub(super) struct EntryJson {
    pub(super) path: String,
    pub(super) mode: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    pub(super) sha: String,
    #[serde(default)]
    size: Option<u64>,
}

impl EntryJson {
    /// Folders are no entries of ours.
    pub(super) fn is_folder(&self) -> bool {
        self.kind == "tree"
    }
}

/// A tree by its hash, or by that of its commit.
pub(super) async fn tree_json(
    client: &HostClient,
    repository: &RepositoryId,
    id: &str,
) -> Result<TreeJson> {
    client
        .get(&path(repository, &["git", "trees", id]))
        .query("recursive", "1")
        .limit(MAX_TREE_BYTES)
        .about(format!("tree of {repository}"))
        .json()
        .await
}

pub(super) async fn tree(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<Tree> {
    let commit = commits::resolve(client, repository, revision).await?;
    let found = tree_json(client, repository, commit.as_str()).await?;
    let mut entries: Vec<TreeEntry> = found.tree.into_iter().filter_map(entry).collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Tree {
        commit,
        entries,
        is_truncated: found.truncated,
    })
}

fn entry(json: EntryJson) -> Option<TreeEntry> {
    Some(TreeEntry {
        kind: TreeEntryKind::of_git(&json.kind, &json.mode)?,
        path: json.path,
        blob: json.sha,
        size_bytes: json.size,
    })
}

pub(super) async fn read_file(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
    file: &str,
    etag: Option<&str>,
) -> Result<FileRead> {
    let what = format!("file {file} in {repository} at {revision}");
    let call = file_call(client, repository, revision, file)
        .file(etag)
        .about(&what);
    let answer = call.send().await.map_err(|fault| {
        // Where raw files are, what is not there is said in plain text.
        if fault.status == Some(404) {
            return ForgeError::not_found(client.host(), &what);
        }
        fault
    })?;
    // A folder is answered by a list of what is in it.
    let kind = answer.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    if kind.starts_with("application/json") && !answer.is_not_modified() {
        return Err(ForgeError::not_found(
            client.host(),
            &format!("{what}: that is a folder,"),
        ));
    }
    Ok(answer.into())
}

/// Without a token GitHub lets its API be asked 60 times an hour; public files are to be had beside it.
fn file_call<'a>(
    client: &'a HostClient,
    repository: &RepositoryId,
    revision: &str,
    file: &str,
) -> Call<'a> {
    let raw = client.integration().raw_base_url.as_ref();
    if let Some(raw) = raw.filter(|_| client.credentials().is_empty()) {
        let mut url = raw.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty();
            segments.extend([repository.owner.as_str(), &repository.name]);
            segments.extend(revision.split('/').chain(file.split('/')));
        }
        return client.call_at(Method::GET, url).header(ACCEPT, "*/*");
    }
    client
        .get(&path(repository, &["contents", file]))
        .query("ref", revision)
        .header(ACCEPT, "application/vnd.github.raw+json")
}

pub(super) async fn archive(
    client: &HostClient,
    repository: &RepositoryId,
    commit: &CommitId,
) -> Result<Archive> {
    // The cloud packs on a host of its own; Enterprise on its own host or below it.
    let below = format!(".{}", client.host());
    client
        .get(&path(repository, &["tarball", commit.as_str()]))
        .may_lead_to(&["codeload.github.com", &below])
        .about(format!("archive of {repository} at {}", commit.short()))
        .archive(ArchiveFormat::TarGz)
        .await
}
