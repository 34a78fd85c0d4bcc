//! Pull requests of GitHub, where they are other than Gitea's: found by their branch, and reviewers asked afterwards.

use serde_json::{Value, json};
use tracing::warn;

use super::{about, commits, conflict_where, path};
use crate::forge::{
    Merge, NewPullRequest, PullRequest, RepositoryId, Result, client::HostClient,
    github_like::pull_requests,
};

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
        .query("direction", "desc");
    pull_requests::all(call.about(about(repository))).await
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
    let call = client.post(&path(repository, &["pulls"])).body(&body);
    let made = pull_requests::one(call.about(about(repository))).await;
    let made = made.map_err(conflict_where(&["already exists"]))?;
    invite(client, repository, made.number, new).await;
    Ok(made)
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
    let pull_request = pull_requests::about(repository, number);
    for (place, body, is_nobody) in invitations {
        if is_nobody {
            continue;
        }
        let call = client.post(&path(repository, &place)).body(&body);
        if let Err(fault) = call.about(&pull_request).done().await {
            warn!(host = client.host(), %fault, "Not all are asked to look at {pull_request}: {fault}");
        }
    }
}

pub(super) async fn merge(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
    merge: &Merge,
) -> Result<PullRequest> {
    let mut body = json!({ "merge_method": pull_requests::way(merge.method) });
    if let Some((title, rest)) = pull_requests::title_and_rest(merge) {
        body["commit_title"] = Value::from(title);
        body["commit_message"] = Value::from(rest);
    }
    if let Some(head) = &merge.expected_head {
        body["sha"] = Value::from(head.as_str());
    }
    client
        .put(&path(repository, &["pulls", &number.to_string(), "merge"]))
        .body(&body)
        .about(pull_requests::about(repository, number))
        .done()
        .await?;
    let merged = pull_requests::merged(client, repository, number).await?;
    if merge.delete_branch {
        commits::delete_branch(client, repository, &merged.head).await?;
    }
    Ok(merged)
}
