//! What checks say of a commit, as they say it; how it is told differs.

use serde_json::{Value, json};

use super::path;
use crate::forge::{CommitId, CommitStatus, RepositoryId, Result, StatusState, client::HostClient};

pub(in crate::forge) async fn set(
    client: &HostClient,
    repository: &RepositoryId,
    commit: &CommitId,
    status: &CommitStatus,
) -> Result<()> {
    let state = match status.state {
        StatusState::Pending => "pending",
        StatusState::Success => "success",
        StatusState::Failure => "failure",
        StatusState::Error => "error",
    };
    let mut body = json!({
        "state": state,
        "context": status.context,
        "description": status.description,
    });
    if let Some(url) = &status.target_url {
        body["target_url"] = Value::from(url.as_str());
    }
    client
        .post(&path(repository, &["statuses", commit.as_str()]))
        .body(&body)
        .about(format!("commit {} in {repository}", commit.short()))
        .done()
        .await
}
