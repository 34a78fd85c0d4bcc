//! What can be done with an entity: read its files again, delete it.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    super::{
        error::PageError, flash, path::EntityPath, respond, shell::Shell, sources::place::Place,
        status::Tone,
    },
    Document, Header, Tab,
};
use crate::{
    entity::EntityRef,
    error::{Error, Result},
    http::{AppState, Viewer},
    urls,
};

#[derive(Template)]
#[template(path = "entity/delete.html")]
struct DeletePage {
    shell: Shell,
    header: Header,
    /// Relations of other entities that will lead nowhere.
    relations: usize,
    place: Option<Place>,
    /// The page that removes the registered location it comes from.
    unregister: Option<String>,
    back: String,
    action: String,
}

/// Reads the files of an entity again.
pub(super) async fn refresh(
    State(state): State<AppState>,
    viewer: Viewer,
    EntityPath(entity_ref): EntityPath,
) -> Result<Response, PageError> {
    let by = viewer.actor();
    state.ingest.refresh(&entity_ref, by).await?;
    let still_there = state.catalog.read().entity(entity_ref.as_str()).is_some();
    let told = if still_there {
        "Its files were read again."
    } else {
        "Its files were read again; it is no longer among them."
    };
    Ok(flash::redirect(&urls::entity(&entity_ref), Tone::Ok, told))
}

fn document(state: &AppState, entity_ref: &EntityRef) -> Result<Document> {
    Document::find(&state.catalog.read(), entity_ref)
        .ok_or_else(|| Error::NotFound(format!("There is no {entity_ref} in the catalog.")))
}

/// Says what deleting means, and asks.
pub(super) async fn ask_to_delete(
    State(state): State<AppState>,
    shell: Shell,
    EntityPath(entity_ref): EntityPath,
) -> Result<Response, PageError> {
    let document = document(&state, &entity_ref)?;
    let origin = document.annotation("backstage.io/managed-by-origin-location");
    let registered = match origin.split_once(':') {
        Some((kind, target)) => state.ingest.registered(kind, target).await?,
        None => None,
    };
    let page = DeletePage {
        header: Header::new(&state.catalog.read(), &document, &entity_ref, Tab::None),
        relations: state
            .catalog
            .read()
            .relations(entity_ref.as_str())
            .iter()
            .filter(|relation| relation.declared_by.iter().any(|by| *by != entity_ref))
            .count(),
        place: (!document.file().is_empty()).then(|| Place::new(document.file(), None)),
        unregister: registered.map(|location| urls::source_removal(&location.id)),
        back: urls::entity(&entity_ref),
        action: urls::entity_delete(&entity_ref),
        shell: shell.clone(),
    };
    respond::html(&shell, page.render())
}

/// Deletes an entity. Its page then offers to undo that.
pub(super) async fn delete(
    State(state): State<AppState>,
    viewer: Viewer,
    EntityPath(entity_ref): EntityPath,
) -> Result<Response, PageError> {
    let document = document(&state, &entity_ref)?;
    let uid = document.text("/metadata/uid");
    let by = viewer.actor();
    state.ingest.delete_entity(uid, by).await?;
    let told = format!("Deleted {entity_ref}. You can undo this here.");
    Ok(flash::redirect(urls::DELETED, Tone::Ok, &told))
}
