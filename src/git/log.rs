//! The history of a branch.

use std::borrow::Cow;

use super::{
    commit::Signature,
    error::Result,
    name::{BranchName, CommitId},
    repository::Repository,
};
use crate::clock::UnixMillis;

/// Between the fields a byte that none of them may hold.
const FORMAT: &str = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%cn%x00%ce%x00%at%x00%B";
const FIELDS: usize = 9;
/// A page of commits with endless messages is refused.
const MAX_OUTPUT: usize = 4 * 1024 * 1024;

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its hash.
    pub id: CommitId,
    /// The hash of all its files.
    pub tree: String,
    /// What it follows.
    pub parents: Vec<CommitId>,
    /// Who wrote it.
    pub author: Signature,
    /// Who made it.
    pub committer: Signature,
    /// When it was written, as the author says.
    pub at: UnixMillis,
    /// All that is said about it.
    pub message: String,
}

impl Commit {
    /// The first line of its message.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}

impl Repository {
    /// Commits from `start` backwards, those that touched `path` if it is not empty.
    pub async fn log(
        &self,
        start: &CommitId,
        path: &str,
        (skip, limit): (usize, usize),
    ) -> Result<Vec<Commit>> {
        let (skip, limit) = (format!("--skip={skip}"), format!("--max-count={limit}"));
        let mut args = vec!["log", "-z", "--no-color", "--no-show-signature", FORMAT];
        args.extend([skip.as_str(), &limit, start.as_str(), "--"]);
        if !path.is_empty() {
            args.push(path);
        }
        let mut call = self.call(&args);
        call.max_output = MAX_OUTPUT;
        let output = self.git.run(call).await?;
        Ok(commits(&output.bytes))
    }

    /// The commit a branch, a tag or a whole commit id stands for now.
    pub async fn last_commit(&self, revision: &str) -> Result<Option<Commit>> {
        if let Ok(branch) = BranchName::parse(revision) {
            let reference = branch.reference();
            let args = [
                "log",
                "-z",
                "--no-color",
                "--no-show-signature",
                FORMAT,
                "--max-count=1",
                &reference,
                "--",
            ];
            let mut call = self.call(&args);
            call.max_output = MAX_OUTPUT;
            let output = self.git.try_run(call).await?;
            if output.code == Some(0) {
                return Ok(commits(&output.bytes).into_iter().next());
            }
        }
        match self.resolve(revision).await? {
            Some(commit) => Ok(self.log(&commit, "", (0, 1)).await?.into_iter().next()),
            None => Ok(None),
        }
    }

    /// How many commits there are from `start` backwards, counted up to `most`.
    pub async fn count(&self, start: &CommitId, path: &str, most: usize) -> Result<usize> {
        let most = format!("--max-count={most}");
        let mut args = vec!["rev-list", "--count", &most, start.as_str(), "--"];
        if !path.is_empty() {
            args.push(path);
        }
        Ok(self.run(&args).await?.text().parse().unwrap_or(0))
    }
}

fn commits(told: &[u8]) -> Vec<Commit> {
    let fields: Vec<_> = told
        .split(|byte| *byte == 0)
        .map(String::from_utf8_lossy)
        .collect();
    fields.chunks_exact(FIELDS).filter_map(commit).collect()
}

fn commit(fields: &[Cow<'_, str>]) -> Option<Commit> {
    let signature = |name: usize| Signature {
        name: fields[name].to_string(),
        email: fields[name + 1].to_string(),
    };
    Some(Commit {
        id: CommitId::parse(&fields[0])?,
        tree: fields[1].to_string(),
        parents: fields[2].split(' ').filter_map(CommitId::parse).collect(),
        author: signature(3),
        committer: signature(5),
        at: UnixMillis(fields[7].parse::<i64>().ok()?.saturating_mul(1000)),
        message: fields[8].trim_end().to_owned(),
    })
}
