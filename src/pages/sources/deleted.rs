//! What was deleted, by whom, and the way back.

use std::collections::HashSet;

use askama::Template;
use axum::{Form, extract::State, response::Response};
use serde::Deserialize;

use super::{
    super::{
        author::Author, error::PageError, flash, icons, moment::Moment, respond, shell::Shell,
        status::Tone,
    },
    Tabs,
    place::Place,
};
use crate::{
    catalog::Snapshot,
    clock::UnixMillis,
    entity::EntityRef,
    error::{Error, Result},
    http::{AppState, Viewer},
    store::{self, TombstoneRow},
    urls,
};

/// Tombstones shown; the older ones are kept.
const MAX_SHOWN: u32 = 200;

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(rename = "ref")]
    entity_ref: String,
}

#[derive(Template)]
#[template(path = "sources/deleted.html")]
struct DeletedPage {
    shell: Shell,
    tabs: Tabs,
    rows: Vec<Row>,
    is_cut: bool,
}

struct Row {
    entity_ref: String,
    icon: &'static str,
    kind: String,
    name: String,
    href: String,
    place: Option<Place>,
    at: Moment,
    by: Author,
}

pub(super) async fn show(
    State(state): State<AppState>,
    shell: Shell,
) -> Result<Response, PageError> {
    let tombstones = store::deleted_entities(&state.store, MAX_SHOWN).await?;
    let files: Vec<&str> = tombstones
        .iter()
        .filter_map(|tombstone| tombstone.location_key.as_deref())
        .collect();
    let files = store::known_files(&state.store, &files).await?;
    let catalog = state.catalog.read();
    let page = DeletedPage {
        tabs: Tabs::new(&shell, urls::DELETED),
        is_cut: tombstones.len() == MAX_SHOWN as usize,
        rows: tombstones
            .into_iter()
            // The Location entities that the portal makes come and go with their location.
            .filter(|tombstone| tombstone.location_key.is_some())
            .map(|tombstone| Row::new(&catalog, tombstone, &files, shell.now))
            .collect(),
        shell: shell.clone(),
    };
    drop(catalog);
    respond::html(&shell, page.render())
}

impl Row {
    fn new(
        catalog: &Snapshot<'_>,
        tombstone: TombstoneRow,
        files: &HashSet<String>,
        now: UnixMillis,
    ) -> Self {
        let entity_ref = EntityRef::from_canonical(&tombstone.entity_ref);
        Self {
            icon: icons::of_kind(entity_ref.kind()),
            kind: entity_ref.kind().to_owned(),
            name: entity_ref.name().to_owned(),
            href: urls::entity(&entity_ref),
            place: tombstone
                .location_key
                .map(|file| Place::new(&file, None).if_known(files.contains(&file))),
            at: Moment::new(UnixMillis(tombstone.deleted_at), now),
            by: Author::new(catalog, &tombstone.deleted_by),
            entity_ref: tombstone.entity_ref,
        }
    }
}

/// Brings one back.
pub(super) async fn undo(
    State(state): State<AppState>,
    viewer: Viewer,
    Form(wanted): Form<Wanted>,
) -> Result<Response, PageError> {
    let entity_ref = EntityRef::parse(&wanted.entity_ref, None, "default").map_err(Error::Input)?;
    let by = viewer.actor();
    state.ingest.undo_delete(&entity_ref, by).await?;
    let told = format!("{entity_ref} is back, as it was.");
    Ok(flash::redirect(&urls::entity(&entity_ref), Tone::Ok, &told))
}
