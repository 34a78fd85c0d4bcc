//! Files are committed: the first commit of a new repository, or a branch of one that is there.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, Found, MARK, Planned, Undo, World, effect::Perform, if_there};
use crate::{
    clock::UnixMillis,
    error::{Error, Result},
    forge::{
        CommitId, FileChange, Forge, ForgeError, ForgeErrorKind, GitHost, NewCommit, Person,
        RepositoryChange, RepositoryId, Written,
    },
    scaffolder::workspace::{Entry, EntryKind},
};

/// Who commits; the author is who asked for it.
const COMMITTER: &str = "Callboard";

/// Files are committed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CommitFiles {
    /// The host, as in URLs.
    pub host: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The branch that gets the commit.
    pub branch: String,
    /// What it stands on; `None`: it is the first commit of a repository.
    pub base: Option<CommitBase>,
    /// Whether that repository was there before the run.
    #[serde(default)]
    pub was_there: bool,
    /// What is said about it; the mark is added.
    pub message: String,
    /// Who wrote it.
    pub author: Person,
    /// Whether the host names whom the token belongs to instead, as author and committer: then GitHub signs the
    /// commits of an app.
    #[serde(default)]
    pub is_author_left_out: bool,
    /// When; the same commit made again has the same hash, where the host lets us say so.
    pub at: UnixMillis,
    /// What is done to which files.
    pub files: Vec<CommittedFile>,
    /// The description of the new repository, from which the mark is then taken off.
    pub description: Option<String>,
}

/// What a commit stands on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CommitBase {
    /// The branch, or in a fork the commit, that is the base of a new branch; `None`: the commit goes to a branch
    /// that is there.
    pub branch: Option<String>,
    /// Where that must be.
    pub commit: CommitId,
}

/// What a commit does to a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CommittedFile {
    /// In the repository.
    pub path: String,
    /// In the workspace; `None`: the file is deleted.
    pub source: Option<Entry>,
    /// Whether the file is there already.
    pub replaces: bool,
}

impl Perform for CommitFiles {
    fn host(&self) -> Option<&str> {
        Some(&self.host)
    }

    fn target(&self) -> String {
        format!("{}/{} ({})", self.host, self.repository, self.branch)
    }

    fn planned(&self) -> Planned {
        let what = format!("Commits {} files to {}.", self.files.len(), self.target());
        let undo = match &self.base {
            None if self.was_there => Undo::None(
                "It is the first commit of a repository that was there before, and hosts do not delete the branch that counts."
                    .to_owned(),
            ),
            None => Undo::By("Goes with the repository.".to_owned()),
            Some(CommitBase {
                branch: Some(_), ..
            }) => Undo::By(format!(
                "Deletes the branch {}, if nothing was committed to it since.",
                self.branch
            )),
            Some(base) => Undo::By(format!(
                "Takes the branch {} back to commit {}, if nothing was committed to it since and its host lets it go back.",
                self.branch,
                base.commit.short()
            )),
        };
        Planned { what, undo }
    }

    async fn observe(&self, world: &World<'_>) -> Result<Value> {
        let host = world.host(&self.host)?;
        let head = host.branch(&self.repository, &self.branch).await?;
        let is_new = self.base.as_ref().is_none_or(|base| base.branch.is_some());
        if head.is_some() && is_new {
            return Err(Error::Conflict(format!(
                "The branch {} is there already. Choose another name, or delete that one first.",
                self.target()
            )));
        }
        Ok(json!({"head": head.map(|branch| branch.commit)}))
    }

    async fn perform(&self, world: &World<'_>, _: &Value) -> Result<Value, Failure> {
        let host = world.host(&self.host)?;
        let new = self.new_commit(world).await?;
        let made = host.commit_files(&self.repository, &new).await?;
        self.describe(&host).await?;
        Ok(json!({"commit": made.id}))
    }

    async fn probe(&self, world: &World<'_>, observed: &Value) -> Result<Found> {
        let host = world.host(&self.host)?;
        let Some(branch) = host.branch(&self.repository, &self.branch).await? else {
            return Ok(Found::Absent);
        };
        let head = host
            .commit(&self.repository, branch.commit.as_str())
            .await?;
        if head.is_some_and(|head| head.trailer(MARK) == Some(world.mark)) {
            self.describe(&host).await.map_err(Failure::into_error)?;
            return Ok(Found::Ours(json!({"commit": branch.commit})));
        }
        if observed["head"] == branch.commit.as_str() {
            return Ok(Found::Absent);
        }
        Ok(Found::Foreign(format!(
            "The branch {} of {} is at commit {}, which this run did not make.",
            self.branch,
            self.repository,
            branch.commit.short()
        )))
    }

    async fn take_back(&self, world: &World<'_>, _: &Value, outcome: &Value) -> Result<String> {
        let host = world.host(&self.host)?;
        let branch = if_there(host.branch(&self.repository, &self.branch).await)?.flatten();
        let Some(branch) = branch else {
            return Ok(format!("The branch {} is gone already.", self.target()));
        };
        if let Some(to) = self.reset_to().filter(|to| **to == branch.commit) {
            return Ok(format!(
                "The branch {} is at commit {} again already.",
                self.target(),
                to.short()
            ));
        }
        if outcome["commit"] != branch.commit.as_str() {
            return Err(Error::Conflict(format!(
                "{} was committed to since (it is at {}). Nothing was taken back: decide what is to become of those commits.",
                self.target(),
                branch.commit.short()
            )));
        }
        if let Some(to) = self.reset_to() {
            let (repository, name) = (&self.repository, &self.branch);
            let reset = host.reset_branch(repository, name, &branch.commit, to);
            reset.await.map_err(not_reset)?;
            return Ok(format!(
                "Took the branch {} back to commit {}.",
                self.target(),
                to.short()
            ));
        }
        if self.base.is_none() {
            return Ok(format!("Nothing was committed to {} since.", self.target()));
        }
        host.delete_branch(&self.repository, &self.branch).await?;
        Ok(format!("Deleted the branch {}.", self.target()))
    }
}

/// A rule of the branch may forbid it, or somebody was quicker.
fn not_reset(fault: ForgeError) -> Error {
    match fault.kind {
        ForgeErrorKind::Conflict => Error::Conflict(format!(
            "{} Revert the commit there, then leave this step out.",
            fault.reason
        )),
        _ => fault.into(),
    }
}

impl CommitFiles {
    /// Where a branch that was there before stood.
    fn reset_to(&self) -> Option<&CommitId> {
        let base = self.base.as_ref()?;
        base.branch.is_none().then_some(&base.commit)
    }

    async fn new_commit(&self, world: &World<'_>) -> Result<NewCommit> {
        let workspace = world
            .workspace
            .ok_or_else(|| Error::internal("a commit is made without a workspace"))?;
        let mut files = Vec::with_capacity(self.files.len());
        for file in &self.files {
            let written = match &file.source {
                None => Written::Delete,
                Some(source) => {
                    let content = workspace.content(source).await?.into();
                    if file.replaces {
                        Written::Update {
                            content,
                            replaces: None,
                        }
                    } else {
                        Written::Create(content)
                    }
                }
            };
            files.push(FileChange {
                path: file.path.clone(),
                written,
            });
        }
        Ok(NewCommit {
            branch: self.branch.clone(),
            new_branch_from: self.base.as_ref().and_then(|base| base.branch.clone()),
            expected_parent: self.base.as_ref().map(|base| base.commit.clone()),
            message: format!("{}\n\n{}\n", self.message.trim_end(), world.mark_line()),
            author: self.named(self.author.clone()),
            committer: self.named(Person {
                name: COMMITTER.to_owned(),
                email: self.author.email.clone(),
            }),
            at: Some(self.at),
            files,
        })
    }

    fn named(&self, person: Person) -> Option<Person> {
        (!self.is_author_left_out).then_some(person)
    }

    /// Gives a new repository its description, without the mark, where the host lets us.
    async fn describe(&self, host: &Forge) -> std::result::Result<(), Failure> {
        let Some(description) = &self.description else {
            return Ok(());
        };
        let change = RepositoryChange {
            description: Some(description.clone()),
            ..RepositoryChange::default()
        };
        match host.update_repository(&self.repository, &change).await {
            Err(fault) if fault.kind != ForgeErrorKind::NotSupported => {
                // The commit is there: only looking again can tell.
                Err(Failure::Unclear(fault.into()))
            }
            _ => Ok(()),
        }
    }
}

impl CommittedFile {
    /// The files of a workspace that are committed as they are; folders and links are left out.
    #[must_use]
    pub fn is_committed(entry: &Entry) -> bool {
        matches!(entry.kind, EntryKind::File | EntryKind::Executable)
    }
}
