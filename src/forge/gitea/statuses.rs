//! What checks say of a commit of Gitea.

use serde::Deserialize;

use super::path;
use crate::forge::{
    CommitId, CommitStatus, RepositoryId, Result, StatusState, client::HostClient, pages,
};

#[derive(Deserialize)]
struct StatusJson {
    id: u64,
    status: String,
    context: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    target_url: String,
}

impl From<StatusJson> for CommitStatus {
    fn from(json: StatusJson) -> Self {
        Self {
            state: match json.status.as_str() {
                "success" => StatusState::Success,
                "failure" => StatusState::Failure,
                "pending" => StatusState::Pending,
                // And `warning`, which Gitea alone has.
                _ => StatusState::Error,
            },
            context: json.context,
            description: json.description,
            target_url: Some(json.target_url).filter(|url| !url.is_empty()),
        }
    }
}

pub(super) async fn all(
    client: &HostClient,
    repository: &RepositoryId,
    commit: &CommitId,
) -> Result<Vec<CommitStatus>> {
    let call = client
        .get(&path(repository, &["commits", commit.as_str(), "statuses"]))
        .about(format!("commit {} in {repository}", commit.short()));
    let mut found: Vec<StatusJson> = pages::all(call).await?;
    found.sort_by_key(|status| std::cmp::Reverse(status.id));
    let mut newest: Vec<CommitStatus> = Vec::new();
    for status in found.into_iter().map(CommitStatus::from) {
        if newest.iter().all(|later| later.context != status.context) {
            newest.push(status);
        }
    }
    Ok(newest)
}
