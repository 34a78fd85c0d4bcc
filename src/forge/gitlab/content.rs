//! Files, trees and archives of GitLab.

use reqwest::{Method, header::IF_NONE_MATCH};
use serde::Deserialize;

use super::{commits, on};
use crate::forge::{
    Archive, ArchiveFormat, CommitId, FileRead, RemoteFile, RepositoryId, Result, Tree, TreeEntry,
    TreeEntryKind,
    call::ARCHIVE_TIMEOUT,
    client::HostClient,
    pages::{PAGE, next_parameter},
    tree::{MAX_ARCHIVE_BYTES, MAX_FILE_BYTES},
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
    let kind = match (json.kind.as_str(), json.mode.as_str()) {
        ("commit", _) => TreeEntryKind::Submodule,
        ("blob", "120000") => TreeEntryKind::Symlink,
        ("blob", "100755") => TreeEntryKind::Executable,
        ("blob", _) => TreeEntryKind::File,
        _ => return None,
    };
    Some(TreeEntry {
        path: json.path,
        kind,
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
    let mut call = on(client, Method::GET, repository, &place)
        .query("ref", revision)
        .limit(MAX_FILE_BYTES)
        .about(format!("file {file} in {repository} at {revision}"));
    if let Some(etag) = etag {
        call = call.header(IF_NONE_MATCH, etag);
    }
    let answer = call.send().await?;
    if answer.is_not_modified() {
        return Ok(FileRead::NotModified);
    }
    Ok(FileRead::Found(RemoteFile {
        etag: answer.etag(),
        bytes: answer.bytes,
    }))
}

pub(super) async fn archive(
    client: &HostClient,
    repository: &RepositoryId,
    commit: &CommitId,
) -> Result<Archive> {
    let place = ["repository", "archive.tar.gz"];
    let answer = on(client, Method::GET, repository, &place)
        .query("sha", commit.as_str())
        .limit(MAX_ARCHIVE_BYTES)
        .timeout(ARCHIVE_TIMEOUT)
        .about(format!("archive of {repository} at {}", commit.short()))
        .send()
        .await?;
    Ok(Archive {
        format: ArchiveFormat::TarGz,
        bytes: answer.bytes,
    })
}
