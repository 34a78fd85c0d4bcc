//! The part of the catalog a list asks for: its rows, how many there are, and the counts beside the filters.

use bytes::Bytes;
use serde::Deserialize;

use super::{
    super::icons,
    query::{Column, EVERY_KIND, Facet, ListQuery},
};
use crate::{
    catalog::{EntityList, EntityQuery, FacetValue, Filter, FullTextFilter, OrderField, Snapshot},
    error::Result,
};

/// Entities in which a text is looked for further: the first so many that hold it, by name.
const MAX_MATCHES: usize = 2_000;
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
    /// Those that hold the text; `None` if no text is asked for.
    matches: Option<Filter>,
    /// How many hold the text, if not all of them are looked at.
    pub(super) cut_from: Option<usize>,
    /// Each kind and how many of it there are under the other choices.
    pub(super) kinds: Vec<FacetValue>,
    /// The kind that is listed, in lower case; [`EVERY_KIND`].
    pub(super) kind: String,
}

#[derive(Deserialize)]
struct WithUid {
    metadata: Uid,
}

#[derive(Deserialize)]
struct Uid {
    uid: String,
}

impl<'a> Selection<'a> {
    /// Decides which kind is listed, and finds the text.
    pub(super) fn new(catalog: &'a Snapshot<'a>, query: &'a ListQuery) -> Self {
        let (matches, cut_from) = matches(catalog, &query.text);
        let mut selection = Self {
            catalog,
            query,
            matches,
            cut_from,
            kinds: Vec::new(),
            kind: EVERY_KIND.to_owned(),
        };
        // Type and lifecycle belong to a kind: the tabs count what they would lead to, without them.
        let elsewhere = query.of_kind(EVERY_KIND);
        let filter = selection.with_matches(elsewhere.filter(None));
        selection.kinds = facet(catalog, "kind", &filter);
        selection.kinds.sort_by_key(|kind| icons::rank(&kind.value));
        selection.kind = match &query.kind {
            Some(kind) => kind.clone(),
            None if selection.has_kind(FIRST_KIND) => FIRST_KIND.to_owned(),
            None => EVERY_KIND.to_owned(),
        };
        selection
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

    fn with_matches(&self, mut all: Vec<Filter>) -> Filter {
        all.extend(self.matches.clone());
        if all.is_empty() {
            Filter::All
        } else {
            Filter::AllOf(all)
        }
    }

    /// What must hold for a row; but for the choices of `left_out`.
    fn filter(&self, left_out: Option<Facet>) -> Filter {
        let mut all = self.query.filter(left_out);
        if !self.is_mixed() {
            all.push(Filter::In("kind".to_owned(), vec![self.kind.clone()]));
        }
        self.with_matches(all)
    }

    /// How many rows there are.
    pub(super) fn total(&self) -> usize {
        self.catalog.count(&self.filter(None))
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
                full_text: None,
                order,
                limit,
                offset,
                with_total: false,
            });
            return Ok(page.items);
        }
        let list = EntityList {
            filter,
            order,
            limit: Some(limit),
            offset: Some(offset),
            after: None,
        };
        Ok(self.catalog.list(&list)?.items)
    }

    /// The values of every facet, each counted under the choices of the others, most used first.
    pub(super) fn facets(&self) -> Vec<(Facet, Vec<FacetValue>)> {
        let open: Vec<Facet> = Facet::ALL
            .into_iter()
            .filter(|facet| self.query.chosen(*facet).next().is_none())
            .collect();
        let fields: Vec<String> = open.iter().map(|f| f.field().to_owned()).collect();
        // Nothing is chosen of these, so one question answers for all of them.
        let mut counted = self.catalog.facets(&fields, &self.filter(None)).into_iter();
        let mut all = Vec::new();
        for facet in Facet::ALL {
            let mut values = if open.contains(&facet) {
                counted.next().map(|(_, values)| values).unwrap_or_default()
            } else {
                self::facet(self.catalog, facet.field(), &self.filter(Some(facet)))
            };
            values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
            all.push((facet, values));
        }
        all
    }
}

fn facet(catalog: &Snapshot<'_>, field: &str, filter: &Filter) -> Vec<FacetValue> {
    let found = catalog.facets(&[field.to_owned()], filter).pop();
    found.map(|(_, values)| values).unwrap_or_default()
}

/// Those that hold a text, as a filter; and how many, if they are too many to look at.
fn matches(catalog: &Snapshot<'_>, text: &str) -> (Option<Filter>, Option<usize>) {
    if text.is_empty() {
        return (None, None);
    }
    let page = catalog.query(&EntityQuery {
        filter: Filter::All,
        full_text: Some(FullTextFilter {
            term: text.to_owned(),
            fields: TEXT_FIELDS.map(str::to_owned).to_vec(),
        }),
        order: vec![OrderField {
            field: "metadata.name".to_owned(),
            descending: false,
        }],
        limit: MAX_MATCHES,
        offset: 0,
        with_total: true,
    });
    let uids: Vec<String> = page
        .items
        .iter()
        .filter_map(|json| serde_json::from_slice::<WithUid>(json).ok())
        .map(|entity| entity.metadata.uid)
        .collect();
    let cut_from = (page.total_items > uids.len()).then_some(page.total_items);
    let filter = if uids.is_empty() {
        Filter::Never
    } else {
        Filter::In("metadata.uid".to_owned(), uids)
    };
    (Some(filter), cut_from)
}
