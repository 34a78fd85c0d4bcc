//! Search: the page of results, and the first few while somebody types.

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use bytes::Bytes;

use super::{
    error::PageError,
    highlight::{self, Piece},
    icons,
    link::{EntityLink, plural},
    number,
    pager::Pager,
    respond,
    shell::Shell,
    summary::Summary,
};
use crate::{
    catalog::{Filter, Snapshot},
    entity::EntityRef,
    error::{Error, Result},
    http::AppState,
    search::{SearchPage as Found, SearchRequest, SearchResult},
    urls,
};

/// Results a page.
const PAGE_SIZE: usize = 20;
/// Results below the search box.
const SUGGESTED: usize = 7;
/// Results that are counted by kind; of more, only their number is known.
const COUNTED: usize = 100;
/// Characters of a result's text.
const EXCERPT: usize = 180;
/// The last page that can be asked for.
const MAX_PAGE: usize = 500;

/// What is asked for.
struct Asked {
    term: String,
    /// As authored; empty: all.
    kind: String,
    page: usize,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    shell: Shell,
    term: String,
    tabs: Vec<KindTab>,
    hits: Vec<Hit>,
    total: String,
    pager: Pager,
    is_ready: bool,
}

#[derive(Template)]
#[template(path = "partial/suggest.html")]
struct Suggestions {
    hits: Vec<Hit>,
    term: String,
    more: usize,
    all_href: String,
}

struct KindTab {
    label: String,
    href: String,
    /// Known where there are few results.
    count: Option<usize>,
    is_current: bool,
}

/// One result.
struct Hit {
    href: String,
    icon: &'static str,
    kind: String,
    title: Vec<Piece>,
    text: Vec<Piece>,
    spec_type: String,
    owner: Option<EntityLink>,
}

/// Searches, off the threads that answer others.
pub(super) async fn find(state: &AppState, request: SearchRequest) -> Result<Found> {
    let search = state.search.clone();
    tokio::task::spawn_blocking(move || search.search(&request))
        .await
        .map_err(Error::internal)?
}

/// Answers [`urls::SEARCH`].
pub(super) async fn page(
    State(state): State<AppState>,
    shell: Shell,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let asked = Asked::parse(&query.unwrap_or_default());
    if asked.term.is_empty() {
        let page = SearchPage::new(shell.clone(), &state, &asked, &<[Found; 2]>::default());
        return respond::html(&shell, page.render());
    }
    let all = find(&state, asked.request("", 0, COUNTED)).await?;
    let offset = (asked.page - 1) * PAGE_SIZE;
    let shown = find(&state, asked.request(&asked.kind, offset, PAGE_SIZE)).await?;
    let page = SearchPage::new(shell.clone(), &state, &asked, &[all, shown]);
    respond::html(&shell, page.render())
}

/// Answers [`urls::SEARCH_SUGGEST`]: the list below the search box.
pub(super) async fn suggest(
    State(state): State<AppState>,
    shell: Shell,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let asked = Asked::parse(&query.unwrap_or_default());
    if !shell.is_fragment() {
        return Ok(super::flash::see_other(&urls::search_for(&asked.term)));
    }
    if asked.term.is_empty() {
        return respond::html(&shell, Ok(String::new()));
    }
    let found = find(&state, asked.request("", 0, SUGGESTED)).await?;
    let suggestions = Suggestions {
        more: found.total.saturating_sub(found.results.len()),
        hits: hits(&state.catalog.read(), &found.results),
        all_href: urls::search_for(&asked.term),
        term: asked.term,
    };
    respond::html(&shell, suggestions.render())
}

impl Asked {
    fn parse(query: &str) -> Self {
        let mut asked = Self {
            term: String::new(),
            kind: String::new(),
            page: 1,
        };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                // `query` is what Backstage's page is called with.
                "q" | "query" => asked.term = value.trim().chars().take(100).collect(),
                "kind" => asked.kind = value.into_owned(),
                "page" => asked.page = value.parse().unwrap_or(1).clamp(1, MAX_PAGE),
                _ => {}
            }
        }
        asked
    }

    fn request(&self, kind: &str, offset: usize, limit: usize) -> SearchRequest {
        let filters = (!kind.is_empty()).then(|| ("kind".to_owned(), vec![kind.to_owned()]));
        SearchRequest {
            term: self.term.clone(),
            types: Vec::new(),
            filters: filters.into_iter().collect(),
            limit,
            offset,
        }
    }

    fn url(&self, kind: &str, page: usize) -> String {
        let number = page.to_string();
        let mut pairs = vec![("q", self.term.as_str())];
        if !kind.is_empty() {
            pairs.push(("kind", kind));
        }
        if page > 1 {
            pairs.push(("page", &number));
        }
        urls::with_query(urls::SEARCH, &pairs)
    }
}

impl SearchPage {
    /// `found`: of every kind, for the counts; then what is shown.
    fn new(shell: Shell, state: &AppState, asked: &Asked, found: &[Found; 2]) -> Self {
        let [all, shown] = found;
        let catalog = state.catalog.read();
        Self {
            term: asked.term.clone(),
            tabs: tabs(&catalog, asked, all),
            hits: hits(&catalog, &shown.results),
            total: number::grouped(shown.total),
            pager: Pager::new(asked.page, PAGE_SIZE, shown.total, |page| {
                asked.url(&asked.kind, page)
            }),
            is_ready: state.search.is_ready(),
            shell,
        }
    }
}

/// A tab for every kind that has results; where there are too many to count, for every kind.
fn tabs(catalog: &Snapshot<'_>, asked: &Asked, all: &Found) -> Vec<KindTab> {
    let kinds = catalog.facet("kind", &Filter::All);
    let mut kinds: Vec<String> = kinds.iter().map(|kind| kind.value.clone()).collect();
    kinds.sort_by_key(|kind| icons::rank(kind));
    let is_counted = all.total <= all.results.len();
    let tab = |label: String, kind: &str, count: usize| KindTab {
        label,
        href: asked.url(kind, 1),
        count: is_counted.then_some(count),
        is_current: asked.kind == kind,
    };
    let mut tabs = vec![tab("All".to_owned(), "", all.total)];
    for kind in &kinds {
        let count = all
            .results
            .iter()
            .filter(|result| text(result, "kind") == kind)
            .count();
        if count > 0 || !is_counted || *kind == asked.kind {
            tabs.push(tab(plural(kind), kind, count));
        }
    }
    tabs
}

fn text<'a>(result: &'a SearchResult, key: &str) -> &'a str {
    let value = result.document.get(key);
    value.and_then(|value| value.as_str()).unwrap_or_default()
}

fn hits(catalog: &Snapshot<'_>, results: &[SearchResult]) -> Vec<Hit> {
    results
        .iter()
        // Nothing that is indexed may lead a reader to another kind of address.
        .filter(|result| text(result, "location").starts_with('/'))
        .map(|result| Hit::new(catalog, result))
        .collect()
}

impl Hit {
    fn new(catalog: &Snapshot<'_>, result: &SearchResult) -> Self {
        let json = entity(catalog, result);
        let summary = json.as_deref().and_then(Summary::read);
        // What is marked is shown as it was found; what is not, as everywhere else.
        let marked = |key: &str, plain: Option<&str>| {
            let marked = result.highlight.get(key).and_then(|value| value.as_str());
            let shown = marked.or(plain).unwrap_or_else(|| text(result, key));
            highlight::pieces(shown, (&result.pre_tag, &result.post_tag))
        };
        let owner = summary.as_ref().and_then(Summary::owner);
        Self {
            href: text(result, "location").to_owned(),
            icon: icons::of_kind(text(result, "kind")),
            kind: text(result, "kind").to_owned(),
            title: marked("title", summary.as_ref().map(Summary::title)),
            text: highlight::around_first(
                marked("text", summary.as_ref().map(Summary::description)),
                EXCERPT,
            ),
            spec_type: match text(result, "type") {
                "other" => String::new(),
                spec_type => spec_type.to_owned(),
            },
            owner: owner.map(|owner| EntityLink::find(catalog, &owner).leading_to_team(&owner)),
        }
    }
}

/// The entity a result leads to.
fn entity(catalog: &Snapshot<'_>, result: &SearchResult) -> Option<Bytes> {
    let path = text(result, "location").strip_prefix(urls::CATALOG)?;
    let mut parts = path.trim_start_matches('/').split('/');
    let (namespace, kind, name) = (parts.next()?, parts.next()?, parts.next()?);
    catalog.entity(EntityRef::new(kind, namespace, name).as_str())
}

#[cfg(test)]
mod tests {
    use super::Asked;

    #[test]
    fn an_address_asks_for_a_term_a_kind_and_a_page() {
        let asked = Asked::parse("q=+tick+&kind=API&page=3");
        assert_eq!(
            (asked.term.as_str(), asked.kind.as_str(), asked.page),
            ("tick", "API", 3)
        );
        assert_eq!(asked.url("API", 3), "/search?q=tick&kind=API&page=3");
        assert_eq!(asked.url("", 1), "/search?q=tick");
        assert_eq!(Asked::parse("query=fares").term, "fares");
        assert_eq!(Asked::parse("page=0").page, 1);
    }

    #[test]
    fn a_kind_is_asked_of_the_index_as_a_filter() {
        let asked = Asked::parse("q=x");
        assert!(asked.request("", 0, 7).filters.is_empty());
        let request = asked.request("API", 20, 20);
        assert_eq!(
            request.filters,
            [("kind".to_owned(), vec!["API".to_owned()])]
        );
        assert_eq!((request.offset, request.limit), (20, 20));
    }
}
