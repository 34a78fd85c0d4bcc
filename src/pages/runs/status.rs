//! How runs, steps and effects are doing, in the one vocabulary of all pages.

use super::super::status::{Status, Tone};
use crate::store::{EffectState, Run, RunStatus, RunStep, StepStatus};

/// How a run is doing.
pub(super) fn of_run(run: &Run) -> Status {
    let (tone, word) = match run.status {
        RunStatus::Open => (Tone::Progressing, "about to begin"),
        RunStatus::Processing | RunStatus::Waiting if run.cancel_requested => {
            (Tone::Progressing, "stopping")
        }
        RunStatus::Processing => (Tone::Progressing, "running"),
        RunStatus::Waiting => (Tone::Suspended, "waiting"),
        RunStatus::Completed => (Tone::Ok, "completed"),
        RunStatus::Failed if run.cancel_requested => (Tone::Suspended, "cancelled"),
        RunStatus::Failed => (Tone::Failed, "failed"),
    };
    Status::new(tone, word)
}

/// How a step is doing; `None`: it has not begun.
pub(super) fn of_step(row: Option<&RunStep>, waits: bool, is_live: bool) -> Status {
    let (tone, word) = match row.map(|row| row.status) {
        None => (Tone::Unknown, "not begun"),
        Some(StepStatus::Processing) if waits => (Tone::Suspended, "waiting"),
        Some(StepStatus::Processing) if is_live => (Tone::Progressing, "running"),
        Some(StepStatus::Processing) => (Tone::Unknown, "broken off"),
        Some(StepStatus::Completed) => (Tone::Ok, "completed"),
        Some(StepStatus::Failed) => (Tone::Failed, "failed"),
        Some(StepStatus::Skipped) => (Tone::Unknown, "left out"),
    };
    Status::new(tone, word)
}

/// What is known of an effect.
pub(super) fn of_effect(state: EffectState, is_live: bool) -> Status {
    let (tone, word) = match state {
        EffectState::Intent if is_live => (Tone::Progressing, "being done"),
        EffectState::Intent => (Tone::Unknown, "perhaps done"),
        EffectState::Unknown => (Tone::Degraded, "unknown"),
        EffectState::Done => (Tone::Ok, "done"),
        EffectState::Undone => (Tone::Suspended, "taken back"),
    };
    Status::new(tone, word)
}
