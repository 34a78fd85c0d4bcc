//! The steps of a run: what each is, how it is doing, how long it took.

use askama::{Template, filters::HtmlSafe};

use super::{
    super::{duration, git::text::visible_name, status::Status},
    line::LogLine,
    loaded::Loaded,
    log::Tail,
    status::of_step,
};
use crate::{
    clock::UnixMillis,
    scaffolder::spec::Step,
    store::{RunStep, StepStatus},
};

/// The line of a step that is always seen: `{{ head }}` in a template.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "runs/step_head.html")]
pub(super) struct StepHead {
    /// From 0.
    index: usize,
    name: String,
    action: String,
    status: Status,
    /// `2 of 5`, for a step that is done for each of several things.
    passes: String,
    /// Why it was left out.
    note: String,
    took: String,
    /// Whether its log is open at first.
    is_open: bool,
}

impl HtmlSafe for StepHead {}

/// A step with its log.
pub(super) struct StepView {
    pub(super) index: usize,
    pub(super) head: StepHead,
    pub(super) lines: Vec<LogLine>,
    pub(super) is_open: bool,
}

/// The heads of all steps.
pub(super) fn heads(loaded: &Loaded, now: UnixMillis) -> Vec<StepHead> {
    let steps = loaded.steps.iter().enumerate();
    steps
        .map(|(index, step)| StepHead::new(loaded, (index, step), now))
        .collect()
}

/// The steps with the end of what they said.
pub(super) fn views(loaded: &Loaded, tail: &mut Tail, now: UnixMillis) -> Vec<StepView> {
    let heads = heads(loaded, now).into_iter();
    heads
        .map(|head| StepView {
            index: head.index,
            lines: tail
                .lines
                .remove(&format!("s{}-log", head.index))
                .unwrap_or_default(),
            is_open: head.is_open,
            head,
        })
        .collect()
}

impl StepHead {
    fn new(loaded: &Loaded, (index, step): (usize, &Step), now: UnixMillis) -> Self {
        let row = loaded.row(step);
        let waits = loaded
            .waits
            .iter()
            .any(|wait| wait.step_key == step.id || is_pass_of(&wait.step_key, step));
        let status = row.map(|row| row.status);
        let is_running = status == Some(StepStatus::Processing) && loaded.is_live();
        Self {
            index,
            name: visible_name(&step.name),
            action: visible_name(&step.action),
            status: of_step(row, waits, loaded.is_live()),
            passes: passes(loaded, step, row),
            note: row
                .filter(|row| row.status == StepStatus::Skipped)
                .and_then(|row| row.error.clone())
                .unwrap_or_default(),
            took: row.map_or_else(String::new, |row| took(row, is_running, now)),
            is_open: is_running || status == Some(StepStatus::Failed),
        }
    }
}

fn is_pass_of(key: &str, step: &Step) -> bool {
    let rest = key.strip_prefix(step.id.as_str());
    rest.is_some_and(|rest| rest.starts_with('['))
}

fn took(row: &RunStep, is_running: bool, now: UnixMillis) -> String {
    let until = match row.ended_at {
        Some(ended) => ended,
        None if is_running => now,
        None => return String::new(),
    };
    match row.status {
        StepStatus::Skipped => String::new(),
        _ => duration::spoken(until.0 - row.started_at.0),
    }
}

/// How many passes of an `each` are done, of how many.
fn passes(loaded: &Loaded, step: &Step, row: Option<&RunStep>) -> String {
    let items = row.and_then(|row| row.items.as_deref());
    let Some(items) = items.and_then(|text| serde_json::from_str(text).ok()) else {
        return String::new();
    };
    let total = match items {
        serde_json::Value::Array(list) => list.len(),
        serde_json::Value::Object(map) => map.len(),
        _ => return String::new(),
    };
    let done = loaded
        .rows
        .iter()
        .filter(|row| row.status == StepStatus::Completed && is_pass_of(&row.key, step));
    format!("{} of {total}", done.count())
}
