//! The list of the catalog: one kind or all, narrowed by filters with counts, ordered, in pages, exported.
//!
//! The address says everything; the form works by plain GET. htmx asks for the same address and gets the
//! parts that differ: results, tabs and filters.

mod export;
mod panel;
mod property;
mod query;
mod rows;
mod selection;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::Response,
};

pub(super) use self::{
    export::{csv, json},
    query::ORPHAN,
};
use self::{
    panel::{Chip, FacetPanel, KindTab},
    property::{Column, Facet},
    query::ListQuery,
    rows::{Head, Row},
    selection::Selection,
};
use super::{error::PageError, number, pager::Pager, respond, shell::Shell};
use crate::{
    catalog::{FacetValue, Snapshot},
    error::Result,
    http::AppState,
    urls,
};

/// The page.
#[derive(Template)]
#[template(path = "catalog.html", blocks = ["changing"])]
struct CatalogPage {
    shell: Shell,
    /// `Components`
    heading: String,
    tabs: Vec<KindTab>,
    panels: Vec<FacetPanel>,
    chips: Vec<Chip>,
    /// Address without filters.
    whole_href: String,
    heads: Vec<Head>,
    rows: Vec<Row>,
    columns: Columns,
    pager: Pager,
    /// Whether the catalog is empty altogether.
    is_bare: bool,
    query: Carried,
    csv_href: String,
    json_href: String,
}

/// What the form carries on beside the filters.
struct Carried {
    kind: String,
    text: String,
    orphans: bool,
    sort: String,
    size: usize,
}

/// Which columns the list has: those that say something about what is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each column is there or not, whatever the others are"
)]
struct Columns {
    kind: bool,
    owner: bool,
    spec_type: bool,
    lifecycle: bool,
    tags: bool,
}

/// Answers [`urls::CATALOG`].
pub(super) async fn list(
    State(state): State<AppState>,
    shell: Shell,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let query = ListQuery::parse(&query.unwrap_or_default());
    let page = CatalogPage::new(shell.clone(), &state.catalog.read(), &query)?;
    let rendered = if shell.wants("results") {
        page.as_changing().render()
    } else {
        page.render()
    };
    respond::html(&shell, rendered)
}

impl CatalogPage {
    fn new(shell: Shell, catalog: &Snapshot<'_>, query: &ListQuery) -> Result<Self> {
        let selection = Selection::new(catalog, query);
        let total = selection.total();
        // A page behind the last one, from an old link, is the last one.
        let query = query.on_page(query.page.min(total.div_ceil(query.size).max(1)));
        let facets = selection.facets();
        let columns = Columns::of(selection.is_mixed(), &facets);
        let json = selection.rows((query.page - 1) * query.size, query.size)?;
        let address = |query: &ListQuery| query.url(urls::CATALOG);
        Ok(Self {
            heading: panel::heading(&selection.kinds, &selection.kind),
            tabs: panel::tabs(&selection, &query),
            panels: panel::panels(catalog, &facets, &query),
            chips: panel::chips(catalog, &query),
            whole_href: address(&query.whole()),
            heads: rows::heads(columns, &query),
            rows: rows::rows(catalog, &json),
            columns,
            pager: Pager::new(query.page, query.size, total, |page| {
                address(&query.on_page(page))
            }),
            is_bare: catalog.is_empty(),
            csv_href: query.on_page(1).url(urls::CATALOG_CSV),
            json_href: query.on_page(1).url(urls::CATALOG_JSON),
            query: Carried::of(&query),
            shell,
        })
    }

    /// `30,000`
    fn total_words(&self) -> String {
        number::grouped(self.pager.total)
    }
}

impl Columns {
    fn of(is_mixed: bool, facets: &[(Facet, Arc<[FacetValue]>)]) -> Self {
        let has = |wanted| {
            let of = facets.iter().find(|(facet, _)| *facet == wanted);
            of.is_some_and(|(_, values)| !values.is_empty())
        };
        Self {
            kind: is_mixed,
            owner: has(Facet::Owner),
            spec_type: has(Facet::Type),
            lifecycle: has(Facet::Lifecycle),
            tags: has(Facet::Tag),
        }
    }
}

impl Carried {
    fn of(query: &ListQuery) -> Self {
        let direction = if query.descending { "-" } else { "" };
        let is_plain = query.sort == Column::Name && !query.descending;
        Self {
            kind: query.kind.clone().unwrap_or_default(),
            text: query.text.clone(),
            orphans: query.orphans,
            sort: if is_plain {
                String::new()
            } else {
                format!("{direction}{}", query.sort.param())
            },
            size: query.size,
        }
    }

    fn has_own_size(&self) -> bool {
        self.size != query::PAGE_SIZE
    }
}
