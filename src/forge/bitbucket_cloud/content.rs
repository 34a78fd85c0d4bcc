//! Files, lists of files and archives of Bitbucket Cloud.

use reqwest::Method;
use serde::Deserialize;

use super::{commits, on};
use crate::forge::{
    Archive, ArchiveFormat, CommitId, FileRead, RepositoryId, Result, Tree, TreeEntry,
    TreeEntryKind, address::encoded, client::HostClient, pages, tree::blob_at,
};

/// Deeper than anybody puts a file.
const DEPTH: &str = "30";
/// No tree is read further: 20,000 entries.
const MAX_TREE_PAGES: usize = 200;

#[derive(Deserialize)]
struct EntryJson {
    #[serde(rename = "type")]
    kind: String,
    path: String,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    attributes: Vec<String>,
}

pub(super) async fn tree(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<Tree> {
    let commit = commits::resolve(client, repository, revision).await?;
    // The empty name at its end says that a folder is meant.
    let call = on(
        client,
        Method::GET,
        repository,
        &["src", commit.as_str(), ""],
    )
    .query("max_depth", DEPTH)
    .about(format!("tree of {repository}"));
    let (found, is_whole) =
        pages::from_next::<EntryJson>(call, pages::PAGE, MAX_TREE_PAGES).await?;
    let files = found
        .into_iter()
        .filter(|entry| entry.kind == "commit_file");
    let mut entries: Vec<TreeEntry> = files.map(|json| entry(json, &commit)).collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Tree {
        commit,
        entries,
        is_truncated: !is_whole,
    })
}

fn entry(json: EntryJson, commit: &CommitId) -> TreeEntry {
    let has = |attribute: &str| json.attributes.iter().any(|found| found == attribute);
    let kind = if has("link") {
        TreeEntryKind::Symlink
    } else if has("subrepository") {
        TreeEntryKind::Submodule
    } else if has("executable") {
        TreeEntryKind::Executable
    } else {
        TreeEntryKind::File
    };
    TreeEntry {
        kind,
        blob: blob_at(commit, &json.path),
        size_bytes: json.size,
        path: json.path,
    }
}

pub(super) async fn read_file(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
    file: &str,
    etag: Option<&str>,
) -> Result<FileRead> {
    // In an address, nobody could tell where such a branch ends and the path begins.
    let commit = if revision.contains('/') {
        commits::resolve(client, repository, revision).await?.0
    } else {
        revision.to_owned()
    };
    let mut place = vec!["src", &commit];
    place.extend(file.split('/'));
    let call = on(client, Method::GET, repository, &place)
        .file(etag)
        .about(format!("file {file} in {repository} at {revision}"));
    Ok(call.send().await?.into())
}

/// Archives are packed where the pages are, not by the API.
pub(super) async fn archive(
    client: &HostClient,
    repository: &RepositoryId,
    commit: &CommitId,
) -> Result<Archive> {
    let mut url = client.integration().base_url.clone();
    let RepositoryId { owner, name } = repository;
    url.set_path(&format!(
        "/{}/{}/get/{commit}.tar.gz",
        encoded(owner),
        encoded(name)
    ));
    client
        .call_at(Method::GET, url)
        .about(format!("archive of {repository} at {}", commit.short()))
        .archive(ArchiveFormat::TarGz)
        .await
}
