//! A location is registered in the catalog.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, Found, Planned, Undo, World, effect::Perform};
use crate::{
    error::{Error, Result},
    ingest::{NewLocation, OnConflict},
    store::RegisteredLocation,
};

/// Who registers where nobody said who they are.
const NOBODY: &str = "anonymous";

/// A location is registered in the catalog.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RegisterLocation {
    /// The address of the descriptor.
    pub url: String,
    /// Whether the descriptor need not be there.
    pub optional: bool,
}

impl Perform for RegisterLocation {
    fn target(&self) -> String {
        self.url.clone()
    }

    fn planned(&self) -> Planned {
        Planned {
            what: format!("Registers {} in the catalog.", self.url),
            undo: Undo::By("Removes the location, and what only it leads to.".to_owned()),
        }
    }

    async fn observe(&self, world: &World<'_>) -> Result<Value> {
        let known = self.registered(world).await?;
        Ok(json!({"location": known.map(|location| location.id)}))
    }

    async fn perform(&self, world: &World<'_>, observed: &Value) -> Result<Value, Failure> {
        let new = NewLocation {
            kind: "url".to_owned(),
            target: self.url.clone(),
            presence: self.optional.then(|| "optional".to_owned()),
        };
        let by = world.user.map_or(NOBODY, |user| user.as_str());
        let registered = world
            .services
            .ingest
            .register(new, OnConflict::Refresh, by)
            .await;
        match registered {
            Ok(location) => Ok(outcome(&location, observed)),
            // The row may be committed though nobody could be told.
            Err(fault @ (Error::Internal(_) | Error::ServiceUnavailable(_))) => {
                Err(Failure::Unclear(fault))
            }
            Err(fault) => Err(Failure::Refused(fault)),
        }
    }

    async fn probe(&self, world: &World<'_>, observed: &Value) -> Result<Found> {
        // Registering is our own and can be repeated: whoever did it, it is registered once.
        Ok(match self.registered(world).await? {
            Some(location) if observed["location"].is_null() => {
                Found::Ours(outcome(&location, observed))
            }
            _ => Found::Absent,
        })
    }

    async fn take_back(&self, world: &World<'_>, _: &Value, outcome: &Value) -> Result<String> {
        if outcome["isNew"] != true {
            return Ok(format!("{} was registered before, and stays.", self.url));
        }
        let known = self.registered(world).await?;
        let ours = known.filter(|location| outcome["id"] == location.id.as_str());
        let Some(location) = ours else {
            return Ok(format!("{} is not registered any more.", self.url));
        };
        let by = world.user.map_or(NOBODY, |user| user.as_str());
        world.services.ingest.unregister(&location.id, by).await?;
        Ok(format!("Removed {} from the catalog.", self.url))
    }
}

impl RegisterLocation {
    async fn registered(&self, world: &World<'_>) -> Result<Option<RegisteredLocation>> {
        world.services.ingest.registered("url", &self.url).await
    }
}

fn outcome(location: &RegisteredLocation, observed: &Value) -> Value {
    json!({"id": location.id, "isNew": observed["location"].is_null()})
}
