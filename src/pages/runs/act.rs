//! What can be done with a run. Each is a form that is posted; afterwards the page of the run says what became of it.

use axum::{Form, extract::State, response::Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    super::{error::PageError, flash, status::Tone},
    asked::Asked,
};
use crate::{
    error::{Error, Result},
    http::AppState,
    store::{Run, RunStatus},
    urls,
};

/// How the fields of secrets begin; the rest is the name.
const SECRET: &str = "secret:";
/// The answer that lets a run go on.
const YES: &str = "yes";
/// Longer reasons are cut.
const MAX_REASON: usize = 500;

fn back(run: &Run, told: &str) -> Response {
    flash::redirect(&urls::run(&run.id), Tone::Ok, told)
}

/// [`Error::Conflict`] for a run that did not fail.
fn must_have_failed(run: &Run) -> Result<()> {
    let told = match run.status {
        RunStatus::Failed => return Ok(()),
        RunStatus::Completed => {
            "This run completed: there is nothing to go on with. Begin again with its answers instead."
        }
        _ => {
            "This run goes on: there is nothing to retry yet. Look at its page; somebody may have been quicker."
        }
    };
    Err(Error::Conflict(told.to_owned()))
}

/// Asks it to stop.
pub(super) async fn cancel(
    State(state): State<AppState>,
    asked: Asked,
) -> Result<Response, PageError> {
    if asked.run.status.is_ended() {
        return Err(Error::Conflict(format!(
            "This run has ended already ({}): there is nothing to stop. What it made can be taken back on its page.",
            asked.run.status.as_str()
        ))
        .into());
    }
    state.runs.cancel(&asked.run.id).await?;
    Ok(back(
        &asked.run,
        "It stops as soon as what it does now is over.",
    ))
}

/// The fields of a form, as they come.
type Fields = Vec<(String, String)>;

/// The secrets among the fields; those that were left empty are none.
fn secrets(fields: &[(String, String)]) -> Map<String, Value> {
    let given = fields.iter().filter(|(_, text)| !text.is_empty());
    given
        .filter_map(|(name, text)| {
            let name = name.strip_prefix(SECRET)?;
            Some((name.to_owned(), text.as_str().into()))
        })
        .collect()
}

/// Goes on from the step that failed.
pub(super) async fn retry(
    State(state): State<AppState>,
    asked: Asked,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    must_have_failed(&asked.run)?;
    state.runs.retry(&asked.run.id, &secrets(&fields)).await?;
    Ok(back(&asked.run, "It goes on from where it failed."))
}

/// Goes on behind the step that failed.
pub(super) async fn skip(
    State(state): State<AppState>,
    asked: Asked,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    must_have_failed(&asked.run)?;
    let reason = fields.iter().find(|(name, _)| name == "reason");
    let reason = shortened(reason.map_or("", |(_, text)| text));
    if reason.is_empty() {
        return Err(Error::Input(
            "Say why the step is left out: whoever looks at this run later wants to know."
                .to_owned(),
        )
        .into());
    }
    let secrets = secrets(&fields);
    state.runs.skip(&asked.run.id, &reason, &secrets).await?;
    Ok(back(&asked.run, "It goes on behind the step that failed."))
}

fn shortened(reason: &str) -> String {
    reason.trim().chars().take(MAX_REASON).collect()
}

#[derive(Deserialize)]
pub(super) struct Answered {
    step: String,
    answer: String,
    #[serde(default)]
    why: String,
}

/// Answers what a step waits for.
pub(super) async fn answer(
    State(state): State<AppState>,
    asked: Asked,
    Form(answered): Form<Answered>,
) -> Result<Response, PageError> {
    let why = shortened(&answered.why);
    let (given, told) = match (answered.answer.as_str(), why.is_empty()) {
        (YES, _) => (YES, "You said yes: it goes on."),
        // Whatever is not the word for yes is a no.
        (_, false) if why != YES => (why.as_str(), "You said no: the step fails."),
        _ => ("no", "You said no: the step fails."),
    };
    let by = asked.viewer.actor();
    state
        .runs
        .answer(&asked.run.id, &answered.step, given, by)
        .await?;
    Ok(back(&asked.run, told))
}

#[derive(Deserialize)]
pub(super) struct Settled {
    step: String,
    ordinal: i64,
    done: String,
}

/// Says whether an effect was done that nobody knows about.
pub(super) async fn settle(
    State(state): State<AppState>,
    asked: Asked,
    Form(settled): Form<Settled>,
) -> Result<Response, PageError> {
    let was_done = settled.done == YES;
    let effect = (settled.step.as_str(), settled.ordinal);
    let by = asked.viewer.actor();
    state
        .runs
        .settle(&asked.run.id, effect, was_done, by)
        .await?;
    let told = match (was_done, asked.run.status.is_ended()) {
        (true, false) => "Noted: it was done. The run goes on behind it.",
        (false, false) => "Noted: it was not done. The run does it now.",
        (true, true) => "Noted: it was done. A retry goes on behind it.",
        (false, true) => "Noted: it was not done. A retry does it.",
    };
    Ok(back(&asked.run, told))
}
