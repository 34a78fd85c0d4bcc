//! Files, trees and archives of GitLab.

use reqwest::Method;
use serde::Deserialize;

use super::{commits, on};
use crate::forge::{
    Archive, ArchiveFormat, CommitId, FileRead, RepositoryId, Result, Tree, TreeEntry,
    TreeEntryKind,
    client::HostClient,
    pages::{PAGE, next_parameter},
};

/// No tree is read further: 20,000 entries.
const MAX_TREE_PAGES: usize = 200;

#[derive(Deserialize)]
struct EntryJson {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    path: String,
    mode: String,
}

pub(super) async fn tree(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<Tree> {
    let commit = commits::resolve(client, repository, revision).await?;
    let call = on(client, Method::GET, repository, &["repository", "tree"])
        .query("ref", commit.as_str())
        .query("recursive", "true")
        .query("pagination", "keyset")
        .query("per_page", &PAGE.to_string())
        .about(format!("tree of {repository}"));
    let mut tree = Tree {
        commit,
        entries: Vec::new(),
        is_truncated: true,
    };
    let mut token: Option<String> = None;
    for _ in 0..MAX_TREE_PAGES {
        let mut page = call.clone();
        if let Some(token) = &token {
            page = page.query("page_token", token);
        }
        let answer = page.send().await?;
        let entries: Vec<EntryJson> = answer.json(client.host())?;
        tree.entries.extend(entries.into_iter().filter_map(entry));
        token = next_parameter(&answer, "page_token");
        if token.is_none() {
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
        blob: json.id,
        size_bytes: None,
    })
}

pub(super) async fn read_file(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
    file: &str,
    etag: Option<&str>,
) -> Result<FileRead> {
    let place = ["repository", "files", file, "raw"];
    let call = on(client, Method::GET, repository, &place)
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
    let place = ["repository", "archive.tar.gz"];
    on(client, Method::GET, repository, &place)
        .query("sha", commit.as_str())
        .about(format!("archive of {repository} at {}", commit.short()))
        .archive(ArchiveFormat::TarGz)
        .await
}
