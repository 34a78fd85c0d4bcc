//! Who asks: decided here, for the API and for pages, and nowhere else.

use std::{convert::Infallible, ops::Deref, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{
        HeaderMap,
        header::{AUTHORIZATION, COOKIE},
        request,
    },
};

use super::{AppState, policy::Access};
use crate::{
    auth::{Credentials, Principal},
    error::{Error, Result},
};

/// The cookie that carries a limited user token.
pub const AUTH_COOKIE: &str = "backstage-auth";
/// Who did something where nobody has to say who they are.
pub const ANONYMOUS: &str = "anonymous";

/// Who asks. Every request has one, put there before its handler runs.
#[derive(Debug, Clone, Default)]
pub struct Viewer(Principal);

impl Deref for Viewer {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.0
    }
}

impl Viewer {
    /// Decides who calls the API: by its bearer token, or by its cookie where that is enough.
    ///
    /// [`Error::Authentication`] for a token that is no good, and for callers without one if the policy is on.
    pub(super) async fn of_call(
        state: &AppState,
        headers: &HeaderMap,
        access: Access,
    ) -> Result<Self> {
        if access == Access::Open {
            return Ok(Self::default());
        }
        if let Some(token) = bearer_token(headers) {
            let found = state.auth.authenticate(token).await?;
            return Self::within(found, access);
        }
        if access == Access::Cookie
            && let Some(token) = cookie(headers, AUTH_COOKIE)
            && let Ok(found) = state.auth.authenticate(token).await
        {
            return Self::within(found, access);
        }
        if state.config.backend.auth.is_policy_disabled {
            return Ok(Self::default());
        }
        Err(Principal::Nobody.refused())
    }

    /// A limited token opens nothing but what a cookie opens.
    fn within(found: Credentials, access: Access) -> Result<Self> {
        if found.is_limited && access != Access::Cookie {
            return Err(Error::Authentication(
                "Illegal limited user token".to_owned(),
            ));
        }
        Ok(Self(found.principal))
    }

    /// Decides who looks at a page: the guest, where there is one; else nobody, who has to sign in unless the policy
    /// is off. [`Error::NotAllowed`] for a guest from elsewhere.
    pub fn of_page(state: &AppState, is_local: bool) -> Result<Self> {
        let is_open = state.config.backend.auth.is_policy_disabled;
        match state.auth.guest(is_local) {
            Ok(Some(guest)) => Ok(Self(Principal::User(Arc::new(guest)))),
            Ok(None) | Err(_) if is_open => Ok(Self::default()),
            Ok(None) => Err(Error::Authentication(
                "This portal shows its pages to people who have signed in.".to_owned(),
            )),
            Err(fault) => Err(fault),
        }
    }

    /// Who did it, as versions and tombstones name them: a user's ref, `external:…`, or `anonymous`.
    #[must_use]
    pub fn actor(&self) -> &str {
        match &self.0 {
            Principal::User(user) => user.entity_ref.as_str(),
            Principal::Service(service) => &service.subject,
            Principal::Nobody => ANONYMOUS,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Viewer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Infallible> {
        // Nobody, who may do least, where no one decided.
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

/// The token of `Authorization: Bearer …`; the scheme is matched without case.
#[must_use]
pub fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let is_token = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty();
    (is_token && !token.contains(char::is_whitespace)).then_some(token)
}

/// The value of a cookie.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(COOKIE).iter();
    all.filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_in_their_headers() {
        for (value, expected) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Bearer", None),
            ("Bearer ", None),
            ("Bearer a b", None),
            ("Basic eDp5", None),
        ] {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().expect("a header"))]);
            assert_eq!(bearer_token(&headers), expected, "{value}");
        }
        let headers = HeaderMap::from_iter([(
            COOKIE,
            "a=1; backstage-auth=x.y.z; b=2".parse().expect("a header"),
        )]);
        assert_eq!(cookie(&headers, AUTH_COOKIE), Some("x.y.z"));
        assert_eq!(cookie(&headers, "auth"), None);
    }
}
