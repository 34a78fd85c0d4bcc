//! Pull requests of Gitea, where they are other than GitHub's: not found by their branch, and slow to be merged.

use std::time::Duration;

use serde_json::{Value, json};

use super::{about, path};
use crate::forge::{
    ForgeError, Merge, NewPullRequest, PullRequest, RepositoryId, Result, client::HostClient,
    github_like::pull_requests,
};

/// Gitea says "Please try again later" while it finds out whether a pull request can be merged.
const MERGE_ATTEMPTS: u32 = 5;
const MERGE_PAUSE: Duration = Duration::from_millis(400);

/// Gitea lists no pull requests by their branch, so the most recently updated 1,000 are looked through.
pub(super) async fn of_head(
    client: &HostClient,
    repository: &RepositoryId,
    head: &str,
) -> Result<Vec<PullRequest>> {
    let call = client
        .get(&path(repository, &["pulls"]))
        .query("state", "all")
        .query("sort", "recentupdate");
    let mut found = pull_requests::all(call.about(about(repository))).await?;
    found.retain(|pull_request| pull_request.head == head);
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
    let branches = format!("branch {} or {} in {repository}", new.head, new.base);
    let call = client.post(&path(repository, &["pulls"])).body(&body);
    pull_requests::one(call.about(branches)).await
}

pub(super) async fn merge(
    client: &HostClient,
    repository: &RepositoryId,
    number: u64,
    merge: &Merge,
) -> Result<PullRequest> {
    let way = pull_requests::way(merge.method);
    let mut body = json!({ "do": way, "delete_branch_after_merge": merge.delete_branch });
    if let Some((title, rest)) = pull_requests::title_and_rest(merge) {
        body["merge_title_field"] = Value::from(title);
        body["merge_message_field"] = Value::from(rest);
    }
    if let Some(head) = &merge.expected_head {
        body["head_commit_id"] = Value::from(head.as_str());
    }
    let call = client
        .post(&path(repository, &["pulls", &number.to_string(), "merge"]))
        .body(&body)
        .about(pull_requests::about(repository, number));
    let mut attempts = 0;
    loop {
        match call.clone().done().await {
            Ok(()) => break,
            Err(fault) if is_finding_out(&fault) && attempts < MERGE_ATTEMPTS => {
                attempts += 1;
                tokio::time::sleep(MERGE_PAUSE * attempts).await;
            }
            Err(fault) => return Err(fault),
        }
    }
    pull_requests::merged(client, repository, number).await
}

/// It has refused, so asking again does nothing twice.
fn is_finding_out(fault: &ForgeError) -> bool {
    fault.status == Some(405) && fault.reason.contains("try again later")
}
