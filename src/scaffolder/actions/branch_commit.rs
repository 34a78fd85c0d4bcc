//! The workspace's files become a commit on a branch: a new one, or one that is there.

use std::collections::HashMap;

use serde_json::Value;

use super::{ActionCall, committing, target::Target};
use crate::{
    error::{Error, Result},
    forge::{CommitId, GitHost, TreeEntry, blob_id},
    scaffolder::{
        effects::{CommitBase, CommitFiles, CommittedFile, Effect},
        run::StepJournal,
    },
};

/// What is committed where.
pub(super) struct BranchCommit<'a> {
    /// The branch that gets the commit.
    pub(super) branch: &'a str,
    /// The branch a new one stands on; `None`: the one that counts.
    pub(super) base: Option<&'a str>,
    /// Whether the branch may be there already.
    pub(super) may_exist: bool,
    /// What is said about it.
    pub(super) message: &'a str,
    /// What is done to files: `create`, `update`, `delete`, `auto`.
    pub(super) action: &'a str,
    /// Files of the repository that go.
    pub(super) gone: Vec<String>,
    /// Whether a commit that changes nothing is made all the same.
    pub(super) may_be_empty: bool,
    /// The fork that gets the branch, in place of the repository it stands on.
    pub(super) fork: Option<&'a Target>,
}

/// What came of it.
pub(super) struct Committed {
    /// The branch the new one stands on.
    pub(super) base: String,
    /// The commit; `None`: there was nothing to change.
    pub(super) commit: Option<Value>,
}

impl BranchCommit<'_> {
    /// Commits.
    pub(super) async fn make(self, call: &ActionCall<'_>, target: &Target) -> Result<Committed> {
        let base = match self.base {
            Some(base) => base.to_owned(),
            None => target.default_branch().await?,
        };
        let is_begun = call.journal.is_some_and(StepJournal::has_begun);
        let to = self.fork.unwrap_or(target);
        let standing = if self.may_exist && !is_begun {
            head(to, self.branch).await?
        } else {
            None
        };
        let on = match &standing {
            Some(commit) => commit.clone(),
            None => head(target, &base)
                .await?
                .ok_or_else(|| target.missing(&format!("branch {base}")))?,
        };
        let read = if standing.is_some() { to } else { target };
        let files = self.files(call, read, &on).await?;
        if files.is_empty() && !self.may_be_empty && !is_begun {
            call.log
                .info("Nothing is to be changed: nothing is committed.");
            return Ok(Committed { base, commit: None });
        }
        let commit = CommitFiles {
            host: to.host.clone(),
            repository: to.repository.clone(),
            branch: self.branch.to_owned(),
            base: Some(CommitBase {
                // The fork may be behind, but it knows every commit of what it was made of.
                branch: standing.is_none().then(|| match self.fork {
                    Some(_) => on.to_string(),
                    None => base.clone(),
                }),
                commit: on,
            }),
            was_there: true,
            message: self.message.to_owned(),
            author: committing::author(call),
            is_author_left_out: call.flag("forceEmptyGitAuthor").unwrap_or(false),
            at: call.services.clock.now(),
            files,
            description: None,
        };
        let made = call.perform(Effect::Commit(commit)).await?;
        let commit = Some(made["commit"].clone());
        Ok(Committed { base, commit })
    }

    /// What is done to which files of a commit.
    async fn files(
        &self,
        call: &ActionCall<'_>,
        target: &Target,
        on: &CommitId,
    ) -> Result<Vec<CommittedFile>> {
        let tree = target.forge.tree(&target.repository, on.as_str()).await?;
        let there: HashMap<&str, &TreeEntry> = tree
            .entries
            .iter()
            .map(|entry| (entry.path.as_str(), entry))
            .collect();
        let mut files = Vec::new();
        let found = committing::files(call, call.text("targetPath").unwrap_or("")).await?;
        for file in found {
            let standing = there.get(file.path.as_str());
            files.extend(self.change(call, file, (standing.copied(), on)).await?);
        }
        let gone = self.gone.iter();
        let gone = gone.filter(|path| there.contains_key(path.as_str()));
        files.extend(gone.map(|path| CommittedFile {
            path: path.clone(),
            source: None,
            replaces: true,
        }));
        Ok(files)
    }

    async fn change(
        &self,
        call: &ActionCall<'_>,
        mut file: CommittedFile,
        (standing, on): (Option<&TreeEntry>, &CommitId),
    ) -> Result<Option<CommittedFile>> {
        match (self.action, standing) {
            ("create", Some(_)) => {
                return Err(Error::Conflict(format!(
                    "{} is there already, and commitAction is “create”. Use “auto” or “update”.",
                    file.path
                )));
            }
            ("update", None) => {
                return Err(Error::NotFound(format!(
                    "{} is not there, and commitAction is “update”. Use “auto” or “create”.",
                    file.path
                )));
            }
            ("delete", None) => return Ok(None),
            ("delete", Some(_)) => file.source = None,
            (_, Some(entry))
                if self.action == "auto" && is_same(call, &file, (entry, on)).await? =>
            {
                return Ok(None);
            }
            _ => {}
        }
        file.replaces = standing.is_some();
        Ok(Some(file))
    }
}

/// Whether a file has the content it has in the repository.
async fn is_same(
    call: &ActionCall<'_>,
    file: &CommittedFile,
    (entry, commit): (&TreeEntry, &CommitId),
) -> Result<bool> {
    let Some(source) = &file.source else {
        return Ok(false);
    };
    let content = call.workspace.content(source).await?;
    Ok(entry.blob == blob_id(&content, commit))
}

async fn head(target: &Target, branch: &str) -> Result<Option<CommitId>> {
    let found = target.forge.branch(&target.repository, branch).await?;
    Ok(found.map(|branch| branch.commit))
}
