//! Who clones or pushes: the password of HTTP Basic is a Backstage token, whatever the user name says.

use std::sync::Arc;

use axum::http::{HeaderMap, header::AUTHORIZATION};
use base64::{Engine, prelude::BASE64_STANDARD};

use super::refusal::Refusal;
use crate::{
    auth::{Principal, User},
    error::Error,
    forge::LocalRepository,
    http::{AppState, bearer_token},
};

/// What a restricted service needs (`accessRestrictions`) to clone or push.
const PLUGIN: &str = "callboard";
/// What Git asks for again, with a name and a password.
const WHO: &str = "Say who you are: any user name, and as the password a Backstage user token or a static token of backend.auth.externalAccess.";

/// Who clones or pushes.
#[derive(Debug)]
pub(super) enum Caller {
    /// A person.
    User(Arc<User>),
    /// Another program.
    Service,
    /// Nobody has to say who they are here.
    Anyone,
}

impl Caller {
    /// By the token, if there is one. [`Refusal::Unknown`] without one, where one is needed, and with one that is no
    /// good.
    pub(super) async fn of(state: &AppState, headers: &HeaderMap) -> Result<Self, Refusal> {
        let unknown = || Refusal::Unknown(WHO.to_owned());
        let password = password(headers);
        let token = password.as_deref().or_else(|| bearer_token(headers));
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            let is_open = state.config.backend.auth.is_policy_disabled;
            return is_open.then_some(Self::Anyone).ok_or_else(unknown);
        };
        let found = state.auth.authenticate(token).await?;
        match found.principal {
            Principal::User(user) if !found.is_limited => Ok(Self::User(user)),
            Principal::Service(service) => {
                service.check_plugin(PLUGIN)?;
                Ok(Self::Service)
            }
            Principal::User(_) | Principal::Nobody => Err(unknown()),
        }
    }

    /// [`Error::NotAllowed`] says who could. Where nobody has to say who they are, everyone may.
    pub(super) fn check_push(
        &self,
        is_open: bool,
        repository: &LocalRepository,
    ) -> Result<(), Error> {
        let may_push = match self {
            Self::Anyone | Self::Service => true,
            Self::User(user) => is_open || repository.may_push(&user.ownership_refs),
        };
        if may_push {
            return Ok(());
        }
        let owner = repository.name.owner();
        let who = match self {
            Self::User(user) => user.entity_ref.to_string(),
            Self::Anyone | Self::Service => String::new(),
        };
        let maker = repository.ownership.created_by.as_deref();
        Err(Error::NotAllowed(format!(
            "{who} may not push to {}: {}members of group:default/{owner} may.",
            repository.name,
            maker
                .map(|maker| format!("{maker}, who made it, and "))
                .unwrap_or_default()
        )))
    }
}

/// The password of `Authorization: Basic …`.
fn password(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = BASE64_STANDARD.decode(encoded.trim()).ok()?;
    let (_, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some(password.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_what_stands_behind_the_first_colon() {
        for (value, expected) in [
            ("Basic bWU6dG9rZW4=", Some("token")),
            ("basic bWU6dG86a2Vu", Some("to:ken")),
            ("Basic bWU=", None),
            ("Basic %%%", None),
            ("Bearer token", None),
        ] {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().expect("a header"))]);
            assert_eq!(password(&headers).as_deref(), expected, "{value}");
        }
    }
}
