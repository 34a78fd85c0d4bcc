//! `wait`: waits for a time, or for somebody to agree, as long as it takes. Nothing is held while it does.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{About, Action, ActionCall, Outcome, Wait, debug_wait::after, schema};
use crate::{
    clock::UnixMillis,
    error::{Error, Result},
};

/// What a unit of the input is, in milliseconds.
const UNITS: [(&str, f64); 4] = [
    ("days", 86_400_000.0),
    ("hours", 3_600_000.0),
    ("minutes", 60_000.0),
    ("seconds", 1000.0),
];
/// The answer that lets a run go on.
pub const YES: &str = "yes";
/// The kind of a wait for somebody who agrees or not.
pub const APPROVAL: &str = "approval";
/// The kind of a wait for somebody who says whether an effect was done.
pub const OUTCOME: &str = "outcome";

pub(super) struct WaitFor;

impl Action for WaitFor {
    fn about(&self) -> About {
        let input = "
            days: number -- How many days
            hours: number -- How many hours
            minutes: number -- How many minutes
            seconds: number -- How many seconds
            until: string -- An instant, such as 2026-12-01T08:00:00Z
            question: string -- What somebody is asked; the run goes on when they say yes
        ";
        About::new(
            "wait",
            "Waits for a time, or for somebody to agree. Callboard's own.",
            schema::fields(input),
        )
        .output(schema::fields("answer: string -- What was answered"))
        .example(
            "Ask before something dear is made",
            "question: May ${{ parameters.name }} have a database of its own?\n",
        )
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            if let Some(answer) = call.answer {
                return answered(call, answer);
            }
            if let Some(question) = call.text("question") {
                call.log.info(&format!("Waiting for an answer: {question}"));
                return Ok(Outcome::Wait(Wait {
                    kind: APPROVAL.to_owned(),
                    question: question.to_owned(),
                    due_at: None,
                }));
            }
            let due_at = due_at(call)?;
            if due_at <= call.services.clock.now() {
                return Ok(Outcome::nothing());
            }
            call.log.info(&format!("Waiting until {due_at}"));
            Ok(Outcome::Wait(Wait {
                kind: "timer".to_owned(),
                question: format!("Waits until {due_at}."),
                due_at: Some(due_at),
            }))
        })
    }
}

fn answered(call: &ActionCall<'_>, answer: &str) -> Result<Outcome> {
    if call.text("question").is_some() && answer != YES {
        return Err(Error::NotAllowed(format!("Somebody said no: {answer}")));
    }
    Ok(Outcome::output(json!({"answer": answer})))
}

fn due_at(call: &ActionCall<'_>) -> Result<UnixMillis> {
    if let Some(until) = call.text("until") {
        let at: jiff::Timestamp = until.parse().map_err(|_| {
            Error::Input(format!(
                "“{until}” is no instant. Write it as 2026-12-01T08:00:00Z."
            ))
        })?;
        return Ok(UnixMillis(at.as_millisecond()));
    }
    let part = |(key, unit): (&str, f64)| {
        call.input.get(key).and_then(Value::as_f64).unwrap_or(0.0) * unit
    };
    Ok(after(call, UNITS.into_iter().map(part).sum()))
}
