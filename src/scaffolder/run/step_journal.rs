//! The journal of a step: its effects, each written down before it is done, done once, and looked for after a crash.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    bases::{self, BEFORE},
    effect_rows::{Written, effect_of, observed_of, outcome_of},
    journal::RunJournal,
    pipelines::expected_pipeline,
    secrets::{self, Secrets},
};
use crate::{
    auth::Seal,
    clock::UnixMillis,
    config::Secret,
    error::{Error, Result},
    scaffolder::{
        actions::{ActionCall, OUTCOME, Wait},
        effects::{Effect, Failure, Found, SECRETS, World},
        fetch::Pins,
    },
    store::{EffectState, RunEffect, RunStep, delete_run_effect, put_run_effect, put_run_pipeline},
};

/// A call that was sent before the process ended is over at its host after so long.
const UNDER_WAY: Duration = Duration::from_secs(5);
/// How often that is tried, with [`UNDER_WAY`] between: longer than the local Git host lets a broken push settle.
const TRIES: u32 = 6;
/// Until then it is looked so often whether it was done.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// The journal of one step, or one pass of its `each`: its effects, each done once.
pub struct StepJournal<'a> {
    run: &'a RunJournal<'a>,
    step: &'a RunStep,
    /// `<run>/<step>`
    mark: String,
    /// What the step did or meant to do before.
    known: Vec<RunEffect>,
    next: AtomicI64,
    /// What the run keeps secret.
    secrets: &'a Secrets,
    noted: Mutex<Noted>,
}

/// What came up while a step was executed.
#[derive(Default)]
pub(super) struct Noted {
    /// What hosts answered that is secret.
    pub(super) secrets: Vec<String>,
    /// What somebody must find out before it goes on.
    pub(super) wait: Option<Wait>,
}

impl<'a> StepJournal<'a> {
    /// `known` are the effects of this step.
    pub(super) fn new(
        run: &'a RunJournal<'a>,
        step: &'a RunStep,
        known: Vec<RunEffect>,
        secrets: &'a Secrets,
    ) -> Self {
        Self {
            secrets,
            noted: Mutex::default(),
            mark: mark_of(run.run_id, &step.key),
            run,
            step,
            known,
            next: AtomicI64::new(0),
        }
    }

    /// Whether the step has done or meant something before.
    pub(crate) fn has_begun(&self) -> bool {
        !self.known.is_empty()
    }

    /// What came up while the step was executed.
    pub(super) fn noted(&self) -> MutexGuard<'_, Noted> {
        // What is in there is whole after every change.
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does an effect, or answers what came of it in an earlier attempt.
    pub(crate) async fn perform(&self, call: &ActionCall<'_>, effect: Effect) -> Result<Value> {
        let ordinal = self.next.fetch_add(1, Ordering::Relaxed);
        let known = self.known.iter().find(|row| row.ordinal == ordinal);
        match known {
            Some(row) if row.state == EffectState::Done => {
                call.log.info(&format!(
                    "{} (done in an earlier attempt)",
                    effect_of(row)?.planned().what
                ));
                self.with_secrets(row)
            }
            Some(row) if row.state == EffectState::Unknown => {
                self.ask(row.clone(), &effect_of(row)?.planned().what).await
            }
            Some(row) if row.state == EffectState::Intent => {
                self.resume(call, row.clone(), effect).await
            }
            _ => self.intend(call, ordinal, &effect).await,
        }
    }

    /// Keeps the commits that were fixed.
    pub(crate) async fn keep_pins(&self, pins: &Pins) -> Result<()> {
        let mut step = self.step.clone();
        step.sources = serde_json::to_string(&pins.all()).map_err(Error::internal)?;
        self.run.write_step(&step).await
    }

    /// Writes down what is meant, then does it.
    async fn intend(&self, call: &ActionCall<'_>, ordinal: i64, effect: &Effect) -> Result<Value> {
        let now = self.run.now();
        let token = call.token();
        let mut observed = effect
            .observe(&self.world(call, token.as_ref(), now))
            .await?;
        if let Effect::Commit(commit) = effect {
            let kept = bases::keep(self.run, call, commit, self.seal_of_files()).await?;
            observed[BEFORE] = serde_json::to_value(kept).map_err(Error::internal)?;
        }
        let written = Written::new(effect, call.log.mask())?;
        let row = RunEffect {
            step_key: self.step.key.clone(),
            ordinal,
            kind: effect.kind().to_owned(),
            target: written.target,
            effect: written.text,
            observed: observed.to_string(),
            outcome: None,
            state: EffectState::Intent,
            attempt: self.run.attempt,
            changed_at: now,
        };
        match self.attempt(call, effect, &row).await? {
            Ok(outcome) => self.done(row, outcome).await,
            Err(failure) => self.failed(row, failure).await,
        }
    }

    /// Files are encrypted where the user gave secrets: one may hold a secret.
    fn seal_of_files(&self) -> Option<&Seal> {
        let seal = self.run.services.seal.as_ref();
        seal.filter(|_| self.secrets.are_given())
    }

    /// Finds out what became of an effect that was meant when the process ended.
    async fn resume(&self, call: &ActionCall<'_>, row: RunEffect, asked: Effect) -> Result<Value> {
        let effect = whole(call, &row, asked)?;
        // What the portal does itself is over with its process, as a rule.
        let forges = &call.services.forges;
        let is_outside = effect.host().is_some_and(|host| !forges.is_local(host));
        let age_ms = u64::try_from(self.run.now().0 - row.changed_at.0).unwrap_or(0);
        let patience = if is_outside {
            UNDER_WAY.saturating_sub(Duration::from_millis(age_ms))
        } else {
            Duration::ZERO
        };
        match self.look_for(call, &effect, &row, patience).await? {
            Found::Ours(outcome) => {
                call.log
                    .info(&format!("{} (done before)", effect.planned().what));
                self.done(row, outcome).await
            }
            Found::Absent => self.perform_again(call, &effect, row).await,
            Found::Foreign(why) => Err(Error::Conflict(why)),
            Found::Unknown(what) => self.ask(row, &what).await,
        }
    }

    /// Nobody but a person can find out whether it was done: the step waits for them.
    async fn ask(&self, mut row: RunEffect, what: &str) -> Result<Value> {
        row.state = EffectState::Unknown;
        let mut tx = self.run.begin().await?;
        put_run_effect(&mut tx, self.run.run_id, &row).await?;
        self.run.commit(tx).await?;
        let question = format!(
            "This may have been done before the run broke off: {what} Look, and say on the page of the run whether it was."
        );
        self.noted().wait = Some(Wait {
            kind: OUTCOME.to_owned(),
            question: question.clone(),
            due_at: None,
        });
        Err(Error::Conflict(question))
    }

    /// What came of an effect, with what the run keeps secret of it.
    fn with_secrets(&self, row: &RunEffect) -> Result<Value> {
        let mut outcome = outcome_of(row)?;
        if let Some(secrets) = self.secrets.kept(&secrets::of_effect(row))? {
            outcome[SECRETS] = secrets;
        }
        Ok(outcome)
    }

    /// Looks for what was meant before the process ended, again and again until `patience` is over: its call may
    /// still be under way at the host.
    async fn look_for(
        &self,
        call: &ActionCall<'_>,
        effect: &Effect,
        row: &RunEffect,
        patience: Duration,
    ) -> Result<Found> {
        let observed = observed_of(row)?;
        let token = call.token();
        let world = self.world(call, token.as_ref(), row.changed_at);
        let over = Instant::now() + patience;
        loop {
            let found = effect.probe(&world, &observed).await;
            let is_settled = match &found {
                Ok(found) => *found != Found::Absent,
                Err(fault) => !matches!(fault, Error::ServiceUnavailable(_)),
            };
            if is_settled || Instant::now() >= over {
                return found;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Does what was meant before the process ended and is not there. What fails now may be there all the same: a
    /// host, or a program of Git that outlived the process, was not done with it. What stands in its way, such as a
    /// lock nobody holds any more, goes in a while.
    async fn perform_again(
        &self,
        call: &ActionCall<'_>,
        effect: &Effect,
        row: RunEffect,
    ) -> Result<Value> {
        let mut tries = 1;
        loop {
            let failure = match self.attempt(call, effect, &row).await? {
                Ok(outcome) => return self.done(row, outcome).await,
                Err(failure) => failure,
            };
            match self.look_for(call, effect, &row, UNDER_WAY).await? {
                Found::Ours(outcome) => return self.done(row, outcome).await,
                Found::Absent if tries < TRIES && failure.may_pass() => tries += 1,
                Found::Absent | Found::Foreign(_) | Found::Unknown(_) => {
                    return self.failed(row, failure).await;
                }
            }
        }
    }

    /// Writes down what is meant and does it. The lease is looked at in the transaction that writes it, immediately
    /// before the call.
    async fn attempt(
        &self,
        call: &ActionCall<'_>,
        effect: &Effect,
        row: &RunEffect,
    ) -> Result<Result<Value, Failure>> {
        if effect.answers_secret() && self.run.services.seal.is_none() {
            return Err(secrets::no_key());
        }
        call.log.info(&effect.planned().what);
        let mut tx = self.run.begin().await?;
        put_run_effect(&mut tx, self.run.run_id, row).await?;
        self.run.commit(tx).await?;
        let token = call.token();
        let world = self.world(call, token.as_ref(), row.changed_at);
        Ok(effect.perform(&world, &observed_of(row)?).await)
    }

    /// What was refused was not done; of the rest only looking again can tell.
    async fn failed(&self, row: RunEffect, failure: Failure) -> Result<Value> {
        if matches!(failure, Failure::Refused(_)) {
            let mut tx = self.run.begin().await?;
            delete_run_effect(&mut tx, self.run.run_id, &row.step_key, row.ordinal).await?;
            self.run.commit(tx).await?;
        }
        Err(failure.into_error())
    }

    async fn done(&self, mut row: RunEffect, outcome: Value) -> Result<Value> {
        let mut open = outcome.clone();
        let secrets = open
            .as_object_mut()
            .and_then(|open| open.shift_remove(SECRETS));
        row.state = EffectState::Done;
        row.outcome = Some(open.to_string());
        row.attempt = self.run.attempt;
        let mut tx = self.run.begin().await?;
        if let Some(secrets) = secrets {
            let (id, name) = (self.run.run_id, secrets::of_effect(&row));
            let seal = self.run.services.seal.as_ref();
            secrets::put_one(&mut tx, id, &name, &secrets.to_string(), seal).await?;
            self.noted().secrets.extend(secrets::texts(&secrets));
        }
        put_run_effect(&mut tx, self.run.run_id, &row).await?;
        if let Some(pipeline) = expected_pipeline(self.run, &row, &outcome)? {
            put_run_pipeline(&mut tx, &pipeline).await?;
        }
        self.run.commit(tx).await?;
        Ok(outcome)
    }

    fn world<'w>(
        &'w self,
        call: &'w ActionCall<'_>,
        token: Option<&'w Secret>,
        since: UnixMillis,
    ) -> World<'w> {
        World {
            services: call.services,
            user: call.run.user.as_ref(),
            token,
            workspace: Some(call.workspace),
            mark: &self.mark,
            since,
        }
    }
}

/// The effect of a row; what the row does not hold whole, the step, whose input is fixed, asked for again.
fn whole(call: &ActionCall<'_>, row: &RunEffect, asked: Effect) -> Result<Effect> {
    let is_whole = Written::new(&asked, call.log.mask())?.is_whole;
    if is_whole { effect_of(row) } else { Ok(asked) }
}

/// The mark of a step's effects: one line, whatever the key of an `each` holds.
pub(super) fn mark_of(run_id: &str, step_key: &str) -> String {
    let key: String = step_key
        .chars()
        .map(|letter| if letter.is_control() { '_' } else { letter })
        .collect();
    format!("{run_id}/{}", key.trim())
}
