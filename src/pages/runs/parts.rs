//! The parts of a run's page that change while it goes on, each an element with an id.

use askama::Template;

use super::{
    actions::Actions,
    loaded::Loaded,
    rest::Rest,
    state::State,
    steps::{StepHead, heads},
};
use crate::{
    clock::UnixMillis,
    error::{Error, Result},
    http::AppState,
};

#[derive(Template)]
#[template(
    source = "{{ actions }}{{ state }}{% for head in heads %}{{ head }}{% endfor %}{{ rest }}",
    ext = "html"
)]
struct Parts {
    actions: Actions,
    state: State,
    heads: Vec<StepHead>,
    rest: Rest,
}

/// All of them, one behind the other.
pub(super) fn render(state: &AppState, loaded: &Loaded, now: UnixMillis) -> Result<String> {
    let parts = Parts {
        actions: Actions::new(loaded),
        state: State::new(loaded, now),
        heads: heads(loaded, now),
        rest: Rest::new(state, &state.catalog.read(), loaded),
    };
    parts.render().map_err(Error::internal)
}
