//! Everything a run made is taken back: a run of its own, over the effects in reverse, each with a precondition.

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    Engine,
    cancel::{tell_cancelled, undo_cancelled},
    effect_rows::{effect_of, is_target_masked, observed_of, outcome_of},
    execution::{RunFault, end},
    journal::RunJournal,
    step_journal::mark_of,
};
use crate::{
    entity::EntityRef,
    error::{Error, Result},
    scaffolder::{
        API_VERSION,
        actions::{Mask, StepLog},
        effects::{Found, Undo, World},
        spec::TaskSpec,
    },
    store::{self, EffectState, Run, RunEffect, RunStep, StepStatus, put_run_effect, put_run_step},
};

/// What is shown before somebody takes a run back.
#[derive(Debug, Clone)]
pub struct UndoItem {
    /// What was done; a sentence.
    pub what: String,
    /// How it is taken back, or why not.
    pub undo: Undo,
}

/// The effects of a run that were or may have been done, the last first.
fn standing(effects: Vec<RunEffect>) -> Vec<RunEffect> {
    let mut effects = effects;
    effects.retain(|effect| effect.state != EffectState::Undone);
    effects.reverse();
    effects
}

impl Engine {
    /// What taking a run back would do, in its order.
    pub(super) async fn undo_list(&self, id: &str) -> Result<Vec<UndoItem>> {
        let effects = store::run_effects(&self.services.db, id).await?;
        let item = |row: &RunEffect| {
            let effect = effect_of(row)?;
            Ok(UndoItem {
                what: effect.planned().what,
                undo: effect.undo_of(&observed_of(row)?),
            })
        };
        standing(effects).iter().map(item).collect()
    }

    /// The spec of a run that takes another back: a step for every effect.
    pub(super) async fn undo_spec(&self, run: &Run) -> Result<Value> {
        let effects = store::run_effects(&self.services.db, &run.id).await?;
        let step = |effect: &RunEffect| {
            json!({
                "id": step_id(effect),
                "name": format!("Take back: {} {}", effect.kind, effect.target),
                "action": "callboard:undo",
                "input": {},
            })
        };
        let steps: Vec<Value> = standing(effects).iter().map(step).collect();
        let spec = TaskSpec::parse(&run.spec)?;
        Ok(json!({
            "apiVersion": API_VERSION,
            "steps": steps,
            "output": {},
            "parameters": {},
            "user": {},
            "templateInfo": spec.0["templateInfo"],
        }))
    }

    /// Takes back what is left. The first that cannot be taken back ends it: what stands on it must not go before.
    pub(super) async fn execute_undo(
        &self,
        run: &Run,
        is_new: bool,
        cancelled: &CancellationToken,
    ) -> Result<()> {
        let undone = run.undoes.as_deref().unwrap_or_default();
        let journal = self.journal(run);
        let rows = store::run_steps(&self.services.db, &run.id).await?;
        let skipped: Vec<String> = rows
            .into_iter()
            .filter(|row| row.status == StepStatus::Skipped)
            .map(|row| row.key)
            .collect();
        let effects = standing(store::run_effects(&self.services.db, undone).await?);
        if is_new {
            let told = format!("Taking back {} effects of run {undone}", effects.len());
            journal.say("log", json!({"message": told}));
        }
        let user = run.created_by.as_deref().map(EntityRef::from_canonical);
        for (position, effect) in effects.into_iter().enumerate() {
            let id = step_id(&effect);
            if skipped.contains(&id) {
                continue;
            }
            if run.cancel_requested || cancelled.is_cancelled() {
                tell_cancelled(&journal, &id).await?;
                let fault = RunFault::of(&undo_cancelled(&run.id));
                return end(&journal, Some(&fault), &Value::Null).await;
            }
            let taking = Taking {
                engine: self,
                journal: &journal,
                undone,
                user: user.as_ref(),
            };
            let taken = taking.step(position, effect).await;
            if let Err(fault) = taken {
                if journal.is_lost() {
                    return Ok(());
                }
                return end(&journal, Some(&RunFault::of(&fault)), &Value::Null).await;
            }
        }
        end(&journal, None, &json!({})).await
    }
}

fn step_id(effect: &RunEffect) -> String {
    format!("{}#{}", effect.step_key, effect.ordinal)
}

struct Taking<'a> {
    engine: &'a Engine,
    journal: &'a RunJournal<'a>,
    undone: &'a str,
    user: Option<&'a EntityRef>,
}

impl Taking<'_> {
    async fn step(&self, position: usize, effect: RunEffect) -> Result<()> {
        let id = step_id(&effect);
        let log = StepLog::new(self.journal.lines.clone(), Mask::default(), &id);
        let mut row = RunStep::begun(&id, position, self.journal.attempt, self.journal.now());
        log.status("processing", &format!("Beginning step {id}"));
        // The lease is looked at immediately before the call.
        self.journal.write_step(&row).await?;
        let taken = self.take_back(&effect).await;
        row.ended_at = Some(self.journal.now());
        match taken {
            Ok(told) => {
                log.info(&told);
                log.status("completed", &format!("Finished step {id}"));
                row.status = StepStatus::Completed;
                self.note_undone(effect, &row).await
            }
            Err(fault) => {
                let told = RunFault::of(&fault);
                log.status("failed", &format!("{told}\n    at step {id}"));
                row.status = StepStatus::Failed;
                row.error = Some(told.to_string());
                self.journal.write_step(&row).await?;
                Err(fault)
            }
        }
    }

    async fn take_back(&self, row: &RunEffect) -> Result<String> {
        if is_target_masked(row) {
            return Err(Error::Conflict(format!(
                "{} is named by a secret of the run, which is not kept. Take it back by hand, then leave this step out.",
                row.target
            )));
        }
        let (effect, observed) = (effect_of(row)?, observed_of(row)?);
        let mark = mark_of(self.undone, &row.step_key);
        let world = World {
            services: &self.engine.services,
            user: self.user,
            token: None,
            workspace: None,
            mark: &mark,
            since: row.changed_at,
        };
        let mut outcome = outcome_of(row)?;
        let undo = effect.undo_of(&observed);
        if matches!(row.state, EffectState::Intent | EffectState::Unknown) {
            match effect.probe(&world, &observed).await? {
                Found::Unknown(_) if matches!(undo, Undo::None(_)) => {}
                Found::Unknown(what) => {
                    return Err(Error::Conflict(format!(
                        "Nobody knows whether this was done: {what} Look, and say on the page of that run whether it was."
                    )));
                }
                Found::Ours(found) => outcome = found,
                Found::Absent => return Ok(format!("It was never done: {}", row.target)),
                Found::Foreign(why) => return Err(Error::Conflict(why)),
            }
        }
        if let Undo::None(why) = undo {
            return Ok(format!("It stays: {why}"));
        }
        effect.take_back(&world, &observed, &outcome).await
    }

    async fn note_undone(&self, mut effect: RunEffect, row: &RunStep) -> Result<()> {
        effect.state = EffectState::Undone;
        effect.changed_at = self.journal.now();
        let mut tx = self.journal.begin().await?;
        put_run_effect(&mut tx, self.undone, &effect).await?;
        put_run_step(&mut tx, self.journal.run_id, row).await?;
        self.journal.commit(tx).await
    }
}
