//! Sources that suddenly list far less: what would go, and the button that agrees.

use askama::Template;
use axum::{Form, extract::State, response::Response};
use serde::Deserialize;

use super::{
    super::{
        error::PageError, flash, link::EntityLink, moment::Moment, respond, shell::Shell,
        status::Tone,
    },
    Tabs,
    place::{short_name, target_of},
};
use crate::{
    clock::UnixMillis,
    error::Result,
    http::{AppState, Viewer},
    store::{self, HeldRemoval},
    urls,
};

/// Entities listed for each source.
const MAX_LISTED: u32 = 60;

#[derive(Deserialize)]
pub(super) struct Agreed {
    origin: String,
}

#[derive(Template)]
#[template(path = "sources/removals.html")]
struct RemovalsPage {
    shell: Shell,
    tabs: Tabs,
    held: Vec<Held>,
}

struct Held {
    origin: String,
    name: String,
    target: String,
    files: String,
    missing: i64,
    total: i64,
    since: Moment,
    entities: Vec<EntityLink>,
    left_out: i64,
}

pub(super) async fn show(
    State(state): State<AppState>,
    shell: Shell,
) -> Result<Response, PageError> {
    let mut held = Vec::new();
    for removal in store::held_removals(&state.store).await? {
        held.push(Held::read(&state, &shell, removal).await?);
    }
    let page = RemovalsPage {
        tabs: Tabs::new(&shell, urls::REMOVALS),
        held,
        shell: shell.clone(),
    };
    respond::html(&shell, page.render())
}

impl Held {
    async fn read(state: &AppState, shell: &Shell, removal: HeldRemoval) -> Result<Self> {
        let refs = store::missing_of(&state.store, &removal.origin, MAX_LISTED).await?;
        let catalog = state.catalog.read();
        let entities: Vec<EntityLink> = refs
            .iter()
            .map(|entity_ref| EntityLink::find(&catalog, entity_ref))
            .collect();
        let listed = i64::try_from(entities.len()).unwrap_or(i64::MAX);
        Ok(Self {
            name: short_name(&removal.origin),
            target: target_of(&removal.origin).to_owned(),
            files: urls::with_query(urls::SOURCE_FILES, &[("origin", &removal.origin)]),
            missing: removal.missing,
            total: removal.total,
            since: Moment::new(UnixMillis(removal.since), shell.now),
            left_out: (removal.missing - listed).max(0),
            entities,
            origin: removal.origin,
        })
    }
}

/// Agrees to the removal of what one source no longer lists.
pub(super) async fn accept(
    State(state): State<AppState>,
    viewer: Viewer,
    Form(agreed): Form<Agreed>,
) -> Result<Response, PageError> {
    let by = viewer.actor();
    let gone = state.ingest.accept_removal(&agreed.origin, by).await?;
    let entities = if gone == 1 { "entity" } else { "entities" };
    let told = format!(
        "Removed {gone} {entities} of {}. Each can be brought back here.",
        short_name(&agreed.origin)
    );
    Ok(flash::redirect(urls::DELETED, Tone::Ok, &told))
}
