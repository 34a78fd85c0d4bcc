//! Work that outlives the request that began it, and ends with the portal.

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Where such work is begun. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Background {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Background {
    /// The portal waits for `tasks` after it has cancelled `stop`.
    #[must_use]
    pub fn new(tasks: TaskTracker, stop: CancellationToken) -> Self {
        Self { tasks, stop }
    }

    /// Begins something. It must end soon after [`Background::stopping`] is cancelled.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(work);
    }

    /// Cancelled when the portal stops.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }
}
