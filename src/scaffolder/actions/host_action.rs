//! Actions that are little more than their calls to the API of a host: which calls, and what of the answers is the
//! output.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{About, Action, ActionCall, Given, Outcome, target::Place};
use crate::{
    entity::ScmHost,
    error::Result,
    scaffolder::effects::{Effect, HostCall, Planned, Undo},
};

/// An action that is little more than its calls.
pub(super) struct HostAction {
    /// The product it is for.
    pub(super) product: ScmHost,
    /// Whether its `repoUrl` may name the host alone.
    pub(super) takes_host: bool,
    pub(super) about: fn() -> About,
    /// The calls of an input, in their order; also of one that is not rendered to its end, for the plan.
    pub(super) calls: fn(&Place, Given<'_>) -> Vec<HostCall>,
    /// The output, of the input and what was kept of the answers.
    pub(super) output: fn(Given<'_>, &[Value]) -> Value,
}

impl Action for HostAction {
    fn about(&self) -> About {
        (self.about)()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let Ok(place) = Place::named(input, self.product, self.takes_host) else {
            return Ok(vec![undetermined(&self.about(), input)]);
        };
        let calls = (self.calls)(&place, Given(input));
        Ok(calls
            .into_iter()
            .map(|call| Effect::HostCall(call).planned())
            .collect())
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let place = Place::named(call.input, self.product, self.takes_host)?;
            place.must_be_of(call, self.product, &self.about().id)?;
            let mut answers = Vec::new();
            for made in (self.calls)(&place, call.given()) {
                answers.push(call.perform(Effect::HostCall(made)).await?);
            }
            if call.journal.is_none() {
                return Ok(Outcome::nothing());
            }
            Ok(Outcome::output((self.output)(call.given(), &answers)))
        })
    }
}

/// What is announced while the place is not known, before there are answers or where it depends on an earlier step:
/// as the template writes it.
pub(super) fn undetermined(about: &About, input: &Value) -> Planned {
    let what = about.description.trim_end_matches('.');
    Planned {
        what: match Given(input).word("repoUrl") {
            "" => format!("{what} (where is not known yet)."),
            written => format!("{what}. Where: {written}."),
        },
        undo: Undo::By("As the step says when it is known where.".to_owned()),
    }
}

/// The output of an action that has none.
pub(super) fn nothing(_: Given<'_>, _: &[Value]) -> Value {
    Value::Null
}

/// The output that is what the first call kept.
pub(super) fn first(_: Given<'_>, answers: &[Value]) -> Value {
    answers.first().cloned().unwrap_or_default()
}
