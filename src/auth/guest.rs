//! The guest: everyone who may look in without saying who they are.

use serde_json::Value;

use super::{Auth, Session, User};
use crate::{
    config::GuestProvider,
    error::{Error, Result},
};

/// The key that opens the portal to guests from elsewhere.
const FLAG: &str = "auth.providers.guest.dangerouslyAllowOutsideDevelopment";

impl Auth {
    /// Who guests are; `None` where no guest provider is configured.
    ///
    /// [`Error::NotAllowed`] for callers that are not on this machine, unless the configuration lets them in.
    pub fn guest(&self, is_local: bool) -> Result<Option<User>> {
        let Some(guest) = &self.0.config.guest else {
            return Ok(None);
        };
        if !is_local && !guest.is_for_everyone {
            return Err(Error::NotAllowed(format!(
                "Guests come from the machine the portal runs on only. If everyone who reaches the portal may be a guest, set {FLAG} to true in app-config.yaml."
            )));
        }
        Ok(Some(User {
            entity_ref: guest.user.clone(),
            ownership_refs: self.ownership_of(guest),
        }))
    }

    /// As configured; else the guest alone, with the groups of that user if the catalog has one, as Backstage does.
    fn ownership_of(&self, guest: &GuestProvider) -> Vec<String> {
        let mut refs = guest.ownership_refs.clone();
        if refs.len() == 1 && refs[0] == guest.user.as_str() {
            let found = self.0.catalog.read().entity(guest.user.as_str());
            let user: Value = found
                .and_then(|json| serde_json::from_slice(&json).ok())
                .unwrap_or_default();
            let relations = user["relations"].as_array().into_iter().flatten();
            let groups = relations
                .filter(|relation| relation["type"] == "memberOf")
                .filter_map(|relation| relation["targetRef"].as_str())
                .filter(|target| target.starts_with("group:"));
            refs.extend(groups.map(str::to_owned));
        }
        refs
    }

    /// Signs the guest in; `None` where no guest provider is configured. Errors as [`Auth::guest`].
    pub async fn sign_in_guest(&self, is_local: bool) -> Result<Option<Session>> {
        match self.guest(is_local)? {
            Some(user) => self.sign_in(user).await.map(Some),
            None => Ok(None),
        }
    }
}
