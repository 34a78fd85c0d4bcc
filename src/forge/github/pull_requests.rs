//! Pull requests of GitHub.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tracing::warn;
use url::Url;

use super::{commits, conflict_where, path, repositories::OwnerJson};
use crate::forge::{
    Comment, CommitId, ForgeError, Merge, MergeMethod, NewPullRequest, PullRequest,
    PullRequestChange, PullRequestState, RepositoryId, Result, client::HostClient, pages,
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
    #[serde(rename = "ref")]
    reference: String,
    sha: String,
}

#[derive(Deserialize)]
struct CommentJson {
    id: u64,
    html_url: Url,
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
        Self {
            number: json.number,
            web_url: json.html_url,
            title: json.title,
            body: json.body.unwrap_or_default(),
            state,
            is_draft: json.draft,
            is_mergeable: json.mergeable.filter(|_| state == PullRequestState::Open),
            head: json.head.reference,
            head_commit: Some(CommitId(json.head.sha)),
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
            web_url: Some(json.html_url),
            body: json.body.unwrap_or_default(),
            author: login(json.user),
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

pub(super) async fn of_head(
    client: &HostClient,
    repository: &RepositoryId,
    head: &str,
) -> Result<Vec<PullRequest>> {
    // No branch has a colon in its name.
    let head = if head.contains(':') {
        head.to_owned()
    } else {
        format!("{}:{head}", repository.owner)
    };
    let call = client
        .get(&path(repository, &["pulls"]))
        .query("state", "all")
        .query("head", &head)
        .query("sort", "created")
        .query("direction", "desc")
        .about(super::about(repository));
    let found: Vec<PullRequestJson> = pages::all(call).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

pub(super) async fn create(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewPullRequest,
) -> Result<PullRequest> {
    let body = json!({
        "title": new.title,
        "body": new.body,
        "head": new.head,
        "base": new.base,
        "draft": new.draft,
    });
    let made: Result<PullRequestJson> = client
        .post(&path(repository, &["pulls"]))
        .body(&body)
        .about(super::about(repository))
        .json()
        .await;
    let made = made.map_err(conflict_where(&["already exists"]))?;
    invite(client, repository, made.number, new).await;
    Ok(made.into())
}

/// The pull request is there: whoever cannot be asked to look at it is said in the log, as Backstage does.
async fn invite(client: &HostClient, repository: &RepositoryId, number: u64, new: &NewPullRequest) {
    let id = number.to_string();
    let reviewers = json!({ "reviewers": new.reviewers, "team_reviewers": new.team_reviewers });
    let assignees = json!({ "assignees": new.assignees });
    let no_reviewers = new.reviewers.is_empty() && new.team_reviewers.is_empty();
    let invitations = [
        (
            ["pulls", &id, "requested_reviewers"],
            reviewers,
            no_reviewers,
        ),
        (
            ["issues", &id, "assignees"],
            assignees,
            new.assignees.is_empty(),
        ),
    ];
    for (place, body, is_nobody) in invitations {
        if is_nobody {
            continue;
        }
        let call = client.post(&path(repository, &place)).body(&body);
        if let Err(fault) = call.about(about(repository, number)).done().await {
            let pull_request = about(repository, number);
            warn!(host = client.host(), %fault, "Not all are asked to look at {pull_request}: {fault}");
        }
    }
}

pub(super) async fn update(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
    change: &PullRequestChange,
) -> Result<PullRequest> {
    let state = change.open.map(|open| if open { "open" } else { "closed" });
    let all = [
        ("title", change.title.as_deref()),
        ("body", change.body.as_deref()),
        ("base", change.base.as_deref()),
        ("state", state),
    ];
    let set = all.into_iter();
    let body: Map<String, Value> = set
        .filter_map(|(key, value)| Some((key.to_owned(), Value::from(value?))))
        .collect();
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
    let mut body = json!({ "merge_method": way });
    if let Some(message) = &merge.message {
        let (title, rest) = message.split_once('\n').unwrap_or((message, ""));
        body["commit_title"] = Value::from(title);
        body["commit_message"] = Value::from(rest.trim_start());
    }
    if let Some(head) = &merge.expected_head {
        body["sha"] = Value::from(head.as_str());
    }
    client
        .put(&path(repository, &["pulls", &number.to_string(), "merge"]))
        .body(&body)
        .about(about(repository, number))
        .done()
        .await?;
    let merged = get(client, repository, number).await?;
    let merged =
        merged.ok_or_else(|| ForgeError::not_found(client.host(), &about(repository, number)))?;
    if merge.delete_branch {
        commits::delete_branch(client, repository, &merged.head).await?;
    }
    Ok(merged)
}

pub(super) async fn comment(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
    body: &str,
) -> Result<Comment> {
    let number_text = number.to_string();
    let said: CommentJson = client
        .post(&path(repository, &["issues", &number_text, "comments"]))
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
    let number_text = number.to_string();
    let call = client
        .get(&path(repository, &["issues", &number_text, "comments"]))
        .about(about(repository, number));
    let said: Vec<CommentJson> = pages::all(call).await?;
    Ok(said.into_iter().map(Into::into).collect())
}
