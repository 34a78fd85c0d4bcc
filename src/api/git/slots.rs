//! How many clones and pushes there are at once.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::refusal::Refusal;
use crate::git::Service;

/// Clones at once.
const MAX_CLONES: usize = 50;
/// Pushes at once: each checks every object it brings.
const MAX_PUSHES: usize = 8;
/// One that has just ended is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// The slots for clones and pushes. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Slots {
    clones: Arc<Semaphore>,
    pushes: Arc<Semaphore>,
}

impl Default for Slots {
    fn default() -> Self {
        Self {
            clones: Arc::new(Semaphore::new(MAX_CLONES)),
            pushes: Arc::new(Semaphore::new(MAX_PUSHES)),
        }
    }
}

impl Slots {
    /// A slot, held as long as the answer is kept; [`Refusal::Busy`] if none becomes free.
    pub(super) async fn take(&self, service: Service) -> Result<OwnedSemaphorePermit, Refusal> {
        let slots = match service {
            Service::UploadPack => &self.clones,
            Service::ReceivePack => &self.pushes,
        };
        let taken = tokio::time::timeout(PATIENCE, Arc::clone(slots).acquire_owned()).await;
        match taken {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Refusal::Busy),
        }
    }
}
