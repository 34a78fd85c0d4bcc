//! A repository is made.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, Found, Planned, Undo, World, effect::Perform};
use crate::{
    error::{Error, Result},
    forge::{GitHost, NewRepository, Repository, RepositoryId, Visibility},
};

/// A repository is made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateRepository {
    /// The host, as in URLs.
    pub host: String,
    /// Its owner and name.
    pub repository: RepositoryId,
    /// In a few words.
    pub description: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// The branch that counts.
    pub default_branch: String,
    /// Whether a first commit with a read-me is made.
    #[serde(default)]
    pub with_readme: bool,
    /// The key of the project it belongs to, on Bitbucket Cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
}

impl Perform for CreateRepository {
    fn host(&self) -> Option<&str> {
        Some(&self.host)
    }

    fn target(&self) -> String {
        format!("{}/{}", self.host, self.repository)
    }

    fn planned(&self) -> Planned {
        Planned {
            what: format!("Makes the repository {}.", self.target()),
            undo: Undo::By(
                "Deletes the repository, if nothing was committed to it since.".to_owned(),
            ),
        }
    }

    async fn observe(&self, world: &World<'_>) -> Result<Value> {
        let host = world.host(&self.host)?;
        if host.repository(&self.repository).await?.is_some() {
            return Err(self.taken());
        }
        Ok(json!({"exists": false}))
    }

    async fn perform(&self, world: &World<'_>, _: &Value) -> Result<Value, Failure> {
        let host = world.host(&self.host)?;
        let new = NewRepository {
            id: self.repository.clone(),
            description: self.marked_description(world),
            visibility: self.visibility,
            default_branch: Some(self.default_branch.clone()),
            with_readme: self.with_readme,
            project: self.project.clone(),
        };
        let made = host.create_repository(&new).await?;
        Ok(outcome(&made))
    }

    async fn probe(&self, world: &World<'_>, _: &Value) -> Result<Found> {
        let host = world.host(&self.host)?;
        let Some(found) = host.repository(&self.repository).await? else {
            return Ok(Found::Absent);
        };
        if found.description == self.marked_description(world) {
            return Ok(Found::Ours(outcome(&found)));
        }
        Ok(Found::Foreign(format!(
            "There is a repository {} already, and nothing says that this run made it.",
            self.target()
        )))
    }

    async fn take_back(&self, world: &World<'_>, _: &Value, outcome: &Value) -> Result<String> {
        let host = world.host(&self.host)?;
        let Some(found) = host.repository(&self.repository).await? else {
            return Ok(format!("The repository {} is gone already.", self.target()));
        };
        if outcome["hostId"] != found.host_id.as_str() {
            return Err(Error::Conflict(format!(
                "The repository {} is not the one this run made: it was made anew since. It was not deleted.",
                self.target()
            )));
        }
        host.delete_repository(&self.repository).await?;
        Ok(format!("Deleted the repository {}.", self.target()))
    }
}

impl CreateRepository {
    /// By the mark in the description, a repository of a run that crashed is known again. The first commit takes it
    /// off: from then on its own mark says whose the repository is.
    fn marked_description(&self, world: &World<'_>) -> String {
        let described = [self.description.as_str(), &world.mark_line()];
        let lines = described.into_iter().filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join(" · ")
    }

    fn taken(&self) -> Error {
        Error::Conflict(format!(
            "There is a repository {} already. Choose another name, or delete that one first.",
            self.target()
        ))
    }
}

fn outcome(repository: &Repository) -> Value {
    json!({
        "hostId": repository.host_id,
        "cloneUrl": repository.clone_url,
        "webUrl": repository.web_url,
        "defaultBranch": repository.default_branch,
    })
}
