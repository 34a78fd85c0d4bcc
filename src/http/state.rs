//! What handlers share.

use std::{ops::Deref, sync::Arc};

use tokio::sync::watch;

use crate::{
    auth::Auth, catalog::Catalog, clock::Clock, config::Config, ingest::Ingest,
    search::SearchIndex, store::Db,
};

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The parts of [`AppState`].
pub struct Parts {
    /// The configuration.
    pub config: Arc<Config>,
    /// The read model.
    pub catalog: Catalog,
    /// The search index.
    pub search: SearchIndex,
    /// Knows who people are.
    pub auth: Auth,
    /// Changes go through it.
    pub ingest: Ingest,
    /// Files, versions and removals, for pages.
    pub store: Db,
    /// Tells the time.
    pub clock: Clock,
    /// True once the catalog serves.
    pub ready: watch::Receiver<bool>,
}

impl From<Parts> for AppState {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
