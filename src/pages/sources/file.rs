//! What became of one file: every document with its verdict, findings under the lines they belong to.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    super::{
        code::{MAX_LINES, Mark},
        error::PageError,
        link::EntityLink,
        moment::Moment,
        pager::Pager,
        params::Params,
        respond,
        shell::Shell,
        status::Status,
        summary::Summary,
    },
    document::Shown,
    place::{Place, short_name, target_of},
    revision::Revision,
    verdicts::file_status,
};
use crate::{
    catalog::{EntityQuery, Filter, Snapshot},
    error::{Error, Result},
    http::AppState,
    store::{self, File, FileSummary},
    urls,
};

/// Documents on a page.
const MAX_DOCUMENTS: usize = 400;

#[derive(Template)]
#[template(path = "sources/file.html")]
struct FilePage {
    shell: Shell,
    name: String,
    location_ref: String,
    target: String,
    status: Status,
    origin: Place,
    origin_files: String,
    error: Option<Mark>,
    read_at: Moment,
    revision: Option<Revision>,
    changed_at: Moment,
    includes: Vec<Place>,
    documents: Vec<Shown>,
    total: usize,
    pager: Pager,
    has_text: bool,
}

pub(super) async fn show(
    State(state): State<AppState>,
    shell: Shell,
    params: Params,
) -> Result<Response, PageError> {
    let location_ref = params.text("ref");
    let file = store::file(&state.store, location_ref).await?;
    let Some(file) = file else {
        return gone(&state, &shell, location_ref);
    };
    let text = match &file.text_hash {
        Some(hash) => store::text(&state.store, hash).await?,
        None => None,
    };
    let wanted = params.number("page", 1);
    let revision = Revision::of(&state, &file);
    let page = tokio::task::spawn_blocking({
        let shell = shell.clone();
        move || FilePage {
            revision,
            ..FilePage::new(&state.catalog.read(), shell, file, (text, wanted))
        }
    })
    .await
    .map_err(Error::internal)?;
    respond::html(&shell, page.render())
}

/// The page of a file that no location leads to any more, while entities of it are still there.
#[derive(Template)]
#[template(path = "sources/gone.html")]
struct GonePage {
    shell: Shell,
    name: String,
    location_ref: String,
    entities: Vec<EntityLink>,
}

fn gone(state: &AppState, shell: &Shell, location_ref: &str) -> Result<Response, PageError> {
    let key = "metadata.annotations.backstage.io/managed-by-location";
    let left = state.catalog.read().query(&EntityQuery {
        filter: Filter::equals(key, location_ref),
        full_text: None,
        order: Vec::new(),
        limit: MAX_DOCUMENTS,
        offset: 0,
        with_total: false,
    });
    if left.items.is_empty() {
        return Err(Error::NotFound(format!("No location leads to {location_ref}.")).into());
    }
    let summaries = left.items.iter().filter_map(|json| Summary::read(json));
    let page = GonePage {
        name: short_name(location_ref),
        location_ref: location_ref.to_owned(),
        entities: summaries.map(|summary| EntityLink::to(&summary)).collect(),
        shell: shell.clone(),
    };
    respond::html(shell, page.render())
}

impl FilePage {
    fn new(
        catalog: &Snapshot<'_>,
        shell: Shell,
        file: File,
        (text, wanted): (Option<String>, usize),
    ) -> Self {
        let lines: Vec<&str> = text.as_deref().unwrap_or_default().lines().collect();
        let page = wanted.clamp(1, lines.len().div_ceil(MAX_LINES).max(1));
        let window = ((page - 1) * MAX_LINES + 1, page * MAX_LINES);
        Self {
            name: short_name(&file.location_ref),
            target: target_of(&file.location_ref).to_owned(),
            origin: Place::new(&file.origin, None),
            origin_files: urls::with_query(urls::SOURCE_FILES, &[("origin", &file.origin)]),
            error: file.error.as_ref().map(|fault| Mark::new(fault, None)),
            read_at: Moment::new(file.read_at, shell.now),
            revision: None,
            changed_at: Moment::new(file.changed_at, shell.now),
            includes: file
                .dependencies
                .iter()
                .map(|included| Place::new(included, None))
                .collect(),
            documents: documents(catalog, &file, &lines, window),
            total: file.documents.len(),
            pager: Pager::new(page, MAX_LINES, lines.len(), |page| {
                urls::source_file_page(&file.location_ref, page)
            }),
            has_text: text.is_some(),
            status: file_status(&FileSummary::from(file.clone())),
            location_ref: file.location_ref,
            shell,
        }
    }

    /// Whether it stands on the web, where one can look at it.
    fn is_web(&self) -> bool {
        self.location_ref.starts_with("url:") && crate::pages::entity::is_web_address(&self.target)
    }

    fn faults(&self) -> usize {
        self.documents
            .iter()
            .map(|document| document.faults.len())
            .sum()
    }
}

/// The documents that lie in the window.
fn documents(
    catalog: &Snapshot<'_>,
    file: &File,
    lines: &[&str],
    window: (usize, usize),
) -> Vec<Shown> {
    let is_in_window = |index: &usize| {
        let document = &file.documents[*index];
        let first = document.line as usize;
        first <= window.1 && first + document.lines as usize > window.0
    };
    (0..file.documents.len())
        .filter(is_in_window)
        .take(MAX_DOCUMENTS)
        .map(|index| Shown::new(catalog, file, index, lines, window))
        .collect()
}
