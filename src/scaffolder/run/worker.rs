//! Claims runs and executes them, keeps their leases, and tidies up behind old ones.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinSet;
use tracing::error;

use super::{Active, Engine, journal::LEASE_MS};
use crate::{
    clock::UnixMillis,
    error::Result,
    store::{Db, Lease, claim_runs, delete_old_workspaces, keep_leases, release_runs},
};

/// Other nodes and timers do not tell: look so often.
const POLL: Duration = Duration::from_millis(500);
/// Leases are kept so often, far more often than they end.
const KEEP: Duration = Duration::from_secs(3);
/// Old files are looked for so often.
const TIDY: Duration = Duration::from_hours(1);
/// Files go so long after the end of a run: seven days.
const FILES_KEPT_MS: i64 = 7 * 24 * 3_600_000;
/// Runs claimed at once, and by one process in all. Those that wait for their turn hold nothing but memory.
const CLAIMED_AT_ONCE: u32 = 100;
const MAX_ACTIVE: usize = 1000;

pub(super) async fn run(engine: Arc<Engine>) {
    if engine.services.config.concurrent_tasks_limit == 0 {
        std::future::pending::<()>().await;
    }
    // Only this process has the file: whoever executed runs before is gone.
    if matches!(engine.services.db, Db::Sqlite { .. }) {
        log_fault("released", engine.release_all().await);
    }
    let mut tasks = JoinSet::new();
    let mut keep = tokio::time::interval(KEEP);
    let mut tidy = tokio::time::interval(TIDY);
    let mut poll = tokio::time::interval(POLL);
    loop {
        tokio::select! {
            () = engine.wake.notified() => log_fault("claimed", engine.claim(&mut tasks).await),
            _ = poll.tick() => log_fault("claimed", engine.claim(&mut tasks).await),
            _ = keep.tick() => log_fault("kept", engine.keep().await),
            _ = tidy.tick() => log_fault("tidied", engine.tidy().await),
            Some(_) = tasks.join_next() => {}
        }
    }
}

pub(super) fn log_fault(what: &str, done: Result<()>) {
    if let Err(fault) = done {
        let cause = std::error::Error::source(&fault).map(ToString::to_string);
        error!(
            "Runs cannot be {what}, it is tried again: {}",
            cause.unwrap_or(fault.to_string())
        );
    }
}

impl Engine {
    fn lease(&self) -> Lease<'_> {
        let now = self.services.clock.now();
        Lease {
            holder: &self.holder,
            now,
            until: UnixMillis(now.0 + LEASE_MS),
        }
    }

    async fn release_all(&self) -> Result<()> {
        let mut tx = self.services.db.begin().await?;
        release_runs(&mut tx, None).await?;
        tx.commit().await
    }

    /// Claims what may be claimed and begins to execute it.
    async fn claim(self: &Arc<Self>, tasks: &mut JoinSet<()>) -> Result<()> {
        while self.active().len() < MAX_ACTIVE {
            let mut tx = self.services.db.begin().await?;
            let claimed = claim_runs(&mut tx, self.lease(), CLAIMED_AT_ONCE).await?;
            tx.commit().await?;
            if claimed.is_empty() {
                break;
            }
            for (id, is_new) in claimed {
                if let Some(active) = self.active().get_mut(&id) {
                    // It is ending here, or lost its lease for a moment: it is executed again when that is over.
                    active.again = Some(is_new);
                    continue;
                }
                self.active().insert(id.clone(), Active::default());
                let engine = Arc::clone(self);
                tasks.spawn(async move { engine.execute_while_claimed(&id, is_new).await });
            }
        }
        Ok(())
    }

    async fn execute_while_claimed(&self, id: &str, mut is_new: bool) {
        loop {
            let cancelled = self.active().get(id).map(|active| active.cancelled.clone());
            self.execute(id, is_new, cancelled.unwrap_or_default())
                .await;
            let mut active = self.active();
            match active.get_mut(id).and_then(|active| active.again.take()) {
                Some(again) => {
                    is_new = again;
                    active.insert(id.to_owned(), Active::default());
                }
                None => {
                    active.remove(id);
                    break;
                }
            }
        }
        self.wake.notify_one();
    }

    /// Shows that this process lives, and stops what somebody wants stopped.
    async fn keep(&self) -> Result<()> {
        if self.active().is_empty() {
            return Ok(());
        }
        let mut tx = self.services.db.begin().await?;
        let unwanted = keep_leases(&mut tx, self.lease()).await?;
        tx.commit().await?;
        let active = self.active();
        for unwanted in unwanted.iter().filter_map(|id| active.get(id)) {
            unwanted.cancelled.cancel();
        }
        Ok(())
    }

    async fn tidy(&self) -> Result<()> {
        let before = UnixMillis(self.services.clock.now().0 - FILES_KEPT_MS);
        let mut tx = self.services.db.begin().await?;
        delete_old_workspaces(&mut tx, before).await?;
        tx.commit().await
    }
}
