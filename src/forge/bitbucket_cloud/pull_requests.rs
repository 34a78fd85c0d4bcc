//! Pull requests of Bitbucket Cloud.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::on;
use crate::forge::{
    CommitId, ForgeError, NewPullRequest, PullRequest, PullRequestChange, PullRequestState,
    RepositoryId, Result,
    call::{Call, given},
    client::HostClient,
    pages,
};

/// What Bitbucket gives of them on one page at most.
const PAGE: usize = 50;
const STATES: [&str; 4] = ["OPEN", "MERGED", "DECLINED", "SUPERSEDED"];

#[derive(Deserialize)]
struct PullRequestJson {
    id: u64,
    links: LinksJson,
    title: String,
    #[serde(default)]
    description: Option<String>,
    state: String,
    #[serde(default)]
    draft: bool,
    source: EndJson,
    destination: EndJson,
    #[serde(default)]
    merge_commit: Option<HashJson>,
    #[serde(default)]
    author: Option<AuthorJson>,
}

#[derive(Deserialize)]
struct LinksJson {
    html: LinkJson,
}

#[derive(Deserialize)]
struct LinkJson {
    href: Url,
}

#[derive(Deserialize)]
struct EndJson {
    branch: NameJson,
    /// None where the branch is gone.
    #[serde(default)]
    commit: Option<HashJson>,
}

#[derive(Deserialize)]
struct NameJson {
    name: String,
}

#[derive(Deserialize)]
struct HashJson {
    hash: String,
}

#[derive(Deserialize)]
struct AuthorJson {
    #[serde(default)]
    nickname: String,
}

impl From<PullRequestJson> for PullRequest {
    fn from(json: PullRequestJson) -> Self {
        let id = |commit: HashJson| CommitId(commit.hash);
        Self {
            number: json.id,
            web_url: json.links.html.href,
            title: json.title,
            body: json.description.unwrap_or_default(),
            state: match json.state.as_str() {
                "OPEN" => PullRequestState::Open,
                "MERGED" => PullRequestState::Merged,
                _ => PullRequestState::Closed,
            },
            is_draft: json.draft,
            is_mergeable: None,
            head: json.source.branch.name,
            head_commit: json.source.commit.map(id),
            base: json.destination.branch.name,
            merge_commit: json.merge_commit.map(id),
            author: json
                .author
                .map(|author| author.nickname)
                .unwrap_or_default(),
        }
    }
}

fn one<'a>(
    client: &'a HostClient,
    method: Method,
    repository: &RepositoryId,
    (number, rest): (u64, &str),
) -> Call<'a> {
    let number = number.to_string();
    let mut place = vec!["pullrequests", &number];
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
    Ok(found.map(Into::into))
}

pub(super) async fn of_head(
    client: &HostClient,
    repository: &RepositoryId,
    head: &str,
) -> Result<Vec<PullRequest>> {
    let name = head.replace('\\', "\\\\").replace('"', "\\\"");
    let mut call = on(client, Method::GET, repository, &["pullrequests"])
        .query("q", &format!("source.branch.name = \"{name}\""))
        .query("sort", "-created_on");
    for state in STATES {
        call = call.query("state", state);
    }
    let (found, _) = pages::from_next::<PullRequestJson>(call, PAGE, pages::MAX_PAGES).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// Reviewers are named by their ids, as Bitbucket Cloud tells nobody by a name.
pub(super) async fn create(
    client: &HostClient,
    repository: &RepositoryId,
    new: &NewPullRequest,
) -> Result<PullRequest> {
    let end = |branch: &str| json!({ "branch": { "name": branch } });
    let reviewers = new.reviewers.iter().map(|id| {
        let key = if id.starts_with('{') {
            "uuid"
        } else {
            "account_id"
        };
        json!({ key: id })
    });
    let body = json!({
        "title": new.title,
        "description": new.body,
        "source": end(&new.head),
        "destination": end(&new.base),
        "draft": new.draft,
        "reviewers": reviewers.collect::<Vec<_>>(),
    });
    let made: PullRequestJson = on(client, Method::POST, repository, &["pullrequests"])
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
    let base = change.base.as_ref();
    let body = given([
        ("title", change.title.clone().map(Value::from)),
        ("description", change.body.clone().map(Value::from)),
        (
            "destination",
            base.map(|name| json!({ "branch": { "name": name } })),
        ),
    ]);
    let call = if body.is_empty() {
        one(client, Method::GET, repository, (number, ""))
    } else {
        one(client, Method::PUT, repository, (number, "")).body(&body)
    };
    let changed: PullRequest = call.json::<PullRequestJson>().await?.into();
    match change.open {
        Some(false) if changed.state == PullRequestState::Open => {
            let call = one(client, Method::POST, repository, (number, "decline"));
            Ok(call.json::<PullRequestJson>().await?.into())
        }
        Some(true) if changed.state != PullRequestState::Open => Err(ForgeError::not_supported(
            client.host(),
            "open_a_pull_request_again",
        )),
        _ => Ok(changed),
    }
}
