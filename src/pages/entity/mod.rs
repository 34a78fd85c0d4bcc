//! The pages about one entity: overview, definition, source, and what can be done with it.

mod absent;
mod actions;
mod definition;
mod document;
mod facts;
mod header;
mod notices;
mod propose;
mod provenance;
mod relations;
mod source;
mod spec;
mod targets;
mod template;

use askama::Template;
use axum::{
    Extension, Router,
    extract::State,
    response::Response,
    routing::{get, post},
};

use self::{
    definition::Definition,
    facts::{Fact, WebLink},
    notices::Notices,
    provenance::FoundLines,
    relations::Group,
    targets::Targets,
    template::Outline,
};
pub(super) use self::{
    document::Document,
    header::{Header, Tab},
    relations::heading_of,
    spec::{Shown as ShownValue, is_web_address, label_of},
};
use super::{
    error::PageError,
    icons,
    params::Params,
    path::EntityPath,
    respond,
    runs::{self, RunRow, TemplateRuns},
    shell::Shell,
};
use crate::{
    catalog::Snapshot,
    entity::EntityRef,
    error::{Error, Result},
    http::AppState,
    store, urls,
};

/// The pages about one entity.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(
            urls::ENTITY,
            get(show).layer(Extension(FoundLines::default())),
        )
        .route(urls::ENTITY_REFRESH, post(actions::refresh))
        .route(
            urls::ENTITY_PROPOSE,
            get(propose::show).post(propose::submit),
        )
        .route(
            urls::ENTITY_DELETE,
            get(actions::ask_to_delete).post(actions::delete),
        )
}

#[derive(Template)]
#[template(path = "entity/overview.html")]
struct Overview {
    shell: Shell,
    header: Header,
    notices: Notices,
    relations: Vec<Group>,
    /// Those that need the width of the page.
    long_facts: Vec<Fact>,
    facts: Vec<Fact>,
    annotations: Vec<Fact>,
    links: Vec<WebLink>,
    outline: Outline,
    /// Of a template.
    template_runs: TemplateRuns,
    /// The runs that brought it into the catalog.
    made_by: Vec<RunRow>,
    targets: Targets,
}

#[derive(Template)]
#[template(path = "entity/definition.html")]
struct DefinitionPage {
    shell: Shell,
    header: Header,
    definition: Definition,
}

async fn show(
    State(state): State<AppState>,
    Extension(lines): Extension<FoundLines>,
    shell: Shell,
    EntityPath(entity_ref): EntityPath,
    params: Params,
) -> Result<Response, PageError> {
    let found = Document::find(&state.catalog.read(), &entity_ref);
    let Some(document) = found else {
        return absent::show(&state, shell, &entity_ref).await;
    };
    match params.text("view") {
        "api" => definition(&state, shell, &entity_ref, document).await,
        "runs" => runs::tab(&state, shell, &entity_ref, &document).await,
        "yaml" | "json" => source::show(&state, shell, &entity_ref, &document).await,
        _ => {
            let shown = Shown {
                entity_ref: &entity_ref,
                document: &document,
                all: params.text("all"),
            };
            overview(&state, shell, &lines, shown).await
        }
    }
}

/// What an overview is of.
#[derive(Clone, Copy)]
struct Shown<'a> {
    entity_ref: &'a EntityRef,
    document: &'a Document,
    /// The type of relations that is shown whole.
    all: &'a str,
}

async fn overview(
    state: &AppState,
    shell: Shell,
    lines: &FoundLines,
    shown: Shown<'_>,
) -> Result<Response, PageError> {
    let (entity_ref, document) = (shown.entity_ref, shown.document);
    let source = store::source_of(&state.store, entity_ref).await?;
    let notices = Notices::read(state, document, source.as_ref(), entity_ref, shell.now).await?;
    let targets = Targets::read(state, entity_ref).await?;
    let is_template = entity_ref.kind() == "template";
    let template_runs = if is_template {
        TemplateRuns::read(state, entity_ref, document, &shell).await?
    } else {
        TemplateRuns::default()
    };
    let made_by = runs::made_by(state, document, &shell).await?;
    let has_runs = !template_runs.rows.is_empty() || !is_template && !made_by.is_empty();
    let (header, mut groups, facts) = read(&state.catalog.read(), shown);
    relations::place(state, lines, document.file(), &mut groups).await?;
    let (long_facts, facts) = facts.into_iter().partition(|fact| fact.value.is_long());
    let page = Overview {
        long_facts,
        header: header.with_runs(entity_ref, has_runs),
        notices,
        relations: groups,
        facts,
        annotations: facts::annotations(document),
        links: facts::links(document),
        template_runs,
        made_by,
        outline: if is_template {
            template::outline(document, state.runs.actions())
        } else {
            Outline::default()
        },
        targets,
        shell: shell.clone(),
    };
    respond::html(&shell, page.render())
}

/// What the catalog says; the lock is given back before anything is awaited.
fn read(catalog: &Snapshot<'_>, shown: Shown<'_>) -> (Header, Vec<Group>, Vec<Fact>) {
    let (entity_ref, document) = (shown.entity_ref, shown.document);
    let is_built_in = icons::of_kind(entity_ref.kind()) != icons::of_kind("");
    (
        Header::new(catalog, document, entity_ref, Tab::Overview),
        relations::groups(catalog, (entity_ref, document), shown.all),
        facts::facts(catalog, document, entity_ref, is_built_in),
    )
}

async fn definition(
    state: &AppState,
    shell: Shell,
    entity_ref: &EntityRef,
    document: Document,
) -> Result<Response, PageError> {
    let has_runs = runs::has_runs(state, entity_ref, &document).await?;
    let header = Header::new(
        &state.catalog.read(),
        &document,
        entity_ref,
        Tab::Definition,
    )
    .with_runs(entity_ref, has_runs);
    let definition = tokio::task::spawn_blocking(move || Definition::read(&document))
        .await
        .map_err(Error::internal)?;
    let page = DefinitionPage {
        header,
        definition,
        shell: shell.clone(),
    };
    respond::html(&shell, page.render())
}
