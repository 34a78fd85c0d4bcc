//! Pull requests of Bitbucket Data Center.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{on, repositories::LinksJson};
use crate::forge::{
    CommitId, NewPullRequest, PullRequest, PullRequestChange, PullRequestState, RepositoryId,
    Result, call::Call, client::HostClient, pages,
};

const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PullRequestJson {
    id: u64,
    /// Counts its changes; every change names the one it is made to.
    version: u64,
    title: String,
    #[serde(default)]
    description: String,
    state: String,
    #[serde(default)]
    draft: bool,
    from_ref: EndJson,
    to_ref: EndJson,
    author: ParticipantJson,
    #[serde(default)]
    reviewers: Vec<ParticipantJson>,
    #[serde(default)]
    properties: PropertiesJson,
    links: LinksJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EndJson {
    display_id: String,
    #[serde(default)]
    latest_commit: Option<String>,
}

#[derive(Deserialize)]
struct ParticipantJson {
    user: UserJson,
}

#[derive(Deserialize)]
struct UserJson {
    name: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct PropertiesJson {
    #[serde(default)]
    merge_commit: Option<IdJson>,
}

#[derive(Deserialize)]
struct IdJson {
    id: String,
}

fn pull_request_of(
    client: &HostClient,
    repository: &RepositoryId,
    json: PullRequestJson,
) -> PullRequest {
    let web_url = json
        .links
        .page()
        .unwrap_or_else(|| page(client, repository, json.id));
    PullRequest {
        number: json.id,
        web_url,
        title: json.title,
        body: json.description,
        state: match json.state.as_str() {
            "MERGED" => PullRequestState::Merged,
            "DECLINED" => PullRequestState::Closed,
            _ => PullRequestState::Open,
        },
        is_draft: json.draft,
        is_mergeable: None,
        head: json.from_ref.display_id,
        head_commit: json.from_ref.latest_commit.map(CommitId),
        base: json.to_ref.display_id,
        merge_commit: json
            .properties
            .merge_commit
            .map(|commit| CommitId(commit.id)),
        author: json.author.user.name,
    }
}

fn page(client: &HostClient, repository: &RepositoryId, number: u64) -> Url {
    let mut url = client.integration().base_url.clone();
    let (base, RepositoryId { owner, name }) = (url.path().trim_end_matches('/'), repository);
    let path = format!("{base}/projects/{owner}/repos/{name}/pull-requests/{number}");
    url.set_path(&path);
    url
}

fn one<'a>(
    client: &'a HostClient,
    method: Method,
    repository: &RepositoryId,
    (number, rest): (u64, &str),
) -> Call<'a> {
    let number = number.to_string();
    let mut place = vec!["pull-requests", &number];
    place.extend(Some(rest).filter(|rest| !rest.is_empty()));
    on(client, method, repository, &place).about(format!("pull request {number} in {repository}"))
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
) -> Result<Option<PullRequest>> {
    let call = one(client, Method::GET, repository, (number, ""));
    let found: Option<PullRequestJson> = call.optional().await?;
    Ok(found.map(|json| pull_request_of(client, repository, json)))
}

pub(super) async fn of_head(
    client: &HostClient,
    repository: &RepositoryId,
    head: &str,
) -> Result<Vec<PullRequest>> {
    let call = on(client, Method::GET, repository, &["pull-requests"])
        .query("at", &format!("refs/heads/{head}"))
        .query("direction", "OUTGOING")
        .query("state", "ALL")
        .query("order", "NEWEST");
    let (found, _) = pages::from_start::<PullRequestJson>(call, PAGE).await?;
    let found = found.into_iter();
    Ok(found
        .map(|json| pull_request_of(client, repository, json))
        .collect())
}

pub(super) async fn create(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewPullRequest,
) -> Result<PullRequest> {
    let end = |branch: &str| {
        json!({
            "id": format!("refs/heads/{branch}"),
            "repository": {
                "slug": repository.name,
                "project": { "key": repository.owner },
            },
        })
    };
    let reviewers = new.reviewers.iter();
    let reviewers = reviewers.map(|name| json!({ "user": { "name": name } }));
    let mut body = json!({
        "title": new.title,
        "description": new.body,
        "fromRef": end(&new.head),
        "toRef": end(&new.base),
        "reviewers": reviewers.collect::<Vec<_>>(),
    });
    // Older servers have no drafts.
    if new.draft {
        body["draft"] = Value::from(true);
    }
    let made: PullRequestJson = on(client, Method::POST, repository, &["pull-requests"])
        .body(&body)
        .about(format!(
            "branch {} or {} in {repository}",
            new.head, new.base
        ))
        .json()
        .await?;
    Ok(pull_request_of(client, repository, made))
}

pub(super) async fn update(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
    change: &PullRequestChange,
) -> Result<PullRequest> {
    let call = one(client, Method::GET, repository, (number, ""));
    let mut found: PullRequestJson = call.json().await?;
    if change.title.is_some() || change.body.is_some() || change.base.is_some() {
        let call = one(client, Method::PUT, repository, (number, ""));
        found = call.body(&whole(&found, change)).json().await?;
    }
    if let Some(open) = change.open.filter(|open| *open != (found.state == "OPEN")) {
        let way = if open { "reopen" } else { "decline" };
        found = one(client, Method::POST, repository, (number, way))
            .query("version", &found.version.to_string())
            .body(&json!({}))
            .json()
            .await?;
    }
    Ok(pull_request_of(client, repository, found))
}

/// What is left out of a change would be emptied by it.
fn whole(found: &PullRequestJson, change: &PullRequestChange) -> Value {
    let reviewers = found.reviewers.iter();
    let reviewers = reviewers.map(|reviewer| json!({ "user": { "name": reviewer.user.name } }));
    let mut body = json!({
        "version": found.version,
        "title": change.title.as_ref().unwrap_or(&found.title),
        "description": change.body.as_ref().unwrap_or(&found.description),
        "reviewers": reviewers.collect::<Vec<_>>(),
    });
    if let Some(base) = &change.base {
        body["toRef"] = json!({ "id": format!("refs/heads/{base}") });
    }
    body
}
