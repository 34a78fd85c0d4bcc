//! Everything built once, joined, started and stopped.

mod database;
mod examples;
mod follow;
mod local_git;
mod portal;
mod readiness;
mod runs;
mod serve;
mod sources;
mod workbench;

use std::{path::PathBuf, sync::Arc};

use axum::Router;
use futures_util::future::BoxFuture;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use examples::unpack_examples;
pub use serve::{run, serve};
pub use workbench::Workbench;

use self::portal::OpenPortal;
use crate::{
    api,
    auth::Auth,
    catalog::Catalog,
    clock::Clock,
    config::{Config, Database},
    entity::Kinds,
    error::{Error, Result},
    forge::{Forges, LocalHost},
    http::{self, AppState, Background},
    ingest::Ingest,
    pages,
    scaffolder::repo_hosts,
    search::SearchIndex,
    store::{DataFolderLock, Db},
};

/// A portal at work. It does not listen: see [`serve()`].
pub struct App {
    state: AppState,
    db: Db,
    stop: CancellationToken,
    tasks: TaskTracker,
    /// Runs call the portal as long as this is there.
    portal: Option<OpenPortal>,
    /// What must outlive the tasks: the data folder is ours, the temporary database exists.
    _held: (Vec<DataFolderLock>, Option<TempDir>),
}

impl App {
    /// Opens the database, and starts reading sources and following changes.
    ///
    /// [`Error::Conflict`] if another process has the data folder, or the schema is newer than the program.
    pub async fn start(config: Config, clock: Clock) -> Result<Self> {
        let locks = lock_folders(&config)?;
        let opened = database::open(&config).await?;
        let db = opened.db;
        let kinds = Kinds::with_declared(config.callboard.kinds.clone());
        let kinds = Arc::new(kinds.map_err(Error::Input)?);
        let local_git = local_git::host(&config, &clock);
        let forges = Forges::new(&config.integrations, &clock).with_local(local_git.clone());
        let parts = sources::ingest_parts(&config, db.clone(), &kinds, forges.clone(), &clock);
        let reader = parts.reader.clone();
        let (ingest, worker) = Ingest::new(parts);
        let catalog = Catalog::new(kinds);
        let search = SearchIndex::new(catalog.clone())?;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let run = |task: BoxFuture<'static, ()>| {
            tasks.spawn(stop.clone().run_until_cancelled_owned(task));
        };
        let (is_loaded, is_ready) = follow_feed(&run, &db, (&catalog, &search), &ingest);
        run(Box::pin(follow::once(is_loaded, worker)));
        keep_local_git(&run, local_git.as_ref(), &ingest);
        let auth = Auth::new(&config, db.clone(), catalog.clone(), clock.clone())?;
        let handles = runs::Handles {
            db: db.clone(),
            clock: clock.clone(),
            catalog: catalog.clone(),
            ingest: ingest.clone(),
            reader,
            forges: forges.clone(),
            auth: auth.clone(),
            repo_hosts: repo_hosts(&config),
        };
        let temporary = opened.temporary.as_ref().map(TempDir::path);
        let (runs, executor) = runs::runs(&config, temporary, handles)?;
        run(Box::pin(executor));
        let state = AppState::from(http::Parts {
            config: Arc::new(config),
            catalog,
            search,
            auth,
            ingest,
            runs,
            forges,
            store: db.clone(),
            local_git,
            background: Background::new(tasks.clone(), stop.clone()),
            clock,
            ready: is_ready,
        });
        let mut app = Self {
            state,
            db,
            stop,
            tasks,
            portal: None,
            _held: (locks, opened.temporary),
        };
        let services = app.state.runs.services().clone();
        app.portal = Some(OpenPortal::of(services, app.router()));
        Ok(app)
    }

    /// What handlers share.
    #[must_use]
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Every route, with its layers.
    pub fn router(&self) -> Router {
        let pages = http::refuse_foreign_forms(pages::router(self.state.clone()));
        let routes = api::router(self.state.clone()).merge(pages);
        http::layers(routes, &self.state.config)
    }

    /// Waits until the catalog serves.
    pub async fn ready(&self) {
        // The sender lives as long as the tasks.
        let _ = self
            .state
            .ready
            .clone()
            .wait_for(|is_ready| *is_ready)
            .await;
    }

    /// Stops every task and closes the database.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        if let Err(fault) = self.state.runs.release().await {
            tracing::warn!("Runs could not be given up; they go on when their leases end: {fault}");
        }
        self.db.close().await;
    }
}

/// Starts what the Git host inside the portal needs, where it is on.
fn keep_local_git(
    run: &impl Fn(BoxFuture<'static, ()>),
    host: Option<&LocalHost>,
    ingest: &Ingest,
) {
    if let Some(host) = host {
        run(Box::pin(local_git::hand_over(host.clone(), ingest.clone())));
        run(Box::pin(host.clone().tidy_after_start()));
    }
}

/// Starts what keeps the read model and the index up with the feed; answers who tells when the model is loaded, and
/// when it serves.
fn follow_feed(
    run: &impl Fn(BoxFuture<'static, ()>),
    db: &Db,
    (catalog, search): (&Catalog, &SearchIndex),
    ingest: &Ingest,
) -> (watch::Receiver<bool>, watch::Receiver<bool>) {
    let (loaded, is_loaded) = watch::channel(false);
    let (ready, is_ready) = watch::channel(false);
    let fill_catalog = follow::fill_catalog(db.clone(), catalog.clone(), ingest.clone(), loaded);
    let fill_search = follow::fill_search(db.clone(), search.clone(), ingest.clone());
    let tell =
        readiness::tell_when_ready(is_loaded.clone(), catalog.clone(), ingest.clone(), ready);
    run(Box::pin(fill_catalog));
    // Words would slow down what is read for the first time.
    run(Box::pin(follow::once(is_ready.clone(), fill_search)));
    run(Box::pin(tell));
    (is_loaded, is_ready)
}

/// One process a data folder, and a SQLite file.
fn lock_folders(config: &Config) -> Result<Vec<DataFolderLock>> {
    let mut folders: Vec<PathBuf> = Vec::new();
    match &config.backend.database {
        Database::Temporary if config.callboard.local_git => {
            folders.push(config.callboard.data_dir.clone());
        }
        Database::Temporary => {}
        Database::Postgres { .. } => folders.push(config.callboard.data_dir.clone()),
        Database::Sqlite { file } => {
            folders.push(config.callboard.data_dir.clone());
            folders.extend(file.parent().map(std::path::Path::to_path_buf));
        }
    }
    let mut locks: Vec<DataFolderLock> = Vec::new();
    let mut taken: Vec<PathBuf> = Vec::new();
    for folder in folders {
        std::fs::create_dir_all(&folder).ok(); // the lock says what is wrong
        let folder = folder.canonicalize().unwrap_or(folder);
        if !taken.contains(&folder) {
            locks.push(DataFolderLock::take(&folder)?);
            taken.push(folder);
        }
    }
    Ok(locks)
}
