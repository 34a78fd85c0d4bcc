//! The head of every page about one entity: what it is, whose, and the tabs that have something in them.

use askama::{Template, filters::HtmlSafe};

use super::{
    super::{
        icons,
        link::{EntityLink, Tag, plural},
        sources::place::Place,
    },
    document::Document,
    spec::is_web_address,
};
use crate::{catalog::Snapshot, entity::EntityRef, urls};

/// The tab behind that of runs.
const HISTORY: &str = "History";

/// A tab of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages) enum Tab {
    /// About and relations.
    Overview,
    /// What an API looks like.
    Definition,
    /// The relation graph.
    Graph,
    /// Versions.
    History,
    /// Runs of templates that have to do with it.
    Runs,
    /// The document.
    Source,
    /// None: a page that asks something.
    None,
}

/// A tab as the header shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TabLink {
    label: &'static str,
    href: String,
    is_current: bool,
}

/// Something the strip below the title says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Brief {
    label: &'static str,
    links: Vec<EntityLink>,
    text: String,
}

/// The head of a page: `{{ header }}` in a template.
#[derive(Debug, Clone, Template)]
#[template(path = "entity/header.html")]
pub(in crate::pages) struct Header {
    /// Title, display name or name.
    pub(in crate::pages) title: String,
    /// As authored.
    pub(in crate::pages) kind: String,
    /// `metadata.description`
    pub(in crate::pages) description: String,
    icon: &'static str,
    kinds: String,
    kinds_href: String,
    entity_ref: String,
    namespace: Option<String>,
    briefs: Vec<Brief>,
    tags: Vec<Tag>,
    tabs: Vec<TabLink>,
    current: Tab,
    place: Option<Place>,
    edit: Option<String>,
    /// The page of the team, for Groups.
    team: Option<String>,
    /// The form of a template.
    create: Option<String>,
    refresh: String,
    /// The page that asks before it is deleted.
    pub(in crate::pages) delete: String,
    /// Whether there is an entity to do something with.
    is_live: bool,
}

impl HtmlSafe for Header {}

impl Header {
    /// For an entity of the catalog, on one of its tabs.
    pub(in crate::pages) fn new(
        catalog: &Snapshot<'_>,
        document: &Document,
        entity_ref: &EntityRef,
        tab: Tab,
    ) -> Self {
        let kind = document.text("/kind").to_owned();
        let title = ["/metadata/title", "/spec/profile/displayName"]
            .map(|pointer| document.text(pointer))
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_else(|| document.text("/metadata/name"));
        Self {
            title: title.to_owned(),
            description: document.text("/metadata/description").to_owned(),
            briefs: briefs(catalog, document),
            tags: document
                .list("/metadata/tags")
                .iter()
                .filter_map(|tag| tag.as_str().map(Tag::new))
                .collect(),
            tabs: tabs(entity_ref, document, tab),
            current: tab,
            place: (!document.file().is_empty()).then(|| Place::new(document.file(), None)),
            edit: edit_url(document),
            is_live: true,
            ..Self::of_ref(entity_ref, kind)
        }
    }

    /// With a tab for its runs, if there are some.
    pub(in crate::pages) fn with_runs(mut self, entity_ref: &EntityRef, has_runs: bool) -> Self {
        if has_runs {
            let before = self.tabs.iter().position(|tab| tab.label == HISTORY);
            let is_current = self.current == Tab::Runs;
            let runs = TabLink {
                label: "Runs",
                href: urls::with_query(&urls::entity(entity_ref), &[("view", "runs")]),
                is_current,
            };
            let at = before.unwrap_or(self.tabs.len().saturating_sub(1));
            self.tabs.insert(at, runs);
        }
        self
    }

    /// For an entity that is not there (any more).
    pub(in crate::pages) fn of_missing(entity_ref: &EntityRef) -> Self {
        let (first, rest) = entity_ref.kind().split_at(entity_ref.kind().len().min(1));
        Self::of_ref(entity_ref, first.to_uppercase() + rest)
    }

    fn of_ref(entity_ref: &EntityRef, kind: String) -> Self {
        Self {
            title: entity_ref.name().to_owned(),
            icon: icons::of_kind(&kind),
            kinds: plural(&kind),
            kinds_href: urls::catalog_of_kind(&kind),
            kind,
            description: String::new(),
            entity_ref: entity_ref.to_string(),
            namespace: (entity_ref.namespace() != "default")
                .then(|| entity_ref.namespace().to_owned()),
            briefs: Vec::new(),
            tags: Vec::new(),
            tabs: Vec::new(),
            current: Tab::None,
            place: None,
            edit: None,
            team: (entity_ref.kind() == "group").then(|| urls::team(entity_ref)),
            create: (entity_ref.kind() == "template").then(|| urls::create(entity_ref)),
            refresh: urls::entity_refresh(entity_ref),
            delete: urls::entity_delete(entity_ref),
            is_live: false,
        }
    }
}

/// Owner, part of, type, lifecycle: what one comes for.
fn briefs(catalog: &Snapshot<'_>, document: &Document) -> Vec<Brief> {
    let related = |label, kind: &str| {
        let relations = document.list("/relations").iter();
        let targets = relations
            .filter(|relation| relation["type"] == kind)
            .filter_map(|relation| relation["targetRef"].as_str())
            .map(EntityRef::from_canonical);
        Brief {
            label,
            links: targets
                .take(4)
                .map(|target| EntityLink::find(catalog, &target).leading_to_team(&target))
                .collect(),
            text: String::new(),
        }
    };
    let written = |label, pointer| Brief {
        label,
        links: Vec::new(),
        text: document.text(pointer).to_owned(),
    };
    [
        related("Owner", "ownedBy"),
        related("Part of", "partOf"),
        written("Type", "/spec/type"),
        written("Lifecycle", "/spec/lifecycle"),
    ]
    .into_iter()
    .filter(|brief| !brief.links.is_empty() || !brief.text.is_empty())
    .collect()
}

fn tabs(entity_ref: &EntityRef, document: &Document, current: Tab) -> Vec<TabLink> {
    let page = urls::entity(entity_ref);
    let view = |view| urls::with_query(&page, &[("view", view)]);
    let has_definition = !document.text("/spec/definition").is_empty();
    let has_relations = !document.list("/relations").is_empty();
    let is_written = !document.file().is_empty();
    [
        (true, Tab::Overview, "Overview", page.clone()),
        (has_definition, Tab::Definition, "API", view("api")),
        (
            has_relations,
            Tab::Graph,
            "Dependencies",
            urls::entity_graph(entity_ref),
        ),
        (
            is_written,
            Tab::History,
            HISTORY,
            urls::entity_history(entity_ref),
        ),
        (true, Tab::Source, "Source", view("yaml")),
    ]
    .into_iter()
    .filter(|(has_content, ..)| *has_content)
    .map(|(_, tab, label, href)| TabLink {
        label,
        href,
        is_current: tab == current,
    })
    .collect()
}

/// Where the file can be edited, if its host was recognised.
fn edit_url(document: &Document) -> Option<String> {
    ["backstage.io/edit-url", "backstage.io/view-url"]
        .map(|key| document.annotation(key))
        .into_iter()
        .find(|url| is_web_address(url))
        .map(str::to_owned)
}
