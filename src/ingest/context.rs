//! What every part of the ingest needs, made once at start.

use std::{sync::Arc, time::Duration};

use crate::{
    clock::Clock,
    config::{CatalogRule, FaultIsolation, OrphanStrategy},
    entity::{Kinds, LocationRef, ScmHost},
    source::Reader,
    store::{Db, text_hash},
};

/// Which SCM a host is, by `host` or `host:port`; `None` for hosts without an integration.
pub type ScmHosts = Arc<dyn Fn(&str) -> Option<ScmHost> + Send + Sync>;

/// The options of the ingest, from the configuration.
#[derive(Debug, Clone)]
pub struct Options {
    /// Locations of the configuration, in its order.
    pub locations: Vec<LocationRef>,
    /// `catalog.rules` and those of the locations.
    pub rules: Vec<CatalogRule>,
    /// Whether a bad document holds back its neighbours.
    pub fault_isolation: FaultIsolation,
    /// What becomes of entities that nothing lists any more.
    pub orphan_strategy: OrphanStrategy,
    /// A source that loses more than this share of its entities asks first.
    pub removal_share: f64,
    /// But not below this number of entities.
    pub removal_minimum: u64,
    /// Whether YAML merge keys (`<<`) are expanded.
    pub merge_keys: bool,
    /// Whether registering and removing locations is refused.
    pub readonly: bool,
    /// How often everything is compared with its source; `None`: never.
    pub reconcile_interval: Option<Duration>,
}

/// Shared by the worker and by those who check without writing.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) db: Db,
    pub(super) reader: Reader,
    pub(super) kinds: Arc<Kinds>,
    pub(super) options: Arc<Options>,
    pub(super) hosts: ScmHosts,
    pub(super) clock: Clock,
    /// Goes into every fingerprint: other rules or kinds make every file worth another look.
    pub(super) salt: Arc<str>,
}

impl Context {
    /// Whether a fault anywhere holds back all that its Location leads to.
    pub(super) fn holds_back(&self) -> bool {
        self.options.fault_isolation == FaultIsolation::Location
    }

    /// The same for one reconcile, refresh or check, which asks once where each branch is.
    pub(super) fn looking_once(&self) -> Self {
        Self {
            reader: self.reader.looking_once(),
            ..self.clone()
        }
    }

    /// A hash that changes with the rules, the kinds and the program.
    pub(super) fn salt_of(options: &Options, kinds: &Kinds) -> Arc<str> {
        let told = format!(
            "{} {:?} {:?} {} {:?}",
            env!("CARGO_PKG_VERSION"),
            options.rules,
            options.fault_isolation,
            options.merge_keys,
            kinds
        );
        text_hash(told.as_bytes()).into()
    }
}
