//! What people ask of runs: start, go on, leave out, take back.

use serde_json::{Map, Value, json};

use super::{Runs, UndoItem, secrets};
use crate::{
    clock::new_id,
    error::{Error, Result},
    scaffolder::{actions::Line, spec::TaskSpec},
    store::{
        self, Run, RunStatus, RunStep, StepStatus, Tx, add_run, add_run_event, delete_run_endings,
        delete_run_step, put_run_step, reopen_run,
    },
};

/// A run to be started.
#[derive(Debug)]
pub struct NewRun {
    /// What it does.
    pub spec: TaskSpec,
    /// What only it may know.
    pub secrets: Map<String, Value>,
    /// For whom: a user's ref.
    pub created_by: Option<String>,
}

impl Runs {
    /// Starts a run; answers its id. [`Error::ServiceUnavailable`] if it carries secrets and there is no key.
    pub async fn start(&self, new: NewRun) -> Result<String> {
        let id = new_id();
        self.add(&id, new).await?;
        Ok(id)
    }

    /// Starts a run of this id, which is a UUID. Where there is one already, nothing is done: a form that is sent
    /// twice starts one run.
    pub async fn start_once(&self, id: &str, new: NewRun) -> Result<()> {
        let db = &self.services().db;
        if store::run(db, id).await?.is_some() {
            return Ok(());
        }
        match self.add(id, new).await {
            Err(_) if store::run(db, id).await?.is_some() => Ok(()),
            added => added,
        }
    }

    async fn add(&self, id: &str, new: NewRun) -> Result<()> {
        let services = self.services();
        let given = secrets::check(&new.secrets, services.seal.as_ref())?;
        let run = Run {
            id: id.to_owned(),
            undoes: None,
            status: RunStatus::Open,
            template_ref: new.spec.template_ref().to_owned(),
            spec: new.spec.0.to_string(),
            created_by: new.created_by,
            created_at: services.clock.now(),
            ended_at: None,
            heartbeat_at: None,
            attempt: 1,
            cancel_requested: false,
            template_commit: self.template_commit(&new.spec).await?,
        };
        let mut tx = services.db.begin().await?;
        add_run(&mut tx, &run).await?;
        secrets::put(&mut tx, &run.id, &given, services.seal.as_ref()).await?;
        tx.commit().await?;
        self.0.wake.notify_one();
        Ok(())
    }

    /// The commit at which the catalog has read a template.
    async fn template_commit(&self, spec: &TaskSpec) -> Result<Option<String>> {
        let Some(location) = spec.location() else {
            return Ok(None);
        };
        let file = store::file(&self.services().db, location).await?;
        Ok(file.and_then(|file| file.revision))
    }

    /// A run. [`Error::NotFound`] in Backstage's words.
    pub async fn run(&self, id: &str) -> Result<Run> {
        let found = store::run(&self.services().db, id).await?;
        found.ok_or_else(|| Error::NotFound(format!("No task with id '{id}' found")))
    }

    /// Goes on with a run that ended, from the step that failed, with secrets given anew.
    ///
    /// [`Error::Conflict`] if it has not ended.
    pub async fn retry(&self, id: &str, given: &Map<String, Value>) -> Result<()> {
        self.reopen(id, given, None).await
    }

    /// Goes on behind the step that failed, and keeps why it was left out.
    ///
    /// [`Error::Conflict`] if the run has not ended, [`Error::Input`] if no step failed.
    pub async fn skip(&self, id: &str, reason: &str, given: &Map<String, Value>) -> Result<()> {
        self.reopen(id, given, Some(reason)).await
    }

    async fn reopen(&self, id: &str, given: &Map<String, Value>, skip: Option<&str>) -> Result<()> {
        let run = self.run(id).await?;
        let services = self.services();
        let given = secrets::check(given, services.seal.as_ref())?;
        let steps = store::run_steps(&services.db, id).await?;
        let effects = store::run_effects(&services.db, id).await?;
        let failed = steps.iter().find(|step| step.status == StepStatus::Failed);
        if failed.is_none() && skip.is_some() {
            return Err(Error::Input("No step of this run has failed.".to_owned()));
        }
        let mut tx = services.db.begin().await?;
        if !reopen_run(&mut tx, id).await? {
            return Err(Error::Conflict(format!(
                "Task with taskId {id} cannot be retried"
            )));
        }
        delete_run_endings(&mut tx, id).await?;
        self.tell(&mut tx, id, "recovered", json!({"recoverStrategy": "none"}))
            .await?;
        for step in steps.iter().filter(|step| is_open_again(step, failed)) {
            let has_effects = effects.iter().any(|effect| effect.step_key == step.key);
            match skip {
                Some(reason) if Some(&step.key) == failed.map(|failed| &failed.key) => {
                    self.leave_out(&mut tx, &run.id, step, reason).await?;
                }
                // What was fixed stays fixed where something was done with it.
                _ if has_effects || step.items.is_some() => {
                    let again = RunStep {
                        status: StepStatus::Processing,
                        error: None,
                        ended_at: None,
                        ..step.clone()
                    };
                    put_run_step(&mut tx, id, &again).await?;
                }
                _ => delete_run_step(&mut tx, id, &step.key).await?,
            }
        }
        secrets::put(&mut tx, id, &given, services.seal.as_ref()).await?;
        tx.commit().await?;
        self.notify();
        Ok(())
    }

    async fn leave_out(&self, tx: &mut Tx, id: &str, step: &RunStep, reason: &str) -> Result<()> {
        let skipped = RunStep {
            status: StepStatus::Skipped,
            error: Some(reason.to_owned()),
            ..step.clone()
        };
        put_run_step(tx, id, &skipped).await?;
        let body = json!({
            "message": format!("Skipping step {} because somebody said so: {reason}", step.key),
            "stepId": step.key, "status": "skipped",
        });
        self.tell(tx, id, "log", body).await
    }

    /// What taking a run back would do, in its order.
    pub async fn undo_list(&self, id: &str) -> Result<Vec<UndoItem>> {
        self.run(id).await?;
        self.0.undo_list(id).await
    }

    /// Starts a run that takes back everything another made; answers its id.
    ///
    /// [`Error::Conflict`] while that run goes on, or another takes it back.
    pub async fn undo(&self, id: &str, created_by: Option<String>) -> Result<String> {
        let run = self.run(id).await?;
        let services = self.services();
        if run.undoes.is_some() || !run.status.is_ended() {
            return Err(Error::Conflict(
                "Only a run that has ended can be taken back. Cancel it first.".to_owned(),
            ));
        }
        let others = store::undo_runs(&services.db, id).await?;
        if let Some(other) = others.iter().find(|other| !other.status.is_ended()) {
            return Err(Error::Conflict(format!(
                "It is being taken back already, by run {}.",
                other.id
            )));
        }
        let undo = Run {
            id: new_id(),
            undoes: Some(run.id.clone()),
            status: RunStatus::Open,
            spec: self.0.undo_spec(&run).await?.to_string(),
            created_by,
            created_at: services.clock.now(),
            ended_at: None,
            heartbeat_at: None,
            attempt: 1,
            cancel_requested: false,
            ..run
        };
        let mut tx = services.db.begin().await?;
        add_run(&mut tx, &undo).await?;
        tx.commit().await?;
        self.notify();
        Ok(undo.id)
    }

    pub(super) async fn tell(
        &self,
        tx: &mut Tx,
        id: &str,
        kind: &'static str,
        body: Value,
    ) -> Result<()> {
        let line = Line { kind, body };
        let now = self.services().clock.now();
        add_run_event(tx, id, line.kind, &line.body.to_string(), now).await
    }

    pub(super) fn notify(&self) {
        self.0.changed.send_modify(|count| *count += 1);
        self.0.wake.notify_one();
    }
}

/// The step that failed, what comes behind it, and the passes among them that did not end well.
fn is_open_again(step: &RunStep, failed: Option<&RunStep>) -> bool {
    failed.is_some_and(|failed| {
        step.position > failed.position
            || step.position == failed.position && step.status != StepStatus::Completed
    })
}
