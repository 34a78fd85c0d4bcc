//! Creating: the templates there are, the form of one, page by page, and what it would make before it is made.
//!
//! Every page works without script: forms are sent, checked, and lead on by 303. What is answered is kept in a draft
//! from the first page on. With script, answers are looked at while they are typed (`look`).

mod answered;
mod control;
mod credentials;
mod field;
mod files;
mod filter;
mod form;
mod gallery;
mod host_offers;
mod loaded;
mod look;
mod repository;
mod review;
mod rich;
mod sitting;
mod start;
mod view;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    response::Response,
    routing::{get, post},
};

use super::{
    flash,
    path::{RunPath, TemplatePath},
};
use crate::{http::AppState, urls};

/// A form with all its answers is no larger.
const MAX_FORM_BYTES: usize = 1024 * 1024;

/// The pages under `/create`.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(urls::CREATE, get(gallery::show))
        .route(urls::TEMPLATE_FORM, get(start::show).post(start::submit))
        .route(urls::TEMPLATE_LOOK, post(look::look))
        .route(urls::DRAFT_PAGE, get(form::show).post(form::submit))
        .route(urls::BACKSTAGE_FORM, get(to_form))
        .route(urls::BACKSTAGE_RUN, get(to_run))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
}

/// An address of Backstage's: its query holds answers to begin with.
async fn to_form(path: TemplatePath, query: axum::extract::RawQuery) -> Response {
    let form = urls::create(&path.template);
    match query.0 {
        Some(query) => flash::see_other(&format!("{form}?{query}")),
        None => flash::see_other(&form),
    }
}

/// Another.
async fn to_run(RunPath(run): RunPath) -> Response {
    flash::see_other(&urls::run(&run))
}
