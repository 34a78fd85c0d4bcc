//! Settings of a repository are changed.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, Found, Planned, Undo, World, effect::Perform, if_there};
use crate::{
    error::{Error, Result},
    forge::{GitHost, Repository, RepositoryChange, RepositoryId},
};

/// Settings of a repository are changed, its topics among them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeSettings {
    /// The host, as in URLs.
    pub host: String,
    /// The repository.
    pub repository: RepositoryId,
    /// What is changed.
    pub change: RepositoryChange,
}

impl Perform for ChangeSettings {
    fn target(&self) -> String {
        format!("{}/{}", self.host, self.repository)
    }

    fn planned(&self) -> Planned {
        let told = self.told();
        let undo = if told == RepositoryChange::default() {
            Undo::None("No host tells how these settings were before.".to_owned())
        } else if told == self.change {
            Undo::By("Puts them back as they were, if they were not changed since.".to_owned())
        } else {
            Undo::By(
                "Puts back description, visibility, default branch, archiving and topics; no host tells how the others were."
                    .to_owned(),
            )
        };
        Planned {
            what: format!("Changes settings of {}: {}.", self.target(), self.names()),
            undo,
        }
    }

    async fn observe(&self, world: &World<'_>) -> Result<Value> {
        let found = self.found(world).await?;
        found
            .map(|found| json!({"settings": found}))
            .ok_or_else(|| {
                Error::NotFound(format!(
                    "There is no repository {}, or the portal may not see it.",
                    self.target()
                ))
            })
    }

    async fn perform(&self, world: &World<'_>, _: &Value) -> Result<Value, Failure> {
        let host = world.host(&self.host)?;
        let changed = host
            .update_repository(&self.repository, &self.change)
            .await?;
        Ok(json!({"settings": self.of(&changed)}))
    }

    async fn probe(&self, world: &World<'_>, observed: &Value) -> Result<Found> {
        let found = json!(self.found(world).await?);
        let asked = json!(self.told());
        // Settings that no host tells may be missing still: setting all again comes to the same.
        if found == observed["settings"] || found == asked && self.told() != self.change {
            return Ok(Found::Absent);
        }
        if found == asked {
            return Ok(Found::Ours(json!({ "settings": found })));
        }
        Ok(Found::Foreign(format!(
            "Settings of {} were changed meanwhile, and not by this run.",
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
        let Some(found) = self.found(world).await? else {
            return Ok(format!("The repository {} is gone already.", self.target()));
        };
        if json!(found) != outcome["settings"] {
            return Err(Error::Conflict(format!(
                "Settings of {} were changed since. Nothing was taken back: decide what they are to be.",
                self.target()
            )));
        }
        let before: RepositoryChange =
            serde_json::from_value(observed["settings"].clone()).map_err(Error::internal)?;
        host.update_repository(&self.repository, &before).await?;
        Ok(format!("Put back settings of {}.", self.target()))
    }
}

impl ChangeSettings {
    /// What of the change hosts tell again.
    fn told(&self) -> RepositoryChange {
        let change = self.change.clone();
        RepositoryChange {
            description: change.description,
            visibility: change.visibility,
            default_branch: change.default_branch,
            archived: change.archived,
            template: change.template,
            topics: change.topics,
            ..RepositoryChange::default()
        }
    }

    /// How a repository has what is changed.
    fn of(&self, found: &Repository) -> RepositoryChange {
        let change = &self.change;
        RepositoryChange {
            description: (change.description.as_ref()).map(|_| found.description.clone()),
            visibility: change.visibility.map(|_| found.visibility),
            default_branch: (change.default_branch.as_ref()).map(|_| found.default_branch.clone()),
            archived: change.archived.map(|_| found.is_archived),
            template: change.template.map(|_| found.is_template),
            topics: change.topics.as_ref().map(|_| found.topics.clone()),
            ..RepositoryChange::default()
        }
    }

    async fn found(&self, world: &World<'_>) -> Result<Option<RepositoryChange>> {
        let host = world.host(&self.host)?;
        let found = if_there(host.repository(&self.repository).await)?.flatten();
        Ok(found.map(|found| self.of(&found)))
    }

    /// What is changed, for people.
    fn names(&self) -> String {
        let Ok(Value::Object(all)) = serde_json::to_value(&self.change) else {
            return String::new();
        };
        let set = all.into_iter().filter(|(_, value)| !value.is_null());
        set.map(|(name, _)| name).collect::<Vec<_>>().join(", ")
    }
}
