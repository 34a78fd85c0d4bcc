//! What lies in a repository at a commit: files, lists of files, archives.

use bytes::Bytes;

use super::CommitId;

/// No file is read that is larger: 10 MiB, as for a descriptor.
pub const MAX_FILE_BYTES: usize = 10 * 1024 * 1024;
/// No archive is: 64 MiB, the size of a run's workspace.
pub const MAX_ARCHIVE_BYTES: usize = 64 * 1024 * 1024;

/// What reading a file came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileRead {
    /// It is as it was when the known ETag was given.
    NotModified,
    /// It was read.
    Found(RemoteFile),
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// What is in it, at most [`MAX_FILE_BYTES`].
    pub bytes: Bytes,
    /// To ask with the next time: the host's ETag or blob id, whichever it compares.
    pub etag: Option<String>,
}

/// The files of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// Of which commit.
    pub commit: CommitId,
    /// All of them, in order of their paths. Folders are left out.
    pub entries: Vec<TreeEntry>,
    /// Whether the host left some out because there are too many.
    pub is_truncated: bool,
}

/// One file of a [`Tree`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// From the root of the repository, without a leading slash.
    pub path: String,
    /// What it is.
    pub kind: TreeEntryKind,
    /// The hash of its content: the same content has the same id everywhere. Of Bitbucket, which does not tell
    /// it, `<commit>:<path>`.
    pub blob: String,
    /// Its size, where the host tells it.
    pub size_bytes: Option<u64>,
}

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeEntryKind {
    /// A file.
    File,
    /// A file that can be run.
    Executable,
    /// A symbolic link; its content is where it leads.
    Symlink,
    /// Another repository at some commit.
    Submodule,
}

impl TreeEntryKind {
    /// By Git's words for an entry, as hosts repeat them; `None` for a folder, which is no entry of ours.
    pub(super) fn of_git(kind: &str, mode: &str) -> Option<Self> {
        match (kind, mode) {
            ("commit", _) => Some(Self::Submodule),
            ("blob", "120000") => Some(Self::Symlink),
            ("blob", "100755") => Some(Self::Executable),
            ("blob", _) => Some(Self::File),
            _ => None,
        }
    }
}

/// Everything of a commit, packed. The one folder at its top is the host's, and is to be stripped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// How it is packed.
    pub format: ArchiveFormat,
    /// At most [`MAX_ARCHIVE_BYTES`].
    pub bytes: Bytes,
}

/// How an archive is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveFormat {
    /// `.tar.gz`
    TarGz,
    /// `.zip`, which Azure DevOps makes: without a folder of its own at the top.
    Zip,
}

/// What stands for the hash of a file where the host does not tell it: another at every commit.
pub(super) fn blob_at(commit: &CommitId, path: &str) -> String {
    format!("{commit}:{path}")
}

/// Whether a file that holds this at a commit is the one that was seen, by either kind of id.
pub(super) fn is_blob(seen: &str, bytes: &[u8], (commit, path): (&CommitId, &str)) -> bool {
    seen == blob_id(bytes, commit) || seen == blob_at(commit, path)
}

/// The id Git gives content, by the hash its commits have: what the entries of a tree are compared with.
#[must_use]
pub fn blob_id(bytes: &[u8], commit: &CommitId) -> String {
    use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
    let is_sha256 = commit.as_str().len() == 64;
    let mut hash = Context::new(if is_sha256 {
        &SHA256
    } else {
        &SHA1_FOR_LEGACY_USE_ONLY
    });
    hash.update(format!("blob {}\0", bytes.len()).as_bytes());
    hash.update(bytes);
    let digest = hash.finish();
    digest
        .as_ref()
        .iter()
        .fold(String::new(), |mut text, byte| {
            use std::fmt::Write;
            // Writing to a text cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_has_the_id_git_gives_it() {
        let sha1 = CommitId("a".repeat(40));
        assert_eq!(
            blob_id(b"# shop\n\n", &sha1),
            "e5a8d0da0818d034be06836e9f50795b3b6bdce6"
        );
        assert_eq!(
            blob_id(b"", &sha1),
            "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
        );
        assert_eq!(blob_id(b"", &CommitId("a".repeat(64))).len(), 64);
    }
}
