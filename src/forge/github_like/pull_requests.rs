//! Pull requests and what is said about them.

use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{OwnerJson, path};
use crate::forge::{
    Comment, CommitId, ForgeError, Merge, MergeMethod, PullRequest, PullRequestChange,
    PullRequestState, RepositoryId, Result,
    call::{Call, given},
    client::HostClient,
    pages,
};

#[derive(Deserialize)]
struct PullRequestJson {
    number: u64,
    html_url: Url,
    title: String,
    #[serde(default)]
    body: Option<String>,
    state: String,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    mergeable: Option<bool>,
    #[serde(default)]
    merged_at: Option<String>,
    #[serde(default)]
    merge_commit_sha: Option<String>,
    head: EndJson,
    base: EndJson,
    /// None of an account that is gone.
    user: Option<OwnerJson>,
}

#[derive(Deserialize)]
struct EndJson {
    /// As it was written; in Gitea, a branch that is gone is `refs/pull/1/head` under `ref`.
    #[serde(default)]
    label: String,
    #[serde(rename = "ref")]
    reference: String,
    #[serde(default)]
    sha: String,
}

impl EndJson {
    fn branch(self) -> String {
        if self.reference.starts_with("refs/pull/") {
            self.label
        } else {
            self.reference
        }
    }
}

#[derive(Deserialize)]
struct CommentJson {
    id: u64,
    html_url: String,
    #[serde(default)]
    body: Option<String>,
    user: Option<OwnerJson>,
}

fn login(user: Option<OwnerJson>) -> String {
    user.map(|user| user.login).unwrap_or_default()
}

impl From<PullRequestJson> for PullRequest {
    fn from(json: PullRequestJson) -> Self {
        let state = match (&json.merged_at, json.state.as_str()) {
            (Some(_), _) => PullRequestState::Merged,
            (None, "open") => PullRequestState::Open,
            (None, _) => PullRequestState::Closed,
        };
        let is_merged = state == PullRequestState::Merged;
        let head_commit = Some(json.head.sha.clone()).filter(|sha| !sha.is_empty());
        Self {
            number: json.number,
            web_url: json.html_url,
            title: json.title,
            body: json.body.unwrap_or_default(),
            state,
            is_draft: json.draft,
            is_mergeable: json.mergeable.filter(|_| state == PullRequestState::Open),
            head: json.head.branch(),
            head_commit: head_commit.map(CommitId),
            base: json.base.reference,
            // Of an open one it is a trial of GitHub's.
            merge_commit: json.merge_commit_sha.filter(|_| is_merged).map(CommitId),
            author: login(json.user),
        }
    }
}

impl From<CommentJson> for Comment {
    fn from(json: CommentJson) -> Self {
        Self {
            id: json.id,
            web_url: Url::parse(&json.html_url).ok(),
            body: json.body.unwrap_or_default(),
            author: login(json.user),
        }
    }
}

/// What is said of a pull request that is not there.
pub(in crate::forge) fn about(repository: &RepositoryId, number: u64) -> String {
    format!("pull request {number} in {repository}")
}

/// The pull request that answers a call.
pub(in crate::forge) async fn one(call: Call<'_>) -> Result<PullRequest> {
    let found: PullRequestJson = call.json().await?;
    Ok(found.into())
}

/// The pull requests that answer a call, all of them.
pub(in crate::forge) async fn all(call: Call<'_>) -> Result<Vec<PullRequest>> {
    let found: Vec<PullRequestJson> = pages::all(call).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

pub(in crate::forge) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
) -> Result<Option<PullRequest>> {
    let call = client.get(&path(repository, &["pulls", &number.to_string()]));
    let found: Option<PullRequestJson> = call.optional().await?;
    Ok(found.map(Into::into))
}

pub(in crate::forge) async fn update(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
    change: &PullRequestChange,
) -> Result<PullRequest> {
    let state = change.open.map(|open| if open { "open" } else { "closed" });
    let body = given([
        ("title", change.title.as_deref()),
        ("body", change.body.as_deref()),
        ("base", change.base.as_deref()),
        ("state", state),
    ]);
    let call = client
        .patch(&path(repository, &["pulls", &number.to_string()]))
        .body(&body);
    one(call.about(about(repository, number))).await
}

/// How a pull request is to be merged, in the hosts' word.
pub(in crate::forge) fn way(method: MergeMethod) -> &'static str {
    match method {
        MergeMethod::Merge => "merge",
        MergeMethod::Squash => "squash",
        MergeMethod::Rebase => "rebase",
    }
}

/// The message of a merge, if it is given one: its first line, and what follows.
pub(in crate::forge) fn title_and_rest(merge: &Merge) -> Option<(&str, &str)> {
    let message = merge.message.as_deref()?;
    let (title, rest) = message.split_once('\n').unwrap_or((message, ""));
    Some((title, rest.trim_start()))
}

/// A pull request that was just merged, as it is now.
pub(in crate::forge) async fn merged(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
) -> Result<PullRequest> {
    let merged = get(client, repository, number).await?;
    merged.ok_or_else(|| ForgeError::not_found(client.host(), &about(repository, number)))
}

pub(in crate::forge) async fn comment(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
    body: &str,
) -> Result<Comment> {
    let id = number.to_string();
    let said: CommentJson = client
        .post(&path(repository, &["issues", &id, "comments"]))
        .body(&json!({ "body": body }))
        .about(about(repository, number))
        .json()
        .await?;
    Ok(said.into())
}

pub(in crate::forge) async fn comments(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
) -> Result<Vec<Comment>> {
    let id = number.to_string();
    let call = client
        .get(&path(repository, &["issues", &id, "comments"]))
        .about(about(repository, number));
    let said: Vec<CommentJson> = pages::all(call).await?;
    Ok(said.into_iter().map(Into::into).collect())
}
