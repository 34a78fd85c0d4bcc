//! The feed's readers: what is committed reaches the read model and the search index.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use tracing::error;

use crate::{
    catalog::Catalog,
    error::Result,
    ingest::Ingest,
    search::SearchIndex,
    store::{Change, Db, changes_since},
};

/// Rows read at once: large enough to be quick, small enough to be no burden.
const CHUNK: u32 = 4_000;
/// Other nodes write to PostgreSQL, and nobody tells: look so often.
const POLL: Duration = Duration::from_millis(500);
/// While changes pour in, relations are at most so far behind.
const MAX_LAG: Duration = Duration::from_millis(500);
/// Publishing costs nearly as much for one change as for thousands: while changes pour in, it takes at most a tenth
/// of the time.
const REST: u32 = 9;
/// After a failure of the database.
const PAUSE: Duration = Duration::from_secs(1);

/// A reader of the feed that knows how far it is.
struct Feed {
    db: Db,
    seen: i64,
    committed: watch::Receiver<i64>,
}

impl Feed {
    fn new(db: Db, committed: watch::Receiver<i64>) -> Self {
        Self {
            db,
            seen: 0,
            committed,
        }
    }

    /// What came since the last time; an empty list if nothing did.
    async fn read(&mut self) -> Vec<Change> {
        self.committed.mark_unchanged();
        loop {
            match changes_since(&self.db, self.seen, CHUNK).await {
                Ok((changes, last)) => {
                    self.seen = last;
                    return changes;
                }
                Err(fault) => {
                    let cause = std::error::Error::source(&fault).map(ToString::to_string);
                    error!(
                        "The change feed cannot be read, it is tried again: {}",
                        cause.unwrap_or_default()
                    );
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Waits until there may be more.
    async fn wait(&mut self) {
        match self.db {
            // Only this process writes, and it tells. A sender that is gone never comes back.
            Db::Sqlite { .. } => {
                if self.committed.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
            Db::Postgres { .. } => {
                let _ = tokio::time::timeout(POLL, self.committed.changed()).await;
            }
        }
    }
}

/// Keeps the read model up with the feed. `loaded` becomes true when it has caught up once.
pub(super) async fn fill_catalog(
    db: Db,
    catalog: Catalog,
    ingest: Ingest,
    loaded: watch::Sender<bool>,
) {
    let mut feed = Feed::new(db, ingest.committed());
    let mut settled = Instant::now();
    loop {
        let mut changes = feed.read().await;
        while !changes.is_empty() {
            let (reached, behind) = (feed.seen, catalog.clone());
            let applied = tokio::task::spawn_blocking(move || behind.apply(changes));
            // The next rows are read while these are taken in.
            let (done, next) = tokio::join!(applied, feed.read());
            if let Err(fault) = done {
                error!("Changes up to {reached} could not be taken in: {fault}");
            }
            // Nobody reads before all is there once; after that nobody reads what is older than this.
            let is_loaded = *loaded.borrow();
            if next.is_empty() || is_loaded && settled.elapsed() > MAX_LAG {
                let settling = catalog.clone();
                if let Err(fault) = tokio::task::spawn_blocking(move || settling.settle()).await {
                    error!("Relations up to {reached} could not be brought up to date: {fault}");
                }
                ingest.applied(reached);
                settled = Instant::now();
            }
            changes = next;
        }
        loaded.send_replace(true);
        feed.wait().await;
    }
}

/// Keeps the search index up with the feed, once the read model serves.
pub(super) async fn fill_search(
    db: Db,
    search: SearchIndex,
    committed: watch::Receiver<i64>,
    mut loaded: watch::Receiver<bool>,
) {
    if loaded.wait_for(|is_loaded| *is_loaded).await.is_err() {
        return;
    }
    let mut feed = Feed::new(db, committed);
    loop {
        loop {
            let changes = feed.read().await;
            if changes.is_empty() {
                break;
            }
            let index = search.clone();
            index_with(move || index.apply(&changes)).await;
        }
        let (index, started) = (search.clone(), Instant::now());
        index_with(move || index.publish()).await;
        tokio::time::sleep(started.elapsed() * REST).await;
        feed.wait().await;
    }
}

async fn index_with(work: impl FnOnce() -> Result<()> + Send + 'static) {
    let done = tokio::task::spawn_blocking(work).await;
    if let Ok(Err(fault)) = done {
        error!("Entities could not be indexed for search: {fault}");
    }
}
