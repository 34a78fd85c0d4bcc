//! The way to one host: how many calls at once, how fast, and when it wants to be left alone.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::{info, warn};

use super::{ForgeError, ForgeErrorKind, Result};
use crate::clock::{Clock, UnixMillis};

/// Calls under way at one host.
const MAX_CONCURRENT: usize = 8;
/// No call waits longer for a host that wants to be left alone; it fails and says until when.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(20);
/// A host that could not be reached is not tried again for so long.
const DOWN_FOR: Duration = Duration::from_secs(5);

/// Shared by all clients of a host.
#[derive(Debug)]
pub(super) struct Lane {
    host: String,
    permits: Semaphore,
    /// The host asked to be left alone until then, in milliseconds since 1970.
    quiet_until: AtomicI64,
    /// The host could not be reached; until then it is not tried.
    down_until: AtomicI64,
    /// When the next call may start, where calls are paced.
    next_slot: AtomicI64,
    spacing_ms: i64,
}

impl Lane {
    pub(super) fn new(host: &str, max_requests_per_minute: Option<u32>) -> Self {
        Self {
            host: host.to_owned(),
            permits: Semaphore::new(MAX_CONCURRENT),
            quiet_until: AtomicI64::new(0),
            down_until: AtomicI64::new(0),
            next_slot: AtomicI64::new(0),
            spacing_ms: max_requests_per_minute.map_or(0, |count| 60_000 / i64::from(count.max(1))),
        }
    }

    /// Waits until a call may start. Fails where that would take too long.
    pub(super) async fn turn(&self, clock: &Clock) -> Result<SemaphorePermit<'_>> {
        let now = clock.now().0;
        if self.down_until.load(Ordering::Relaxed) > now {
            return Err(self.unreachable("it could not be reached a moment ago"));
        }
        let permit = self
            .permits
            .acquire()
            .await
            .map_err(|_| self.unreachable("the portal is stopping"))?;
        let quiet_ms = self.quiet_until.load(Ordering::Relaxed) - clock.now().0;
        let wait_ms = quiet_ms.max(self.reserve_slot(clock.now().0));
        if wait_ms > 0 {
            let wait = Duration::from_millis(wait_ms.unsigned_abs());
            if wait > MAX_WAIT {
                let until = UnixMillis(clock.now().0.saturating_add(wait_ms));
                return Err(ForgeError::rate_limited(&self.host, until, wait));
            }
            tokio::time::sleep(wait).await;
        }
        Ok(permit)
    }

    /// How long a paced call has to wait for its slot, in milliseconds.
    fn reserve_slot(&self, now: i64) -> i64 {
        if self.spacing_ms == 0 {
            return 0;
        }
        let reserve = |next: i64| Some(next.max(now) + self.spacing_ms);
        let before = self
            .next_slot
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, reserve)
            .unwrap_or(now);
        before - now
    }

    /// The host asked to be left alone for so long: everybody waits, and it is said once.
    pub(super) fn quiet_for(&self, clock: &Clock, wait: Duration) -> UnixMillis {
        let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        let until = clock.now().0.saturating_add(wait_ms);
        let before = self.quiet_until.fetch_max(until, Ordering::Relaxed);
        if before < until {
            let (host, seconds) = (&self.host, wait.as_secs());
            warn!(
                host,
                seconds,
                "{host} wants to be left alone for {seconds} s (rate limit); every call to it waits"
            );
        }
        UnixMillis(until)
    }

    /// The host could not be reached, after all attempts.
    pub(super) fn is_down(&self, clock: &Clock) {
        let until = clock.now().0 + i64::try_from(DOWN_FOR.as_millis()).unwrap_or_default();
        if self.down_until.swap(until, Ordering::Relaxed) < clock.now().0 {
            let host = &self.host;
            info!(
                host,
                "{host} cannot be reached; it is tried again in a few seconds"
            );
        }
    }

    pub(super) fn unreachable(&self, cause: &str) -> ForgeError {
        let host = &self.host;
        ForgeError::new(
            ForgeErrorKind::Unreachable,
            host,
            format!("{host} cannot be reached: {cause}."),
            "Check the address and the network; it is tried again at the next reconcile.",
        )
    }
}
