//! Reads a file or a location again, and says what came of it.

use axum::{Form, extract::State, response::Response};
use serde::Deserialize;

use super::{
    super::{error::PageError, flash, status::Tone},
    locations::entity_of,
    place::short_name,
};
use crate::{
    error::{Error, Result},
    http::{AppState, Viewer},
    store, urls,
};

/// What is to be read: one of them.
#[derive(Deserialize)]
pub(super) struct Wanted {
    /// Location ref of a file.
    #[serde(default)]
    file: String,
    /// Location ref of a root.
    #[serde(default)]
    location: String,
}

pub(super) async fn refresh(
    State(state): State<AppState>,
    viewer: Viewer,
    Form(wanted): Form<Wanted>,
) -> Result<Response, PageError> {
    let by = viewer.actor();
    if wanted.file.is_empty() {
        return location(&state, &wanted.location, by).await;
    }
    file(&state, &wanted.file, by).await
}

async fn file(state: &AppState, location_ref: &str, by: &str) -> Result<Response, PageError> {
    let missing = || Error::NotFound(format!("No location leads to {location_ref}."));
    let before = store::file(&state.store, location_ref)
        .await?
        .ok_or_else(missing)?;
    state.ingest.refresh_file(location_ref, by).await?;
    let after = store::file(&state.store, location_ref).await?;
    let name = short_name(location_ref);
    let Some(after) = after else {
        let told = format!("{name} is no longer listed by any location.");
        return Ok(flash::redirect(urls::SOURCES, Tone::Degraded, &told));
    };
    let (tone, told) = match after.error {
        Some(fault) => (Tone::Failed, fault.reason),
        None if after.changed_at > before.changed_at => {
            (Tone::Ok, "Read again: it has changed.".to_owned())
        }
        None if after.read_at > before.read_at => {
            (Tone::Ok, "Read again: nothing has changed.".to_owned())
        }
        None => (
            Tone::Degraded,
            "It is being read. Its host is slow: look again in a moment.".to_owned(),
        ),
    };
    Ok(flash::redirect(
        &urls::source_file(location_ref),
        tone,
        &told,
    ))
}

async fn location(state: &AppState, origin: &str, by: &str) -> Result<Response, PageError> {
    let entity_ref =
        entity_of(origin).ok_or_else(|| Error::Input(format!("“{origin}” is no location.")))?;
    state.ingest.refresh(&entity_ref, by).await?;
    let told = format!(
        "{} is read again. What changes is shown as soon as it is known.",
        short_name(origin)
    );
    Ok(flash::redirect(urls::SOURCES, Tone::Ok, &told))
}
