//! Merge requests of GitLab.

use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tracing::warn;
use url::Url;

use super::{conflict_where, on, users};
use crate::forge::{
    Comment, CommitId, ForgeError, Merge, MergeMethod, NewPullRequest, PullRequest,
    PullRequestChange, PullRequestState, RepositoryId, Result,
    call::{Call, given},
    client::HostClient,
    pages,
};

/// GitLab takes a while to find out whether a new merge request can be merged, and refuses until then.
const MERGE_ATTEMPTS: u32 = 6;
const MERGE_PAUSE: Duration = Duration::from_millis(400);

#[derive(Deserialize)]
struct MergeRequestJson {
    iid: u64,
    web_url: Url,
    title: String,
    #[serde(default)]
    description: Option<String>,
    state: String,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    detailed_merge_status: Option<String>,
    source_branch: String,
    #[serde(default)]
    sha: Option<String>,
    target_branch: String,
    #[serde(default)]
    merge_commit_sha: Option<String>,
    #[serde(default)]
    squash_commit_sha: Option<String>,
    author: UserJson,
}

#[derive(Deserialize)]
struct UserJson {
    username: String,
}

#[derive(Deserialize)]
struct NoteJson {
    id: u64,
    body: String,
    author: UserJson,
    #[serde(default)]
    system: bool,
}

impl MergeRequestJson {
    fn is_finding_out(&self) -> bool {
        matches!(
            self.detailed_merge_status.as_deref(),
            Some("unchecked" | "checking" | "preparing" | "approvals_syncing")
        )
    }
}

impl From<MergeRequestJson> for PullRequest {
    fn from(json: MergeRequestJson) -> Self {
        let state = match json.state.as_str() {
            "merged" => PullRequestState::Merged,
            "closed" => PullRequestState::Closed,
            // And `locked`, while it is being merged.
            _ => PullRequestState::Open,
        };
        let is_finding_out = json.is_finding_out();
        let status = json.detailed_merge_status.as_deref();
        let is_mergeable = status.map(|status| status == "mergeable");
        Self {
            number: json.iid,
            web_url: json.web_url,
            title: json.title,
            body: json.description.unwrap_or_default(),
            state,
            is_draft: json.draft,
            is_mergeable: is_mergeable
                .filter(|_| state == PullRequestState::Open && !is_finding_out),
            head: json.source_branch,
            head_commit: json.sha.map(CommitId),
            base: json.target_branch,
            merge_commit: json
                .merge_commit_sha
                .or(json.squash_commit_sha)
                .filter(|_| state == PullRequestState::Merged)
                .map(CommitId),
            author: json.author.username,
        }
    }
}

impl From<NoteJson> for Comment {
    fn from(json: NoteJson) -> Self {
        Self {
            id: json.id,
            web_url: None,
            body: json.body,
            author: json.author.username,
        }
    }
}

fn call<'a>(
    client: &'a HostClient,
    method: Method,
    repository: &RepositoryId,
    (number, rest): (u64, &str),
) -> Call<'a> {
    let number = number.to_string();
    let mut place = vec!["merge_requests", &number];
    place.extend(Some(rest).filter(|rest| !rest.is_empty()));
    on(client, method, repository, &place).about(format!("merge request {number} in {repository}"))
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
) -> Result<Option<PullRequest>> {
    let call = call(client, Method::GET, repository, (number, ""));
    let found: Option<MergeRequestJson> = call.optional().await?;
    Ok(found.map(Into::into))
}

pub(super) async fn of_head(
    client: &HostClient,
    repository: &RepositoryId,
    head: &str,
) -> Result<Vec<PullRequest>> {
    let call = on(client, Method::GET, repository, &["merge_requests"])
        .query("source_branch", head)
        .query("state", "all")
        .query("order_by", "created_at")
        .query("sort", "desc");
    let found: Vec<MergeRequestJson> = pages::all(call).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

pub(super) async fn create(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewPullRequest,
) -> Result<PullRequest> {
    let mut body = json!({
        // A draft is one by its title.
        "title": if new.draft { format!("Draft: {}", new.title) } else { new.title.clone() },
        "description": new.body,
        "source_branch": new.head,
        "target_branch": new.base,
    });
    for (key, names) in [
        ("reviewer_ids", &new.reviewers),
        ("assignee_ids", &new.assignees),
    ] {
        let mut ids = Vec::with_capacity(names.len());
        for name in names {
            ids.push(users::user_id(client, name).await?);
        }
        body[key] = Value::from(ids);
    }
    if !new.team_reviewers.is_empty() {
        let host = client.host();
        warn!(
            host,
            "{host} asks no groups to look at a merge request: they are left out"
        );
    }
    let made: MergeRequestJson = on(client, Method::POST, repository, &["merge_requests"])
        .body(&body)
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
    let event = change
        .open
        .map(|open| if open { "reopen" } else { "close" });
    let body = given([
        ("title", change.title.as_deref()),
        ("description", change.body.as_deref()),
        ("target_branch", change.base.as_deref()),
        ("state_event", event),
    ]);
    let changed: MergeRequestJson = call(client, Method::PUT, repository, (number, ""))
        .body(&body)
        .json()
        .await?;
    Ok(changed.into())
}

/// Whether commits are rebased is a setting of the project, so that way cannot be asked for.
pub(super) async fn merge(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
    merge: &Merge,
) -> Result<PullRequest> {
    if merge.method == MergeMethod::Rebase {
        return Err(ForgeError::not_supported(
            client.host(),
            "merge_by_rebasing",
        ));
    }
    let squash = merge.method == MergeMethod::Squash;
    let mut body = json!({
        "squash": squash,
        "should_remove_source_branch": merge.delete_branch,
    });
    if let Some(message) = &merge.message {
        let key = if squash {
            "squash_commit_message"
        } else {
            "merge_commit_message"
        };
        body[key] = Value::from(message.as_str());
    }
    if let Some(head) = &merge.expected_head {
        body["sha"] = Value::from(head.as_str());
    }
    wait_until_known(client, repository, number).await?;
    let merged: Result<MergeRequestJson> = call(client, Method::PUT, repository, (number, "merge"))
        .body(&body)
        .json()
        .await;
    let merged = merged.map_err(conflict_where(&["cannot be merged"]))?;
    Ok(merged.into())
}

async fn wait_until_known(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
) -> Result<()> {
    for attempt in 1..=MERGE_ATTEMPTS {
        let call = call(client, Method::GET, repository, (number, ""));
        let found: MergeRequestJson = call.json().await?;
        if !found.is_finding_out() {
            break;
        }
        tokio::time::sleep(MERGE_PAUSE * attempt).await;
    }
    Ok(())
}

pub(super) async fn comment(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
    body: &str,
) -> Result<Comment> {
    let said: NoteJson = call(client, Method::POST, repository, (number, "notes"))
        .body(&json!({ "body": body }))
        .json()
        .await?;
    Ok(said.into())
}

pub(super) async fn comments(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
) -> Result<Vec<Comment>> {
    let call = call(client, Method::GET, repository, (number, "notes"))
        .query("order_by", "created_at")
        .query("sort", "asc");
    let said: Vec<NoteJson> = pages::all(call).await?;
    // What GitLab itself notes is nothing that somebody said.
    let said = said.into_iter().filter(|note| !note.system);
    Ok(said.map(Into::into).collect())
}
