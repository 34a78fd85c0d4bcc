//! Commits from files in memory, by `git fast-import`: no work tree, and the same input gives the same hash.

use super::{
    command::Call,
    error::{GitError, Result},
    name::{BranchName, CommitId, check_path},
    repository::Repository,
};
use crate::clock::{UnixMillis, new_id};

/// All files of one commit together.
const MAX_CONTENT: usize = 128 * 1024 * 1024;
/// Files changed by one commit.
const MAX_CHANGES: usize = 20_000;

/// Who wrote or made a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
}

/// What happens to one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A file is written, whole.
    Write {
        /// From the root of the repository.
        path: String,
        /// What stands in it.
        content: Vec<u8>,
        /// Whether it can be run.
        executable: bool,
    },
    /// A file or folder goes.
    Delete {
        /// From the root of the repository.
        path: String,
    },
}

/// A commit to be made.
#[derive(Debug, Clone)]
pub struct NewCommit<'a> {
    /// The branch that gets it.
    pub branch: &'a BranchName,
    /// Where that branch is now; `None`: it must not be there.
    pub expected: Option<&'a CommitId>,
    /// The commit before; `None`: it is the first.
    pub parent: Option<&'a CommitId>,
    /// What changes, each path once.
    pub changes: Vec<Change>,
    /// The whole message.
    pub message: &'a str,
    /// Who wrote it.
    pub author: &'a Signature,
    /// Who made it.
    pub committer: &'a Signature,
    /// When, for both; kept to the second, in UTC.
    pub at: UnixMillis,
}

impl Repository {
    /// Makes a commit and moves its branch to it. The same commit made again is the same: it succeeds, with its hash.
    ///
    /// [`GitError::Moved`] if the branch is elsewhere, [`GitError::BadName`] for a path no repository may have.
    pub async fn commit(&self, commit: &NewCommit<'_>) -> Result<CommitId> {
        let id = self.import(commit).await?;
        self.move_branch(commit.branch, &id, commit.expected)
            .await?;
        Ok(id)
    }

    /// Writes the objects, on a reference that is gone at the end.
    async fn import(&self, commit: &NewCommit<'_>) -> Result<CommitId> {
        if let Some(parent) = commit.parent
            && self.resolve(parent.as_str()).await?.is_none()
        {
            return Err(GitError::NotFound(format!(
                "The commit {} to build on is not in this repository.",
                parent.short()
            )));
        }
        let call = Call {
            input: stream(commit)?,
            ..self.call(&["fast-import", "--quiet", "--date-format=raw", "--done"])
        };
        let output = self.git.run(call).await?;
        CommitId::parse(&output.text()).ok_or_else(|| GitError::Failed {
            command: "fast-import".to_owned(),
            said: "it named no commit".to_owned(),
        })
    }
}

/// What fast-import reads.
fn stream(commit: &NewCommit<'_>) -> Result<Vec<u8>> {
    check(&commit.changes)?;
    let draft = format!("refs/callboard/{}", new_id());
    let seconds = commit.at.0.div_euclid(1000).max(0);
    let mut out = format!("commit {draft}\nmark :1\n").into_bytes();
    for (role, who) in [("author", commit.author), ("committer", commit.committer)] {
        let line = format!(
            "{role} {} <{}> {seconds} +0000\n",
            clean(&who.name),
            clean(&who.email)
        );
        out.extend_from_slice(line.as_bytes());
    }
    // Git keeps no byte 0 in a message.
    data(&mut out, commit.message.replace('\0', "").as_bytes());
    if let Some(parent) = commit.parent {
        out.extend_from_slice(format!("from {parent}\n").as_bytes());
    }
    for change in &commit.changes {
        match change {
            Change::Delete { path } => {
                out.extend_from_slice(format!("D {}\n", quoted(path)).as_bytes());
            }
            Change::Write {
                path,
                content,
                executable,
            } => {
                let mode = if *executable { "100755" } else { "100644" };
                out.extend_from_slice(format!("M {mode} inline {}\n", quoted(path)).as_bytes());
                data(&mut out, content);
            }
        }
    }
    let gone = "0".repeat(40);
    out.extend_from_slice(format!("get-mark :1\nreset {draft}\nfrom {gone}\n\ndone\n").as_bytes());
    Ok(out)
}

fn check(changes: &[Change]) -> Result<()> {
    if changes.len() > MAX_CHANGES {
        return Err(GitError::BadName(format!(
            "{} files are too many for one commit; the limit is {MAX_CHANGES}.",
            changes.len()
        )));
    }
    let mut total = 0;
    let mut paths = std::collections::HashSet::new();
    for change in changes {
        let path = match change {
            Change::Delete { path } => path,
            Change::Write { path, content, .. } => {
                total += content.len();
                path
            }
        };
        check_path(path)?;
        if !paths.insert(path) {
            return Err(GitError::BadName(format!(
                "The path “{path}” is changed twice in one commit."
            )));
        }
    }
    if total > MAX_CONTENT {
        return Err(GitError::TooLarge(
            "commit".to_owned(),
            MAX_CONTENT / (1024 * 1024),
        ));
    }
    Ok(())
}

fn data(out: &mut Vec<u8>, content: &[u8]) {
    out.extend_from_slice(format!("data {}\n", content.len()).as_bytes());
    out.extend_from_slice(content);
    out.push(b'\n');
}

/// A path as C writes a string; control characters are refused before.
fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A name without what ends it in a commit.
fn clean(name: &str) -> String {
    let kept: String = name
        .chars()
        .filter(|letter| !letter.is_control() && !matches!(letter, '<' | '>'))
        .collect();
    kept.trim().to_owned()
}
