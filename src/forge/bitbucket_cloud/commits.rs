//! Commits and branches of Bitbucket Cloud.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::{on, repositories::as_conflict};
use crate::forge::{
    Branch, Commit, CommitId, Person, RepositoryId, Result, answer::instant, client::HostClient,
    commit::resolved,
};

#[derive(Deserialize)]
struct CommitJson {
    hash: String,
    message: String,
    #[serde(default)]
    date: Option<String>,
    author: AuthorJson,
    #[serde(default)]
    parents: Vec<HashJson>,
}

#[derive(Deserialize)]
struct AuthorJson {
    /// `Name <address>`
    raw: String,
}

#[derive(Deserialize)]
struct HashJson {
    hash: String,
}

#[derive(Deserialize)]
struct ReferenceJson {
    name: String,
    target: CommitJson,
}

fn person(raw: &str) -> Person {
    let (name, email) = raw.rsplit_once(" <").unwrap_or((raw, ""));
    Person {
        name: name.to_owned(),
        email: email.trim_end_matches('>').to_owned(),
    }
}

impl From<CommitJson> for Commit {
    fn from(json: CommitJson) -> Self {
        let author = person(&json.author.raw);
        Self {
            id: CommitId(json.hash),
            tree: None,
            parents: json
                .parents
                .into_iter()
                .map(|parent| CommitId(parent.hash))
                .collect(),
            message: json.message,
            // Who made it is not told.
            committer: author.clone(),
            author,
            authored_at: instant(json.date.as_deref()),
        }
    }
}

async fn reference(
    client: &HostClient,
    repository: &RepositoryId,
    kind: &str,
    name: &str,
) -> Result<Option<ReferenceJson>> {
    let call = on(client, Method::GET, repository, &["refs", kind, name]);
    call.optional().await
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<Option<Commit>> {
    if CommitId::is_commit(revision) {
        let call = on(client, Method::GET, repository, &["commit", revision]);
        let found: Option<CommitJson> = call.optional().await?;
        return Ok(found.map(Into::into));
    }
    for kind in ["branches", "tags"] {
        if let Some(found) = reference(client, repository, kind, revision).await? {
            return Ok(Some(found.target.into()));
        }
    }
    Ok(None)
}

/// The commit a revision stands for, which must be there.
pub(super) async fn resolve(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<CommitId> {
    let told = get(client, repository, revision);
    resolved(client.host(), repository, revision, told).await
}

fn branch_of(json: ReferenceJson) -> Branch {
    Branch {
        name: json.name,
        commit: CommitId(json.target.hash),
        // It is not told with it.
        is_protected: false,
    }
}

pub(super) async fn branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<Option<Branch>> {
    let found = reference(client, repository, "branches", name).await?;
    Ok(found.map(branch_of))
}

pub(super) async fn create_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
    revision: &str,
) -> Result<Branch> {
    let commit = resolve(client, repository, revision).await?;
    let call = on(client, Method::POST, repository, &["refs", "branches"]);
    let made: Result<ReferenceJson> = call
        .body(&json!({ "name": name, "target": { "hash": commit } }))
        .json()
        .await;
    let made = made.map_err(as_conflict)?;
    Ok(branch_of(made))
}

pub(super) async fn delete_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<()> {
    let place = ["refs", "branches", name];
    on(client, Method::DELETE, repository, &place).gone().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_is_a_name_and_an_address() {
        for (raw, name, email) in [
            ("Ana B <ana@example.com>", "Ana B", "ana@example.com"),
            ("Ana", "Ana", ""),
            ("A <B> <a@b.example>", "A <B>", "a@b.example"),
        ] {
            let found = person(raw);
            assert_eq!((found.name.as_str(), found.email.as_str()), (name, email));
        }
    }
}
