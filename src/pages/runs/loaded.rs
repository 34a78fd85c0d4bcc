//! What the journal says of one run, read at once.

use serde_json::Value;

use crate::{
    error::{Error, Result},
    http::AppState,
    scaffolder::{
        Made,
        effects::Effect,
        spec::{Step, TaskSpec},
    },
    store::{self, Run, RunPipeline, RunStatus, RunStep, RunWait, StepStatus},
};

/// The newest events looked through for how a run ended.
const ENDINGS: u32 = 20;

/// A run with its journal.
pub(super) struct Loaded {
    pub(super) run: Run,
    pub(super) spec: TaskSpec,
    /// The steps it is to do, in order.
    pub(super) steps: Vec<Step>,
    /// Those that have begun, and the passes of their `each`.
    pub(super) rows: Vec<RunStep>,
    pub(super) made: Vec<Made>,
    pub(super) waits: Vec<RunWait>,
    /// The first pipeline of each commit it made.
    pub(super) pipelines: Vec<RunPipeline>,
    /// The runs that take it back, newest first.
    pub(super) undo_runs: Vec<Run>,
    /// Whether there are files to look at.
    pub(super) has_files: bool,
    /// What it hands over; null if it did not end well.
    pub(super) output: Value,
    /// Why it ended badly, where no step says so: name and message.
    pub(super) fault: Option<(String, String)>,
}

impl Loaded {
    /// Reads everything. The run is read again first: whatever it says is in what is read behind it.
    pub(super) async fn read(state: &AppState, id: &str) -> Result<Self> {
        let db = &state.store;
        let run = state.runs.run(id).await?;
        let spec = TaskSpec::parse(&run.spec)?;
        let ending = if run.status.is_ended() {
            ending(state, id).await?
        } else {
            Value::Null
        };
        let made = state.runs.made(id).await?;
        let has_committed = made
            .iter()
            .any(|made| matches!(made.effect, Effect::Commit(_)));
        let text = |key: &str| ending["error"][key].as_str().map(str::to_owned);
        Ok(Self {
            steps: spec.steps(),
            spec,
            rows: store::run_steps(db, id).await?,
            has_files: has_committed || store::has_run_blobs(db, id).await?,
            made,
            waits: store::run_waits(db, id).await?,
            pipelines: store::run_pipelines(db, id).await?,
            undo_runs: store::undo_runs(db, id).await?,
            fault: text("name").zip(text("message")),
            output: ending["output"].clone(),
            run,
        })
    }

    /// The row of a step, if it has begun.
    pub(super) fn row(&self, step: &Step) -> Option<&RunStep> {
        self.rows.iter().find(|row| row.key == step.id)
    }

    /// The step that failed, with its row: the first one counts.
    pub(super) fn failed(&self) -> Option<(&Step, &RunStep)> {
        self.steps.iter().find_map(|step| {
            let row = self.row(step)?;
            (row.status == StepStatus::Failed).then_some((step, row))
        })
    }

    /// Whether it takes another back.
    pub(super) fn is_undo(&self) -> bool {
        self.run.undoes.is_some()
    }

    /// Whether something still happens by itself.
    pub(super) fn is_live(&self) -> bool {
        !self.run.status.is_ended()
    }

    /// Whether there is more to come: of itself, or of a pipeline of what it made.
    pub(super) fn is_followed(&self) -> bool {
        let is_pending = |pipeline: &RunPipeline| pipeline.next_look_at.is_some();
        self.is_live() || self.pipelines.iter().any(is_pending)
    }

    /// Whether it was stopped by somebody.
    pub(super) fn is_cancelled(&self) -> bool {
        self.run.status == RunStatus::Failed && self.run.cancel_requested
    }
}

/// The body of the last completion; null if there is none.
async fn ending(state: &AppState, id: &str) -> Result<Value> {
    let newest = store::run_events_before(&state.store, id, i64::MAX, ENDINGS).await?;
    let last = newest.iter().find(|event| event.kind == "completion");
    match last {
        Some(event) => serde_json::from_str(&event.body).map_err(Error::internal),
        None => Ok(Value::Null),
    }
}
