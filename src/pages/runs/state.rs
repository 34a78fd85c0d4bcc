//! What a run needs now: why it failed and what to do about it, what it waits for.

use std::collections::BTreeSet;

use askama::{Template, filters::HtmlSafe};

use super::{
    super::{
        duration,
        moment::Moment,
        status::{Status, Tone},
    },
    loaded::Loaded,
    status::of_run,
};
use crate::{
    clock::UnixMillis,
    scaffolder::{Made, actions::APPROVAL},
    store::{EffectState, RunStatus, RunWait, StepStatus},
    urls,
};

/// What a run needs now: `{{ state }}` in a template.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "runs/state.html")]
pub(super) struct State {
    id: String,
    status: Status,
    /// What the status alone does not say.
    told: String,
    failure: Option<Failure>,
    questions: Vec<Question>,
    unsettled: Vec<Unsettled>,
    is_live: bool,
    timers: Vec<Timer>,
    /// The secrets that are asked for again.
    secrets: BTreeSet<String>,
}

impl HtmlSafe for State {}

/// Why it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Failure {
    /// The name of the step, if it was one.
    step: String,
    reason: String,
    /// What to do about it.
    mend: &'static str,
    /// Whether the step can be left out.
    can_skip: bool,
    /// Whether somebody wanted it so.
    is_wanted: bool,
}

/// Something a person is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Question {
    step_key: String,
    text: String,
}

/// An effect of which nobody knows whether it was done.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Unsettled {
    step_key: String,
    ordinal: i64,
    /// What was to be done; a sentence.
    what: String,
}

/// A time that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Timer {
    due: Moment,
    text: String,
}

impl State {
    pub(super) fn new(loaded: &Loaded, now: UnixMillis) -> Self {
        let run = &loaded.run;
        let failure = (run.status == RunStatus::Failed).then(|| Failure::new(loaded));
        let open = loaded.waits.iter().filter(|wait| wait.answer.is_none());
        let (questions, others): (Vec<&RunWait>, Vec<&RunWait>) =
            open.partition(|wait| wait.kind == APPROVAL);
        Self {
            id: run.id.clone(),
            status: of_run(run),
            told: told(loaded, now),
            secrets: match failure {
                Some(_) => secrets_again(loaded),
                None => BTreeSet::new(),
            },
            failure,
            questions: questions.into_iter().map(Question::new).collect(),
            unsettled: unsettled(loaded),
            is_live: loaded.is_live(),
            timers: others
                .into_iter()
                .filter_map(|wait| Timer::new(wait, now))
                .collect(),
        }
    }

    fn address(&self, part: &str) -> String {
        urls::run_part(&self.id, part)
    }
}

/// How long it took, and at which attempt.
fn told(loaded: &Loaded, now: UnixMillis) -> String {
    let run = &loaded.run;
    let took = duration::spoken(run.ended_at.unwrap_or(now).0 - run.created_at.0);
    let done = loaded.steps.iter().filter(|step| {
        let row = loaded.row(step);
        row.is_some_and(|row| matches!(row.status, StepStatus::Completed | StepStatus::Skipped))
    });
    let told = match run.status {
        RunStatus::Completed => format!("in {took}"),
        RunStatus::Failed => format!("after {took}"),
        _ => format!("{} of {} steps, {took}", done.count(), loaded.steps.len()),
    };
    match run.attempt {
        ..=1 => told,
        attempt => format!("{told}, attempt {attempt}"),
    }
}

/// What the steps that are left read of what only its user knows; it was erased when the run ended.
fn secrets_again(loaded: &Loaded) -> BTreeSet<String> {
    if loaded.is_undo() {
        return BTreeSet::new();
    }
    loaded.spec.secret_names()
}

impl Failure {
    fn new(loaded: &Loaded) -> Self {
        if loaded.is_cancelled() {
            return Self {
                step: String::new(),
                reason: "Somebody stopped it. What it had made until then is listed below."
                    .to_owned(),
                mend: "Go on where it stopped, or take back what it made.",
                can_skip: false,
                is_wanted: true,
            };
        }
        let (name, message) = match loaded.failed() {
            Some((_, row)) => {
                let error = row.error.as_deref().unwrap_or_default();
                let parts = error.split_once(": ").unwrap_or(("Error", error));
                (parts.0.to_owned(), parts.1.to_owned())
            }
            None => loaded.fault.clone().unwrap_or_default(),
        };
        let failed = loaded.failed();
        Self {
            step: failed
                .map(|(step, _)| step.name.clone())
                .unwrap_or_default(),
            mend: mend(&name),
            reason: message,
            can_skip: failed.is_some(),
            is_wanted: false,
        }
    }

    fn tone(&self) -> &'static str {
        let tone = if self.is_wanted {
            Tone::Suspended
        } else {
            Tone::Failed
        };
        tone.name()
    }
}

/// What to do about an error, by its name.
fn mend(name: &str) -> &'static str {
    match name {
        "InputError" => {
            "What the step was given is not what it takes. If an answer is wrong, begin again with the answers changed; if the template is, mend it first."
        }
        "NotFoundError" => {
            "Something it needs is not there, or the portal may not see it. Put it there, then retry."
        }
        "ConflictError" => {
            "What it would make is in the way of something that is there. Clear that up, then retry."
        }
        "NotAllowedError" | "AuthenticationError" => {
            "The portal, or whoever asked, may not do this. Have the right given, then retry."
        }
        "ServiceUnavailableError" => "The other side did not answer. Retry in a moment.",
        _ => "The log of the step says more. Mend the cause, then retry.",
    }
}

impl Question {
    fn new(wait: &RunWait) -> Self {
        Self {
            step_key: wait.step_key.clone(),
            text: wait.question.clone(),
        }
    }
}

/// What somebody must find out. While a run is executed, it finds out itself.
fn unsettled(loaded: &Loaded) -> Vec<Unsettled> {
    let status = loaded.run.status;
    if !status.is_ended() && status != RunStatus::Waiting {
        return Vec::new();
    }
    let made = loaded.made.iter();
    let unknown = made.filter(|made| made.row.state == EffectState::Unknown);
    unknown.map(Unsettled::new).collect()
}

impl Unsettled {
    fn new(made: &Made) -> Self {
        Self {
            step_key: made.row.step_key.clone(),
            ordinal: made.row.ordinal,
            what: made.what.clone(),
        }
    }
}

impl Timer {
    fn new(wait: &RunWait, now: UnixMillis) -> Option<Self> {
        let due = UnixMillis(wait.due_at?);
        Some(Self {
            due: Moment::new(due, now),
            text: format!("goes on by itself in {}", duration::spoken(due.0 - now.0)),
        })
    }
}
