//! What template runs work with, built once.

use std::{path::Path, sync::Arc};

use tokio::sync::Semaphore;

use crate::{
    auth::{Auth, Seal},
    catalog::Catalog,
    clock::Clock,
    config::Config,
    error::Result,
    forge::Forges,
    git::Git,
    ingest::Ingest,
    scaffolder::{
        Parts, Runs, Services,
        actions::{Registry, with_own},
        expression::RepoHosts,
        host_lists::HostLists,
        outgoing::Outgoing,
        portal::Portal,
    },
    source::Reader,
    store::Db,
};

/// Files of templates rendered at once: as many as two processors do.
const RENDERED_AT_ONCE: usize = 2;
/// Dry runs executed at once.
const DRY_RUNS_AT_ONCE: usize = 4;

/// The handles runs share with the rest.
pub(super) struct Handles {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) catalog: Catalog,
    pub(super) ingest: Ingest,
    pub(super) reader: Reader,
    pub(super) forges: Forges,
    pub(super) auth: Auth,
    /// For `parseRepoUrl`.
    pub(super) repo_hosts: RepoHosts,
}

/// The handle of runs, and the worker. Workspaces lie in the data folder, or beside a temporary database; what a
/// killed process left there goes.
pub(super) fn runs(
    config: &Config,
    temporary: Option<&Path>,
    handles: Handles,
) -> Result<(Runs, impl Future<Output = ()> + Send + 'static)> {
    let folder = temporary.unwrap_or(&config.callboard.data_dir);
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let (workspaces, git_home) = (folder.join("workspaces"), folder.join("runs-git-home"));
    for left_behind in [&workspaces, &git_home] {
        // Not there, as a rule; if it cannot be removed, the first run that needs it says so.
        let _ = std::fs::remove_dir_all(left_behind);
    }
    let services = Services::new(Parts {
        outgoing: Outgoing::new(
            handles.forges.connections().clone(),
            config.scaffolder.own.allow.clone(),
        ),
        portal: Portal::default(),
        seal: Seal::of(config)?,
        config: config.scaffolder.clone(),
        folder: workspaces,
        git: Git::new(git_home, config.program_environment.clone()),
        rendering: Arc::new(Semaphore::new(RENDERED_AT_ONCE)),
        dry_runs: Arc::new(Semaphore::new(DRY_RUNS_AT_ONCE)),
        host_lists: HostLists::default(),
        repo_hosts: Arc::new(handles.repo_hosts),
        db: handles.db,
        clock: handles.clock,
        catalog: handles.catalog,
        ingest: handles.ingest,
        reader: handles.reader,
        forges: handles.forges,
        auth: handles.auth,
    });
    let actions = with_own(&Registry::default(), &config.scaffolder.own.files)?;
    Ok(Runs::new(services, actions))
}
