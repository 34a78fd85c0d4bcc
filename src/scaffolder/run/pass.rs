//! One execution of a step's action: the input is fixed, then the action is called.

use serde_json::{Value, json};

use super::{execution::Execution, secrets, step_journal::StepJournal};
use crate::{
    clock::UnixMillis,
    error::{Error, Result},
    scaffolder::{
        actions::{ActionCall, OUTCOME, Outcome, StepLog, Wait},
        fetch::Pins,
        host_map::redirected,
        spec::{BACKSTAGE_TOKEN, Step},
    },
    store::{RunStep, RunWait, put_run_step},
};

impl Execution<'_> {
    /// Executes the action of a step once, when it is this user's turn.
    pub(super) async fn pass(
        &mut self,
        step: &Step,
        row: &mut RunStep,
        each: Option<&Value>,
        log: &StepLog,
    ) -> Result<Outcome> {
        let user = self.run.created_by.as_deref().unwrap_or_default();
        let turn = tokio::select! {
            biased;
            () = self.cancelled.cancelled() => return Err(self.was_cancelled(step)),
            turn = self.engine.fair.turn(user) => turn,
        };
        let wait = self.waits.iter().find(|wait| wait.step_key == row.key);
        let wait = wait.cloned();
        if let Some(wait) = wait.as_ref().filter(|wait| !self.is_over(wait)) {
            return Ok(Outcome::Wait(as_it_was(wait)));
        }
        let input = self.input(step, row, each).await?;
        let (id, input) = redirected(&self.engine.services, &step.action, input, log);
        let action = self.engine.actions.action(&id)?;
        action.about.check(&input, log)?;
        let workspace = self.workspace().await?;
        let known = self
            .effects
            .iter()
            .filter(|effect| effect.step_key == row.key);
        let started = row.clone();
        let journal = StepJournal::new(
            &self.journal,
            &started,
            known.cloned().collect(),
            &self.secrets,
        );
        let pins = Pins::new(serde_json::from_str(&row.sources).map_err(Error::internal)?);
        let call = ActionCall {
            input: &input,
            run: &self.facts,
            workspace: &workspace,
            services: &self.engine.services,
            log: log.clone(),
            pins: pins.clone(),
            journal: Some(&journal),
            answer: wait.as_ref().and_then(answer_of),
            cancelled: &self.cancelled,
        };
        let executed = self.while_told(step, action.action.execute(&call)).await;
        drop(turn);
        let noted = std::mem::take(&mut *journal.noted());
        if !noted.secrets.is_empty() {
            self.mask = self.mask.with(noted.secrets);
        }
        row.sources = serde_json::to_string(&pins.all()).map_err(Error::internal)?;
        match noted.wait {
            Some(wait) if executed.is_err() => Ok(Outcome::Wait(wait)),
            _ => executed,
        }
    }

    fn is_over(&self, wait: &RunWait) -> bool {
        let is_due = wait.due_at.is_some_and(|at| at <= self.journal.now().0);
        is_due || wait.answer.is_some()
    }

    /// What an action comes to; what it says is kept meanwhile, and it is left when the run is to stop.
    async fn while_told(
        &self,
        step: &Step,
        action: impl Future<Output = Result<Outcome>>,
    ) -> Result<Outcome> {
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => Err(self.was_cancelled(step)),
            outcome = action => outcome,
            fault = self.tell_while_executing() => Err(fault),
        }
    }

    /// Keeps what is said while an action is executed, so that it is seen at once; ends only with a fault.
    async fn tell_while_executing(&self) -> Error {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            if self.journal.lines.is_empty() {
                continue;
            }
            if let Err(fault) = self.journal.flush().await {
                return fault;
            }
        }
    }

    /// The rendered input: as it was fixed, else rendered and fixed now.
    async fn input(
        &mut self,
        step: &Step,
        row: &mut RunStep,
        each: Option<&Value>,
    ) -> Result<Value> {
        let sealed_name = format!("input:{}", row.key);
        if let Some(input) = self.secrets.kept(&sealed_name)? {
            return Ok(input);
        }
        // Its secrets were erased when the run ended: what was given since is rendered in.
        let is_open = row.input.as_ref().filter(|input| !input.contains("***"));
        if let Some(input) = is_open {
            return serde_json::from_str(input).map_err(Error::internal);
        }
        let mut scope = self.scope_with_secrets();
        if let Some(each) = each {
            scope = scope.with("each", each.clone());
        }
        let input = scope
            .render(&step.input)
            .await?
            .unwrap_or_else(|| json!({}));
        let masked = self.mask.value(&input);
        let holds_secrets = masked != input || step.mentions("secrets");
        // What is made of a secret by a filter is no reference to it: the whole input is encrypted. But for the
        // user's token, which is made anew and never kept.
        let seal = self.engine.services.seal.as_ref();
        let seal = seal.filter(|_| holds_secrets && !step.mentions(BACKSTAGE_TOKEN));
        row.input = Some(if holds_secrets {
            "\"***\"".to_owned()
        } else {
            masked.to_string()
        });
        let mut tx = self.journal.begin().await?;
        put_run_step(&mut tx, &self.run.id, row).await?;
        if seal.is_some() {
            secrets::put_one(
                &mut tx,
                &self.run.id,
                &sealed_name,
                &input.to_string(),
                seal,
            )
            .await?;
        }
        self.journal.commit(tx).await?;
        Ok(input)
    }
}

/// What the action itself was answered: what became of an effect, its journal knows.
fn answer_of(wait: &RunWait) -> Option<&str> {
    (wait.kind != OUTCOME).then(|| wait.answer.as_deref().unwrap_or("due"))
}

/// What a step waits for still.
fn as_it_was(wait: &RunWait) -> Wait {
    Wait {
        kind: wait.kind.clone(),
        question: wait.question.clone(),
        due_at: wait.due_at.map(UnixMillis),
    }
}
