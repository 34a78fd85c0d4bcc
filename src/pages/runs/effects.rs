//! What a run made: every effect, where it is, what is known of it, how it can be taken back.

use std::collections::BTreeSet;

use url::Url;

use super::{
    super::{entity::is_web_address, link::EntityLink, status::Status, summary::Summary},
    loaded::Loaded,
    status::of_effect,
};
use crate::{
    catalog::{EntityQuery, Filter, OrderField, Snapshot},
    forge::RepositoryId,
    http::AppState,
    scaffolder::{
        Made,
        effects::{Effect, Undo},
    },
    store::EffectState,
};

/// Entities listed of one registration.
const MAX_ENTITIES: usize = 10;

/// An effect, ready to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EffectRow {
    /// A sentence.
    pub(super) what: String,
    /// Where it can be looked at.
    pub(super) href: Option<String>,
    pub(super) status: Status,
    /// How it is taken back, or why it stays.
    pub(super) undo: String,
    /// Whether it stays whatever is done.
    pub(super) stays: bool,
    /// What it brought into the catalog.
    pub(super) entities: Vec<EntityLink>,
}

/// The effects of a run.
pub(super) fn rows(state: &AppState, catalog: &Snapshot<'_>, loaded: &Loaded) -> Vec<EffectRow> {
    let made = loaded.made.iter();
    made.map(|made| EffectRow::new(state, catalog, made, loaded.is_live()))
        .collect()
}

impl EffectRow {
    fn new(state: &AppState, catalog: &Snapshot<'_>, made: &Made, is_live: bool) -> Self {
        let (undo, stays) = match &made.undo {
            Undo::By(how) => (how.clone(), false),
            Undo::None(why) => (why.clone(), true),
        };
        let is_gone = made.row.state == EffectState::Undone;
        Self {
            what: made.what.clone(),
            href: href(state, made).filter(|_| !is_gone),
            status: of_effect(made.row.state, is_live),
            undo: if is_gone { String::new() } else { undo },
            stays,
            entities: match &made.effect {
                Effect::Registration(location) if !is_gone => entities(catalog, &location.url),
                _ => Vec::new(),
            },
        }
    }
}

/// Where an effect can be looked at, if its host said so or its product is known.
fn href(state: &AppState, made: &Made) -> Option<String> {
    if let Effect::Commit(commit) = &made.effect {
        let id = made.outcome["commit"].as_str()?;
        return commit_url(state, (&commit.host, &commit.repository), id);
    }
    let said = ["webUrl", "htmlUrl", "url"]
        .into_iter()
        .filter_map(|key| made.outcome[key].as_str());
    said.filter(|url| is_web_address(url))
        .map(str::to_owned)
        .next()
}

/// The page of a commit on its host.
pub(super) fn commit_url(
    state: &AppState,
    (host, repository): (&str, &RepositoryId),
    commit: &str,
) -> Option<String> {
    let integration = state.forges.integration(host)?;
    let base = integration.base_url.as_str().trim_end_matches('/');
    let url = Url::parse(&format!("{base}/{repository}")).ok()?;
    let address = state.forges.address(&url)?;
    Some(address.commit_url(integration, commit))
}

/// What a registered address led to.
fn entities(catalog: &Snapshot<'_>, url: &str) -> Vec<EntityLink> {
    let key = "metadata.annotations.backstage.io/managed-by-origin-location";
    let found = catalog.query(&EntityQuery {
        filter: Filter::equals(key, &format!("url:{url}"))
            .and(Filter::Not(Box::new(Filter::equals("kind", "location")))),
        full_text: None,
        order: vec![OrderField {
            field: "metadata.name".to_owned(),
            descending: false,
        }],
        limit: MAX_ENTITIES,
        offset: 0,
        with_total: false,
    });
    let summaries = found.items.iter().filter_map(|json| Summary::read(json));
    summaries.map(|summary| EntityLink::to(&summary)).collect()
}

/// What a run fetched, at which commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    /// The address.
    pub(super) address: String,
    pub(super) commit: String,
    /// The page of the commit.
    pub(super) href: Option<String>,
}

impl Source {
    /// The first letters of the commit, as people write it.
    pub(super) fn short(&self) -> &str {
        self.commit.get(..8).unwrap_or(&self.commit)
    }
}

/// Everything a run fetched from repositories, each once.
pub(super) fn sources(state: &AppState, loaded: &Loaded) -> Vec<Source> {
    let mut found = BTreeSet::new();
    for row in &loaded.rows {
        let pins: std::collections::BTreeMap<String, String> =
            serde_json::from_str(&row.sources).unwrap_or_default();
        for (address, commit) in pins {
            found.insert(Source {
                href: commit_of_address(state, &address, &commit),
                address,
                commit,
            });
        }
    }
    found.into_iter().collect()
}

/// The page of a commit in the repository of an address.
pub(super) fn commit_of_address(state: &AppState, address: &str, commit: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let integration = state.forges.integration(&crate::forge::authority(&url))?;
    let place = state.forges.address(&url)?;
    Some(place.commit_url(integration, commit))
}
