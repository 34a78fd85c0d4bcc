//! The feed's readers: what is committed reaches the read model and the search index.

use std::time::{Duration, Instant};

use tokio::{sync::watch, task::JoinHandle};
use tracing::error;

use crate::{
    catalog::{Catalog, Parsed},
    error::{Error, Result},
    ingest::Ingest,
    search::SearchIndex,
    store::{Change, Db, changes_since},
};

/// Rows read at once: large enough to be quick, small enough to be no burden.
const CHUNK: u32 = 1_000;
/// Other nodes write to PostgreSQL, and nobody tells: look so often.
const POLL: Duration = Duration::from_millis(500);
/// Settling relations and publishing words cost nearly as much for one change as for thousands: while changes pour
/// in, each takes at most a tenth of the time.
const REST: u32 = 9;
/// Changes pour in no more when none came for so long.
const CALM: Duration = Duration::from_millis(500);
/// After a failure of the database.
const PAUSE: Duration = Duration::from_secs(1);

/// Changes, and the id of the last of them.
type Rows = (Vec<Change>, i64);

/// A reader of the feed that knows how far it is.
struct Feed {
    db: Db,
    seen: i64,
    committed: watch::Receiver<i64>,
    /// The next rows, where there may be more: read while the last ones are worked on.
    ahead: Option<JoinHandle<Result<Rows>>>,
}

impl Feed {
    fn new(db: Db, committed: watch::Receiver<i64>) -> Self {
        Self {
            db,
            seen: 0,
            committed,
            ahead: None,
        }
    }

    /// What came since the last time; an empty list if nothing did.
    async fn read(&mut self) -> Vec<Change> {
        self.committed.mark_unchanged();
        loop {
            let ahead = self.ahead.take();
            let is_ahead = ahead.is_some();
            let read = match ahead {
                Some(ahead) => ahead.await.map_err(Error::internal).flatten(),
                None => changes_since(&self.db, self.seen, CHUNK).await,
            };
            match read {
                // What was committed since it was read is told of no more: only a read from now on says that all is read.
                Ok((changes, _)) if is_ahead && changes.is_empty() => {}
                Ok((changes, last)) => {
                    self.seen = last;
                    if changes.len() == CHUNK as usize {
                        let db = self.db.clone();
                        let ahead = async move { changes_since(&db, last, CHUNK).await };
                        self.ahead = Some(tokio::spawn(ahead));
                    }
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

    /// Waits until this process wrote more, but not for long; whether it did.
    async fn wait_at_most(&mut self, time: Duration) -> bool {
        let changed = tokio::time::timeout(time, self.committed.changed()).await;
        changed.is_ok()
    }

    /// Waits while changes pour in, but not for long.
    async fn calm(&mut self, at_most: Duration) {
        let pouring = async {
            while let Ok(Ok(())) = tokio::time::timeout(CALM, self.committed.changed()).await {}
        };
        let _ = tokio::time::timeout(at_most, pouring).await;
    }

    /// Waits until there may be more, after a wait of so long.
    async fn wait(&mut self, waited: Duration) {
        match self.db {
            // Only this process writes, and it tells. A sender that is gone never comes back.
            Db::Sqlite { .. } => {
                if self.committed.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
            Db::Postgres { .. } => {
                self.wait_at_most(POLL.saturating_sub(waited)).await;
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

    fn left(self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
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
    let mut has_walked = ingest.first_walk();
    let mut batch = next_batch(&mut feed, &catalog).await;
    let mut rest = Rest::from_work(Instant::now());
    let (mut unsettled, mut is_all_there) = (None, false);
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
        if batch.is_none() && unsettled.is_some() {
            tokio::select! {
                _ = feed.wait_at_most(rest.left().min(CALM)), if !is_all_there => {}
                // What is read for the first time is all written: whoever waits for it waits for nothing else.
                Ok(()) = has_walked.changed(), if !is_all_there => is_all_there = true,
                else => {}
            }
            batch = next_batch(&mut feed, &catalog).await;
        }
        // Nobody reads before all is there once; after that nobody waits for the end of the changes.
        let is_due = batch.is_none() || (rest.left().is_zero() && *loaded.borrow());
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
        if batch.is_none() {
            is_all_there = false;
            loaded.send_replace(true);
            if !feed.wait_at_most(CALM).await {
                let untidy = catalog.clone();
                if let Err(fault) = tokio::task::spawn_blocking(move || untidy.tidy()).await {
                    error!("Documents could not be packed: {fault}");
                }
                feed.wait(CALM).await;
            }
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

/// Work that waits until it is told.
pub(super) async fn once(mut told: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    if told.wait_for(|is_told| *is_told).await.is_ok() {
        work.await;
    }
}

/// Keeps the search index up with the feed.
pub(super) async fn fill_search(db: Db, search: SearchIndex, ingest: Ingest) {
    let mut feed = Feed::new(db, ingest.committed());
    loop {
        let started = Instant::now();
        let mut is_news = false;
        loop {
            let changes = feed.read().await;
            if changes.is_empty() {
                break;
            }
            is_news = true;
            let index = search.clone();
            index_with(move || index.apply(&changes)).await;
        }
        if is_news || !search.is_ready() {
            let index = search.clone();
            index_with(move || index.publish()).await;
        }
        let rest = Rest::from_work(started);
        feed.wait(Duration::ZERO).await;
        feed.calm(rest.left()).await;
    }
}

async fn index_with(work: impl FnOnce() -> Result<()> + Send + 'static) {
    let done = tokio::task::spawn_blocking(work).await;
    if let Ok(Err(fault)) = done {
        error!("Entities could not be indexed for search: {fault}");
    }
}
