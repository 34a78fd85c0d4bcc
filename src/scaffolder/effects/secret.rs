//! A repository is given a secret for its pipelines.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, Found, Planned, Undo, World, effect::Perform, if_there};
use crate::{
    config::Secret,
    error::{Error, Result},
    forge::{GitHost, RepositoryId},
};

/// A repository is given a secret for its pipelines, in place of one of that name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetSecret {
    /// The host, as in URLs.
    pub host: String,
    /// The repository.
    pub repository: RepositoryId,
    /// What it is called; hosts write it in capitals.
    pub name: String,
    /// Its value. It is never written down: the step that asks for it again has it of its own input.
    #[serde(skip)]
    pub value: Option<Secret>,
}

impl Perform for SetSecret {
    fn target(&self) -> String {
        format!("{}/{} ({})", self.host, self.repository, self.name)
    }

    fn planned(&self) -> Planned {
        Planned {
            what: format!(
                "Sets the secret {} of {}/{}.",
                self.name, self.host, self.repository
            ),
            undo: Undo::By(
                "Removes it. Where one of that name is there already, it stays: no host tells what it was."
                    .to_owned(),
            ),
        }
    }

    fn undo_of(&self, observed: &Value) -> Undo {
        if observed["exists"] == true {
            return Undo::None(format!(
                "The secret {} was there before, and no host tells what it was. Set it anew.",
                self.target()
            ));
        }
        Undo::By("Removes it.".to_owned())
    }

    fn holds_secret(&self) -> bool {
        true
    }

    async fn observe(&self, world: &World<'_>) -> Result<Value> {
        Ok(json!({"exists": self.exists(world).await?}))
    }

    async fn perform(&self, world: &World<'_>, _: &Value) -> Result<Value, Failure> {
        let value = self.value.as_ref();
        let value = value.ok_or_else(|| Error::internal("a secret is set without its value"))?;
        let host = world.host(&self.host)?;
        host.set_secret(&self.repository, &self.name, value).await?;
        Ok(json!({}))
    }

    async fn probe(&self, world: &World<'_>, observed: &Value) -> Result<Found> {
        // Of one that was there before nobody can tell whose value it has. Setting it again comes to the same.
        let is_new = self.exists(world).await? && observed["exists"] != true;
        Ok(if is_new {
            Found::Ours(json!({}))
        } else {
            Found::Absent
        })
    }

    async fn take_back(&self, world: &World<'_>, _: &Value, _: &Value) -> Result<String> {
        let host = world.host(&self.host)?;
        if_there(host.delete_secret(&self.repository, &self.name).await)?;
        Ok(format!("Removed the secret {}.", self.target()))
    }
}

impl SetSecret {
    async fn exists(&self, world: &World<'_>) -> Result<bool> {
        let host = world.host(&self.host)?;
        let names = if_there(host.secrets(&self.repository).await)?.unwrap_or_default();
        Ok(names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&self.name)))
    }
}
