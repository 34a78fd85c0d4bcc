//! The templates there are: what each makes, whose it is, how often it succeeds, and what was begun.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, response::Response};
use serde_json::Value;

use super::{
    super::{
        error::PageError,
        link::{EntityLink, Tag, shortened},
        moment::Moment,
        number,
        pager::Pager,
        params::Params,
        respond,
        shell::Shell,
        status::{Status, Tone},
        summary::Summary,
    },
    filter::{GalleryFilter, OWNER, TAG, TYPE},
    view::Entry,
};
use crate::{
    catalog::{EntityQuery, OrderField, Snapshot, Which},
    clock::UnixMillis,
    entity::{EntityRef, Severity, split_documents},
    error::{Error, Result},
    http::{ANONYMOUS, AppState, Viewer},
    scaffolder::{
        TemplateEntity,
        actions::Registry,
        check_template,
        draft::{Draft, drafts},
        makes,
    },
    store::{self, RunCount},
    urls,
};

/// Templates on a page.
const PAGE_SIZE: usize = 48;
/// Drafts shown.
const MAX_DRAFTS: usize = 5;
/// Runs that were asked for earlier do not count: 30 days.
const COUNTED_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Characters of a description.
const DESCRIPTION_CHARS: usize = 220;
/// Tags a card shows.
const TAGS_SHOWN: usize = 4;

#[derive(Template)]
#[template(path = "create/gallery.html", blocks = ["changing"])]
struct GalleryPage {
    shell: Shell,
    filter: GalleryFilter,
    types: Vec<Entry>,
    owners: Vec<Entry>,
    tags: Vec<Entry>,
    drafts: Vec<Begun>,
    cards: Vec<Card>,
    pager: Pager,
    /// Whether there is no template at all.
    is_bare: bool,
}

/// A template.
struct Card {
    title: String,
    form: String,
    page: String,
    description: String,
    kind: String,
    makes: String,
    owner: Option<EntityLink>,
    tags: Vec<Tag>,
    success: Option<Status>,
    /// What is wrong with it, and where that is said.
    fault: Option<(String, String)>,
}

/// A form that was begun.
struct Begun {
    title: String,
    href: String,
    at: Moment,
}

/// A template as the catalog has it, and what was found of it.
struct Found {
    json: bytes::Bytes,
    faults: usize,
}

/// Answers [`urls::CREATE`].
pub(super) async fn show(
    State(state): State<AppState>,
    shell: Shell,
    viewer: Viewer,
    params: Params,
) -> Result<Response, PageError> {
    let filter = GalleryFilter::read(&params);
    let since = UnixMillis(state.clock.now().0 - COUNTED_MS);
    let counts = store::run_counts(&state.store, since).await?;
    let begun = match viewer.actor() {
        // Nobody's drafts are anybody's.
        ANONYMOUS => Vec::new(),
        user => drafts(state.runs.services(), user).await?,
    };
    let (found, total) = found(&state, &filter).await?;
    let page = GalleryPage::new(&state, &shell, filter, (found, total), (&counts, &begun));
    let rendered = if shell.wants("templates") {
        page.as_changing().render()
    } else {
        page.render()
    };
    respond::html(&shell, rendered)
}

/// The templates of a page, checked; and how many there are in all.
async fn found(state: &AppState, filter: &GalleryFilter) -> Result<(Vec<Found>, usize)> {
    let order = OrderField {
        field: "metadata.name".to_owned(),
        descending: false,
    };
    let page = state.catalog.read().query(&EntityQuery {
        filter: filter.filter(""),
        full_text: filter.full_text(),
        order: vec![order],
        limit: PAGE_SIZE,
        offset: (filter.page - 1) * PAGE_SIZE,
        with_total: true,
    });
    let total = page.total_items;
    // Every expression of every template is parsed.
    let actions = state.runs.actions().clone();
    let check = move || {
        let all = page.items.into_iter();
        all.map(|json| Found {
            faults: faults(&json, &actions),
            json,
        })
        .collect()
    };
    let checked = tokio::task::spawn_blocking(check).await;
    Ok((checked.map_err(Error::internal)?, total))
}

/// What a run would fail of. JSON is YAML, so what was read can be checked without its file.
fn faults(json: &[u8], actions: &Registry) -> usize {
    let Ok(text) = std::str::from_utf8(json) else {
        return 0;
    };
    let Ok(entity) = serde_json::from_str::<Value>(text) else {
        return 0;
    };
    let Some(raw) = split_documents(text).into_iter().next() else {
        return 0;
    };
    let found = check_template(&raw, &entity, actions).into_iter();
    found
        .filter(|found| found.severity == Severity::Error)
        .count()
}

impl GalleryPage {
    fn new(
        state: &AppState,
        shell: &Shell,
        filter: GalleryFilter,
        (found, total): (Vec<Found>, usize),
        (counts, begun): (&[RunCount], &[Draft]),
    ) -> Self {
        let catalog = state.catalog.read();
        let counts: HashMap<&str, &RunCount> = counts
            .iter()
            .map(|count| (count.template_ref.as_str(), count))
            .collect();
        let cards = found
            .iter()
            .filter_map(|found| card(&catalog, found, &counts));
        let begun = begun.iter().take(MAX_DRAFTS);
        Self {
            types: choices(&catalog, &filter, TYPE),
            owners: choices(&catalog, &filter, OWNER),
            tags: choices(&catalog, &filter, TAG),
            drafts: begun
                .map(|draft| Begun::new(&catalog, shell, draft))
                .collect(),
            cards: cards.collect(),
            pager: Pager::new(filter.page, PAGE_SIZE, total, |page| {
                filter.on_page(page).url()
            }),
            is_bare: filter.is_open() && total == 0,
            filter,
            shell: shell.clone(),
        }
    }

    fn total_words(&self) -> String {
        number::grouped(self.pager.total)
    }
}

fn card(catalog: &Snapshot<'_>, found: &Found, counts: &HashMap<&str, &RunCount>) -> Option<Card> {
    let summary = Summary::read(&found.json)?;
    let entity: Value = serde_json::from_slice(&found.json).ok()?;
    let template = TemplateEntity::read(&entity);
    let entity_ref = summary.entity_ref();
    let page = urls::entity(&entity_ref);
    let fault = match (&template, found.faults) {
        (Err(_), _) => Some("It is of a version that cannot be run.".to_owned()),
        (_, 0) => None,
        (_, 1) => Some("One thing in it would make it fail.".to_owned()),
        (_, count) => Some(format!("{count} things in it would make it fail.")),
    };
    let source = urls::with_query(&page, &[("view", "yaml")]);
    let owner = summary
        .owner()
        .map(|owner| EntityLink::find(catalog, &owner).leading_to_team(&owner));
    Some(Card {
        title: summary.title().to_owned(),
        form: urls::create(&entity_ref),
        description: shortened(summary.description(), DESCRIPTION_CHARS),
        kind: summary.spec_type().to_owned(),
        makes: template.as_ref().map(makes).unwrap_or_default(),
        owner,
        tags: summary
            .tags()
            .iter()
            .take(TAGS_SHOWN)
            .map(|tag| Tag::new(tag))
            .collect(),
        success: counts.get(entity_ref.as_str()).map(|count| success(count)),
        fault: fault.map(|told| (told, source)),
        page,
    })
}

/// `12 of 13 runs succeeded`
fn success(count: &RunCount) -> Status {
    let all = count.completed + count.failed;
    let tone = match (count.completed, count.failed) {
        (_, 0) => Tone::Ok,
        (good, bad) if good >= 4 * bad => Tone::Ok,
        (0, _) => Tone::Failed,
        _ => Tone::Degraded,
    };
    let runs = if all == 1 { "run" } else { "runs" };
    Status::new(
        tone,
        format!("{} of {all} {runs} succeeded", count.completed),
    )
}

/// The values of a key with their counts, the chosen one among them.
fn choices(catalog: &Snapshot<'_>, filter: &GalleryFilter, key: &str) -> Vec<Entry> {
    let chosen = match key {
        TYPE => &filter.kind,
        OWNER => &filter.owner,
        _ => &filter.tag,
    };
    let full_text = filter.full_text();
    let which = filter.filter(key);
    let which = Which {
        filter: &which,
        full_text: full_text.as_ref(),
    };
    let values = catalog.facet(key, which);
    let mut entries: Vec<Entry> = values
        .iter()
        .map(|value| Entry {
            label: format!("{} ({})", named(catalog, key, &value.value), value.count),
            is_chosen: value.value.eq_ignore_ascii_case(chosen),
            key: value.value.clone(),
        })
        .collect();
    if !chosen.is_empty() && !entries.iter().any(|entry| entry.is_chosen) {
        entries.push(Entry {
            label: format!("{} (0)", named(catalog, key, chosen)),
            is_chosen: true,
            key: chosen.clone(),
        });
    }
    entries
}

/// Owners by their titles, other values as they are.
fn named(catalog: &Snapshot<'_>, key: &str, value: &str) -> String {
    if key != OWNER {
        return value.to_owned();
    }
    let owner = EntityRef::from_canonical(&value.to_lowercase());
    EntityLink::find(catalog, &owner).text
}

impl Begun {
    fn new(catalog: &Snapshot<'_>, shell: &Shell, draft: &Draft) -> Self {
        Self {
            title: EntityLink::find(catalog, &draft.template).text,
            // It sends on to the first page that is not answered yet.
            href: urls::draft_review(&draft.template, &draft.id),
            at: Moment::new(draft.updated_at, shell.now),
        }
    }
}
