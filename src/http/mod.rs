//! The server: state, layers, the viewer, error bodies.

use crate::{
    catalog::Catalog, clock::Clock, config::Config, ingest::Ingest, search::SearchIndex, store::Db,
};
use std::sync::Arc;

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The configuration.
    pub config: Arc<Config>,
    /// The read model.
    pub catalog: Catalog,
    /// The search index.
    pub search: SearchIndex,
    /// Changes go through it.
    pub ingest: Ingest,
    /// Files, versions, removals for the pages.
    pub store: Db,
    /// Tells the time.
    pub clock: Clock,
    /// True once the catalog serves.
    pub ready: tokio::sync::watch::Receiver<bool>,
}

/// Layers.
pub fn layers(_router: axum::Router, _config: &Config) -> axum::Router {
    todo!()
}

/// Who asks. The one place where that is decided; for now everyone is the guest.
#[derive(Debug, Clone)]
pub struct Viewer {
    /** `user:default/guest` */
    pub entity_ref: crate::entity::EntityRef,
}
