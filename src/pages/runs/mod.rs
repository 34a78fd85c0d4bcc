//! The pages about runs: one run as it goes on and what became of it, what can be done with it, all runs.
//!
//! Rows of the journal come in (`loaded`); parts of a page come out, each with an id, so that the stream (`live`)
//! sends the same parts again when they have changed. Every page and action goes through [`asked::Asked`].

mod act;
mod actions;
mod answers;
mod asked;
mod difference;
mod effects;
mod export;
mod files;
mod history;
mod line;
mod list;
mod live;
mod loaded;
mod log;
mod of_entity;
mod of_template;
mod parts;
mod pipelines;
mod rest;
mod show;
mod state;
mod status;
mod steps;
mod undo;
mod wanted;

use axum::{
    Extension, Router,
    routing::{get, post},
};

use self::live::Viewers;
pub(super) use self::{
    list::{RunRow, mine},
    of_entity::{has_runs, made_by, tab},
    of_template::TemplateRuns,
};
use crate::{http::AppState, urls};

/// The pages about runs.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(urls::RUNS, get(history::page))
        .route(urls::RUNS_CSV, get(export::csv))
        .route(urls::RUNS_JSON, get(export::json))
        .route(urls::RUN, get(show::page))
        .route(
            urls::RUN_LIVE,
            get(live::stream).layer(Extension(Viewers::default())),
        )
        .route(urls::RUN_LOG, get(log::text))
        .route(urls::RUN_FILES, get(files::page))
        .route(urls::RUN_CANCEL, post(act::cancel))
        .route(urls::RUN_RETRY, post(act::retry))
        .route(urls::RUN_SKIP, post(act::skip))
        .route(urls::RUN_ANSWER, post(act::answer))
        .route(urls::RUN_EFFECT, post(act::settle))
        .route(urls::RUN_UNDO, get(undo::ask).post(undo::start))
}
