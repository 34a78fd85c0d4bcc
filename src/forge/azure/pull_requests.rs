//! Pull requests of Azure DevOps.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use tracing::warn;
use url::Url;

use super::{ListJson, on, repositories::branch_name};
use crate::forge::{
    CommitId, NewPullRequest, PullRequest, PullRequestChange, PullRequestState, RepositoryId,
    Result,
    address::{encoded, encoded_path},
    call::given,
    client::HostClient,
    pages::{MAX_PAGES, PAGE, is_cut},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PullRequestJson {
    pull_request_id: u64,
    title: String,
    #[serde(default)]
    description: String,
    status: String,
    #[serde(default)]
    is_draft: bool,
    #[serde(default)]
    merge_status: Option<String>,
    source_ref_name: String,
    target_ref_name: String,
    #[serde(default)]
    last_merge_source_commit: Option<CommitJson>,
    #[serde(default)]
    last_merge_commit: Option<CommitJson>,
    created_by: PersonJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommitJson {
    commit_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PersonJson {
    unique_name: String,
}

fn pull_request_of(
    client: &HostClient,
    repository: &RepositoryId,
    json: PullRequestJson,
) -> PullRequest {
    let state = match json.status.as_str() {
        "completed" => PullRequestState::Merged,
        "abandoned" => PullRequestState::Closed,
        _ => PullRequestState::Open,
    };
    let is_mergeable = match json.merge_status.as_deref() {
        Some("succeeded") => Some(true),
        Some("conflicts" | "rejectedByPolicy" | "failure") => Some(false),
        // It has not found out yet.
        _ => None,
    };
    let id = |commit: CommitJson| CommitId(commit.commit_id);
    PullRequest {
        number: json.pull_request_id,
        web_url: page(client, repository, json.pull_request_id),
        title: json.title,
        body: json.description,
        state,
        is_draft: json.is_draft,
        is_mergeable: is_mergeable.filter(|_| state == PullRequestState::Open),
        head: branch_name(&json.source_ref_name).to_owned(),
        head_commit: json.last_merge_source_commit.map(id),
        base: branch_name(&json.target_ref_name).to_owned(),
        merge_commit: json
            .last_merge_commit
            .filter(|_| state == PullRequestState::Merged)
            .map(id),
        author: json.created_by.unique_name,
    }
}

/// The API tells addresses of itself alone.
fn page(client: &HostClient, repository: &RepositoryId, number: u64) -> Url {
    let mut url = client.integration().base_url.clone();
    let base = url.path().trim_end_matches('/').to_owned();
    let owner = encoded_path(&repository.owner);
    let name = encoded(&repository.name);
    url.set_path(&format!("{base}/{owner}/_git/{name}/pullrequest/{number}"));
    url
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
) -> Result<Option<PullRequest>> {
    let place = ["pullrequests", &number.to_string()];
    let call = on(client, Method::GET, repository, &place);
    let found: Option<PullRequestJson> = call.optional().await?;
    Ok(found.map(|json| pull_request_of(client, repository, json)))
}

pub(super) async fn of_head(
    client: &HostClient,
    repository: &RepositoryId,
    head: &str,
) -> Result<Vec<PullRequest>> {
    let call = on(client, Method::GET, repository, &["pullrequests"])
        .query(
            "searchCriteria.sourceRefName",
            &format!("refs/heads/{head}"),
        )
        .query("searchCriteria.status", "all")
        .query("$top", &PAGE.to_string());
    let mut found = Vec::new();
    for page in 0..MAX_PAGES {
        let skip = (page * PAGE).to_string();
        let one = call.clone().query("$skip", &skip);
        let listed: ListJson<PullRequestJson> = one.json().await?;
        let is_last = listed.value.len() < PAGE;
        let listed = listed.value.into_iter();
        found.extend(listed.map(|json| pull_request_of(client, repository, json)));
        if is_last {
            return Ok(found);
        }
    }
    is_cut(client.host(), found.len());
    Ok(found)
}

pub(super) async fn create(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewPullRequest,
) -> Result<PullRequest> {
    if !new.reviewers.is_empty() || !new.team_reviewers.is_empty() {
        let host = client.host();
        warn!(
            host,
            "{host} takes reviewers by ids that its Git API does not tell: they are left out"
        );
    }
    let body = json!({
        "sourceRefName": format!("refs/heads/{}", new.head),
        "targetRefName": format!("refs/heads/{}", new.base),
        "title": new.title,
        "description": new.body,
        "isDraft": new.draft,
    });
    let call = on(client, Method::POST, repository, &["pullrequests"]);
    let made: PullRequestJson = call.body(&body).json().await?;
    Ok(pull_request_of(client, repository, made))
}

pub(super) async fn update(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
    change: &PullRequestChange,
) -> Result<PullRequest> {
    let base = change.base.as_ref();
    let status = change
        .open
        .map(|open| if open { "active" } else { "abandoned" });
    let body = given([
        ("title", change.title.clone()),
        ("description", change.body.clone()),
        (
            "targetRefName",
            base.map(|name| format!("refs/heads/{name}")),
        ),
        ("status", status.map(str::to_owned)),
    ]);
    let place = ["pullrequests", &number.to_string()];
    let changed: PullRequestJson = on(client, Method::PATCH, repository, &place)
        .body(&body)
        .about(format!("pull request {number} in {repository}"))
        .json()
        .await?;
    Ok(pull_request_of(client, repository, changed))
}
