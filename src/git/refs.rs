//! Branches: where they point, which is the default, making and deleting them.

use super::{
    command::Call,
    error::{GitError, Result},
    name::{BranchName, CommitId},
    repository::Repository,
};

/// Branches listed at most.
const MAX_BRANCHES: &str = "--count=1000";

/// A branch and the commit it points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// Its last commit.
    pub commit: CommitId,
}

impl Repository {
    /// The branch a clone checks out; it need not have a commit yet.
    pub async fn default_branch(&self) -> Result<String> {
        let head = self.run(&["symbolic-ref", "--short", "HEAD"]).await?;
        Ok(head.text())
    }

    /// Makes another branch the default one.
    pub async fn set_default_branch(&self, branch: &BranchName) -> Result<()> {
        let reference = branch.reference();
        self.run(&["symbolic-ref", "HEAD", &reference])
            .await
            .map(drop)
    }

    /// All branches by name, at most 1000.
    pub async fn branches(&self) -> Result<Vec<Branch>> {
        let format = "--format=%(objectname) %(refname:strip=2)";
        let listed = self
            .run(&["for-each-ref", MAX_BRANCHES, format, "refs/heads/"])
            .await?
            .text();
        let branch = |line: &str| {
            let (commit, name) = line.split_once(' ')?;
            Some(Branch {
                name: name.to_owned(),
                commit: CommitId::parse(commit)?,
            })
        };
        Ok(listed.lines().filter_map(branch).collect())
    }

    /// The commit of a branch, a tag, or a whole commit id; in this order.
    pub async fn resolve(&self, revision: &str) -> Result<Option<CommitId>> {
        let mut asked = String::new();
        if let Ok(name) = BranchName::parse(revision) {
            asked = format!("refs/heads/{name}^{{commit}}\nrefs/tags/{name}^{{commit}}\n");
        } else if let Some(commit) = CommitId::parse(revision) {
            asked = format!("{commit}^{{commit}}\n");
        }
        let call = Call {
            input: asked.into_bytes(),
            ..self.call(&["cat-file", "--batch-check"])
        };
        let answers = self.git.run(call).await?.text();
        let commit = |line: &str| {
            let (id, rest) = line.split_once(' ')?;
            CommitId::parse(id).filter(|_| rest.starts_with("commit "))
        };
        Ok(answers.lines().find_map(commit))
    }

    /// Points a branch at a commit, if it is where it is expected: `None`, it must not be there.
    ///
    /// [`GitError::Moved`] if it is elsewhere. A branch that points at `new` already is a success.
    pub async fn move_branch(
        &self,
        branch: &BranchName,
        new: &CommitId,
        expected: Option<&CommitId>,
    ) -> Result<()> {
        let reference = branch.reference();
        let nowhere = "0".repeat(new.as_str().len());
        let old = expected.map_or(nowhere.as_str(), CommitId::as_str);
        let args = ["update-ref", &reference, new.as_str(), old];
        let output = self.git.try_run(self.call(&args)).await?;
        if output.code == Some(0) {
            return Ok(());
        }
        match self.resolve(branch.as_str()).await? {
            Some(at) if at == *new => Ok(()),
            at if at.as_ref() == expected => Err(GitError::Failed {
                command: "update-ref".to_owned(),
                said: output.said,
            }),
            Some(at) => Err(GitError::Moved(format!(
                "The branch {branch} is at commit {}, not where it was expected: somebody else changed it.",
                at.short()
            ))),
            None => Err(GitError::Moved(format!(
                "The branch {branch} is not there any more."
            ))),
        }
    }

    /// Deletes a branch that is where it is expected; one that is gone already is a success.
    pub async fn delete_branch(&self, branch: &BranchName, expected: &CommitId) -> Result<()> {
        let reference = branch.reference();
        let args = ["update-ref", "-d", &reference, expected.as_str()];
        let output = self.git.try_run(self.call(&args)).await?;
        if output.code == Some(0) {
            return Ok(());
        }
        match self.resolve(branch.as_str()).await? {
            None => Ok(()),
            Some(at) => Err(GitError::Moved(format!(
                "The branch {branch} is at commit {}, not where it was expected: it was not deleted.",
                at.short()
            ))),
        }
    }
}
