//! A run is executed: steps in their order, from where the journal says it is, to its end.

use std::{collections::HashMap, sync::atomic::AtomicBool};

use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    Engine, cancel::tell_cancelled, journal::RunJournal, log_room::LogRoom, secrets::Secrets,
};
use crate::{
    entity::EntityRef,
    error::{Error, Result},
    scaffolder::{
        Workspace,
        actions::{Lines, Mask, RunFacts},
        fetch::Origin,
        rendering::Scope,
        spec::{BACKSTAGE_TOKEN, Step, TaskSpec},
    },
    store::{
        self, Run, RunEffect, RunStatus, RunStep, RunWait, StepStatus, delete_run_secrets,
        delete_run_waits, move_run,
    },
};

/// Why a run fails: the first error counts.
#[derive(Debug, Clone)]
pub(super) struct RunFault {
    pub(super) name: String,
    pub(super) message: String,
}

impl RunFault {
    pub(super) fn of(error: &Error) -> Self {
        let message = match error {
            // Who runs a template may be told; nothing of it is ours alone.
            Error::Internal(source) => source.to_string(),
            other => other.to_string(),
        };
        Self {
            name: error.name().to_owned(),
            message,
        }
    }

    /// As it is kept with the step: `Name: message`.
    fn parse(text: &str) -> Self {
        let (name, message) = text.split_once(": ").unwrap_or(("Error", text));
        Self {
            name: name.to_owned(),
            message: message.to_owned(),
        }
    }
}

impl std::fmt::Display for RunFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

/// Whether a run goes on after a step.
pub(super) enum After {
    GoOn,
    /// A step waits: the journal says for what.
    Waiting,
}

/// A run while it is executed.
pub(super) struct Execution<'a> {
    pub(super) engine: &'a Engine,
    pub(super) run: &'a Run,
    pub(super) spec: &'a TaskSpec,
    pub(super) facts: RunFacts,
    pub(super) journal: RunJournal<'a>,
    pub(super) secrets: Secrets,
    pub(super) mask: Mask,
    pub(super) cancelled: CancellationToken,
    /// What the journal says of steps, by key.
    pub(super) rows: HashMap<String, RunStep>,
    pub(super) effects: Vec<RunEffect>,
    pub(super) waits: Vec<RunWait>,
    pub(super) workspace: Option<Workspace>,
    /// The last step whose files are kept.
    pub(super) files_after: Option<String>,
    /// `steps.<id>.output`
    pub(super) outputs: Map<String, Value>,
    pub(super) fault: Option<RunFault>,
}

impl Engine {
    /// Executes a claimed run until it ends or waits, or its lease is lost.
    pub(super) async fn execute(&self, id: &str, is_new: bool, cancelled: CancellationToken) {
        let limit = self.services.config.task_timeout;
        let executed = tokio::time::timeout(limit, self.try_execute(id, is_new, &cancelled)).await;
        let fault = match executed {
            Ok(Ok(())) => return,
            Ok(Err(fault)) => fault,
            Err(_) => Error::ServiceUnavailable(format!(
                "The run took longer than {} hours (scaffolder.taskTimeout).",
                limit.as_secs() / 3600
            )),
        };
        // What cannot be executed at all ends; a database that is away is tried again when the lease is over.
        warn!(run = id, "Run {id} broke off: {fault}");
        if let Err(again) = self.give_up(id, &RunFault::of(&fault)).await {
            warn!(run = id, "Run {id} cannot be ended: {again}");
        }
    }

    async fn try_execute(
        &self,
        id: &str,
        is_new: bool,
        cancelled: &CancellationToken,
    ) -> Result<()> {
        let Some(run) = store::run(&self.services.db, id).await? else {
            return Ok(());
        };
        let spec = TaskSpec::parse(&run.spec)?;
        if run.undoes.is_some() {
            return self.execute_undo(&run, is_new, cancelled).await;
        }
        let mut execution = Execution::load(self, &run, &spec, cancelled.clone()).await?;
        let ended = execution.execute(is_new).await;
        if let Some(workspace) = &execution.workspace {
            workspace.remove().await;
        }
        if execution.journal.is_lost() {
            info!(run = id, "Run {id} is executed elsewhere now");
            return Ok(());
        }
        ended
    }

    /// The journal of a run this process holds.
    pub(super) fn journal<'a>(&'a self, run: &'a Run) -> RunJournal<'a> {
        RunJournal {
            services: &self.services,
            run_id: &run.id,
            holder: &self.holder,
            attempt: run.attempt,
            lines: Lines::default(),
            changed: &self.changed,
            is_lost: AtomicBool::new(false),
            room: LogRoom::default(),
        }
    }

    async fn give_up(&self, id: &str, fault: &RunFault) -> Result<()> {
        let Some(run) = store::run(&self.services.db, id).await? else {
            return Ok(());
        };
        let journal = self.journal(&run);
        end(&journal, Some(fault), &Value::Null).await
    }
}

impl<'a> Execution<'a> {
    async fn load(
        engine: &'a Engine,
        run: &'a Run,
        spec: &'a TaskSpec,
        cancelled: CancellationToken,
    ) -> Result<Self> {
        let services = &engine.services;
        let user = spec.user_ref().map(EntityRef::from_canonical);
        let secrets = Secrets::load(services, &run.id).await?;
        let secrets = match &user {
            Some(user) if spec.mentions(BACKSTAGE_TOKEN) => {
                secrets.with_token(services.auth.token_for_run(user).await?)
            }
            _ => secrets,
        };
        let mask = secrets.mask(services.environment_secrets());
        let steps = store::run_steps(&services.db, &run.id).await?;
        let rows: HashMap<_, _> = steps
            .into_iter()
            .map(|step| (step.key.clone(), step))
            .collect();
        if run.cancel_requested {
            cancelled.cancel();
        }
        Ok(Self {
            engine,
            run,
            spec,
            facts: RunFacts {
                id: run.id.clone(),
                template_ref: spec.template_ref().to_owned(),
                origin: Origin::of(spec.base_url()),
                template_commit: run.template_commit.clone(),
                user,
                user_entity: spec.0["user"].get("entity").cloned(),
            },
            journal: engine.journal(run),
            secrets,
            mask,
            cancelled,
            rows,
            effects: store::run_effects(&services.db, &run.id).await?,
            waits: store::run_waits(&services.db, &run.id).await?,
            workspace: None,
            files_after: None,
            outputs: Map::new(),
            fault: None,
        })
    }

    async fn execute(&mut self, is_new: bool) -> Result<()> {
        let steps = self.spec.steps();
        if is_new {
            let told = format!("Starting up task with {} steps", steps.len());
            self.journal.say("log", json!({"message": told}));
            self.journal.flush().await?;
            if let Err(fault) = self.check_rights().await {
                let fault = RunFault::of(&fault);
                return end(&self.journal, Some(&fault), &Value::Null).await;
            }
        }
        for (position, step) in steps.iter().enumerate() {
            if let After::Waiting = self.step(position, step).await? {
                return self.wait().await;
            }
        }
        // It was asked to stop too late.
        if let Some(last) = steps.last().filter(|_| self.cancelled.is_cancelled()) {
            tell_cancelled(&self.journal, &last.id).await?;
        }
        let output = match &self.fault {
            Some(_) => Value::Null,
            None => self.output().await?,
        };
        end(&self.journal, self.fault.as_ref(), &output).await
    }

    /// What expressions see: without secrets, as in conditions and outputs.
    pub(super) fn scope(&self) -> Scope {
        Scope::of_task(
            &self.engine.services,
            self.spec,
            &self.outputs,
            &self.run.id,
        )
    }

    /// What inputs see: with secrets.
    pub(super) fn scope_with_secrets(&self) -> Scope {
        self.scope()
            .with_secrets(&self.engine.services, self.secrets.as_value())
    }

    async fn output(&self) -> Result<Value> {
        let output = self.scope().output(&self.spec.0["output"]).await?;
        Ok(self.mask.value(&output))
    }

    async fn wait(&self) -> Result<()> {
        let mut tx = self.journal.begin().await?;
        let now = self.journal.now();
        let (id, holder) = (self.journal.run_id, self.journal.holder);
        move_run(&mut tx, id, holder, RunStatus::Waiting, now).await?;
        self.journal.commit(tx).await
    }

    /// What the journal says of a step of an earlier attempt.
    pub(super) fn note_earlier(&mut self, row: &RunStep) {
        match row.status {
            StepStatus::Failed => {
                let told = row.error.as_deref().unwrap_or_default();
                self.fault.get_or_insert_with(|| RunFault::parse(told));
            }
            StepStatus::Processing | StepStatus::Completed | StepStatus::Skipped => {}
        }
    }
}

/// Writes how a run ended, and erases what it kept secret.
pub(super) async fn end(
    journal: &RunJournal<'_>,
    fault: Option<&RunFault>,
    output: &Value,
) -> Result<()> {
    let status = match fault {
        None => RunStatus::Completed,
        Some(_) => RunStatus::Failed,
    };
    let mut body = json!({"message": format!("Run completed with status: {}", status.as_str())});
    match fault {
        None => body["output"] = output.clone(),
        Some(fault) => body["error"] = json!({"name": fault.name, "message": fault.message}),
    }
    journal.say("completion", body);
    let mut tx = journal.begin().await?;
    delete_run_secrets(&mut tx, journal.run_id).await?;
    delete_run_waits(&mut tx, journal.run_id, None).await?;
    let now = journal.now();
    move_run(&mut tx, journal.run_id, journal.holder, status, now).await?;
    journal.commit(tx).await?;
    info!(
        run = journal.run_id,
        status = status.as_str(),
        "Run {} ended: {}",
        journal.run_id,
        status.as_str()
    );
    Ok(())
}

/// The key of one pass of a step.
pub(super) fn key_of_pass(step: &Step, each_key: &str) -> String {
    format!("{}[{each_key}]", step.id)
}
