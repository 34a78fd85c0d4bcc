//! One step: its condition, its `each`, its passes.

use serde_json::{Map, Value, json};

use super::{
    cancel::tell_cancelled,
    execution::{After, Execution, RunFault, key_of_pass},
    files,
};
use crate::{
    error::{Error, Result},
    scaffolder::{
        Workspace,
        actions::{Outcome, StepLog},
        rendering::gather,
        spec::Step,
    },
    store::{self, RunStep, RunWait, StepStatus, delete_run_waits, put_run_step, put_run_wait},
};

impl Execution<'_> {
    /// Executes a step, or what is left of it.
    pub(super) async fn step(&mut self, position: usize, step: &Step) -> Result<After> {
        let known = self.rows.get(&step.id).cloned();
        if let Some(row) = known
            .as_ref()
            .filter(|row| row.status != StepStatus::Processing)
        {
            self.note_earlier(row);
            self.take_output(step, row).await?;
            return Ok(After::GoOn);
        }
        let log = self.log(step);
        let mut row = match known {
            Some(row) => self.go_on(step, row, &log),
            None => {
                let Some(row) = self.begin_step(position, step, &log).await? else {
                    return Ok(After::GoOn);
                };
                row
            }
        };
        let ended = match self.items(step, &mut row).await {
            Ok(None) => self.lone_pass(step, &mut row, &log).await,
            Ok(Some(items)) => self.passes(step, &row, &items, &log).await,
            Err(fault) => Err(fault),
        };
        match ended {
            Ok(Some(output)) => self.complete(step, row, output, &log).await,
            Ok(None) => Ok(After::Waiting),
            Err(fault) if self.journal.is_lost() => Err(fault),
            Err(fault) => self.fail(row, &fault, &log).await,
        }
    }

    pub(super) fn log(&self, step: &Step) -> StepLog {
        StepLog::new(self.journal.lines.clone(), self.mask.clone(), &step.id)
    }

    /// The row of a step that is to be executed; `None`: it is left out.
    async fn begin_step(
        &mut self,
        position: usize,
        step: &Step,
        log: &StepLog,
    ) -> Result<Option<RunStep>> {
        let has_failed = self.fault.is_some();
        let mut row = RunStep::begun(&step.id, position, self.run.attempt, self.journal.now());
        // With `each`, the condition is asked for every pass.
        let condition = match step.each {
            Some(_) if !has_failed => None,
            _ => step.condition.as_ref(),
        };
        let found = self.scope().condition(condition, has_failed).await?;
        let told = if has_failed && !(found.asked_for_outcome && found.holds) {
            Some(format!(
                "Skipping step {} because a previous step failed",
                step.id
            ))
        } else {
            log.status("processing", &format!("Beginning step {}", step.name));
            (!found.holds).then(|| {
                format!(
                    "Skipping step {} because its if condition was false",
                    step.id
                )
            })
        };
        if let Some(told) = &told {
            log.status("skipped", told);
            row.status = StepStatus::Skipped;
            row.ended_at = Some(self.journal.now());
        }
        self.journal.write_step(&row).await?;
        Ok(told.is_none().then_some(row))
    }

    /// A step that has begun: in a later attempt it says so again.
    fn go_on(&self, step: &Step, mut row: RunStep, log: &StepLog) -> RunStep {
        if row.attempt != self.run.attempt {
            log.status("processing", &format!("Beginning step {}", step.name));
            row.attempt = self.run.attempt;
        }
        row
    }

    /// What `each` goes through, fixed when first asked; `None`: the step has no `each`.
    async fn items(
        &mut self,
        step: &Step,
        row: &mut RunStep,
    ) -> Result<Option<Vec<(String, Value)>>> {
        let Some(each) = &step.each else {
            return Ok(None);
        };
        let items: Value = match &row.items {
            Some(text) => serde_json::from_str(text).map_err(Error::internal)?,
            None => {
                let rendered = self.scope_with_secrets().render(each).await?;
                let items = rendered.ok_or_else(|| bad_each(step, "undefined"))?;
                if self.mask.value(&items) != items {
                    return Err(Error::Input(format!(
                        "Step {} goes through secrets by `each`; name them one by one.",
                        step.id
                    )));
                }
                row.items = Some(items.to_string());
                self.journal.write_step(row).await?;
                items
            }
        };
        match items {
            Value::Array(list) => {
                let numbered = list.into_iter().enumerate();
                Ok(Some(
                    numbered
                        .map(|(index, item)| (index.to_string(), item))
                        .collect(),
                ))
            }
            Value::Object(map) => Ok(Some(map.into_iter().collect())),
            other => Err(bad_each(step, &other.to_string())),
        }
    }

    /// The only pass of a step without `each`; `None`: it waits.
    async fn lone_pass(
        &mut self,
        step: &Step,
        row: &mut RunStep,
        log: &StepLog,
    ) -> Result<Option<Map<String, Value>>> {
        match self.pass(step, row, None, log).await? {
            Outcome::Done(output) => Ok(Some(output)),
            Outcome::Wait(wait) => {
                self.keep_wait(&row.key, wait).await?;
                Ok(None)
            }
        }
    }

    /// A pass for every item; every output becomes a list. `None`: one waits.
    async fn passes(
        &mut self,
        step: &Step,
        row: &RunStep,
        items: &[(String, Value)],
        log: &StepLog,
    ) -> Result<Option<Map<String, Value>>> {
        let mut lists: Map<String, Value> = Map::new();
        for (key, value) in items {
            let each = json!({"key": key, "value": value});
            let Some(output) = self.one_of_passes(step, row, &each, log).await? else {
                return Ok(None);
            };
            gather(&mut lists, output);
        }
        Ok(Some(lists))
    }

    async fn one_of_passes(
        &mut self,
        step: &Step,
        parent: &RunStep,
        each: &Value,
        log: &StepLog,
    ) -> Result<Option<Map<String, Value>>> {
        let key = key_of_pass(step, each["key"].as_str().unwrap_or_default());
        let mut row = match self.rows.get(&key).cloned() {
            Some(row) if row.status == StepStatus::Completed => {
                self.note_files(&row).await?;
                return self.output_of(&row).map(Some);
            }
            Some(row) => row,
            None => RunStep {
                key,
                items: None,
                ..parent.clone()
            },
        };
        row.status = StepStatus::Processing;
        let scope = self.scope().with("each", each.clone());
        let condition = scope
            .condition(step.condition.as_ref(), self.fault.is_some())
            .await?;
        if !condition.holds {
            return Ok(Some(Map::new()));
        }
        log.info(&format!("Running step each: {each}"));
        match self.pass(step, &mut row, Some(each), log).await? {
            Outcome::Wait(wait) => {
                self.keep_wait(&row.key, wait).await?;
                Ok(None)
            }
            Outcome::Done(output) => {
                self.keep_output(&mut row, &output, StepStatus::Completed)
                    .await?;
                Ok(Some(output))
            }
        }
    }

    async fn keep_wait(&self, key: &str, wait: crate::scaffolder::actions::Wait) -> Result<()> {
        let row = RunWait {
            step_key: key.to_owned(),
            kind: wait.kind,
            question: self.mask.text(&wait.question),
            due_at: wait.due_at.map(|at| at.0),
            answer: None,
            answered_by: None,
            created_at: self.journal.now().0,
        };
        let mut tx = self.journal.begin().await?;
        put_run_wait(&mut tx, self.journal.run_id, &row).await?;
        self.journal.commit(tx).await
    }

    async fn complete(
        &mut self,
        step: &Step,
        mut row: RunStep,
        output: Map<String, Value>,
        log: &StepLog,
    ) -> Result<After> {
        log.status("completed", &format!("Finished step {}", step.name));
        if let Err(fault) = self
            .keep_output(&mut row, &output, StepStatus::Completed)
            .await
        {
            if self.journal.is_lost() {
                return Err(fault);
            }
            return self.fail(row, &fault, log).await;
        }
        self.outputs
            .insert(step.id.clone(), json!({"output": output}));
        Ok(After::GoOn)
    }

    /// Writes what a step or pass gave, with the files as they are now, in one transaction.
    async fn keep_output(
        &mut self,
        row: &mut RunStep,
        output: &Map<String, Value>,
        status: StepStatus,
    ) -> Result<()> {
        let seal = self.seal_of_files();
        let snapshot = match &self.workspace {
            Some(workspace) => {
                Some(files::snapshot(&self.journal, workspace, seal.as_ref()).await?)
            }
            None => None,
        };
        let output = Value::Object(output.clone());
        let masked = self.mask.value(&output);
        row.status = status;
        row.output = Some(masked.to_string());
        row.ended_at = Some(self.journal.now());
        let mut tx = self.journal.begin().await?;
        if masked != output {
            let name = format!("output:{}", row.key);
            let seal = self.engine.services.seal.as_ref();
            super::secrets::put_one(&mut tx, &self.run.id, &name, &output.to_string(), seal)
                .await?;
        }
        if let Some(snapshot) = &snapshot {
            snapshot.put(&mut tx, &self.journal, &row.key).await?;
        }
        put_run_step(&mut tx, &self.run.id, row).await?;
        delete_run_waits(&mut tx, &self.run.id, Some(&row.key)).await?;
        self.journal.commit(tx).await?;
        if snapshot.is_some() {
            self.files_after = Some(row.key.clone());
        }
        Ok(())
    }

    async fn fail(&mut self, mut row: RunStep, fault: &Error, log: &StepLog) -> Result<After> {
        let mut fault = RunFault::of(fault);
        fault.message = self.mask.text(&fault.message);
        if self.cancelled.is_cancelled() {
            tell_cancelled(&self.journal, &row.key).await?;
        }
        log.status("failed", &format!("{fault}\n    at step {}", row.key));
        row.status = StepStatus::Failed;
        row.error = Some(fault.to_string());
        row.ended_at = Some(self.journal.now());
        self.journal.write_step(&row).await?;
        self.fault.get_or_insert(fault);
        // What a failed step left behind is no step's files.
        self.drop_workspace().await;
        Ok(After::GoOn)
    }

    /// The output of a step that ended in an earlier attempt.
    async fn take_output(&mut self, step: &Step, row: &RunStep) -> Result<()> {
        if row.status != StepStatus::Completed {
            return Ok(());
        }
        let output = self.output_of(row)?;
        self.outputs
            .insert(step.id.clone(), json!({"output": output}));
        self.note_files(row).await
    }

    /// Files that were kept behind a step are those to go on with.
    async fn note_files(&mut self, row: &RunStep) -> Result<()> {
        let db = &self.engine.services.db;
        let kept = store::run_manifest(db, &self.run.id, &row.key).await?;
        if kept.is_some() {
            self.files_after = Some(row.key.clone());
        }
        Ok(())
    }

    fn output_of(&self, row: &RunStep) -> Result<Map<String, Value>> {
        let value = match self.secrets.kept(&format!("output:{}", row.key))? {
            Some(value) => value,
            None => serde_json::from_str(row.output.as_deref().unwrap_or("{}"))
                .map_err(Error::internal)?,
        };
        match value {
            Value::Object(map) => Ok(map),
            _ => Ok(Map::new()),
        }
    }

    /// The folder with the files after the last step that was kept.
    pub(super) async fn workspace(&mut self) -> Result<Workspace> {
        if let Some(workspace) = &self.workspace {
            return Ok(workspace.clone());
        }
        let folder = self.engine.services.folder.join(&self.run.id);
        let workspace = Workspace::make(folder).await?;
        self.workspace = Some(workspace.clone());
        if let Some(key) = &self.files_after {
            let seal = self.engine.services.seal.as_ref();
            files::restore(&self.journal, &workspace, key, seal).await?;
        }
        Ok(workspace)
    }

    async fn drop_workspace(&mut self) {
        if let Some(workspace) = self.workspace.take() {
            workspace.remove().await;
        }
    }

    /// Files are encrypted where the user gave secrets: a step may have written one.
    fn seal_of_files(&self) -> Option<crate::auth::Seal> {
        let seal = self.engine.services.seal.clone();
        seal.filter(|_| self.secrets.are_given())
    }
}

fn bad_each(step: &Step, found: &str) -> Error {
    let each = step.each.as_ref().map(ToString::to_string);
    Error::Input(format!(
        "{}.each parameter is not an array or object ({} came to {found})",
        step.id,
        each.unwrap_or_default()
    ))
}
