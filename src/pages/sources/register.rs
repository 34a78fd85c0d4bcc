//! Registering a location: one address, a look at what it would bring, then the decision.

use std::collections::BTreeSet;

use askama::Template;
use axum::{Form, extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::super::{
    code::{Excerpt, Finding, Language, Mark},
    entity::Document,
    error::PageError,
    flash,
    form::Field,
    icons,
    params::Params,
    respond,
    shell::Shell,
    status::{Status, Tone},
};
use crate::{
    catalog::Snapshot,
    entity::ref_of,
    error::{Error, Result},
    http::{AppState, Viewer},
    ingest::{DryRun, Fault, NewLocation, OnConflict},
    urls,
};

/// Entities listed in a preview.
const MAX_LISTED: usize = 100;
/// Lines shown before and after one that is wrong.
const CONTEXT: usize = 2;
const HELP: &str =
    "Of a catalog file, as you see it in the browser on its Git host, or its raw address.";

#[derive(Deserialize)]
pub(super) struct Answers {
    #[serde(default)]
    target: String,
    /// `look` or `register`.
    #[serde(default)]
    intent: String,
}

#[derive(Template)]
#[template(path = "sources/register.html")]
struct RegisterPage {
    shell: Shell,
    field: Field,
    /// What is wrong at the other end.
    faults: Vec<Found>,
    hosts: Vec<String>,
    preview: Option<Preview>,
    is_readonly: bool,
}

/// What registering would bring.
struct Preview {
    target: String,
    is_registered: bool,
    entities: Vec<Coming>,
    total: usize,
    conflicts: usize,
}

/// An entity that would come.
struct Coming {
    icon: &'static str,
    kind: String,
    name: String,
    note: String,
    status: Status,
}

/// Something wrong at the other end.
enum Found {
    /// With a file that was read: where, and the line among its neighbours.
    InText { place: String, text: Excerpt },
    /// With reading itself.
    Reading(Mark),
}

impl Found {
    fn new(fault: &Fault) -> Self {
        let diagnostic = &fault.diagnostic;
        let Some((file, position)) = fault.file.as_deref().zip(diagnostic.position) else {
            return Self::Reading(Mark::new(diagnostic, None));
        };
        let lines: Vec<&str> = file.text.lines().collect();
        let line = position.line as usize;
        let first = line.saturating_sub(CONTEXT).max(1);
        let finding = Finding {
            diagnostic,
            first: 1,
            last: lines.len(),
        };
        let shown = (first, line + CONTEXT + 1 - first);
        let text = Excerpt::new(&lines, Language::Yaml, shown, &[finding]);
        Self::InText {
            place: format!("{}:{line}", file.location.target),
            text: Excerpt {
                label: "What it says there".to_owned(),
                ..text
            },
        }
    }
}

impl RegisterPage {
    fn new(state: &AppState, shell: &Shell, target: &str) -> Self {
        Self {
            field: Field {
                name: "target",
                label: "Address",
                help: HELP,
                value: target.to_owned(),
                is_required: true,
                ..Field::default()
            },
            faults: Vec::new(),
            hosts: hosts(state),
            preview: None,
            is_readonly: state.config.catalog.readonly,
            shell: shell.clone(),
        }
    }

    fn refuse(mut self, fault: impl Into<String>) -> Result<Response, PageError> {
        self.field.fault = fault.into();
        respond::with_status(&self.shell, StatusCode::UNPROCESSABLE_ENTITY, self.render())
    }
}

/// Hosts that may be read, as far as the configuration names them.
fn hosts(state: &AppState) -> Vec<String> {
    let config = &state.config;
    let read = config
        .backend
        .reading_allow
        .iter()
        .map(|allowed| &allowed.host);
    let integrated = config.integrations.iter();
    let hosts: BTreeSet<String> = read
        .chain(integrated.map(|integration| &integration.host))
        .cloned()
        .collect();
    hosts.into_iter().collect()
}

pub(super) async fn show(
    State(state): State<AppState>,
    shell: Shell,
    params: Params,
) -> Result<Response, PageError> {
    let page = RegisterPage::new(&state, &shell, params.text("target"));
    respond::html(&shell, page.render())
}

pub(super) async fn submit(
    State(state): State<AppState>,
    shell: Shell,
    viewer: Viewer,
    Form(answers): Form<Answers>,
) -> Result<Response, PageError> {
    let target = answers.target.trim();
    let page = RegisterPage::new(&state, &shell, target);
    let is_address = Url::parse(target).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !is_address {
        return page.refuse("Write an address that begins with https:// and names a file.");
    }
    let new = NewLocation {
        kind: "url".to_owned(),
        target: target.to_owned(),
        presence: None,
    };
    if answers.intent == "register" {
        let by = viewer.actor();
        return register(&state, page, new, by).await;
    }
    look(&state, page, new).await
}

async fn register(
    state: &AppState,
    page: RegisterPage,
    new: NewLocation,
    by: &str,
) -> Result<Response, PageError> {
    match state.ingest.register(new, OnConflict::Reject, by).await {
        Ok(location) => {
            let origin = format!("{}:{}", location.kind, location.target);
            let files = urls::with_query(urls::SOURCE_FILES, &[("origin", &origin)]);
            let told = "Registered. These are the files it leads to, and what became of them.";
            Ok(flash::redirect(&files, Tone::Ok, told))
        }
        Err(Error::Conflict(_)) => page.refuse("This address is registered already."),
        Err(Error::Input(fault)) => page.refuse(fault),
        Err(other) => Err(other.into()),
    }
}

/// Reads what the address leads to, and changes nothing.
async fn look(
    state: &AppState,
    mut page: RegisterPage,
    new: NewLocation,
) -> Result<Response, PageError> {
    let target = new.target.clone();
    match state.ingest.preview(new).await {
        Ok(found) => {
            page.preview = Some(Preview::new(&state.catalog.read(), target, &found));
            respond::html(&page.shell, page.render())
        }
        Err(refusal) => match refusal.error {
            Error::Input(message) => {
                page.faults = refusal.faults.iter().map(Found::new).collect();
                if page.faults.is_empty() {
                    return page.refuse(message);
                }
                page.refuse("What it leads to cannot be taken as it is: see above.")
            }
            other => Err(other.into()),
        },
    }
}

impl Preview {
    fn new(catalog: &Snapshot<'_>, target: String, found: &DryRun) -> Self {
        // The first is the Location that the portal would make: that is no news.
        let coming = found.entities.iter().skip(1);
        let entities: Vec<Coming> = coming.map(|entity| Coming::new(catalog, entity)).collect();
        Self {
            target,
            is_registered: found.exists,
            total: entities.len(),
            conflicts: entities
                .iter()
                .filter(|entity| !entity.note.is_empty())
                .count(),
            entities: entities.into_iter().take(MAX_LISTED).collect(),
        }
    }
}

impl Coming {
    fn new(catalog: &Snapshot<'_>, entity: &Value) -> Self {
        let entity_ref = ref_of(entity);
        let kind = entity["kind"].as_str().unwrap_or_default();
        let file = &entity["metadata"]["annotations"]["backstage.io/managed-by-location"];
        let known = entity_ref
            .as_ref()
            .and_then(|entity_ref| Document::find(catalog, entity_ref));
        let (status, note) = match known {
            None => (Status::new(Tone::Ok, "new"), String::new()),
            Some(known) if Some(known.file()) == file.as_str() => {
                (Status::new(Tone::Unknown, "known"), String::new())
            }
            Some(known) => (
                Status::new(Tone::Degraded, "taken"),
                format!("stays with {}", super::place::short_name(known.file())),
            ),
        };
        Self {
            icon: icons::of_kind(kind),
            kind: kind.to_owned(),
            name: entity_ref
                .map(|entity_ref| entity_ref.to_string())
                .unwrap_or_default(),
            note,
            status,
        }
    }
}
