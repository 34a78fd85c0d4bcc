//! The journal of a run: every write is a transaction of whoever holds its lease, and carries what was said before it.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use tokio::sync::watch;

use super::log_room::LogRoom;
use crate::{
    clock::UnixMillis,
    error::{Error, Result},
    scaffolder::{
        Services,
        actions::{Line, Lines},
    },
    store::{Lease, RunStep, Tx, add_run_event, holds_run, put_run_step},
};

/// How long a lease lasts without a sign of life.
pub(super) const LEASE_MS: i64 = 30_000;

/// The journal of one run, while it is executed.
pub(super) struct RunJournal<'a> {
    pub(super) services: &'a Services,
    pub(super) run_id: &'a str,
    pub(super) holder: &'a str,
    pub(super) attempt: i64,
    /// What was said and is not kept yet.
    pub(super) lines: Lines,
    /// Told after every commit.
    pub(super) changed: &'a watch::Sender<u64>,
    /// Somebody else executes the run now: nothing may be written or done any more.
    pub(super) is_lost: AtomicBool,
    /// How much it may still say.
    pub(super) room: LogRoom,
}

impl RunJournal<'_> {
    pub(super) fn now(&self) -> UnixMillis {
        self.services.clock.now()
    }

    /// Begins a write, with everything that was said. [`Error::Conflict`] if the lease is lost.
    pub(super) async fn begin(&self) -> Result<Tx> {
        let now = self.now();
        let lease = Lease {
            holder: self.holder,
            now,
            until: UnixMillis(now.0 + LEASE_MS),
        };
        let mut tx = self.services.db.begin().await?;
        if self.is_lost() || !holds_run(&mut tx, self.run_id, lease).await? {
            self.is_lost.store(true, Ordering::Relaxed);
            return Err(Error::Conflict(
                "Another node goes on with this run.".to_owned(),
            ));
        }
        for line in self.lines.take() {
            if let Some(body) = self.room.kept(&line) {
                add_run_event(&mut tx, self.run_id, line.kind, &body, now).await?;
            }
        }
        Ok(tx)
    }

    pub(super) async fn commit(&self, tx: Tx) -> Result<()> {
        tx.commit().await?;
        self.changed.send_modify(|count| *count += 1);
        Ok(())
    }

    /// Keeps what was said.
    pub(super) async fn flush(&self) -> Result<()> {
        let tx = self.begin().await?;
        self.commit(tx).await
    }

    pub(super) fn say(&self, kind: &'static str, body: Value) {
        self.lines.push(Line { kind, body });
    }

    pub(super) async fn write_step(&self, step: &RunStep) -> Result<()> {
        let mut tx = self.begin().await?;
        put_run_step(&mut tx, self.run_id, step).await?;
        self.commit(tx).await
    }

    pub(super) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Relaxed)
    }
}
