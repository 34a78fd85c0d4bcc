//! Someone is given a right to a repository.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, Found, Planned, Undo, World, effect::Perform, if_there};
use crate::{
    error::{Error, Result},
    forge::{Access, GitHost, Grantee, RepositoryId},
};

/// A user or a team is given a right to a repository, in place of the one they have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GiveAccess {
    /// The host, as in URLs.
    pub host: String,
    /// The repository.
    pub repository: RepositoryId,
    /// Who is given it.
    pub grantee: Grantee,
    /// What they may do.
    pub access: Access,
}

impl Perform for GiveAccess {
    fn target(&self) -> String {
        format!("{}/{} ({})", self.host, self.repository, self.grantee)
    }

    fn planned(&self) -> Planned {
        Planned {
            what: format!(
                "Gives {} the right “{}” to {}/{}.",
                self.grantee, self.access, self.host, self.repository
            ),
            undo: Undo::By("Puts back the right they had, if it was not changed since.".to_owned()),
        }
    }

    async fn observe(&self, world: &World<'_>) -> Result<Value> {
        Ok(json!({"access": self.found(world).await?}))
    }

    async fn perform(&self, world: &World<'_>, _: &Value) -> Result<Value, Failure> {
        let host = world.host(&self.host)?;
        host.set_access(&self.repository, &self.grantee, self.access)
            .await?;
        // It is given: only looking again can tell as what.
        let found = self.found(world).await.map_err(Failure::Unclear)?;
        Ok(json!({ "access": found }))
    }

    async fn probe(&self, world: &World<'_>, observed: &Value) -> Result<Found> {
        let found = self.found(world).await?;
        if json!(found) == observed["access"] {
            return Ok(Found::Absent);
        }
        if found.is_some_and(|found| found <= self.access) {
            return Ok(Found::Ours(json!({ "access": found })));
        }
        Ok(Found::Foreign(format!(
            "The right of {} was changed meanwhile, and not by this run.",
            self.target()
        )))
    }

    async fn take_back(
        &self,
        world: &World<'_>,
        observed: &Value,
        outcome: &Value,
    ) -> Result<String> {
        let host = world.host(&self.host)?;
        let found = self.found(world).await?;
        let before: Option<Access> =
            serde_json::from_value(observed["access"].clone()).map_err(Error::internal)?;
        // Whoever is invited has no right yet, and what was given once they accept.
        let is_as_left = json!(found) == outcome["access"]
            || outcome["access"].is_null() && found.is_some_and(|found| found <= self.access);
        if !is_as_left && found != before {
            return Err(Error::Conflict(format!(
                "The right of {} was changed since. Nothing was taken back: decide what it is to be.",
                self.target()
            )));
        }
        match before {
            Some(before) if found == Some(before) => Ok(format!(
                "The right of {} is as it was already.",
                self.target()
            )),
            Some(before) => {
                host.set_access(&self.repository, &self.grantee, before)
                    .await?;
                Ok(format!("Put back the right of {}.", self.target()))
            }
            None => {
                if_there(host.remove_access(&self.repository, &self.grantee).await)?;
                Ok(format!("Took the right of {} away.", self.target()))
            }
        }
    }
}

impl GiveAccess {
    async fn found(&self, world: &World<'_>) -> Result<Option<Access>> {
        let host = world.host(&self.host)?;
        let all = if_there(host.collaborators(&self.repository).await)?;
        let mut all = all.unwrap_or_default().into_iter();
        let found = all.find(|one| one.grantee.is(&self.grantee));
        Ok(found.map(|one| one.access))
    }
}
