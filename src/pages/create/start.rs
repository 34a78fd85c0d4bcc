//! The first page of a template's form. Looking at it keeps nothing: the draft begins with the first answers.

use axum::{Form, extract::State, http::StatusCode, response::Response};

use super::{
    super::{error::PageError, params::Params, path::TemplatePath, shell::Shell},
    form::{Pairs, answer, value},
    loaded::Loaded,
    review,
    sitting::Sitting,
};
use crate::{
    http::{AppState, Viewer},
    scaffolder::draft::Draft,
};

/// Answers [`crate::urls::TEMPLATE_FORM`]. `from` names a run whose answers are taken over; `formData`, as Backstage has it,
/// brings answers as JSON.
pub(super) async fn show(
    State(state): State<AppState>,
    shell: Shell,
    viewer: Viewer,
    path: TemplatePath,
    params: Params,
) -> Result<Response, PageError> {
    let loaded = Loaded::find(&state, &viewer, &path.template)?;
    let (from, brought) = (params.text("from"), params.text("formData"));
    let answers = loaded.first_answers(&state, from, brought).await?;
    if loaded.pages.is_empty() {
        let draft = Draft::new(
            loaded.entity_ref.clone(),
            loaded.etag.clone(),
            &loaded.user_ref,
            answers,
        );
        return review::show_unsaved(&state, &shell, &viewer, (&loaded, &draft)).await;
    }
    let sitting = Sitting {
        loaded: &loaded,
        answers: &answers,
        index: 0,
        draft: "",
        faults: &[],
        from,
        brought,
        note: "",
    };
    sitting.draw(&state, &shell, StatusCode::OK).await
}

/// Takes the first answers: a draft begins. Of a template that asks nothing, the run does.
pub(super) async fn submit(
    State(state): State<AppState>,
    shell: Shell,
    viewer: Viewer,
    path: TemplatePath,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    let loaded = Loaded::find(&state, &viewer, &path.template)?;
    let (from, brought) = (value(&pairs, "from"), value(&pairs, "formData"));
    let answers = loaded.first_answers(&state, from, brought).await?;
    let etag = loaded.etag.clone();
    let draft = Draft::new(loaded.entity_ref.clone(), etag, &loaded.user_ref, answers);
    if loaded.pages.is_empty() {
        draft.save(state.runs.services()).await?;
        return review::submit(&state, &shell, &viewer, (&loaded, &draft), &pairs).await;
    }
    answer(&state, &shell, (&loaded, draft), 0, &pairs).await
}
