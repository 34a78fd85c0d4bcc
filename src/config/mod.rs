//! `app-config.yaml` becomes a typed `Config` and an account of what was taken.
//!
//! Files are read and transformed one by one (`file`, `transform`), merged with the environment (`merge`), and
//! read into sections (`reader`, `sections`). Every problem is collected; none stops at the first.

mod account;
mod auth;
mod credentials;
mod database;
mod environment;
mod file;
mod integrations;
mod keys;
mod listen;
mod locations;
mod merge;
mod own_actions;
mod problem;
mod reader;
mod rules;
mod scaffolder;
mod secret;
mod sections;
mod transform;
mod types;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use account::Account;
pub use auth::{
    AccessRestriction, AuthConfig, BackendAuth, ExternalAccess, GuestProvider, ServiceProof,
};
pub use credentials::{Credential, CredentialKind, GitHubApp};
pub use environment::Environment;
pub use integrations::{Integration, RetryPolicy};
pub use own_actions::{ActionFile, Manifests, OwnActions};
pub use problem::ConfigProblem;
pub use scaffolder::ScaffolderConfig;
pub use secret::Secret;
pub use types::{
    AllowedHost, AllowedKind, App, Backend, CallboardConfig, CatalogConfig, CatalogRule, Config,
    Cors, Database, FaultIsolation, LocationMatch, OrphanStrategy, SearchConfig, TargetMatch,
};

use self::{merge::Merged, problem::Problems};

/// Read when no `--config` is given, in the folder the program is started in.
const DEFAULT_FILE: &str = "app-config.yaml";
/// The configuration of a start without any: see `docs/CONFIG.md`.
const EMBEDDED: &str = include_str!("embedded.yaml");

/// Where a portal that serves nobody is.
const NOWHERE: &str = "http://127.0.0.1:7007";

impl Config {
    /// Reads, merges and checks configuration files, later ones over earlier ones, and the environment over all.
    /// Without `files`, Backstage's default files in the working folder. All problems at once.
    pub fn load(files: &[PathBuf], environment: &Environment) -> Result<Self, Vec<ConfigProblem>> {
        let files = if files.is_empty() {
            default_files(environment)
        } else {
            files.to_vec()
        };
        let mut problems = Problems::default();
        let mut merged = Merged::default();
        for path in &files {
            merged.add_file(path, environment, &mut problems);
        }
        Self::finish(merged, environment, problems)
    }

    /// How the Git host inside the portal presents itself, where it is on.
    #[must_use]
    pub fn local_git(&self) -> Option<Integration> {
        self.callboard
            .local_git
            .then(|| integrations::local(&self.backend.base_url))
    }

    /// Whether the working folder has a configuration of its own.
    #[must_use]
    pub fn has_default_file() -> bool {
        Path::new(DEFAULT_FILE).exists()
    }

    /// The configuration of a start without arguments and files: 127.0.0.1:7007, SQLite in `data_dir`, the examples
    /// at `examples`. The environment can change it as it can change a file.
    pub fn load_embedded(
        data_dir: &Path,
        examples: &Path,
        environment: &Environment,
    ) -> Result<Self, Vec<ConfigProblem>> {
        let quoted = |path: &Path| serde_json::Value::from(path.to_string_lossy()).to_string();
        let text = EMBEDDED
            .replace("@DATA_DIR@", &quoted(data_dir))
            .replace("@EXAMPLES@", &quoted(&examples.join("all.yaml")))
            .replace("@RUNBOOK@", &quoted(&examples.join("kinds/runbook.json")));
        let mut problems = Problems::default();
        let mut merged = Merged::default();
        merged.add_text("(embedded configuration)", &text, &mut problems);
        Self::finish(merged, environment, problems)
    }

    /// The configuration of what needs no portal, where no file is named: Backstage's defaults, in a folder.
    pub fn of_defaults(
        folder: &Path,
        environment: &Environment,
    ) -> Result<Self, Vec<ConfigProblem>> {
        let folder = serde_json::Value::from(folder.to_string_lossy());
        let text = format!(
            "{{app: {{baseUrl: {NOWHERE}}}, backend: {{baseUrl: {NOWHERE}}}, callboard: {{dataDir: {folder}}}}}"
        );
        let mut problems = Problems::default();
        let mut merged = Merged::default();
        merged.add_text("(defaults)", &text, &mut problems);
        Self::finish(merged, environment, problems)
    }

    fn finish(
        mut merged: Merged,
        environment: &Environment,
        mut problems: Problems,
    ) -> Result<Self, Vec<ConfigProblem>> {
        merged.add_environment(environment, &mut problems);
        let mut config = sections::read(&merged, &problems);
        config.program_environment = environment::for_programs(environment);
        let problems = problems.into_located(&merged);
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }
}

/// `app-config.yaml`, `app-config.<env>.yaml`, `app-config.local.yaml`, `app-config.<env>.local.yaml`: the first must
/// be there, the others may.
fn default_files(environment: &Environment) -> Vec<PathBuf> {
    let named = environment
        .get("BACKSTAGE_ENV")
        .into_iter()
        .flat_map(|names| names.split(','));
    let named: Vec<&str> = named
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let mut optional: Vec<String> = named
        .iter()
        .map(|name| format!("app-config.{name}.yaml"))
        .collect();
    optional.push("app-config.local.yaml".to_owned());
    optional.extend(
        named
            .iter()
            .map(|name| format!("app-config.{name}.local.yaml")),
    );
    let optional = optional
        .into_iter()
        .map(PathBuf::from)
        .filter(|path| path.exists());
    std::iter::once(PathBuf::from(DEFAULT_FILE))
        .chain(optional)
        .collect()
}
