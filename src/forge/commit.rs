//! Commits and branches.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{ForgeError, RepositoryId, Result};
use crate::clock::UnixMillis;

/// The hash of a commit, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommitId(pub String);

impl CommitId {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first ten digits, as people write it.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..10).unwrap_or(&self.0)
    }

    /// Whether a revision is a commit, and not a branch or a tag: a whole hash, SHA-1 or SHA-256.
    #[must_use]
    pub fn is_commit(revision: &str) -> bool {
        matches!(revision.len(), 40 | 64) && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
    }
}

/// The commit a revision stands for, which must be there. What tells it is not asked if it is a commit itself.
pub(super) async fn resolved(
    host: &str,
    repository: &RepositoryId,
    revision: &str,
    told: impl Future<Output = Result<Option<Commit>>>,
) -> Result<CommitId> {
    if CommitId::is_commit(revision) {
        return Ok(CommitId(revision.to_owned()));
    }
    let found = told.await?.map(|commit| commit.id);
    found.ok_or_else(|| {
        let what = format!("branch, tag or commit {revision} in {repository}");
        ForgeError::not_found(host, &what)
    })
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who wrote or made a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// As they are called.
    pub name: String,
    /// Where they are reached.
    pub email: String,
}

/// A commit as its host tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its hash.
    pub id: CommitId,
    /// The hash of all its files, where the host tells it: two commits with one tree have the same content.
    pub tree: Option<String>,
    /// What it follows.
    pub parents: Vec<CommitId>,
    /// The whole message; a run's mark (`Callboard-Run: <id>/<step>`) is a trailer of it.
    pub message: String,
    /// Who wrote it.
    pub author: Person,
    /// Who made it.
    pub committer: Person,
    /// When it was written.
    pub authored_at: Option<UnixMillis>,
}

impl Commit {
    /// The value of a trailer of the message, such as `Callboard-Run`.
    #[must_use]
    pub fn trailer(&self, name: &str) -> Option<&str> {
        let mut lines = self.message.lines().rev();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::trim))
    }
}

/// A commit to be made of many files at once: all of them or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommit {
    /// The branch it goes to.
    pub branch: String,
    /// The branch it starts from, on GitHub also a commit, if `branch` is to be made; `None`: `branch` is there.
    pub new_branch_from: Option<String>,
    /// The head the branch (or the one it starts from) must have, else nothing is done and it is a conflict.
    /// A host whose API cannot compare checks it immediately before.
    pub expected_parent: Option<CommitId>,
    /// What is said about it, trailers included.
    pub message: String,
    /// Who wrote it; `None`: whom the token belongs to.
    pub author: Option<Person>,
    /// Who made it; `None`: whom the token belongs to.
    pub committer: Option<Person>,
    /// Both dates; a repeated commit with the same date has the same hash, where the host lets us set it.
    pub at: Option<UnixMillis>,
    /// What it does to which files; at least one.
    pub files: Vec<FileChange>,
}

/// The branch of the first commit, where nobody says.
pub(super) const FIRST_BRANCH: &str = "main";

impl NewCommit {
    /// The branch it starts from: the one it goes to, unless that is to be made.
    pub(super) fn base(&self) -> &str {
        self.new_branch_from.as_deref().unwrap_or(&self.branch)
    }

    /// A conflict where the branch it starts from is not at the commit it must be at; `head` is where that is now.
    pub(super) fn check_head(
        &self,
        host: &str,
        repository: &RepositoryId,
        head: Option<&CommitId>,
    ) -> Result<()> {
        let expected = self.expected_parent.as_ref();
        let Some(expected) = expected.filter(|id| Some(*id) != head) else {
            return Ok(());
        };
        let now = head.map_or("no commit", CommitId::short);
        let (base, then) = (self.base(), expected.short());
        Err(ForgeError::conflict(
            host,
            format!("The branch {base} of {repository} is at {now} now, not at {then}."),
        ))
    }

    /// The first commit of a repository that is to have a read-me.
    pub(super) fn read_me(branch: &str, name: &str) -> Self {
        Self {
            branch: branch.to_owned(),
            new_branch_from: None,
            expected_parent: None,
            message: "Add a read-me".to_owned(),
            author: None,
            committer: None,
            at: None,
            files: vec![FileChange {
                path: "README.md".to_owned(),
                written: Written::Create(format!("# {name}\n").into()),
            }],
        }
    }
}

/// What a commit does to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// From the root of the repository, without a leading slash.
    pub path: String,
    /// What is done.
    pub written: Written,
}

/// What is done to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It is made; if it is there already, that is a conflict.
    Create(Bytes),
    /// It is written over. With the blob id it must have now, else that is a conflict.
    Update {
        /// What it holds then.
        content: Bytes,
        /// The blob it must be now; `None`: whatever it is.
        replaces: Option<String>,
    },
    /// It is removed.
    Delete,
}

/// A branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its name, without `refs/heads/`.
    pub name: String,
    /// The commit it is at.
    pub commit: CommitId,
    /// Whether rules say who may change it.
    pub is_protected: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailer_is_found_at_its_line() {
        let person = Person {
            name: "Ana".to_owned(),
            email: "ana@example.com".to_owned(),
        };
        let commit = Commit {
            id: CommitId("a".repeat(40)),
            tree: None,
            parents: Vec::new(),
            message: "Add it\n\nTalks of Callboard-Run: nothing\n\nCallboard-Run: 17/publish \n"
                .to_owned(),
            author: person.clone(),
            committer: person,
            authored_at: None,
        };
        assert_eq!(commit.trailer("Callboard-Run"), Some("17/publish"));
        assert_eq!(commit.trailer("Callboard"), None);
    }

    #[test]
    fn only_a_whole_hash_is_a_commit() {
        for (revision, expected) in [
            ("0123456789abcdef0123456789abcdef01234567", true),
            ("0123456789abcdef0123456789abcdef0123456", false),
            ("main", false),
            ("g123456789abcdef0123456789abcdef01234567", false),
        ] {
            assert_eq!(CommitId::is_commit(revision), expected, "{revision}");
        }
    }
}
