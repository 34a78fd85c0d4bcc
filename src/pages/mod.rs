//! HTML, one file per page. It knows no JSON but that of the entities it shows.
//!
//! A page is a struct of values ready to show and a template of the same name that extends `base.html`;
//! a part used by several pages is a struct with a template in `templates/partial/`, written `{{ part }}`.
//! The frame around all of them makes the `Shell` and draws errors. Handlers read, and answer with
//! `respond::html`.

mod assets;
mod attention;
mod author;
mod catalog;
mod code;
mod create;
mod csv;
mod diff;
mod duration;
mod entity;
mod error;
mod flash;
mod form;
mod git;
mod graph;
mod highlight;
mod history;
mod home;
mod icons;
mod link;
mod moment;
mod number;
mod pager;
mod params;
mod path;
mod planned;
mod respond;
mod runs;
mod search;
mod shell;
mod sign_in;
mod sources;
mod status;
mod summary;
mod team;
mod teams;

use axum::{Router, middleware, routing::get};

use self::shell::Frame;
use crate::{http::AppState, urls};

/// All pages, the embedded files, and the page for addresses nothing answers.
pub fn router(state: AppState) -> Router {
    let frame = Frame {
        state: state.clone(),
        attention: attention::Attention::default(),
    };
    Router::new()
        .route(urls::HOME, get(home::home))
        .route(urls::CATALOG, get(catalog::list))
        .route(urls::CATALOG_CSV, get(catalog::csv))
        .route(urls::CATALOG_JSON, get(catalog::json))
        .route(urls::SEARCH, get(search::page))
        .route(urls::SEARCH_SUGGEST, get(search::suggest))
        .route(urls::TEAMS, get(teams::list))
        .route(urls::TEAM, get(team::page))
        .route(urls::SIGN_IN, get(sign_in::page))
        .route(urls::STATIC, get(assets::serve))
        .merge(create::routes())
        .merge(entity::routes())
        .merge(git::routes())
        .merge(graph::routes())
        .merge(history::routes())
        .merge(runs::routes())
        .merge(sources::routes())
        .fallback(error::not_found)
        .layer(middleware::from_fn_with_state(frame, shell::frame))
        .with_state(state)
}
