//! Commits and branches of Bitbucket Data Center.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::{beside, on};
use crate::{
    clock::UnixMillis,
    forge::{
        Branch, Commit, CommitId, Person, RepositoryId, Result, client::HostClient,
        commit::resolved,
    },
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CommitJson {
    id: String,
    message: String,
    author: PersonJson,
    #[serde(default)]
    author_timestamp: Option<i64>,
    #[serde(default)]
    committer: Option<PersonJson>,
    #[serde(default)]
    parents: Vec<IdJson>,
}

#[derive(Deserialize, Clone)]
#[serde(rename_all = "camelCase")]
struct PersonJson {
    name: String,
    #[serde(default)]
    email_address: String,
}

#[derive(Deserialize)]
struct IdJson {
    id: String,
}

#[derive(Deserialize)]
struct CommitsJson {
    values: Vec<CommitJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BranchJson {
    display_id: String,
    latest_commit: String,
}

impl From<PersonJson> for Person {
    fn from(json: PersonJson) -> Self {
        Self {
            name: json.name,
            email: json.email_address,
        }
    }
}

impl From<CommitJson> for Commit {
    fn from(json: CommitJson) -> Self {
        let committer = json.committer.unwrap_or_else(|| json.author.clone());
        Self {
            id: CommitId(json.id),
            tree: None,
            parents: json
                .parents
                .into_iter()
                .map(|parent| CommitId(parent.id))
                .collect(),
            message: json.message,
            author: json.author.into(),
            committer: committer.into(),
            authored_at: json.author_timestamp.map(UnixMillis),
        }
    }
}

/// By the list of commits: in a path, its servers take no branch with a slash in it.
pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<Option<Commit>> {
    let found: Option<CommitsJson> = on(client, Method::GET, repository, &["commits"])
        .query("until", revision)
        .query("limit", "1")
        .optional()
        .await?;
    let first = found.and_then(|found| found.values.into_iter().next());
    Ok(first.map(Into::into))
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

/// Whether rules say who may change it is not told with it.
pub(super) async fn branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<Option<Branch>> {
    let found = get(client, repository, &format!("refs/heads/{name}")).await?;
    Ok(found.map(|commit| Branch {
        name: name.to_owned(),
        commit: commit.id,
        is_protected: false,
    }))
}

pub(super) async fn create_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
    revision: &str,
) -> Result<Branch> {
    let call = on(client, Method::POST, repository, &["branches"]);
    let made: BranchJson = call
        .body(&json!({ "name": name, "startPoint": revision }))
        .about(format!("branch, tag or commit {revision} in {repository}"))
        .json()
        .await?;
    Ok(Branch {
        name: made.display_id,
        commit: CommitId(made.latest_commit),
        is_protected: false,
    })
}

/// Another part of its API does that.
pub(super) async fn delete_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<()> {
    let of_repository = on(client, Method::DELETE, repository, &["branches"]);
    beside::moved(of_repository, "/rest/branch-utils/1.0")?
        .body(&json!({ "name": format!("refs/heads/{name}"), "dryRun": false }))
        .done()
        .await
}
