//! An entity's document: as its author wrote it, and as the API serves it.

use askama::Template;
use axum::response::Response;

use super::{
    super::{
        code::{Excerpt, Finding, Language, MAX_LINES},
        error::PageError,
        moment::Moment,
        respond,
        runs::has_runs,
        shell::Shell,
        sources::{place::Place, revision::Revision},
    },
    Document, Header, Tab,
};
use crate::{
    entity::EntityRef,
    error::{Error, Result},
    http::AppState,
    store, urls,
};

#[derive(Template)]
#[template(path = "entity/source.html")]
struct SourcePage {
    shell: Shell,
    header: Header,
    written: Option<Written>,
    served: Excerpt,
    uid: String,
    etag: String,
}

/// The document as it stands in its file.
struct Written {
    place: Place,
    read_at: Moment,
    /// The commit it was read at.
    revision: Option<Revision>,
    /// The form that proposes a change, where its host takes one.
    propose: Option<String>,
    text: Excerpt,
}

pub(super) async fn show(
    state: &AppState,
    shell: Shell,
    entity_ref: &EntityRef,
    document: &Document,
) -> Result<Response, PageError> {
    let written = written(state, &shell, entity_ref, document.file()).await?;
    let has_runs = has_runs(state, entity_ref, document).await?;
    let header = Header::new(&state.catalog.read(), document, entity_ref, Tab::Source);
    let served = serde_json::to_string_pretty(document.value()).map_err(Error::internal)?;
    let page = SourcePage {
        header: header.with_runs(entity_ref, has_runs),
        written,
        served: Excerpt::whole("The entity as the API serves it", &served, Language::Yaml),
        uid: document.text("/metadata/uid").to_owned(),
        etag: document.text("/metadata/etag").to_owned(),
        shell: shell.clone(),
    };
    respond::html(&shell, page.render())
}

async fn written(
    state: &AppState,
    shell: &Shell,
    entity_ref: &EntityRef,
    location_ref: &str,
) -> Result<Option<Written>> {
    let Some(file) = store::file(&state.store, location_ref).await? else {
        return Ok(None);
    };
    let mut documents = file.documents.iter();
    let own = documents.rfind(|document| document.entity_ref.as_ref() == Some(entity_ref));
    let (Some(own), Some(hash)) = (own, &file.text_hash) else {
        return Ok(None);
    };
    let Some(text) = store::text(&state.store, hash).await? else {
        return Ok(None);
    };
    let all: Vec<&str> = text.lines().collect();
    let (first, count) = (own.line as usize, own.lines as usize);
    let findings: Vec<Finding<'_>> = own
        .diagnostics
        .iter()
        .map(|diagnostic| Finding {
            diagnostic,
            first,
            last: (first + count).saturating_sub(1),
        })
        .collect();
    Ok(Some(Written {
        place: Place::new(location_ref, Some(own.line)),
        read_at: Moment::new(file.read_at, shell.now),
        revision: Revision::of(state, &file),
        propose: Revision::is_of_a_branch(state, location_ref)
            .then(|| urls::entity_propose(entity_ref)),
        text: Excerpt {
            label: "The document as it is written".to_owned(),
            is_linked: true,
            left_out: count.saturating_sub(MAX_LINES),
            ..Excerpt::new(
                &all,
                Language::Yaml,
                (first, count.min(MAX_LINES)),
                &findings,
            )
        },
    }))
}
