//! What a run asks people, and what they say: may it go on, was something done that nobody else can find out.

use serde_json::json;

use super::Runs;
use crate::{
    error::{Error, Result},
    scaffolder::actions::{APPROVAL, OUTCOME, YES},
    store::{self, EffectState, WaitAnswer, answer_run_wait, settle_run_effect},
};

/// What the wait for an outcome ends with where it was not done.
const NO: &str = "no";

impl Runs {
    /// Answers the question of a step. [`Error::Conflict`] if it does not wait for an answer any more.
    pub async fn answer(&self, id: &str, step_key: &str, answer: &str, by: &str) -> Result<()> {
        self.run(id).await?;
        let given = WaitAnswer {
            step_key,
            kind: APPROVAL,
            answer,
            by,
        };
        let mut tx = self.services().db.begin().await?;
        if !answer_run_wait(&mut tx, id, &given).await? {
            return Err(Error::Conflict(format!(
                "Step {step_key} does not wait for an answer. Look at the run: somebody may have answered."
            )));
        }
        let body = json!({
            "message": format!("Answered by {by}: {answer}"), "stepId": step_of(step_key),
        });
        self.tell(&mut tx, id, "log", body).await?;
        tx.commit().await?;
        self.notify();
        Ok(())
    }

    /// Says of an effect nobody knows about whether it was done. A run that waits for that goes on at once, one that
    /// has ended when it is retried: behind the effect if it was done, else by doing it.
    ///
    /// [`Error::Conflict`] if it is known, or the run is executed.
    pub async fn settle(
        &self,
        id: &str,
        (step_key, ordinal): (&str, i64),
        was_done: bool,
        by: &str,
    ) -> Result<()> {
        self.run(id).await?;
        let services = self.services();
        let effects = store::run_effects(&services.db, id).await?;
        let mut unknown = effects
            .into_iter()
            .filter(|effect| effect.state == EffectState::Unknown);
        let asked = unknown.find(|effect| effect.step_key == step_key && effect.ordinal == ordinal);
        let asked = asked.ok_or_else(not_asked)?;
        let (told, answer) = if was_done {
            ("It was done", YES)
        } else {
            ("It was not done", NO)
        };
        let body = json!({
            "message": format!("{told}, says {by}: {} {}", asked.kind, asked.target),
            "stepId": step_of(step_key),
        });
        let given = WaitAnswer {
            step_key,
            kind: OUTCOME,
            answer,
            by,
        };
        let mut tx = services.db.begin().await?;
        let now = services.clock.now();
        if !settle_run_effect(&mut tx, id, (step_key, ordinal), was_done, now).await? {
            return Err(not_asked());
        }
        // A run that has ended waits for nothing.
        answer_run_wait(&mut tx, id, &given).await?;
        self.tell(&mut tx, id, "log", body).await?;
        tx.commit().await?;
        self.notify();
        Ok(())
    }
}

fn not_asked() -> Error {
    Error::Conflict(
        "Nothing of this kind is asked. Look at the run: somebody may have said it, or it goes on."
            .to_owned(),
    )
}

/// The step of a key that may be of a pass of its `each`.
fn step_of(step_key: &str) -> &str {
    step_key.split('[').next().unwrap_or(step_key)
}
