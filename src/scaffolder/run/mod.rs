//! Runs: a template is executed, its journal says how far it is, and whoever holds its lease goes on from there.
//!
//! A request or an answer makes or changes rows (`requests`, `questions`, `cancel`); the worker claims runs
//! (`worker`), executes them (`execution`, `step`, `pass`) and writes everything down before it is done (`journal`,
//! `step_journal`). A process may die at any moment. What the pipelines of a run's commits come to is followed
//! afterwards (`pipelines`).

mod bases;
mod cancel;
mod effect_rows;
mod execution;
mod fair;
mod files;
mod journal;
mod log_room;
mod made;
mod pass;
mod pipeline_look;
mod pipelines;
mod questions;
mod requests;
mod rights;
mod secrets;
mod step;
mod step_journal;
mod undo;
mod worker;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

pub use bases::KeptText;
pub use made::{FileChange, FileContent, Made, MadeFile, MadeFiles};
pub use requests::NewRun;
pub use step_journal::StepJournal;
pub use undo::UndoItem;

use self::fair::Fair;
use super::{Services, actions::Registry};
use crate::{clock::new_id, error::Result, store::release_runs};

/// The handle through which runs are asked for. Cheap to clone.
#[derive(Clone)]
pub struct Runs(Arc<Engine>);

struct Engine {
    services: Services,
    actions: Registry,
    fair: Fair,
    /// Unique to this process: what it claims is its own.
    holder: String,
    /// Told after every commit.
    changed: watch::Sender<u64>,
    /// There may be something to claim.
    wake: Notify,
    /// Runs executed here, and how they are stopped.
    active: Mutex<HashMap<String, Active>>,
}

/// A run while it is executed here.
#[derive(Default)]
struct Active {
    cancelled: CancellationToken,
    /// It was claimed again meanwhile, and whether it was open then.
    again: Option<bool>,
}

impl Runs {
    /// The handle, and the worker: a future that runs until it is dropped. With a limit of 0 it claims nothing.
    pub fn new(
        services: Services,
        actions: Registry,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let engine = Arc::new(Engine {
            fair: Fair::new(services.config.concurrent_tasks_limit),
            services,
            actions,
            holder: new_id(),
            changed: watch::channel(0).0,
            wake: Notify::new(),
            active: Mutex::default(),
        });
        let runs = Self(Arc::clone(&engine));
        let follower = pipelines::follow(Arc::clone(&engine));
        let work = async move {
            tokio::join!(worker::run(engine), follower);
        };
        (runs, work)
    }

    /// All actions there are.
    #[must_use]
    pub fn actions(&self) -> &Registry {
        &self.0.actions
    }

    /// What actions work with.
    #[must_use]
    pub fn services(&self) -> &Services {
        &self.0.services
    }

    /// Told whenever a run of this process says or does something.
    #[must_use]
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.0.changed.subscribe()
    }

    /// Gives up what this process executes, after the worker was stopped: others go on with it at once.
    pub async fn release(&self) -> Result<()> {
        let mut tx = self.0.services.db.begin().await?;
        release_runs(&mut tx, Some(&self.0.holder)).await?;
        tx.commit().await
    }
}

impl Engine {
    fn active(&self) -> MutexGuard<'_, HashMap<String, Active>> {
        // What is in there is whole after every change.
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
