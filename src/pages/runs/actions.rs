//! The buttons at the head of a run: only those that would do something now.

use askama::{Template, filters::HtmlSafe};

use super::loaded::Loaded;
use crate::{entity::EntityRef, scaffolder::effects::Undo, store::EffectState, urls};

/// The buttons at the head of a run: `{{ actions }}` in a template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Template)]
#[template(path = "runs/actions.html")]
pub(super) struct Actions {
    /// Where to POST to stop it.
    cancel: Option<String>,
    /// The page that says what taking it back would do.
    undo: Option<String>,
    /// The form with the same answers.
    again: Option<String>,
}

impl HtmlSafe for Actions {}

impl Actions {
    pub(super) fn new(loaded: &Loaded) -> Self {
        let id = &loaded.run.id;
        let can_be_cancelled = loaded.is_live() && !loaded.run.cancel_requested;
        let is_ended = loaded.run.status.is_ended();
        let stands = loaded
            .made
            .iter()
            .any(|made| made.row.state != EffectState::Undone && matches!(made.undo, Undo::By(_)));
        let is_being_undone = loaded.undo_runs.iter().any(|run| !run.status.is_ended());
        let template = EntityRef::from_canonical(&loaded.run.template_ref);
        Self {
            cancel: can_be_cancelled.then(|| urls::run_part(id, "cancel")),
            undo: (is_ended && stands && !is_being_undone && !loaded.is_undo())
                .then(|| urls::run_part(id, "undo")),
            again: (is_ended && !loaded.is_undo()).then(|| urls::create_again(&template, id)),
        }
    }
}
