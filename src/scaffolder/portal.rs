//! The portal's own API, called in the process by runs: with the rights of the run's user, and no more.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;

use super::outgoing::OutgoingAnswer;
use crate::{
    config::Secret,
    error::{Error, Result},
};

/// A call to the portal's own API.
#[derive(Debug)]
pub struct PortalCall {
    /// `GET`, `POST`, …
    pub method: String,
    /// Its path, with parameters: `/api/catalog/entities?limit=1`.
    pub path: String,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Who calls; `None`: nobody in particular.
    pub token: Option<Secret>,
    /// What is sent.
    pub body: String,
}

/// Answers calls.
pub type PortalCaller =
    Arc<dyn Fn(PortalCall) -> BoxFuture<'static, Result<OutgoingAnswer>> + Send + Sync>;

/// Where runs call the portal. It is closed until whoever serves the API opens it, and when they stop.
#[derive(Default)]
pub struct Portal(Mutex<Option<PortalCaller>>);

impl Portal {
    /// Has calls answered by this.
    pub fn open(&self, caller: PortalCaller) {
        self.set(Some(caller));
    }

    /// Has no call answered any more.
    pub fn close(&self) {
        self.set(None);
    }

    fn set(&self, caller: Option<PortalCaller>) {
        // What is in there is whole after every change.
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = caller;
    }

    /// Makes a call. [`Error::ServiceUnavailable`] while the portal is closed.
    pub async fn call(&self, call: PortalCall) -> Result<OutgoingAnswer> {
        let caller = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let caller = caller.ok_or_else(|| {
            Error::ServiceUnavailable("The portal is not serving at the moment.".to_owned())
        })?;
        caller(call).await
    }
}
