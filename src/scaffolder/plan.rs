//! What a run would do outside, before it starts: every effect, and how each can be taken back.

use serde_json::Map;

use super::{Services, actions::Registry, effects::Undo, rendering::Scope, spec::TaskSpec};
use crate::error::Result;

/// Something a step would do.
#[derive(Debug, Clone)]
pub struct PlannedStep {
    /// The step.
    pub step_id: String,
    /// Its action.
    pub action: String,
    /// What is done; a sentence.
    pub what: String,
    /// How it can be taken back.
    pub undo: Undo,
}

/// What the steps of a spec would do, as far as the answers tell: what depends on an earlier step shows as it is
/// written. Steps whose `if` is false already are left out.
pub async fn plan(
    services: &Services,
    actions: &Registry,
    spec: &TaskSpec,
) -> Result<Vec<PlannedStep>> {
    let scope = Scope::of_task(services, spec, &Map::new(), "");
    let mut all = Vec::new();
    for step in spec.steps() {
        let condition = step.condition.as_ref().filter(|_| step.each.is_none());
        let may_depend = step
            .condition
            .as_ref()
            .is_some_and(|text| text.to_string().contains("steps"));
        if !may_depend && !scope.condition(condition, false).await?.holds {
            continue;
        }
        let input = scope.render(&step.input).await?.unwrap_or_default();
        for planned in actions.action(&step.action)?.action.plan(&input)? {
            all.push(PlannedStep {
                step_id: step.id.clone(),
                action: step.action.clone(),
                what: planned.what,
                undo: planned.undo,
            });
        }
    }
    Ok(all)
}
