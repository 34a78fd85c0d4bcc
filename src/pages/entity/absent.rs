//! The page of an entity that is not in the catalog: deleted, refused from the start, or never heard of.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use super::{
    super::{
        author::Author, error::PageError, moment::Moment, respond, shell::Shell,
        sources::place::Place,
    },
    Header,
};
use crate::{
    clock::UnixMillis,
    entity::EntityRef,
    error::{Error, Result},
    http::AppState,
    store::{self, EntitySource},
    urls,
};

#[derive(Template)]
#[template(path = "entity/absent.html")]
struct AbsentPage {
    shell: Shell,
    header: Header,
    entity_ref: String,
    /// When, and by whom; `None` if it is held back rather than deleted.
    deleted: Option<Deletion>,
    place: Option<Place>,
    history: String,
}

struct Deletion {
    at: Moment,
    by: Author,
}

/// Says what is known of an entity the catalog does not have. [`Error::NotFound`] if that is nothing.
pub(super) async fn show(
    state: &AppState,
    shell: Shell,
    entity_ref: &EntityRef,
) -> Result<Response, PageError> {
    let Some(source) = store::source_of(&state.store, entity_ref).await? else {
        let missing = format!("There is no {entity_ref} in the catalog.");
        return Err(Error::NotFound(missing).into());
    };
    let status = if source.deleted_at.is_some() {
        StatusCode::GONE
    } else {
        StatusCode::NOT_FOUND
    };
    let page = AbsentPage {
        header: Header::of_missing(entity_ref),
        entity_ref: entity_ref.to_string(),
        deleted: deletion(state, &source, shell.now),
        place: place(state, &source).await?,
        history: urls::entity_history(entity_ref),
        shell: shell.clone(),
    };
    respond::with_status(&shell, status, page.render())
}

fn deletion(state: &AppState, source: &EntitySource, now: UnixMillis) -> Option<Deletion> {
    let by = source.deleted_by.as_deref().unwrap_or_default();
    Some(Deletion {
        at: Moment::new(UnixMillis(source.deleted_at?), now),
        by: Author::new(&state.catalog.read(), by),
    })
}

async fn place(state: &AppState, source: &EntitySource) -> Result<Option<Place>> {
    let Some(file) = source.location_key.as_deref() else {
        return Ok(None);
    };
    let is_known = store::file(&state.store, file).await?.is_some();
    let place = Place::new(file, u32::try_from(source.line).ok());
    Ok(Some(place.if_known(is_known)))
}
