//! Pull requests of Gitea.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::repositories::{OwnerJson, path};
use crate::forge::{
    Comment, CommitId, ForgeError, Merge, MergeMethod, NewPullRequest, PullRequest,
    PullRequestChange, PullRequestState, RepositoryId, Result, client::HostClient, pages,
};

/// Gitea says "Please try again later" while it finds out whether a pull request can be merged.
const MERGE_ATTEMPTS: u32 = 5;
const MERGE_PAUSE: std::time::Duration = std::time::Duration::from_millis(400);

#[derive(Deserialize)]
struct PullRequestJson {
    number: u64,
    html_url: Url,
    title: String,
    #[serde(default)]
    body: String,
    state: String,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    mergeable: Option<bool>,
    #[serde(default)]
    merged: bool,
    #[serde(default)]
    merge_commit_sha: Option<String>,
    head: EndJson,
    base: EndJson,
    user: OwnerJson,
}

#[derive(Deserialize)]
struct EndJson {
    /// As it was written; a branch that is gone is `refs/pull/1/head` under `ref`.
    label: String,
    #[serde(rename = "ref")]
    reference: String,
    #[serde(default)]
    sha: String,
}

#[derive(Deserialize)]
struct CommentJson {
    id: u64,
    html_url: String,
    body: String,
    user: OwnerJson,
}

impl From<PullRequestJson> for PullRequest {
    fn from(json: PullRequestJson) -> Self {
        let state = match (json.merged, json.state.as_str()) {
            (true, _) => PullRequestState::Merged,
            (false, "open") => PullRequestState::Open,
            (false, _) => PullRequestState::Closed,
        };
        let is_gone = json.head.reference.starts_with("refs/pull/");
        let head = if is_gone {
            json.head.label
        } else {
            json.head.reference
        };
        Self {
            number: json.number,
            web_url: json.html_url,
            title: json.title,
            body: json.body,
            state,
            is_draft: json.draft,
            is_mergeable: json.mergeable.filter(|_| state == PullRequestState::Open),
            head,
            head_commit: Some(json.head.sha)
                .filter(|sha| !sha.is_empty())
                .map(CommitId),
            base: json.base.reference,
            merge_commit: json.merge_commit_sha.filter(|_| json.merged).map(CommitId),
            author: json.user.login,
        }
    }
}

impl From<CommentJson> for Comment {
    fn from(json: CommentJson) -> Self {
        Self {
            id: json.id,
            web_url: Url::parse(&json.html_url).ok(),
            body: json.body,
            author: json.user.login,
        }
    }
}

fn about(repository: &RepositoryId, number: u64) -> String {
    format!("pull request {number} in {repository}")
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
) -> Result<Option<PullRequest>> {
    let number = number.to_string();
    let call = client.get(&path(repository, &["pulls", &number]));
    let found: Option<PullRequestJson> = call.optional().await?;
    Ok(found.map(Into::into))
}

/// Gitea lists no pull requests by their branch, so the most recently updated 1,000 are looked through.
pub(super) async fn of_head(
    client: &HostClient,
    repository: &RepositoryId,
    head: &str,
) -> Result<Vec<PullRequest>> {
    let call = client
        .get(&path(repository, &["pulls"]))
        .query("state", "all")
        .query("sort", "recentupdate")
        .about(format!("repository {repository}"));
    let all: Vec<PullRequestJson> = pages::all(call).await?;
    let all = all.into_iter().map(PullRequest::from);
    let mut found: Vec<_> = all.filter(|one| one.head == head).collect();
    found.sort_by_key(|pull_request| std::cmp::Reverse(pull_request.number));
    Ok(found)
}

pub(super) async fn create(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewPullRequest,
) -> Result<PullRequest> {
    // A draft is one by its title.
    let title = if new.draft {
        format!("WIP: {}", new.title)
    } else {
        new.title.clone()
    };
    let body = json!({
        "title": title,
        "body": new.body,
        "head": new.head,
        "base": new.base,
        "assignees": new.assignees,
        "reviewers": new.reviewers,
        "team_reviewers": new.team_reviewers,
    });
    let made: PullRequestJson = client
        .post(&path(repository, &["pulls"]))
        .body(&body)
        .about(format!(
            "branch {} or {} in {repository}",
            new.head, new.base
        ))
        .json()
        .await?;
    Ok(made.into())
}

pub(super) async fn update(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
    change: &PullRequestChange,
) -> Result<PullRequest> {
    let mut body = Map::new();
    let texts = [
        ("title", &change.title),
        ("body", &change.body),
        ("base", &change.base),
    ];
    for (key, value) in texts {
        if let Some(value) = value {
            body.insert(key.to_owned(), Value::from(value.as_str()));
        }
    }
    if let Some(open) = change.open {
        let state = if open { "open" } else { "closed" };
        body.insert("state".to_owned(), Value::from(state));
    }
    let changed: PullRequestJson = client
        .patch(&path(repository, &["pulls", &number.to_string()]))
        .body(&body)
        .about(about(repository, number))
        .json()
        .await?;
    Ok(changed.into())
}

pub(super) async fn merge(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
    merge: &Merge,
) -> Result<PullRequest> {
    let way = match merge.method {
        MergeMethod::Merge => "merge",
        MergeMethod::Squash => "squash",
        MergeMethod::Rebase => "rebase",
    };
    let mut body = json!({ "do": way, "delete_branch_after_merge": merge.delete_branch });
    if let Some(message) = &merge.message {
        let (title, rest) = message.split_once('\n').unwrap_or((message, ""));
        body["merge_title_field"] = Value::from(title);
        body["merge_message_field"] = Value::from(rest.trim_start());
    }
    if let Some(head) = &merge.expected_head {
        body["head_commit_id"] = Value::from(head.as_str());
    }
    let mut attempts = 0;
    loop {
        let call = client.post(&path(repository, &["pulls", &number.to_string(), "merge"]));
        match call
            .body(&body)
            .about(about(repository, number))
            .done()
            .await
        {
            Ok(()) => break,
            Err(fault) if is_finding_out(&fault) && attempts < MERGE_ATTEMPTS => {
                attempts += 1;
                tokio::time::sleep(MERGE_PAUSE * attempts).await;
            }
            Err(fault) => return Err(fault),
        }
    }
    let merged = get(client, repository, number).await?;
    merged.ok_or_else(|| ForgeError::not_found(client.host(), &about(repository, number)))
}

/// It has refused, so asking again does nothing twice.
fn is_finding_out(fault: &ForgeError) -> bool {
    fault.status == Some(405) && fault.reason.contains("try again later")
}

pub(super) async fn comment(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
    body: &str,
) -> Result<Comment> {
    let said: CommentJson = client
        .post(&path(
            repository,
            &["issues", &number.to_string(), "comments"],
        ))
        .body(&json!({ "body": body }))
        .about(about(repository, number))
        .json()
        .await?;
    Ok(said.into())
}

pub(super) async fn comments(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
) -> Result<Vec<Comment>> {
    let said: Vec<CommentJson> = client
        .get(&path(
            repository,
            &["issues", &number.to_string(), "comments"],
        ))
        .about(about(repository, number))
        .json()
        .await?;
    Ok(said.into_iter().map(Into::into).collect())
}
