//! A pull request is opened.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, Found, Planned, Undo, World, effect::Perform};
use crate::{
    error::{Error, Result},
    forge::{
        GitHost, NewPullRequest, PullRequest, PullRequestChange, PullRequestState, RepositoryId,
    },
};

/// A pull request is opened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenPullRequest {
    /// The host, as in URLs.
    pub host: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The branch that is to be merged; on GitHub that of a fork is `owner:branch`.
    pub head: String,
    /// The branch it is to be merged into.
    pub base: String,
    /// What it is called.
    pub title: String,
    /// What is said about it; the mark is added.
    pub body: String,
    /// Whether it is not to be merged yet.
    pub draft: bool,
    /// Who is asked to look at it.
    pub reviewers: Vec<String>,
    /// Which teams are.
    pub team_reviewers: Vec<String>,
    /// Who cares for it.
    pub assignees: Vec<String>,
}

impl Perform for OpenPullRequest {
    fn host(&self) -> Option<&str> {
        Some(&self.host)
    }

    fn target(&self) -> String {
        format!(
            "{}/{} ({} → {})",
            self.host, self.repository, self.head, self.base
        )
    }

    fn planned(&self) -> Planned {
        Planned {
            what: format!(
                "Opens the pull request “{}” in {}.",
                self.title,
                self.target()
            ),
            undo: Undo::By("Closes it, if it is not merged.".to_owned()),
        }
    }

    async fn observe(&self, world: &World<'_>) -> Result<Value> {
        let open = self.open_ones(world).await?;
        let numbers: Vec<u64> = open.iter().map(|found| found.number).collect();
        Ok(json!({"open": numbers}))
    }

    async fn perform(&self, world: &World<'_>, _: &Value) -> Result<Value, Failure> {
        let new = NewPullRequest {
            title: self.title.clone(),
            body: format!("{}\n\n{}\n", self.body.trim_end(), world.mark_line()),
            head: self.head.clone(),
            base: self.base.clone(),
            draft: self.draft,
            reviewers: self.reviewers.clone(),
            team_reviewers: self.team_reviewers.clone(),
            assignees: self.assignees.clone(),
        };
        let host = world.host(&self.host)?;
        let made = host.create_pull_request(&self.repository, &new).await?;
        Ok(outcome(&made))
    }

    async fn probe(&self, world: &World<'_>, observed: &Value) -> Result<Found> {
        let open = self.open_ones(world).await?;
        if let Some(ours) = open.iter().find(|found| world.is_marked(&found.body)) {
            return Ok(Found::Ours(outcome(ours)));
        }
        let known = observed["open"].as_array().map(Vec::as_slice);
        let is_known = |found: &PullRequest| {
            let mut numbers = known.unwrap_or_default().iter();
            numbers.any(|number| number.as_u64() == Some(found.number))
        };
        let new_one = open.iter().find(|found| !is_known(found));
        Ok(new_one.map_or(Found::Absent, |found| {
            Found::Foreign(format!(
                "The pull request {} is open for the same branch, and this run did not open it.",
                found.web_url
            ))
        }))
    }

    async fn take_back(&self, world: &World<'_>, _: &Value, outcome: &Value) -> Result<String> {
        let host = world.host(&self.host)?;
        let number = outcome["number"].as_u64().unwrap_or_default();
        let Some(found) = host.pull_request(&self.repository, number).await? else {
            return Ok(format!("The pull request {number} is gone already."));
        };
        match found.state {
            PullRequestState::Merged => Err(Error::Conflict(format!(
                "The pull request {} is merged. Revert it there, if it is to be taken back.",
                found.web_url
            ))),
            PullRequestState::Closed => Ok(format!("The pull request {number} is closed already.")),
            PullRequestState::Open => {
                let close = PullRequestChange {
                    open: Some(false),
                    ..PullRequestChange::default()
                };
                host.update_pull_request(&self.repository, number, &close)
                    .await?;
                Ok(format!("Closed the pull request {}.", found.web_url))
            }
        }
    }
}

impl OpenPullRequest {
    async fn open_ones(&self, world: &World<'_>) -> Result<Vec<PullRequest>> {
        let host = world.host(&self.host)?;
        let mut found = host.pull_requests_of(&self.repository, &self.head).await?;
        found.retain(|found| found.state == PullRequestState::Open);
        Ok(found)
    }
}

fn outcome(made: &PullRequest) -> Value {
    json!({"number": made.number, "webUrl": made.web_url})
}
