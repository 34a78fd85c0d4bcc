//! Taking back what a run made: first what would be done, in its order, and what stays; then a run that does it.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    super::{error::PageError, flash, link::EntityLink, respond, shell::Shell, status::Tone},
    asked::Asked,
};
use crate::{
    entity::EntityRef,
    error::{Error, Result},
    http::AppState,
    scaffolder::{UndoItem, effects::Undo},
    store::Run,
    urls,
};

#[derive(Template)]
#[template(path = "runs/undo.html")]
struct UndoPage {
    shell: Shell,
    title: String,
    /// What is done and how, in its order.
    goes: Vec<(String, String)>,
    /// What stays and why.
    stays: Vec<(String, String)>,
    action: String,
    back: String,
}

/// [`Error::Conflict`] if there is nothing to take back, or not now.
fn must_be_possible(run: &Run, items: &[UndoItem]) -> Result<()> {
    let told = if run.undoes.is_some() {
        "This run takes another back. To make its things again, run the template again."
    } else if !run.status.is_ended() {
        "This run goes on. Stop it first, then take back what it made."
    } else if items.is_empty() {
        "There is nothing to take back: the run made nothing outside, or all of it was taken back."
    } else {
        return Ok(());
    };
    Err(Error::Conflict(told.to_owned()))
}

/// Says what would be done, and asks.
pub(super) async fn ask(
    State(state): State<AppState>,
    shell: Shell,
    asked: Asked,
) -> Result<Response, PageError> {
    let items = state.runs.undo_list(&asked.run.id).await?;
    must_be_possible(&asked.run, &items)?;
    let template = EntityRef::from_canonical(&asked.run.template_ref);
    let (mut goes, mut stays) = (Vec::new(), Vec::new());
    for item in items {
        match item.undo {
            Undo::By(how) => goes.push((item.what, how)),
            Undo::None(why) => stays.push((item.what, why)),
        }
    }
    let page = UndoPage {
        title: EntityLink::find(&state.catalog.read(), &template).text,
        goes,
        stays,
        action: urls::run_part(&asked.run.id, "undo"),
        back: urls::run(&asked.run.id),
        shell: shell.clone(),
    };
    respond::html(&shell, page.render())
}

/// Starts the run that takes it back, and shows it.
pub(super) async fn start(
    State(state): State<AppState>,
    asked: Asked,
) -> Result<Response, PageError> {
    let items = state.runs.undo_list(&asked.run.id).await?;
    must_be_possible(&asked.run, &items)?;
    let user = asked.viewer.user().ok();
    let by = user.map(|user| user.entity_ref.as_str().to_owned());
    let id = state.runs.undo(&asked.run.id, by).await?;
    let told = "It is being taken back, the last thing first.";
    Ok(flash::redirect(&urls::run(&id), Tone::Ok, told))
}
