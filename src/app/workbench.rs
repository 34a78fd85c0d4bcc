//! What templates are tried with from the command line: a portal that serves nobody and keeps nothing.

use std::{path::PathBuf, sync::Arc};

use tempfile::TempDir;

use super::{runs, sources};
use crate::{
    auth::Auth,
    catalog::Catalog,
    clock::Clock,
    config::{AllowedKind, CatalogRule, Config},
    entity::Kinds,
    error::{Error, Result},
    forge::Forges,
    ingest::Ingest,
    scaffolder::{Runs, Services, actions::Registry, expression::RepoHosts, repo_hosts},
    store::Db,
};

/// The parts of a portal that a preview needs. Its database is in memory, its catalog empty.
pub struct Workbench {
    runs: Runs,
    _folder: TempDir,
}

impl Workbench {
    /// With a configuration, or with Backstage's defaults, where every host is taken for one that is known. Files
    /// below the folders may be read.
    pub async fn open(config: Option<Config>, folders: &[PathBuf]) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("callboard-")
            .tempdir()
            .map_err(Error::internal)?;
        let is_configured = config.is_some();
        let mut config = match config {
            Some(config) => config,
            None => defaults(&folder)?,
        };
        config.callboard.file_roots.extend_from_slice(folders);
        config.catalog.rules = vec![templates_are_allowed()];
        let hosts = if is_configured {
            repo_hosts(&config)
        } else {
            RepoHosts::Any
        };
        let clock = Clock::system();
        let db = Db::open_in_memory().await?;
        let kinds = Kinds::with_declared(config.callboard.kinds.clone());
        let kinds = Arc::new(kinds.map_err(Error::Input)?);
        let forges = Forges::new(&config.integrations, &clock);
        let parts = sources::ingest_parts(&config, db.clone(), &kinds, forges.clone(), &clock);
        let reader = parts.reader.clone();
        let (ingest, _) = Ingest::new(parts);
        let catalog = Catalog::new(kinds);
        let auth = Auth::new(&config, db.clone(), catalog.clone(), clock.clone())?;
        let handles = runs::Handles {
            db,
            clock,
            catalog,
            ingest,
            reader,
            forges,
            auth,
            repo_hosts: hosts,
        };
        let (runs, _) = runs::runs(&config, Some(folder.path()), handles)?;
        Ok(Self {
            runs,
            _folder: folder,
        })
    }

    /// What actions work with.
    #[must_use]
    pub fn services(&self) -> &Services {
        self.runs.services()
    }

    /// All actions.
    #[must_use]
    pub fn actions(&self) -> &Registry {
        self.runs.actions()
    }
}

fn defaults(folder: &TempDir) -> Result<Config> {
    let environment = std::iter::empty::<(String, String)>().collect();
    Config::of_defaults(folder.path(), &environment).map_err(|problems| {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Error::internal(told.join("\n"))
    })
}

fn templates_are_allowed() -> CatalogRule {
    CatalogRule {
        allow: vec![AllowedKind {
            kind: "Template".to_owned(),
            spec_type: None,
        }],
        locations: Vec::new(),
    }
}
