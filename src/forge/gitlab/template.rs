//! A project of the files of another. GitLab has templates only in paid editions, so the files are copied.

use reqwest::Method;
use serde_json::json;

use super::{content, on, projects, write};
use crate::forge::{
    FileChange, ForgeError, ForgeErrorKind, NewCommit, NewRepository, Repository, RepositoryId,
    Result, Tree, TreeEntry, TreeEntryKind, Written,
    client::HostClient,
    tree::{MAX_ARCHIVE_BYTES, MAX_FILE_BYTES},
};

/// No template has more files.
const MAX_FILES: usize = 500;

pub(super) async fn copy(
    client: &HostClient,
    template: &RepositoryId,
    new: &NewRepository,
) -> Result<Repository> {
    let found = projects::get(client, template).await?;
    let found = found
        .ok_or_else(|| ForgeError::not_found(client.host(), &format!("project {template}")))?;
    let tree = content::tree(client, template, &found.default_branch).await?;
    let files = files(client, template, &tree).await?;
    let empty = NewRepository {
        with_readme: false,
        ..new.clone()
    };
    projects::create(client, &empty).await?;
    let branch = new.default_branch.as_ref().unwrap_or(&found.default_branch);
    let commit = NewCommit {
        branch: branch.clone(),
        new_branch_from: None,
        expected_parent: None,
        message: format!("Begin with the files of {template}"),
        author: None,
        committer: None,
        at: None,
        files,
    };
    write::commit_files(client, &new.id, &commit).await?;
    make_executable(client, &new.id, branch, &tree).await?;
    let made = projects::get(client, &new.id).await?;
    made.ok_or_else(|| ForgeError::not_found(client.host(), &format!("project {}", new.id)))
}

/// Symbolic links and other repositories cannot be committed by the API, and are left out.
async fn files(
    client: &HostClient,
    template: &RepositoryId,
    tree: &Tree,
) -> Result<Vec<FileChange>> {
    let mut files = Vec::new();
    let mut size = 0;
    for entry in tree.entries.iter().filter(|entry| is_file(entry)) {
        let place = ["repository", "blobs", &entry.blob, "raw"];
        let answer = on(client, Method::GET, template, &place)
            .limit(MAX_FILE_BYTES)
            .about(format!("file {} in {template}", entry.path))
            .send()
            .await?;
        size += answer.bytes.len();
        if tree.is_truncated || files.len() == MAX_FILES || size > MAX_ARCHIVE_BYTES {
            return Err(ForgeError::new(
                ForgeErrorKind::TooLarge,
                client.host(),
                format!("{template} is too large for a template: {MAX_FILES} files, 64 MiB."),
                "Leave out what is no part of the template.",
            ));
        }
        files.push(FileChange {
            path: entry.path.clone(),
            written: Written::Create(answer.bytes),
        });
    }
    Ok(files)
}

fn is_file(entry: &TreeEntry) -> bool {
    matches!(entry.kind, TreeEntryKind::File | TreeEntryKind::Executable)
}

/// The API makes no file executable, only a file that is there.
async fn make_executable(
    client: &HostClient,
    repository: &RepositoryId,
    branch: &str,
    tree: &Tree,
) -> Result<()> {
    let entries = tree.entries.iter();
    let actions: Vec<_> = entries
        .filter(|entry| entry.kind == TreeEntryKind::Executable)
        .map(
            |entry| json!({ "action": "chmod", "file_path": entry.path, "execute_filemode": true }),
        )
        .collect();
    if actions.is_empty() {
        return Ok(());
    }
    let body = json!({
        "branch": branch,
        "commit_message": "Make programs executable",
        "actions": actions,
    });
    let call = on(client, Method::POST, repository, &["repository", "commits"]);
    call.body(&body).done().await
}
