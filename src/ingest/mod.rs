//! Documents become candidates, verdicts, rows. It serves nobody.
//!
//! One worker reads sources and writes the catalog: a reconcile in the background, overtaken by a fast lane of
//! what people and the file system ask for. What it knows is in SQL; a crash loses nothing but time.

mod apply;
mod check;
mod context;
mod decide;
mod draft;
mod dry_run;
mod faults;
mod known;
mod outcome;
mod people;
mod placeholder;
mod proposal;
mod roots;
mod settle;
mod targets;
mod walk;
mod worker;

use std::{sync::Arc, time::Duration};

use tokio::sync::{mpsc, oneshot, watch};

pub use context::{Options, ScmHosts};
pub use draft::{Draft, Review};
pub use dry_run::{DryRun, Fault, ReadFile, Refusal};
pub use people::{NewLocation, OnConflict};
pub use proposal::Proposal;

use self::{
    context::Context,
    worker::{Command, Worker},
};
use crate::{
    clock::Clock,
    entity::Kinds,
    error::{Error, Result},
    forge::Forges,
    source::Reader,
    store::Db,
};

/// Commands that wait for the worker at most; more are refused with 503.
const MAX_WAITING: usize = 256;
/// How long an answer waits for the change to be seen in the read model.
const VISIBLE_WITHIN: Duration = Duration::from_secs(5);

/// What the ingest is made of.
pub struct Parts {
    /// Where rows go.
    pub db: Db,
    /// Reads files and URLs.
    pub reader: Reader,
    /// Where changes are proposed.
    pub forges: Forges,
    /// The kinds there are.
    pub kinds: Arc<Kinds>,
    /// From the configuration.
    pub options: Options,
    /// From the configuration.
    pub hosts: ScmHosts,
    /// Tells the time.
    pub clock: Clock,
}

/// The handle through which the ingest is asked for things. Cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    context: Context,
    forges: Forges,
    commands: mpsc::Sender<Command>,
    committed: watch::Sender<i64>,
    applied: watch::Sender<i64>,
    first_walk: watch::Receiver<bool>,
}

impl Ingest {
    /// The handle, and the worker: a future that runs until every handle is gone.
    pub fn new(parts: Parts) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let salt = Context::salt_of(&parts.options, &parts.kinds);
        let context = Context {
            db: parts.db,
            reader: parts.reader,
            kinds: parts.kinds,
            options: Arc::new(parts.options),
            hosts: parts.hosts,
            clock: parts.clock,
            salt,
        };
        let (commands, receiver) = mpsc::channel(MAX_WAITING);
        let (committed, _) = watch::channel(0);
        let (applied, _) = watch::channel(0);
        let (walked, first_walk) = watch::channel(false);
        let worker = Worker::new(context.clone(), receiver, committed.clone());
        (
            Self {
                context,
                forges: parts.forges,
                commands,
                committed,
                applied,
                first_walk,
            },
            worker.run(walked),
        )
    }

    /// Told of the last change id of every commit: who follows the feed waits for this.
    #[must_use]
    pub fn committed(&self) -> watch::Receiver<i64> {
        self.committed.subscribe()
    }

    /// Told by who follows the feed how far the read model is.
    pub fn applied(&self, change_id: i64) {
        self.applied.send_replace(change_id);
    }

    /// Becomes true when everything has been compared with its source once.
    #[must_use]
    pub fn first_walk(&self) -> watch::Receiver<bool> {
        self.first_walk.clone()
    }

    /// Compares everything with its source now, and waits until that is done and seen.
    pub async fn reconcile(&self) -> Result<()> {
        let (done, finished) = oneshot::channel();
        self.send(Command::Reconcile { done })?;
        // The worker ends only with the process.
        let _ = finished.await;
        self.all_seen().await;
        Ok(())
    }

    fn send(&self, command: Command) -> Result<()> {
        self.commands.try_send(command).map_err(|_| {
            Error::ServiceUnavailable(
                "Too many refreshes are waiting already. Try again in a moment.".to_owned(),
            )
        })
    }

    /// Announces a commit of our own and waits until it is seen.
    async fn announce(&self, change_id: i64) {
        self.committed.send_if_modified(|last| {
            let is_newer = change_id > *last;
            *last = (*last).max(change_id);
            is_newer
        });
        self.seen(change_id).await;
    }

    /// Waits, a few seconds at most, until the read model has seen everything that is committed.
    pub async fn all_seen(&self) {
        let last = *self.committed.borrow();
        self.seen(last).await;
    }

    /// Waits, a few seconds at most, until the read model has seen a change.
    pub async fn seen(&self, change_id: i64) {
        let mut applied = self.applied.subscribe();
        // Late is no failure: the change is committed, and will be seen.
        let _ =
            tokio::time::timeout(VISIBLE_WITHIN, applied.wait_for(|seen| *seen >= change_id)).await;
    }
}
