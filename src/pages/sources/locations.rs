//! Where the catalog comes from: the locations of the configuration and those people registered.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    super::{
        author::Author,
        error::PageError,
        moment::Moment,
        pager::Pager,
        params::Params,
        respond,
        shell::Shell,
        status::{Status, Tone},
    },
    Tabs,
    place::{short_name, target_of},
};
use crate::{
    catalog::{Filter, Snapshot},
    entity::{EntityRef, LocationRef},
    error::Result,
    http::AppState,
    store::{self, FileCounts, RegisteredLocation},
    urls,
};

/// Locations on a page.
const PAGE: usize = 50;
/// The annotation that says by which root an entity came.
const ORIGIN: &str = "metadata.annotations.backstage.io/managed-by-origin-location";

#[derive(Template)]
#[template(path = "sources/locations.html", blocks = ["results"])]
struct LocationsPage {
    shell: Shell,
    tabs: Tabs,
    term: String,
    rows: Vec<Row>,
    pager: Pager,
    is_readonly: bool,
}

struct Row {
    /// Location ref.
    origin: String,
    short: String,
    whole: String,
    files_href: String,
    /// Who registered it, and when; `None`: it is in the configuration.
    registered: Option<(Author, Moment)>,
    remove: Option<String>,
    entities: usize,
    files: i64,
    status: Status,
}

/// A location from either source.
struct Known {
    origin: String,
    registered: Option<RegisteredLocation>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    shell: Shell,
    params: Params,
) -> Result<Response, PageError> {
    let term = params.text("q").to_lowercase();
    let mut known = known(&state).await?;
    known.retain(|location| location.origin.to_lowercase().contains(&term));
    let page = params
        .number("page", 1)
        .clamp(1, known.len().div_ceil(PAGE).max(1));
    let pager = Pager::new(page, PAGE, known.len(), |page| {
        let page = page.to_string();
        urls::with_query(urls::SOURCES, &[("q", &term), ("page", &page)])
    });
    let counts: HashMap<String, FileCounts> = store::files_by_root(&state.store)
        .await?
        .into_iter()
        .map(|root| (root.origin, root.counts))
        .collect();
    let shown = known.into_iter().skip((page - 1) * PAGE).take(PAGE);
    let catalog = state.catalog.read();
    let rows = shown
        .map(|location| Row::new(&catalog, location, &counts, &shell))
        .collect();
    drop(catalog);
    let page = LocationsPage {
        tabs: Tabs::new(&shell, urls::SOURCES),
        term: params.text("q").to_owned(),
        rows,
        pager,
        is_readonly: state.config.catalog.readonly,
        shell: shell.clone(),
    };
    if shell.wants("results") {
        return respond::html(&shell, page.as_results().render());
    }
    respond::html(&shell, page.render())
}

async fn known(state: &AppState) -> Result<Vec<Known>> {
    let configured = state.config.catalog.locations.iter().map(|location| Known {
        origin: location.to_string(),
        registered: None,
    });
    let registered = store::locations(&state.store).await?;
    Ok(configured
        .chain(registered.into_iter().map(|location| Known {
            origin: format!("{}:{}", location.kind, location.target),
            registered: Some(location),
        }))
        .collect())
}

impl Row {
    fn new(
        catalog: &Snapshot<'_>,
        location: Known,
        counts: &HashMap<String, FileCounts>,
        shell: &Shell,
    ) -> Self {
        let origin = location.origin;
        let counts = counts.get(&origin).copied().unwrap_or_default();
        Self {
            short: short_name(&origin),
            whole: target_of(&origin).to_owned(),
            files_href: urls::with_query(urls::SOURCE_FILES, &[("origin", &origin)]),
            remove: location
                .registered
                .as_ref()
                .map(|registered| urls::source_removal(&registered.id)),
            registered: location.registered.map(|registered| {
                let at = Moment::new(registered.created_at, shell.now);
                (Author::new(catalog, &registered.created_by), at)
            }),
            // The Location entity that the portal makes for the root is no news.
            entities: catalog
                .count(&Filter::equals(ORIGIN, &origin))
                .saturating_sub(1),
            files: counts.files,
            status: status_of(&counts),
            origin,
        }
    }
}

fn status_of(counts: &FileCounts) -> Status {
    let files = |count: i64| if count == 1 { "file" } else { "files" };
    let FileCounts {
        files: all,
        broken,
        conflicting,
    } = *counts;
    if broken > 0 {
        Status::new(Tone::Failed, format!("{broken} broken {}", files(broken)))
    } else if conflicting > 0 {
        let word = format!("{conflicting} {} in conflict", files(conflicting));
        Status::new(Tone::Degraded, word)
    } else if all == 0 {
        Status::new(Tone::Unknown, "no files yet")
    } else {
        Status::new(Tone::Ok, "all taken")
    }
}

/// The entity the portal makes for a root: refreshing it reads what the root leads to.
pub(super) fn entity_of(origin: &str) -> Option<EntityRef> {
    let location = LocationRef::parse(origin).ok()?;
    let name = location.generated_name();
    Some(EntityRef::new("location", "default", &name))
}

#[cfg(test)]
mod tests {
    use super::{FileCounts, Status, Tone, status_of};

    #[test]
    fn a_location_is_as_good_as_its_worst_file() {
        let counts = |files, broken, conflicting| FileCounts {
            files,
            broken,
            conflicting,
        };
        let cases = [
            (counts(0, 0, 0), Tone::Unknown, "no files yet"),
            (counts(9, 0, 0), Tone::Ok, "all taken"),
            (counts(9, 0, 1), Tone::Degraded, "1 file in conflict"),
            (counts(9, 2, 1), Tone::Failed, "2 broken files"),
        ];
        for (counts, tone, word) in cases {
            assert_eq!(status_of(&counts), Status::new(tone, word));
        }
    }
}
