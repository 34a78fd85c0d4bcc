//! Who asks.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request},
};

use crate::entity::EntityRef;

/// Who asks. Decided here and nowhere else; until there is sign-in, everyone is the guest.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The user in the catalog, who need not exist there.
    pub entity_ref: EntityRef,
}

impl Viewer {
    /// Decides who asks.
    #[must_use]
    pub fn of(_headers: &HeaderMap) -> Self {
        Self {
            entity_ref: EntityRef::from_canonical("user:default/guest"),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Viewer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}
