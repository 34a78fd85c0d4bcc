//! A run is stopped: somebody asks for it, whoever executes the run does it and says so.
//!
//! Clients are told by an event that names a step, and always behind that step's beginning: a run of which no step
//! has said anything yet tells it itself as soon as one has.

use serde_json::{Value, json};

use super::{Runs, execution::Execution, journal::RunJournal};
use crate::{
    error::{Error, Result},
    scaffolder::spec::{Step, TaskSpec},
    store::{self, Run, has_run_event, request_cancel},
};

/// The type of the event.
const CANCELLED: &str = "cancelled";

fn body(step_id: &str) -> Value {
    json!({
        "message": format!("Step {step_id} has been cancelled."),
        "stepId": step_id,
        "status": "cancelled",
    })
}

impl Runs {
    /// Asks a run to stop. One that has ended stays as it is; the event is told all the same, as in Backstage.
    pub async fn cancel(&self, id: &str) -> Result<()> {
        let run = self.run(id).await?;
        let db = &self.services().db;
        let step = self.step_to_name(&run).await?;
        let mut tx = db.begin().await?;
        request_cancel(&mut tx, id).await?;
        if let Some(step) = step {
            self.tell(&mut tx, id, CANCELLED, body(&step)).await?;
        }
        tx.commit().await?;
        if let Some(active) = self.0.active().get(id) {
            active.cancelled.cancel();
        }
        self.notify();
        Ok(())
    }

    /// The step that said something last, as in Backstage; where none has, the first one of a run that has ended.
    async fn step_to_name(&self, run: &Run) -> Result<Option<String>> {
        if let Some(last) = store::last_step_event(&self.services().db, &run.id).await? {
            let last: Value = serde_json::from_str(&last).map_err(Error::internal)?;
            return Ok(last["stepId"].as_str().map(str::to_owned));
        }
        if !run.status.is_ended() {
            return Ok(None);
        }
        let first = TaskSpec::parse(&run.spec)?.steps().into_iter().next();
        Ok(first.map(|step| step.id))
    }
}

/// Says that a run is stopped at a step, unless who asked for it has said so.
pub(super) async fn tell_cancelled(journal: &RunJournal<'_>, step_id: &str) -> Result<()> {
    let db = &journal.services.db;
    if !has_run_event(db, journal.run_id, CANCELLED).await? {
        journal.say(CANCELLED, body(step_id));
    }
    Ok(())
}

/// Why a run that takes another back ends early.
pub(super) fn undo_cancelled(run_id: &str) -> Error {
    Error::Template(
        "Error",
        format!("Task {run_id} has been cancelled. What it had not taken back stands."),
    )
}

impl Execution<'_> {
    /// Why a step ends early.
    pub(super) fn was_cancelled(&self, step: &Step) -> Error {
        Error::Template(
            "Error",
            format!(
                "Step {} ({}) of task {} has been cancelled.",
                step.id, step.name, self.run.id
            ),
        )
    }
}
