//! A repository is given a variable for its pipelines.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, Found, Planned, Undo, World, effect::Perform, if_there};
use crate::{
    error::{Error, Result},
    forge::{GitHost, RepositoryId, Variable},
};

/// A repository is given a variable for its pipelines, in place of one of that name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetVariable {
    /// The host, as in URLs.
    pub host: String,
    /// The repository.
    pub repository: RepositoryId,
    /// What it is called; hosts write it in capitals.
    pub name: String,
    /// Its value, which everyone may read who sees the repository.
    pub value: String,
}

impl Perform for SetVariable {
    fn target(&self) -> String {
        format!("{}/{} ({})", self.host, self.repository, self.name)
    }

    fn planned(&self) -> Planned {
        Planned {
            what: format!(
                "Sets the variable {} of {}/{}.",
                self.name, self.host, self.repository
            ),
            undo: Undo::By("Puts back the value it had, if it was not changed since.".to_owned()),
        }
    }

    async fn observe(&self, world: &World<'_>) -> Result<Value> {
        Ok(json!({"value": self.found(world).await?}))
    }

    async fn perform(&self, world: &World<'_>, _: &Value) -> Result<Value, Failure> {
        self.set(world, &self.value).await?;
        // Hosts may keep it otherwise, such as with other line ends.
        let kept = self.found(world).await.map_err(Failure::Unclear)?;
        Ok(json!({ "value": kept }))
    }

    async fn probe(&self, world: &World<'_>, observed: &Value) -> Result<Found> {
        let found = json!(self.found(world).await?);
        if found == self.value.as_str() {
            return Ok(Found::Ours(json!({ "value": found })));
        }
        if found == observed["value"] {
            return Ok(Found::Absent);
        }
        Ok(Found::Foreign(format!(
            "The variable {} was changed meanwhile, and not by this run.",
            self.target()
        )))
    }

    async fn take_back(
        &self,
        world: &World<'_>,
        observed: &Value,
        outcome: &Value,
    ) -> Result<String> {
        let found = json!(self.found(world).await?);
        if found == observed["value"] {
            return Ok(format!(
                "The variable {} is as it was already.",
                self.target()
            ));
        }
        if found != outcome["value"] {
            return Err(Error::Conflict(format!(
                "The variable {} was changed since. Nothing was taken back: decide what it is to be.",
                self.target()
            )));
        }
        match observed["value"].as_str() {
            Some(before) => {
                self.set(world, before).await.map_err(Failure::into_error)?;
                Ok(format!("Put back the variable {}.", self.target()))
            }
            None => {
                let host = world.host(&self.host)?;
                host.delete_variable(&self.repository, &self.name).await?;
                Ok(format!("Removed the variable {}.", self.target()))
            }
        }
    }
}

impl SetVariable {
    async fn set(&self, world: &World<'_>, value: &str) -> Result<(), Failure> {
        let variable = Variable {
            name: self.name.clone(),
            value: value.to_owned(),
        };
        let host = world.host(&self.host)?;
        host.set_variable(&self.repository, &variable).await?;
        Ok(())
    }

    async fn found(&self, world: &World<'_>) -> Result<Option<String>> {
        let host = world.host(&self.host)?;
        let all = if_there(host.variables(&self.repository).await)?;
        let mut all = all.unwrap_or_default().into_iter();
        let found = all.find(|variable| variable.name.eq_ignore_ascii_case(&self.name));
        Ok(found.map(|variable| variable.value))
    }
}
