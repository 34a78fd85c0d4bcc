//! `app-config.yaml` becomes a typed `Config` and an account of what was taken.

use crate::entity::{KindDefinition, LocationRef, ScmHost};
use serde_json::Value;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};
use url::Url;

/// The configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// `app`
    pub app: App,
    /// `organization.name`
    pub organization: Option<String>,
    /// `backend`
    pub backend: Backend,
    /// `integrations`: which product runs on which host.
    pub integrations: Vec<Integration>,
    /// `catalog`
    pub catalog: CatalogConfig,
    /// `search`
    pub search: SearchConfig,
    /// `callboard`
    pub callboard: CallboardConfig,
    /// All of it, merged, secrets included. Never shown; for parts that pass keys on.
    pub raw: Value,
}

/// `app`
#[derive(Debug, Clone)]
pub struct App {
    /** `app.title` */
    pub title: Option<String>,
    /** `app.baseUrl` */
    pub base_url: Url,
}

/// `backend`
#[derive(Debug, Clone)]
pub struct Backend {
    /// Where clients find it; no trailing slash.
    pub base_url: Url,
    /// `backend.listen`, as configured.
    pub listen: SocketAddr,
    /// `backend.database`
    pub database: Database,
    /// `backend.cors`; `None`: no CORS headers.
    pub cors: Option<Cors>,
    /// `backend.csp`, ready as a header value.
    pub content_security_policy: String,
    /// `backend.reading.allow`
    pub reading_allow: Vec<AllowedHost>,
}

/// `backend.cors`
#[derive(Debug, Clone)]
pub struct Cors {
    /** Exact origins or globs. */
    pub origins: Vec<String>,
    /** Methods. */
    pub methods: Vec<String>,
    /** Request headers; empty: as requested. */
    pub allowed_headers: Vec<String>,
    /** Exposed headers. */
    pub exposed_headers: Vec<String>,
    /** Credentials. */
    pub credentials: bool,
    /** Seconds. */
    pub max_age: Option<u64>,
}

/// `backend.database`
#[derive(Debug, Clone)]
pub enum Database {
    /// A file.
    Sqlite {
        /** The file. */
        file: PathBuf,
    },
    /// `':memory:'`: a private temporary file, removed at exit.
    Temporary,
    /// PostgreSQL.
    Postgres {
        /** Ready to connect to the database. */
        options: Box<sqlx::postgres::PgConnectOptions>,
        /** Create the database when missing: connect to this one first. */
        create: bool,
        /** Schema to use and create; `None`: the search path's. */
        schema: Option<String>,
    },
}

/// One of `backend.reading.allow`
#[derive(Debug, Clone)]
pub struct AllowedHost {
    /** `host`, `host:port` or `*.host`. */
    pub host: String,
    /** Path prefixes; `None`: all. */
    pub paths: Option<Vec<String>>,
}

/// A Git host.
#[derive(Debug, Clone)]
pub struct Integration {
    /** `host` or `host:port`. */
    pub host: String,
    /** Its product. */
    pub product: ScmHost,
    /** True for implicit entries (github.com, …). */
    pub implicit: bool,
}

/// `catalog`
#[derive(Debug, Clone)]
pub struct CatalogConfig {
    /// `catalog.rules`, then those of locations.
    pub rules: Vec<CatalogRule>,
    /// `catalog.locations`, `file` targets absolute.
    pub locations: Vec<LocationRef>,
    /// `catalog.readonly`
    pub readonly: bool,
    /// `catalog.processingInterval`; `None`: never.
    pub processing_interval: Option<Duration>,
    /// `catalog.orphanStrategy`
    pub orphan_strategy: OrphanStrategy,
    /// `catalog.defaultLocationConflictStrategy` is `refresh`.
    pub conflict_refreshes: bool,
}

/// One of `catalog.rules`: which kinds which locations may bring.
#[derive(Debug, Clone)]
pub struct CatalogRule {
    /** Kinds. */
    pub allow: Vec<AllowedKind>,
    /** Locations; empty: all. */
    pub locations: Vec<LocationMatch>,
}
/// A kind a rule allows.
#[derive(Debug, Clone)]
pub struct AllowedKind {
    /** Kind, compared without case. */
    pub kind: String,
    /** `spec.type`, if the rule names one. */
    pub spec_type: Option<String>,
}
/// Which locations a rule is about.
#[derive(Debug, Clone)]
pub struct LocationMatch {
    /** `url` or `file`. */
    pub kind: String,
    /** The target, or a pattern of it. */
    pub target: TargetMatch,
}
/// How a target is compared.
#[derive(Debug, Clone)]
pub enum TargetMatch {
    /** Any. */
    Any,
    /** As it stands. */
    Exact(String),
    /** A glob. */
    Pattern(globset::GlobMatcher),
}

impl CatalogConfig {
    /// Whether the rules let a root bring an entity of this kind (`catalog-model.md` §8).
    #[must_use]
    pub fn allows(
        _rules: &[CatalogRule],
        _kind: &str,
        _spec_type: Option<&str>,
        _origin: &LocationRef,
    ) -> bool {
        todo!()
    }
}

/// What becomes of entities nothing lists any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrphanStrategy {
    /** They go. */
    Delete,
    /** They stay, marked. */
    Keep,
}
/// What a bad document holds back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultIsolation {
    /** Itself. */
    Document,
    /** All that its Location leads to, as in Backstage. */
    Location,
}

/// `search`
#[derive(Debug, Clone)]
pub struct SearchConfig {
    /** `maxPageLimit` */
    pub max_page_limit: usize,
    /** `maxTermLength` */
    pub max_term_length: usize,
}

/// `callboard`
#[derive(Debug, Clone)]
pub struct CallboardConfig {
    /// `dataDir`: database file, lock, unpacked examples.
    pub data_dir: PathBuf,
    /// `faultIsolation`
    pub fault_isolation: FaultIsolation,
    /// `kinds`: JSON Schema files.
    pub kinds: Vec<KindDefinition>,
    /// `removals.share`: a source that loses more asks first.
    pub removal_share: f64,
    /// `removals.minimum`: but not below this many.
    pub removal_minimum: u64,
    /// `yamlMergeKeys`
    pub merge_keys: bool,
    /// `fileRoots`: folders `file` locations may read.
    pub file_roots: Vec<PathBuf>,
}

/// One thing wrong with the configuration.
#[derive(Debug, Clone)]
pub struct ConfigProblem {
    /** Dotted key. */
    pub key: String,
    /** File and line, or the environment variable. */
    pub place: String,
    /** What is wrong and what to do. */
    pub message: String,
}

/// What was done with the configuration.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /** Taken: key and what it became. */
    pub taken: Vec<(String, String)>,
    /** Keys of parts that do not exist here. */
    pub elsewhere: Vec<String>,
    /** What is missing, and what that means. */
    pub missing: Vec<String>,
}

impl Config {
    /// Reads, merges and checks. All problems at once.
    pub fn load(
        _files: &[PathBuf],
        _env: &dyn Fn(&str) -> Option<String>,
        _all_env: &[(String, String)],
    ) -> Result<Self, Vec<ConfigProblem>> {
        todo!()
    }
    /// For a start without arguments: 127.0.0.1:7007, SQLite, the examples at `examples`.
    #[must_use]
    pub fn embedded(_data_dir: &Path, _examples: &Path) -> Self {
        todo!()
    }
    /// What was taken, what belongs elsewhere, what is missing.
    #[must_use]
    pub fn account(&self) -> Account {
        todo!()
    }
}
