//! Against a real Gitea. Ignored by default: `cargo test --test it -- --ignored gitea::` asks for them.

mod access;
mod catalog;
mod choices;
mod commits;
mod crashes;
mod differences;
mod half_done;
mod kills;
mod pipelines;
mod proposals;
mod pull_requests;
mod refusals;
mod repositories;
mod secrecy;
mod settings;
mod template_runs;

use callboard::forge::{
    CommitId, FileChange, Forge, GitHost, NewCommit, NewRepository, Person, RepositoryId,
    Visibility, Written,
};

/// A repository with one commit, in an organisation of its own.
pub(crate) async fn repository(forge: &Forge, owner: &str, name: &str) -> RepositoryId {
    let id = RepositoryId::new(owner, name);
    let new = NewRepository {
        id: id.clone(),
        description: String::new(),
        visibility: Visibility::Private,
        default_branch: Some("main".to_owned()),
        with_readme: true,
        project: None,
    };
    forge
        .create_repository(&new)
        .await
        .expect("the repository is made");
    id
}

pub(crate) fn ana() -> Person {
    Person {
        name: "Ana".to_owned(),
        email: "ana@example.com".to_owned(),
    }
}

pub(crate) fn callboard() -> Person {
    Person {
        name: "Callboard".to_owned(),
        email: "callboard@example.com".to_owned(),
    }
}

/// A file that is written, whatever was there.
pub(crate) fn file(path: &str, content: &str) -> FileChange {
    FileChange {
        path: path.to_owned(),
        written: Written::Update {
            content: content.to_owned().into(),
            replaces: None,
        },
    }
}

/// A commit to `main`.
pub(crate) fn commit(message: &str, files: Vec<FileChange>) -> NewCommit {
    NewCommit {
        branch: "main".to_owned(),
        new_branch_from: None,
        expected_parent: None,
        message: message.to_owned(),
        author: Some(ana()),
        committer: Some(callboard()),
        at: None,
        files,
    }
}

/// Writes files to `main`.
pub(crate) async fn write(forge: &Forge, id: &RepositoryId, files: &[(&str, &str)]) -> CommitId {
    let files = files
        .iter()
        .map(|(path, content)| file(path, content))
        .collect();
    let made = forge.commit_files(id, &commit("Write", files)).await;
    made.expect("the commit is made").id
}
