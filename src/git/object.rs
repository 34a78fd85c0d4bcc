//! What is in a commit: folders, files, and what only looks like one.

use super::{
    error::{GitError, Result},
    name::CommitId,
    repository::Repository,
};

/// A listing of more bytes is refused: about 200,000 entries.
const MAX_LISTING: usize = 32 * 1024 * 1024;

/// What an entry of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A file that can be run.
    Executable,
    /// A symbolic link: its content is where it points. It is never followed.
    Link,
    /// A commit of another repository.
    Submodule,
}

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// Its path, from the folder that was listed. Bytes that are no UTF-8 are replaced, and the entry cannot be opened.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Hash of its content.
    pub id: String,
    /// Its size in bytes; 0 for what is no file.
    pub size: u64,
}

impl Repository {
    /// The entries of a folder, or with `recursive` everything below it. `path` is empty for the root.
    ///
    /// [`GitError::NotFound`] if there is no such folder.
    pub async fn tree(
        &self,
        commit: &CommitId,
        path: &str,
        recursive: bool,
    ) -> Result<Vec<TreeEntry>> {
        let path = path.trim_matches('/');
        let folder = format!("{commit}:{path}");
        let mut args = vec!["ls-tree", "-z", "-l", "--full-tree"];
        if recursive {
            args.push("-r");
        }
        args.extend(["--end-of-options", &folder]);
        let mut call = self.call(&args);
        call.max_output = MAX_LISTING;
        let output = self.git.try_run(call).await?;
        if output.code == Some(0) {
            return Ok(entries(&output.bytes));
        }
        match self.entry(commit, path).await? {
            None if !path.is_empty() => Err(GitError::NotFound(format!(
                "There is no folder {} in commit {}.",
                path.escape_debug(),
                commit.short()
            ))),
            Some(entry) if entry.kind != EntryKind::Folder => Err(GitError::NotFound(format!(
                "{} is no folder.",
                path.escape_debug()
            ))),
            _ => Err(GitError::Failed {
                command: "ls-tree".to_owned(),
                said: output.said,
            }),
        }
    }

    /// One entry, if it is there.
    pub async fn entry(&self, commit: &CommitId, path: &str) -> Result<Option<TreeEntry>> {
        let path = path.trim_matches('/');
        let leads_elsewhere = |part: &str| matches!(part, "" | "." | "..");
        if path.contains('\0') || path.split('/').any(leads_elsewhere) {
            return Ok(None);
        }
        let args = [
            "ls-tree",
            "-z",
            "-l",
            "--full-tree",
            commit.as_str(),
            "--",
            path,
        ];
        let output = self.git.try_run(self.call(&args)).await?;
        if output.code == Some(0) {
            let mut found = entries(&output.bytes).into_iter();
            return Ok(found.find(|entry| entry.path == path));
        }
        match self.resolve(commit.as_str()).await? {
            None => Ok(None),
            Some(_) => Err(GitError::Failed {
                command: "ls-tree".to_owned(),
                said: output.said,
            }),
        }
    }

    /// The content of a file or the target of a link, by its hash.
    ///
    /// [`GitError::TooLarge`] above `max_bytes`.
    pub async fn blob(&self, id: &str, max_bytes: usize) -> Result<Vec<u8>> {
        let Some(id) = CommitId::parse(id) else {
            return Err(GitError::NotFound("There is no such file.".to_owned()));
        };
        let args = ["cat-file", "blob", id.as_str()];
        let mut call = self.call(&args);
        call.max_output = max_bytes;
        Ok(self.git.run(call).await?.bytes)
    }

    /// A file of a commit with its content: `None` if it is not there, is a folder, a link or a submodule.
    ///
    /// [`GitError::TooLarge`] above `max_bytes`.
    pub async fn file(
        &self,
        commit: &CommitId,
        path: &str,
        max_bytes: usize,
    ) -> Result<Option<(TreeEntry, Vec<u8>)>> {
        let Some(entry) = self.entry(commit, path).await? else {
            return Ok(None);
        };
        if !matches!(entry.kind, EntryKind::File | EntryKind::Executable) {
            return Ok(None);
        }
        if entry.size > max_bytes as u64 {
            return Err(GitError::TooLarge(
                "cat-file".to_owned(),
                max_bytes / (1024 * 1024),
            ));
        }
        let content = self.blob(&entry.id, max_bytes).await?;
        Ok(Some((entry, content)))
    }
}

/// `<mode> <type> <id> <size>\t<path>\0`
fn entries(listing: &[u8]) -> Vec<TreeEntry> {
    let entry = |record: &[u8]| {
        let tab = record.iter().position(|byte| *byte == b'\t')?;
        let head = std::str::from_utf8(&record[..tab]).ok()?;
        let mut fields = head.split_ascii_whitespace();
        let (mode, _, id, size) = (
            fields.next()?,
            fields.next()?,
            fields.next()?,
            fields.next()?,
        );
        Some(TreeEntry {
            path: String::from_utf8_lossy(&record[tab + 1..]).into_owned(),
            kind: match mode {
                "040000" => EntryKind::Folder,
                "100755" => EntryKind::Executable,
                "120000" => EntryKind::Link,
                "160000" => EntryKind::Submodule,
                _ => EntryKind::File,
            },
            id: id.to_owned(),
            size: size.parse().unwrap_or(0),
        })
    };
    listing.split(|byte| *byte == 0).filter_map(entry).collect()
}
