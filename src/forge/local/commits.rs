//! Commits and branches of a repository.

use std::collections::HashMap;

use super::{
    super::{Branch, Commit, CommitId, NewCommit, Person, RepositoryId, Result, Written},
    LocalHost, LocalRepository,
    content::resolve,
};
use crate::git::{self, BranchName, Change, EntryKind, Signature};

/// Who commits where nobody is named.
pub(super) fn portal() -> Signature {
    Signature {
        name: "Callboard".to_owned(),
        email: "callboard@localhost".to_owned(),
    }
}

/// Where a commit goes, and what it stands on.
struct Base {
    branch: BranchName,
    expected: Option<git::CommitId>,
    parent: Option<git::CommitId>,
}

pub(super) async fn get(
    host: &LocalHost,
    id: &RepositoryId,
    revision: &str,
) -> Result<Option<Commit>> {
    let found = host.open(id).await?;
    let commit = found.git.last_commit(revision).await;
    Ok(commit.map_err(|fault| host.fault(&fault))?.map(shown))
}

pub(super) async fn make(host: &LocalHost, id: &RepositoryId, new: &NewCommit) -> Result<Commit> {
    let found = host.open(id).await?;
    let base = base(host, &found, new).await?;
    let changes = changes(host, &found, base.parent.as_ref(), new).await?;
    let author = new.author.as_ref().map_or_else(portal, signature);
    let committer = new.committer.as_ref().map_or_else(portal, signature);
    let commit = git::NewCommit {
        branch: &base.branch,
        expected: base.expected.as_ref(),
        parent: base.parent.as_ref(),
        changes,
        message: &new.message,
        author: &author,
        committer: &committer,
        at: new.at.unwrap_or_else(|| host.inner.clock.now()),
    };
    let made = found
        .git
        .commit(&commit)
        .await
        .map_err(|fault| host.fault(&fault))?;
    host.changed(&found.name).await;
    // Many small packs become one; whether that works is no matter of this commit.
    if let Err(fault) = found.git.tidy().await {
        tracing::warn!("{} could not be tidied: {fault}", found.name);
    }
    read(host, &found, &made).await
}

/// The parent that was asked for, so that a commit repeated is the same commit; else where the branch is now.
async fn base(host: &LocalHost, found: &LocalRepository, new: &NewCommit) -> Result<Base> {
    let branch = BranchName::parse(&new.branch).map_err(|fault| host.fault(&fault))?;
    let asked = new.expected_parent.as_ref();
    let asked = asked.and_then(|commit| git::CommitId::parse(commit.as_str()));
    if let Some(from) = &new.new_branch_from {
        let head = resolve(host, found, from).await?;
        if asked.as_ref().is_some_and(|asked| *asked != head) {
            return Err(host.conflict(format!(
                "The branch {from} is at {}, not where it was expected.",
                head.short()
            )));
        }
        return Ok(Base {
            branch,
            expected: None,
            parent: Some(head),
        });
    }
    let parent = match asked {
        Some(asked) => Some(asked),
        None => found
            .git
            .resolve(branch.as_str())
            .await
            .map_err(|fault| host.fault(&fault))?,
    };
    if parent.is_none()
        && !found
            .git
            .branches()
            .await
            .map_err(|fault| host.fault(&fault))?
            .is_empty()
    {
        return Err(host.not_found(&format!("branch {branch} in {}", found.name)));
    }
    Ok(Base {
        branch,
        expected: parent.clone(),
        parent,
    })
}

/// What is done to which files, if they are as it was expected.
async fn changes(
    host: &LocalHost,
    found: &LocalRepository,
    parent: Option<&git::CommitId>,
    new: &NewCommit,
) -> Result<Vec<Change>> {
    let listed = match parent {
        Some(parent) => found
            .git
            .tree(parent, "", true)
            .await
            .map_err(|fault| host.fault(&fault))?,
        None => Vec::new(),
    };
    let before: HashMap<&str, &git::TreeEntry> = listed
        .iter()
        .map(|entry| (entry.path.as_str(), entry))
        .collect();
    let mut changes = Vec::with_capacity(new.files.len());
    for file in &new.files {
        let (path, old) = (&file.path, before.get(file.path.as_str()));
        let content = match (&file.written, old) {
            (Written::Create(_), Some(_)) => {
                return Err(host.conflict(format!("The file {path} is there already.")));
            }
            (Written::Update { .. } | Written::Delete, None) => {
                return Err(host.conflict(format!("The file {path} is not there.")));
            }
            (
                Written::Update {
                    replaces: Some(id), ..
                },
                Some(old),
            ) if *id != old.id => {
                return Err(host.conflict(format!("The file {path} was changed by somebody else.")));
            }
            (Written::Delete, Some(_)) => {
                changes.push(Change::Delete { path: path.clone() });
                continue;
            }
            (Written::Create(content) | Written::Update { content, .. }, _) => content.to_vec(),
        };
        changes.push(Change::Write {
            path: path.clone(),
            content,
            executable: old.is_some_and(|old| old.kind == EntryKind::Executable),
        });
    }
    Ok(changes)
}

pub(super) async fn branch(
    host: &LocalHost,
    id: &RepositoryId,
    name: &str,
) -> Result<Option<Branch>> {
    let found = host.open(id).await?;
    let branches = found
        .git
        .branches()
        .await
        .map_err(|fault| host.fault(&fault))?;
    let branch = branches.into_iter().find(|branch| branch.name == name);
    Ok(branch.map(|branch| told(&branch.name, &branch.commit)))
}

pub(super) async fn create_branch(
    host: &LocalHost,
    id: &RepositoryId,
    name: &str,
    revision: &str,
) -> Result<Branch> {
    let found = host.open(id).await?;
    let branch = BranchName::parse(name).map_err(|fault| host.fault(&fault))?;
    if self::branch(host, id, name).await?.is_some() {
        return Err(host.conflict(format!("There is a branch {name} already.")));
    }
    let commit = resolve(host, &found, revision).await?;
    let moved = found.git.move_branch(&branch, &commit, None).await;
    moved.map_err(|fault| host.fault(&fault))?;
    host.changed(&found.name).await;
    Ok(told(name, &commit))
}

pub(super) async fn reset_branch(
    host: &LocalHost,
    id: &RepositoryId,
    name: &str,
    from: &CommitId,
    to: &CommitId,
) -> Result<()> {
    let found = host.open(id).await?;
    let branch = BranchName::parse(name).map_err(|fault| host.fault(&fault))?;
    let commit = |id: &CommitId| {
        git::CommitId::parse(id.as_str())
            .ok_or_else(|| host.not_found(&format!("commit {id} in {}", found.name)))
    };
    let (from, to) = (commit(from)?, commit(to)?);
    let moved = found.git.move_branch(&branch, &to, Some(&from)).await;
    moved.map_err(|fault| host.fault(&fault))?;
    host.changed(&found.name).await;
    Ok(())
}

pub(super) async fn delete_branch(host: &LocalHost, id: &RepositoryId, name: &str) -> Result<()> {
    let found = host.open(id).await?;
    let Some(there) = branch(host, id, name).await? else {
        return Ok(());
    };
    let default = found
        .git
        .default_branch()
        .await
        .map_err(|fault| host.fault(&fault))?;
    if default == name {
        return Err(host.conflict(format!("{name} is the default branch: it stays.")));
    }
    let branch = BranchName::parse(name).map_err(|fault| host.fault(&fault))?;
    if let Some(at) = git::CommitId::parse(there.commit.as_str()) {
        let deleted = found.git.delete_branch(&branch, &at).await;
        deleted.map_err(|fault| host.fault(&fault))?;
        host.changed(&found.name).await;
    }
    Ok(())
}

async fn read(host: &LocalHost, found: &LocalRepository, commit: &git::CommitId) -> Result<Commit> {
    let read = found.git.last_commit(commit.as_str()).await;
    let read = read.map_err(|fault| host.fault(&fault))?;
    read.map(shown)
        .ok_or_else(|| host.not_found(&format!("commit {commit} in {}", found.name)))
}

fn shown(commit: git::Commit) -> Commit {
    let person = |who: Signature| Person {
        name: who.name,
        email: who.email,
    };
    Commit {
        id: CommitId(commit.id.to_string()),
        tree: Some(commit.tree),
        parents: commit
            .parents
            .iter()
            .map(|parent| CommitId(parent.to_string()))
            .collect(),
        message: commit.message,
        author: person(commit.author),
        committer: person(commit.committer),
        authored_at: Some(commit.at),
    }
}

fn told(name: &str, commit: &git::CommitId) -> Branch {
    Branch {
        name: name.to_owned(),
        commit: CommitId(commit.to_string()),
        is_protected: false,
    }
}

fn signature(person: &Person) -> Signature {
    Signature {
        name: person.name.clone(),
        email: person.email.clone(),
    }
}
