//! The part of the catalog a list asks for: its rows, how many there are, and the counts beside the filters.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    super::icons,
    property::{Column, Facet},
    query::{EVERY_KIND, ListQuery},
};
use crate::{
    catalog::{EntityList, EntityQuery, FacetValue, Filter, FullTextFilter, Snapshot, Which},
    error::Result,
};

/// Where a text is looked for.
const TEXT_FIELDS: [&str; 4] = [
    "metadata.name",
    "metadata.title",
    "metadata.description",
    "spec.profile.displayname",
];
/// The kind that is shown where none is named, if there is any of it: what Backstage shows.
const FIRST_KIND: &str = "component";

/// A list, as far as it is decided before its rows are read.
pub(super) struct Selection<'a> {
    catalog: &'a Snapshot<'a>,
    query: &'a ListQuery,
    /// The text that is asked for.
    text: Option<FullTextFilter>,
    /// Each kind and how many of it there are under the other choices.
    pub(super) kinds: Vec<FacetValue>,
    /// The kind that is listed, in lower case; [`EVERY_KIND`].
    pub(super) kind: String,
}

impl<'a> Selection<'a> {
    /// Decides which kind is listed, and finds the text.
    pub(super) fn new(catalog: &'a Snapshot<'a>, query: &'a ListQuery) -> Self {
        let text = (!query.text.is_empty()).then(|| FullTextFilter {
            term: query.text.clone(),
            fields: TEXT_FIELDS.map(str::to_owned).to_vec(),
        });
        let mut selection = Self {
            catalog,
            query,
            text,
            kinds: Vec::new(),
            kind: EVERY_KIND.to_owned(),
        };
        // Type and lifecycle belong to a kind: the tabs count what they would lead to, without them.
        let elsewhere = query.of_kind(EVERY_KIND);
        selection.kinds = selection
            .facet("kind", &all_of(elsewhere.filter(None)))
            .to_vec();
        selection.kinds.sort_by_key(|kind| icons::rank(&kind.value));
        selection.kind = match &query.kind {
            Some(kind) => kind.clone(),
            None if selection.has_kind(FIRST_KIND) => FIRST_KIND.to_owned(),
            None => EVERY_KIND.to_owned(),
        };
        selection
    }

    fn which<'f>(&'f self, filter: &'f Filter) -> Which<'f> {
        Which {
            filter,
            full_text: self.text.as_ref(),
        }
    }

    fn facet(&self, field: &str, filter: &Filter) -> Arc<[FacetValue]> {
        self.catalog.facet(field, self.which(filter))
    }

    fn has_kind(&self, kind: &str) -> bool {
        self.kinds
            .iter()
            .any(|found| found.value.eq_ignore_ascii_case(kind))
    }

    /// Whether entities of several kinds are listed.
    pub(super) fn is_mixed(&self) -> bool {
        self.kind == EVERY_KIND
    }

    /// What must hold for a row; but for the choices of `left_out`.
    fn filter(&self, left_out: Option<Facet>) -> Filter {
        let mut all = self.query.filter(left_out);
        if !self.is_mixed() {
            all.push(Filter::In("kind".to_owned(), vec![self.kind.clone()]));
        }
        all_of(all)
    }

    /// How many rows there are.
    pub(super) fn total(&self) -> usize {
        self.catalog.count(self.which(&self.filter(None)))
    }

    /// The rows from `offset`, at most `limit`.
    ///
    /// Every entity has a name, so the order by name is answered from its sorted column. By any other field
    /// `query` would leave out who lacks it; `list` keeps them, and sorts anew.
    pub(super) fn rows(&self, offset: usize, limit: usize) -> Result<Vec<Bytes>> {
        let (filter, order) = (self.filter(None), self.query.order());
        if self.query.sort == Column::Name {
            let page = self.catalog.query(&EntityQuery {
                filter,
                full_text: self.text.clone(),
                order,
                limit,
                offset,
                with_total: false,
            });
            return Ok(page.items);
        }
        let list = EntityList {
            filter,
            full_text: self.text.clone(),
            order,
            limit: Some(limit),
            offset: Some(offset),
            after: None,
        };
        Ok(self.catalog.list(&list)?.items)
    }

    /// The values of every facet, each counted under the choices of the others.
    pub(super) fn facets(&self) -> Vec<(Facet, Arc<[FacetValue]>)> {
        let counted = |facet: Facet| {
            let is_chosen = self.query.chosen(facet).next().is_some();
            let filter = self.filter(is_chosen.then_some(facet));
            (facet, self.facet(facet.field(), &filter))
        };
        Facet::ALL.into_iter().map(counted).collect()
    }
}

fn all_of(filters: Vec<Filter>) -> Filter {
    if filters.is_empty() {
        Filter::All
    } else {
        Filter::AllOf(filters)
    }
}
