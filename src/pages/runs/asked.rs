//! The run an address names, and who asks: here it is decided who may see and change which run.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use super::super::error::PageError;
use crate::{
    error::Error,
    http::{AppState, Viewer},
    store::{self, Run},
};

/// A run, asked for by somebody who may see it and do what its page offers: whoever may see the portal.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The run.
    pub(super) run: Run,
    /// Who asks.
    pub(super) viewer: Viewer,
}

impl FromRequestParts<AppState> for Asked {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params =
            params.map_err(|_| Error::Input("The address is not valid UTF-8.".to_owned()))?;
        let id = params.iter().find(|(key, _)| *key == "id");
        let id = id.map_or("", |(_, id)| id);
        let run = store::run(&state.store, id).await?;
        let viewer = parts.extensions.get::<Viewer>().cloned();
        Ok(Self {
            run: run.ok_or_else(|| {
                Error::NotFound(
                    "There is no such run. The address may be cut off, or of another portal: look for it among all runs."
                        .to_owned(),
                )
            })?,
            viewer: viewer.unwrap_or_default(),
        })
    }
}
