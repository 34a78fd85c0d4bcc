//! A repository is given a webhook.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::{Failure, Found, Planned, STARS, Undo, World, effect::Perform, if_there};
use crate::{
    config::Secret,
    error::{Error, Result},
    forge::{GitHost, NewWebhook, RepositoryId, Webhook, authority},
};

/// A repository is given a webhook.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateWebhook {
    /// The host, as in URLs.
    pub host: String,
    /// The repository.
    pub repository: RepositoryId,
    /// Where the host is to send to.
    pub url: String,
    /// Of which events, in the words of GitHub.
    pub events: Vec<String>,
    /// Whether it is on.
    pub is_active: bool,
    /// What the host signs with. It is never written down: the step that asks for it again has it of its own input.
    #[serde(skip)]
    pub secret: Option<Secret>,
}

impl Perform for CreateWebhook {
    /// The address may be a secret as a whole, as those of chat programs are.
    fn target(&self) -> String {
        let to = Url::parse(&self.url).ok().map(|url| authority(&url));
        let to = to.unwrap_or_default();
        format!("{}/{} (webhook to {to})", self.host, self.repository)
    }

    fn planned(&self) -> Planned {
        Planned {
            what: format!(
                "Makes a webhook of {}/{} to {}.",
                self.host, self.repository, self.url
            ),
            undo: Undo::By("Removes it, if it still leads there.".to_owned()),
        }
    }

    fn holds_secret(&self) -> bool {
        self.secret.is_some()
    }

    async fn observe(&self, world: &World<'_>) -> Result<Value> {
        let ids: Vec<String> = self.found(world).await?.map(|hook| hook.id).collect();
        Ok(json!({ "ids": ids }))
    }

    async fn perform(&self, world: &World<'_>, _: &Value) -> Result<Value, Failure> {
        let new = NewWebhook {
            url: self.url.clone(),
            secret: self.secret.clone(),
            events: self.events.clone(),
            active: self.is_active,
        };
        let host = world.host(&self.host)?;
        let made = host.create_webhook(&self.repository, &new).await?;
        Ok(json!({"id": made.id}))
    }

    async fn probe(&self, world: &World<'_>, observed: &Value) -> Result<Found> {
        let known = observed["ids"].as_array().map(Vec::as_slice);
        let is_known = |hook: &Webhook| {
            let mut ids = known.unwrap_or_default().iter();
            ids.any(|id| id == hook.id.as_str())
        };
        let mut found = self.found(world).await?;
        let new_one = found.find(|hook| !is_known(hook));
        Ok(new_one.map_or(Found::Absent, |hook| Found::Ours(json!({"id": hook.id}))))
    }

    async fn take_back(&self, world: &World<'_>, _: &Value, outcome: &Value) -> Result<String> {
        let host = world.host(&self.host)?;
        let all = if_there(host.webhooks(&self.repository).await)?;
        let mut all = all.unwrap_or_default().into_iter();
        let Some(found) = all.find(|hook| outcome["id"] == hook.id.as_str()) else {
            return Ok(format!("The webhook {} is gone already.", self.target()));
        };
        if !self.is_masked() && found.url != self.url {
            return Err(Error::Conflict(format!(
                "The webhook {} leads elsewhere since. It was not removed: decide whether it is still needed.",
                self.target()
            )));
        }
        host.delete_webhook(&self.repository, &found.id).await?;
        Ok(format!("Removed the webhook {}.", self.target()))
    }
}

impl CreateWebhook {
    /// Whether a secret of the run stands in the address: it is not kept whole.
    fn is_masked(&self) -> bool {
        self.url.contains(STARS)
    }

    /// Those that lead to the same address.
    async fn found(&self, world: &World<'_>) -> Result<impl Iterator<Item = Webhook>> {
        if self.is_masked() {
            return Err(Error::Conflict(format!(
                "Whether {} was made cannot be found out: its address holds a secret that is not kept. Look at the webhooks of the repository.",
                self.target()
            )));
        }
        let host = world.host(&self.host)?;
        let all = if_there(host.webhooks(&self.repository).await)?;
        let same = |hook: &Webhook| hook.url == self.url;
        Ok(all.unwrap_or_default().into_iter().filter(same))
    }
}
