//! The versions of an entity: who changed what, when and why; and what differs between any two.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};

use super::{
    author::Author,
    diff::{self, Diff, Row},
    entity::{Document, Header, Tab},
    error::PageError,
    moment::Moment,
    params::Params,
    path::{EntityPath, VersionPath},
    respond,
    runs::has_runs,
    shell::Shell,
    sources::place::Place,
};
use crate::{
    catalog::Snapshot,
    clock::UnixMillis,
    entity::EntityRef,
    error::{Error, Result},
    http::AppState,
    store::{self, Version},
    urls,
};

/// Versions shown.
const MAX_VERSIONS: u32 = 200;

/// The history of an entity.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(urls::ENTITY_HISTORY, get(list))
        .route(urls::ENTITY_VERSION, get(version))
}

#[derive(Template)]
#[template(path = "entity/history.html", blocks = ["change"])]
struct HistoryPage {
    shell: Shell,
    header: Header,
    address: String,
    change: Option<Change>,
    versions: Vec<Entry>,
    is_cut: bool,
}

/// What differs between two versions.
struct Change {
    diff: Diff,
    /// `None`: there was nothing before.
    old: Option<Entry>,
    new: Entry,
}

/// A version in the list.
#[derive(Clone)]
struct Entry {
    id: i64,
    href: String,
    event: Event,
    cause: String,
    at: Moment,
    by: Author,
    place: Option<Place>,
    is_old: bool,
    is_new: bool,
}

async fn list(
    State(state): State<AppState>,
    shell: Shell,
    EntityPath(entity_ref): EntityPath,
    params: Params,
) -> Result<Response, PageError> {
    let chosen = (params.number("from", 0), params.number("to", 0));
    show(&state, shell, &entity_ref, chosen).await
}

async fn version(
    State(state): State<AppState>,
    shell: Shell,
    EntityPath(entity_ref): EntityPath,
    VersionPath(version): VersionPath,
) -> Result<Response, PageError> {
    show(&state, shell, &entity_ref, (0, version)).await
}

/// The list, above it what differs between two versions: the chosen ones; `(0, to)` takes the one before,
/// `(_, 0)` the newest change.
async fn show(
    state: &AppState,
    shell: Shell,
    own: &EntityRef,
    (from, to): (i64, i64),
) -> Result<Response, PageError> {
    let versions = store::versions(&state.store, own, MAX_VERSIONS).await?;
    let document = Document::find(&state.catalog.read(), own);
    if versions.is_empty() && document.is_none() {
        return Err(Error::NotFound(format!("There never was a {own} in the catalog.")).into());
    }
    let chosen = match (to, versions.len()) {
        (0, 0 | 1) => None,
        (0, _) => Some((Some(1), 0)),
        _ => choose(&versions, from, to),
    };
    if to != 0 && chosen.is_none() {
        let missing = format!("There is no version {to} of {own} among its newest {MAX_VERSIONS}.");
        return Err(Error::NotFound(missing).into());
    }
    let texts = texts(state, &versions, chosen).await?;
    let files: Vec<&str> = versions
        .iter()
        .filter_map(|version| version.location_key.as_deref())
        .collect();
    let files = store::known_files(&state.store, &files).await?;
    let has_runs = match &document {
        Some(document) => has_runs(state, own, document).await?,
        None => false,
    };
    let catalog = state.catalog.read();
    let mut entries = entries(&catalog, &versions, shell.now, chosen);
    for (entry, version) in entries.iter_mut().zip(&versions) {
        let is_known = |file: &String| files.contains(file);
        let is_known = version.location_key.as_ref().is_some_and(is_known);
        entry.place = entry.place.take().map(|place| place.if_known(is_known));
    }
    let page = HistoryPage {
        header: match document {
            Some(document) => {
                Header::new(&catalog, &document, own, Tab::History).with_runs(own, has_runs)
            }
            None => Header::of_missing(own),
        },
        address: urls::entity_history(own),
        change: chosen.zip(texts).map(|((old, new), texts)| Change {
            old: old.map(|old| entries[old].clone()),
            new: entries[new].clone(),
            diff: diff::compare(&texts.0, &texts.1),
        }),
        is_cut: versions.len() == MAX_VERSIONS as usize,
        versions: entries,
        shell: shell.clone(),
    };
    drop(catalog);
    if shell.wants("change") {
        return respond::html(&shell, page.as_change().render());
    }
    respond::html(&shell, page.render())
}

/// Indices of the older and the newer version to compare. Versions are newest first.
fn choose(versions: &[Version], from: i64, to: i64) -> Option<(Option<usize>, usize)> {
    let index = |id: i64| versions.iter().position(|version| version.id == id);
    let new = index(to)?;
    if from == 0 {
        let before = new + 1;
        return Some(((before < versions.len()).then_some(before), new));
    }
    let old = index(from)?;
    Some((Some(old.max(new)), old.min(new)))
}

/// The texts of the versions to compare. A deletion has none.
async fn texts(
    state: &AppState,
    versions: &[Version],
    chosen: Option<(Option<usize>, usize)>,
) -> Result<Option<(String, String)>> {
    let Some((old, new)) = chosen else {
        return Ok(None);
    };
    let old = match old {
        Some(old) => versions[old].document(&state.store).await?,
        None => None,
    };
    let new = versions[new].document(&state.store).await?;
    Ok(Some((old.unwrap_or_default(), new.unwrap_or_default())))
}

fn entries(
    catalog: &Snapshot<'_>,
    versions: &[Version],
    now: UnixMillis,
    chosen: Option<(Option<usize>, usize)>,
) -> Vec<Entry> {
    let oldest = versions.len().saturating_sub(1);
    let is_complete = versions.len() < MAX_VERSIONS as usize;
    versions
        .iter()
        .enumerate()
        .map(|(index, version)| {
            let is_first = is_complete && index == oldest;
            Entry::new(catalog, version, now, is_first).chosen(index, chosen, oldest)
        })
        .collect()
}

impl Entry {
    fn new(catalog: &Snapshot<'_>, version: &Version, now: UnixMillis, is_first: bool) -> Self {
        Self {
            id: version.id,
            href: urls::entity_version(&version.entity_ref, version.id),
            event: Event::of(version, is_first),
            cause: version.cause.clone(),
            at: Moment::new(version.at, now),
            by: Author::new(catalog, &version.caused_by),
            place: version
                .location_key
                .as_deref()
                .map(|file| Place::new(file, Some(version.line))),
            is_old: false,
            is_new: false,
        }
    }

    /// Marks what is compared; the newest two if nothing is.
    fn chosen(
        mut self,
        index: usize,
        chosen: Option<(Option<usize>, usize)>,
        oldest: usize,
    ) -> Self {
        let (old, new) = chosen.unwrap_or((Some(1.min(oldest)), 0));
        self.is_old = old == Some(index);
        self.is_new = index == new;
        self
    }
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    FirstSeen,
    Changed,
    Deleted,
    BroughtBack,
}

impl Event {
    fn of(version: &Version, is_first: bool) -> Self {
        if version.deleted {
            Self::Deleted
        } else if version.cause == "deletion undone" {
            Self::BroughtBack
        } else if is_first {
            Self::FirstSeen
        } else {
            Self::Changed
        }
    }

    /// Name of an icon, class of the colour, words.
    fn shown(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::FirstSeen => ("add", "ok", "first seen"),
            Self::Changed => ("edit", "info", "changed"),
            Self::Deleted => ("delete", "failed", "deleted"),
            Self::BroughtBack => ("undo", "ok", "brought back"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, UnixMillis, Version, choose};
    use crate::entity::EntityRef;

    fn version(id: i64, cause: &str, deleted: bool) -> Version {
        Version {
            id,
            entity_ref: EntityRef::new("component", "default", "x"),
            at: UnixMillis(0),
            cause: cause.to_owned(),
            caused_by: "system".to_owned(),
            deleted,
            location_key: None,
            text_hash: None,
            line: 1,
            lines: 0,
        }
    }

    #[test]
    fn the_older_of_two_versions_is_on_the_left() {
        let versions = [9, 5, 2].map(|id| version(id, "reconcile", false));
        let cases = [
            ((0, 9), Some((Some(1), 0))),
            ((0, 2), Some((None, 2))),
            ((2, 9), Some((Some(2), 0))),
            ((9, 2), Some((Some(2), 0))),
            ((5, 5), Some((Some(1), 1))),
            ((0, 7), None),
            ((7, 9), None),
        ];
        for ((from, to), expected) in cases {
            assert_eq!(choose(&versions, from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn a_version_says_what_happened() {
        let cases = [
            (version(1, "deleted", true), false, Event::Deleted),
            (
                version(1, "deletion undone", false),
                false,
                Event::BroughtBack,
            ),
            (version(1, "reconcile", false), true, Event::FirstSeen),
            (version(1, "file changed", false), false, Event::Changed),
        ];
        for (version, is_first, event) in cases {
            assert_eq!(Event::of(&version, is_first), event);
        }
    }
}
