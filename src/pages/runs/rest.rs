//! What came of a run: what it hands over, what it made, what it fetched, who takes it back.

use askama::{Template, filters::HtmlSafe};
use serde_json::Value;

use super::{
    super::{entity::is_web_address, git::text::visible, link::EntityLink, status::Status},
    effects::{self, EffectRow, Source},
    loaded::Loaded,
    pipelines::{self, PipelineRow},
    status::of_run,
};
use crate::{catalog::Snapshot, entity::EntityRef, http::AppState, store::Run, urls};

/// Links and texts of an output that are shown.
const MAX_OUTPUTS: usize = 100;

/// What came of a run: `{{ rest }}` in a template.
#[derive(Debug, Clone, Template)]
#[template(path = "runs/rest.html")]
pub(super) struct Rest {
    links: Vec<OutputLink>,
    texts: Vec<OutputText>,
    effects: Vec<EffectRow>,
    pipelines: Vec<PipelineRow>,
    sources: Vec<Source>,
    undo_runs: Vec<Other>,
    /// Whether files can be looked at.
    files: Option<String>,
    is_undo: bool,
    is_live: bool,
}

impl HtmlSafe for Rest {}

/// A link that the template hands over.
#[derive(Debug, Clone)]
enum OutputLink {
    /// Out of the portal, or to a page of it.
    Web { href: String, title: String },
    /// To an entity.
    Entity { link: EntityLink, title: String },
}

/// A text that the template hands over; Markdown, shown as it is written.
#[derive(Debug, Clone)]
struct OutputText {
    title: String,
    content: String,
}

/// Another run.
#[derive(Debug, Clone)]
struct Other {
    href: String,
    status: Status,
}

impl Rest {
    pub(super) fn new(state: &AppState, catalog: &Snapshot<'_>, loaded: &Loaded) -> Self {
        Self {
            links: items(&loaded.output, "links")
                .filter_map(|link| OutputLink::new(catalog, link))
                .collect(),
            texts: items(&loaded.output, "text")
                .filter_map(OutputText::new)
                .collect(),
            effects: effects::rows(state, catalog, loaded),
            pipelines: pipelines::rows(state, loaded),
            sources: effects::sources(state, loaded),
            undo_runs: loaded.undo_runs.iter().map(Other::new).collect(),
            files: loaded
                .has_files
                .then(|| urls::run_part(&loaded.run.id, "files")),
            is_undo: loaded.is_undo(),
            is_live: loaded.is_live(),
        }
    }
}

fn items<'v>(output: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    let list = output[key].as_array().map(Vec::as_slice);
    list.unwrap_or_default().iter().take(MAX_OUTPUTS)
}

impl OutputLink {
    /// `None` for one that leads nowhere safe.
    fn new(catalog: &Snapshot<'_>, link: &Value) -> Option<Self> {
        let title = link["title"].as_str().unwrap_or_default().to_owned();
        if let Some(written) = link["entityRef"].as_str() {
            let entity_ref = EntityRef::parse(written, None, "default").ok()?;
            let link = EntityLink::find(catalog, &entity_ref);
            return Some(Self::Entity { link, title });
        }
        let href = link["url"].as_str()?.to_owned();
        let is_page = href.starts_with('/') && !href.starts_with("//") && !href.contains('\\');
        if !is_page && !is_web_address(&href) {
            return None;
        }
        let title = if title.is_empty() {
            href.clone()
        } else {
            title
        };
        Some(Self::Web { href, title })
    }
}

impl OutputText {
    fn new(text: &Value) -> Option<Self> {
        let content = visible(&text["content"].as_str()?.replace("\r\n", "\n"));
        Some(Self {
            title: text["title"].as_str().unwrap_or_default().to_owned(),
            content: content.trim().to_owned(),
        })
    }
}

impl Other {
    fn new(run: &Run) -> Self {
        Self {
            href: urls::run(&run.id),
            status: of_run(run),
        }
    }
}
