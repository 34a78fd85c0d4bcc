//! The feed's readers: what is committed reaches the read model and the search index.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use tracing::error;

use crate::{
    catalog::{Catalog, Parsed},
    error::Result,
    ingest::Ingest,
    search::SearchIndex,
    store::{Change, Db, changes_since},
};

/// Rows read at once: large enough to be quick, small enough to be no burden.
const CHUNK: u32 = 4_000;
/// Other nodes write to PostgreSQL, and nobody tells: look so often.
const POLL: Duration = Duration::from_millis(500);
/// Settling relations and publishing words cost nearly as much for one change as for thousands: while changes pour
/// in, each takes at most a tenth of the time.
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

    /// Waits until there may be more, or until somebody is rested.
    async fn wait_or(&mut self, rest: Option<Rest>) {
        match rest {
            Some(rest) => {
                let _ = tokio::time::timeout_at(rest.until.into(), self.wait()).await;
            }
            None => self.wait().await,
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

/// How long work is left that was just done.
#[derive(Debug, Clone, Copy)]
struct Rest {
    until: Instant,
}

impl Rest {
    fn from_work(started: Instant) -> Self {
        Self {
            until: Instant::now() + started.elapsed() * REST,
        }
    }

    fn is_over(self) -> bool {
        Instant::now() >= self.until
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
    let mut batch = next_batch(&mut feed, &catalog).await;
    let mut rest = Rest::from_work(Instant::now());
    let mut unsettled = None;
    loop {
        if let Some(Batch { parsed, reached }) = batch {
            let behind = catalog.clone();
            let taken_in = tokio::task::spawn_blocking(move || behind.take_in(parsed));
            // The next are read and parsed while these are taken in.
            let (done, next) = tokio::join!(taken_in, next_batch(&mut feed, &catalog));
            if let Err(fault) = done {
                error!("Changes up to {reached} could not be taken in: {fault}");
            }
            unsettled = Some(reached);
            batch = next;
        }
        let has_caught_up = batch.is_none();
        // Nobody reads before all is there once; after that nobody waits for the end of the changes.
        let is_due = rest.is_over() && (has_caught_up || *loaded.borrow());
        if let (true, Some(reached)) = (is_due, unsettled) {
            let started = Instant::now();
            let settling = catalog.clone();
            if let Err(fault) = tokio::task::spawn_blocking(move || settling.settle()).await {
                error!("Relations up to {reached} could not be brought up to date: {fault}");
            }
            ingest.applied(reached);
            rest = Rest::from_work(started);
            unsettled = None;
        }
        if has_caught_up {
            if unsettled.is_none() {
                loaded.send_replace(true);
            }
            feed.wait_or(unsettled.map(|_| rest)).await;
            batch = next_batch(&mut feed, &catalog).await;
        }
    }
}

/// Changes, ready to be taken in.
struct Batch {
    parsed: Parsed,
    /// The last of them.
    reached: i64,
}

/// The next changes, if there are any.
async fn next_batch(feed: &mut Feed, catalog: &Catalog) -> Option<Batch> {
    loop {
        let changes = feed.read().await;
        if changes.is_empty() {
            return None;
        }
        let reached = feed.seen;
        let parsing = catalog.clone();
        match tokio::task::spawn_blocking(move || parsing.parse(changes)).await {
            Ok(parsed) => return Some(Batch { parsed, reached }),
            Err(fault) => error!("Changes up to {reached} could not be read: {fault}"),
        }
    }
}

/// Work that may wait until the read model serves.
pub(super) async fn once_loaded(mut loaded: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    if loaded.wait_for(|is_loaded| *is_loaded).await.is_ok() {
        work.await;
    }
}

/// Keeps the search index up with the feed.
pub(super) async fn fill_search(db: Db, search: SearchIndex, committed: watch::Receiver<i64>) {
    let mut feed = Feed::new(db, committed);
    loop {
        let started = Instant::now();
        loop {
            let changes = feed.read().await;
            if changes.is_empty() {
                break;
            }
            let index = search.clone();
            index_with(move || index.apply(&changes)).await;
        }
        let index = search.clone();
        index_with(move || index.publish()).await;
        tokio::time::sleep_until(Rest::from_work(started).until.into()).await;
        feed.wait().await;
    }
}

async fn index_with(work: impl FnOnce() -> Result<()> + Send + 'static) {
    let done = tokio::task::spawn_blocking(work).await;
    if let Ok(Err(fault)) = done {
        error!("Entities could not be indexed for search: {fault}");
    }
}
