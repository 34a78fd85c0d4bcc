//! A repository of GitHub is forked into the account of whoever asks.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, Found, Planned, Undo, World, effect::Perform, if_there, reading};
use crate::{
    error::{Error, Result},
    forge::{ApiCall, ApiMethod, ChoicesOf, GitHost, RepositoryId},
};

/// A repository is forked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ForkRepository {
    /// The host, as in URLs.
    pub host: String,
    /// What is forked.
    pub repository: RepositoryId,
    /// The fork: it has the same name, in the account of the token.
    pub fork: RepositoryId,
}

impl Perform for ForkRepository {
    fn host(&self) -> Option<&str> {
        Some(&self.host)
    }

    fn target(&self) -> String {
        format!("{}/{}", self.host, self.fork)
    }

    fn planned(&self) -> Planned {
        Planned {
            what: format!("Forks {}/{} to {}.", self.host, self.repository, self.fork),
            undo: Undo::By(
                "Deletes the fork, if this made it and nobody made a branch in it.".to_owned(),
            ),
        }
    }

    fn undo_of(&self, observed: &Value) -> Undo {
        if observed["exists"] == true {
            return Undo::None("The fork was there before, and stays.".to_owned());
        }
        self.planned().undo
    }

    async fn observe(&self, world: &World<'_>) -> Result<Value> {
        match self.read(world).await? {
            None => Ok(json!({"exists": false})),
            Some(found) if self.is_fork(&found) => Ok(json!({"exists": true})),
            Some(_) => Err(Error::Conflict(self.foreign())),
        }
    }

    async fn perform(&self, world: &World<'_>, observed: &Value) -> Result<Value, Failure> {
        if observed["exists"] == true {
            return Ok(json!({}));
        }
        let RepositoryId { owner, name } = &self.repository;
        let call = ApiCall::new(ApiMethod::Post, ["repos", owner, name, "forks"]).body(json!({}));
        let made = world.host(&self.host)?.api(owner, &call).await?;
        Ok(outcome(&made))
    }

    async fn probe(&self, world: &World<'_>, observed: &Value) -> Result<Found> {
        Ok(match self.read(world).await? {
            Some(found) if !self.is_fork(&found) => Found::Foreign(self.foreign()),
            Some(found) if observed["exists"] != true => Found::Ours(outcome(&found)),
            _ => Found::Absent,
        })
    }

    async fn take_back(
        &self,
        world: &World<'_>,
        observed: &Value,
        outcome: &Value,
    ) -> Result<String> {
        let Some(found) = self.read(world).await? else {
            return Ok(format!("The fork {} is gone already.", self.target()));
        };
        if observed["exists"] == true {
            return Ok(format!(
                "The fork {} was there before, and stays.",
                self.target()
            ));
        }
        if outcome["id"] != found["id"] {
            return Err(Error::Conflict(self.foreign()));
        }
        let host = world.host(&self.host)?;
        let theirs = host
            .choices(&ChoicesOf::Branches(self.repository.clone()))
            .await?;
        let mut branches = host
            .choices(&ChoicesOf::Branches(self.fork.clone()))
            .await?
            .into_iter();
        if let Some(branch) = branches.find(|branch| !theirs.contains(branch)) {
            return Err(Error::Conflict(format!(
                "Somebody made the branch {} in the fork {}. It was not deleted.",
                branch.id,
                self.target()
            )));
        }
        host.delete_repository(&self.fork).await?;
        Ok(format!("Deleted the fork {}.", self.target()))
    }
}

impl ForkRepository {
    async fn read(&self, world: &World<'_>) -> Result<Option<Value>> {
        let RepositoryId { owner, name } = &self.fork;
        let host = world.host(&self.host)?;
        let call = reading(["repos", owner, name]);
        if_there(host.api(&self.repository.owner, &call).await)
    }

    fn is_fork(&self, found: &Value) -> bool {
        let parent = found["parent"]["full_name"].as_str().unwrap_or_default();
        parent.eq_ignore_ascii_case(&self.repository.to_string())
    }

    fn foreign(&self) -> String {
        format!(
            "There is a repository {} that is no fork of {} made by this run. Rename it, or leave forceFork out.",
            self.target(),
            self.repository
        )
    }
}

fn outcome(found: &Value) -> Value {
    json!({"id": found["id"], "webUrl": found["html_url"]})
}
