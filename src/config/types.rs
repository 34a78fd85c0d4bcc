//! The configuration, typed.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use globset::GlobMatcher;
use sqlx::postgres::PgConnectOptions;
use url::Url;

use super::{Account, AuthConfig, BackendAuth, Integration, ScaffolderConfig, Secret};
use crate::entity::{KindDefinition, LocationRef};

/// The configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// `app`
    pub app: App,
    /// `organization.name`
    pub organization: Option<String>,
    /// `backend`
    pub backend: Backend,
    /// `auth`
    pub auth: AuthConfig,
    /// `permission.enabled`: whether clients ask what they may do.
    pub permission_enabled: bool,
    /// `integrations`: the Git hosts; configured ones before implicit ones, the first of a host counts.
    pub integrations: Vec<Integration>,
    /// `catalog`
    pub catalog: CatalogConfig,
    /// `search`
    pub search: SearchConfig,
    /// `scaffolder`
    pub scaffolder: ScaffolderConfig,
    /// `callboard`
    pub callboard: CallboardConfig,
    /// What the programs we start see of the environment: where programs are, proxies, certificates.
    pub program_environment: Vec<(String, String)>,
    /// What was done with the configuration.
    pub account: Account,
}

/// `app`
#[derive(Debug, Clone)]
pub struct App {
    /// `app.title`
    pub title: Option<String>,
    /// `app.baseUrl`
    pub base_url: Url,
}

/// `backend`
#[derive(Debug, Clone)]
pub struct Backend {
    /// Where clients find it.
    pub base_url: Url,
    /// `backend.listen`, as configured.
    pub listen: SocketAddr,
    /// `backend.database`
    pub database: Database,
    /// `backend.cors`; `None`: no CORS headers.
    pub cors: Option<Cors>,
    /// `backend.csp` over our own directives, ready as a header value.
    pub content_security_policy: String,
    /// `backend.auth`
    pub auth: BackendAuth,
    /// `backend.reading.allow`
    pub reading_allow: Vec<AllowedHost>,
}

/// `backend.cors`
#[derive(Debug, Clone)]
pub struct Cors {
    /// Exact origins or globs.
    pub origins: Vec<String>,
    /// Methods that are allowed.
    pub methods: Vec<String>,
    /// Request headers that are allowed; empty: those asked for.
    pub allowed_headers: Vec<String>,
    /// Response headers that scripts may see.
    pub exposed_headers: Vec<String>,
    /// Whether cookies and the like may be sent.
    pub credentials: bool,
    /// How long an answer to a preflight holds, in seconds.
    pub max_age: Option<u64>,
}

/// `backend.database`
#[derive(Debug, Clone)]
pub enum Database {
    /// A SQLite file.
    Sqlite {
        /// The file.
        file: PathBuf,
    },
    /// `':memory:'`: a private temporary file, removed at exit.
    Temporary,
    /// PostgreSQL.
    Postgres {
        /// Ready to connect to the database.
        options: Box<PgConnectOptions>,
        /// Whether the database is made when missing.
        create: bool,
        /// The schema to use and make; `None`: the search path's.
        schema: Option<String>,
    },
}

/// One of `backend.reading.allow`
#[derive(Debug, Clone)]
pub struct AllowedHost {
    /// `host`, `host:port` or `*.host`.
    pub host: String,
    /// Prefixes of paths; `None`: all.
    pub paths: Option<Vec<String>>,
}

impl AllowedHost {
    /// Whether an address is on it.
    #[must_use]
    pub fn allows(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let authority = url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let hosts_match = match self.host.strip_prefix('*') {
            Some(suffix) => authority.ends_with(suffix),
            None => authority == self.host,
        };
        let paths = self.paths.as_ref();
        hosts_match
            && paths.is_none_or(|paths| paths.iter().any(|path| url.path().starts_with(path)))
    }
}

/// `catalog`
#[derive(Debug, Clone)]
pub struct CatalogConfig {
    /// `catalog.rules`, then those of locations.
    pub rules: Vec<CatalogRule>,
    /// `catalog.locations`, the targets of `file` ones absolute.
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
    /// The kinds it allows.
    pub allow: Vec<AllowedKind>,
    /// The locations it is about; empty: all.
    pub locations: Vec<LocationMatch>,
}

/// A kind a rule allows.
#[derive(Debug, Clone)]
pub struct AllowedKind {
    /// Compared without case.
    pub kind: String,
    /// `spec.type`, if the rule names one.
    pub spec_type: Option<String>,
}

/// Locations a rule is about.
#[derive(Debug, Clone)]
pub struct LocationMatch {
    /// `url` or `file`.
    pub kind: String,
    /// Which targets.
    pub target: TargetMatch,
}

/// How a target is compared.
#[derive(Debug, Clone)]
pub enum TargetMatch {
    /// Any will do.
    Any,
    /// As it stands.
    Exact(String),
    /// By a glob.
    Pattern(GlobMatcher),
}

/// What becomes of entities nothing lists any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrphanStrategy {
    /// They go.
    Delete,
    /// They stay, marked.
    Keep,
}

/// What a bad document holds back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultIsolation {
    /// Itself.
    Document,
    /// All that its Location leads to, as in Backstage.
    Location,
}

/// `search`
#[derive(Debug, Clone)]
pub struct SearchConfig {
    /// `search.maxPageLimit`
    pub max_page_limit: usize,
    /// `search.maxTermLength`, in characters.
    pub max_term_length: usize,
}

/// `callboard`
#[derive(Debug, Clone)]
pub struct CallboardConfig {
    /// `callboard.dataDir`: the lock, the unpacked examples, and by default the database.
    pub data_dir: PathBuf,
    /// `callboard.encryptionKey`, at least 32 characters; `None`: a key file in `data_dir`, where one is needed.
    pub encryption_key: Option<Secret>,
    /// `callboard.faultIsolation`
    pub fault_isolation: FaultIsolation,
    /// `callboard.kinds`, read.
    pub kinds: Vec<KindDefinition>,
    /// `callboard.removals.share`: a source that loses more than this share of its entities asks first.
    pub removal_share: f64,
    /// `callboard.removals.minimum`: but not below this many.
    pub removal_minimum: u64,
    /// `callboard.yamlMergeKeys`: whether `<<` is expanded.
    pub merge_keys: bool,
    /// `callboard.localGit`: whether the Git host inside the portal is on.
    pub local_git: bool,
    /// Folders that `file` locations may read.
    pub file_roots: Vec<PathBuf>,
}
