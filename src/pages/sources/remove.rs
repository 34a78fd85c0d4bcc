//! Removing a registered location: says what goes with it, then does it.

use askama::Template;
use axum::{Form, extract::State, response::Response};
use serde::Deserialize;

use super::{
    super::{
        error::PageError, flash, link::EntityLink, params::Params, respond, shell::Shell,
        status::Tone, summary::Summary,
    },
    place::{short_name, target_of},
};
use crate::{
    catalog::{EntityQuery, Filter, OrderField},
    entity::EntityRef,
    error::{Error, Result},
    http::{AppState, Viewer},
    store, urls,
};

/// Entities listed before they go.
const MAX_LISTED: usize = 100;

#[derive(Deserialize)]
pub(super) struct Chosen {
    id: String,
}

#[derive(Template)]
#[template(path = "sources/remove.html")]
struct RemovePage {
    shell: Shell,
    id: String,
    name: String,
    target: String,
    entities: Vec<EntityLink>,
    total: usize,
}

fn missing(id: &str) -> Error {
    Error::NotFound(format!("There is no registered location {id}."))
}

/// Says what goes, and asks.
pub(super) async fn ask(
    State(state): State<AppState>,
    shell: Shell,
    params: Params,
) -> Result<Response, PageError> {
    let id = params.text("id");
    let location = store::location(&state.store, id).await?;
    let location = location.ok_or_else(|| missing(id))?;
    let origin = format!("{}:{}", location.kind, location.target);
    let made = EntityRef::from_canonical(&location.entity_ref);
    let (entities, total) = entities_of(&state, &origin, &made);
    let page = RemovePage {
        id: location.id,
        name: short_name(&origin),
        target: target_of(&origin).to_owned(),
        entities,
        total,
        shell: shell.clone(),
    };
    respond::html(&shell, page.render())
}

/// What comes from a root, but for the Location entity the portal made for it.
fn entities_of(state: &AppState, origin: &str, made: &EntityRef) -> (Vec<EntityLink>, usize) {
    let key = "metadata.annotations.backstage.io/managed-by-origin-location";
    let found = state.catalog.read().query(&EntityQuery {
        filter: Filter::equals(key, origin).and(Filter::Not(Box::new(
            Filter::equals("kind", "location").and(Filter::equals("metadata.name", made.name())),
        ))),
        full_text: None,
        order: vec![OrderField {
            field: "metadata.name".to_owned(),
            descending: false,
        }],
        limit: MAX_LISTED,
        offset: 0,
        with_total: true,
    });
    let links = found
        .items
        .iter()
        .filter_map(|json| Summary::read(json))
        .map(|summary| EntityLink::to(&summary))
        .collect();
    (links, found.total_items)
}

/// Removes it.
pub(super) async fn remove(
    State(state): State<AppState>,
    viewer: Viewer,
    Form(chosen): Form<Chosen>,
) -> Result<Response, PageError> {
    let location = store::location(&state.store, &chosen.id).await?;
    let location = location.ok_or_else(|| missing(&chosen.id))?;
    let by = viewer.actor();
    state.ingest.unregister(&chosen.id, by).await?;
    let told = format!(
        "Removed {}. What only it led to is deleted.",
        short_name(&format!("{}:{}", location.kind, location.target))
    );
    Ok(flash::redirect(urls::SOURCES, Tone::Ok, &told))
}
