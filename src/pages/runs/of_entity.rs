//! The runs that have to do with an entity: those of a template, or those that brought it into the catalog.

use askama::Template;
use axum::response::Response;

use super::{
    super::{
        entity::{Document, Header, Tab},
        error::PageError,
        respond,
        shell::Shell,
    },
    list::RunRow,
};
use crate::{
    entity::EntityRef,
    error::Result,
    http::AppState,
    store::{self, RunFilter},
    urls,
};

/// Runs listed; the history has the rest.
const MAX_LISTED: u32 = 50;
/// Runs that may have registered the same address.
const MAX_MAKERS: u32 = 5;

#[derive(Template)]
#[template(path = "entity/runs.html")]
struct RunsPage {
    shell: Shell,
    header: Header,
    rows: Vec<RunRow>,
    /// All runs of the template.
    all_href: Option<String>,
    total: u64,
}

/// The filter for the runs of a template.
pub(super) fn of_template(template: &EntityRef) -> RunFilter {
    RunFilter {
        template_ref: vec![template.as_str().to_owned()],
        ..RunFilter::default()
    }
}

/// The runs that registered the address an entity comes from, newest first.
pub(in crate::pages) async fn makers(state: &AppState, document: &Document) -> Result<Vec<String>> {
    let origin = document.annotation("backstage.io/managed-by-origin-location");
    let Some(url) = origin.strip_prefix("url:") else {
        return Ok(Vec::new());
    };
    store::runs_with_effect(&state.store, "registration", url, MAX_MAKERS).await
}

/// Whether there are any.
pub(in crate::pages) async fn has_runs(
    state: &AppState,
    entity_ref: &EntityRef,
    document: &Document,
) -> Result<bool> {
    if entity_ref.kind() != "template" {
        return Ok(!makers(state, document).await?.is_empty());
    }
    let filter = of_template(entity_ref);
    let (found, _) = store::runs(&state.store, &filter, 0, Some(1)).await?;
    Ok(!found.is_empty())
}

/// The runs that brought an entity into the catalog, as rows.
pub(in crate::pages) async fn made_by(
    state: &AppState,
    document: &Document,
    shell: &Shell,
) -> Result<Vec<RunRow>> {
    let mut runs = Vec::new();
    for id in makers(state, document).await? {
        runs.extend(store::run(&state.store, &id).await?);
    }
    let catalog = state.catalog.read();
    let rows = runs.iter();
    Ok(rows
        .map(|run| RunRow::new(&catalog, run, shell.now))
        .collect())
}

/// The tab of an entity with its runs.
pub(in crate::pages) async fn tab(
    state: &AppState,
    shell: Shell,
    entity_ref: &EntityRef,
    document: &Document,
) -> Result<Response, PageError> {
    let is_template = entity_ref.kind() == "template";
    let (rows, total) = if is_template {
        let filter = of_template(entity_ref);
        let (runs, total) = store::runs(&state.store, &filter, 0, Some(MAX_LISTED)).await?;
        let catalog = state.catalog.read();
        let rows = runs.iter();
        let rows = rows.map(|run| RunRow::new(&catalog, run, shell.now));
        (rows.collect(), total)
    } else {
        let rows = made_by(state, document, &shell).await?;
        let total = rows.len() as u64;
        (rows, total)
    };
    let header = Header::new(&state.catalog.read(), document, entity_ref, Tab::Runs);
    let all = urls::with_query(urls::RUNS, &[("template", entity_ref.as_str())]);
    let page = RunsPage {
        header: header.with_runs(entity_ref, true),
        all_href: is_template.then_some(all),
        total,
        rows,
        shell: shell.clone(),
    };
    respond::html(&shell, page.render())
}
