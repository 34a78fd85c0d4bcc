//! The first page: what needs somebody, what there is, what changed lately and why.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    attention::Counts,
    error::PageError,
    icons,
    link::{EntityLink, plural},
    moment::Moment,
    number, respond,
    runs::{RunRow, mine},
    shell::Shell,
    status::{Status, Tone},
};
use crate::{
    catalog::{Filter, Snapshot},
    clock::UnixMillis,
    entity::EntityRef,
    http::{AppState, Viewer},
    store::{self, Version},
    urls,
};

/// Versions looked at for what changed lately.
const VERSIONS: u32 = 200;
/// Lines of what changed lately.
const CHANGES: usize = 12;
/// Entities a line names; the others are counted.
const NAMED: usize = 3;
/// Versions this close together, of one cause, are one change.
const TOGETHER_MS: i64 = 120_000;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shell: Shell,
    waiting: Vec<Waiting>,
    /// Runs of who looks that go on, wait or failed lately.
    runs: Vec<RunRow>,
    /// `All 12 files are read …`, where nothing waits.
    well: String,
    kinds: Vec<KindCount>,
    changes: Vec<ChangeLine>,
}

/// Something that waits for somebody.
struct Waiting {
    status: Status,
    text: &'static str,
    href: &'static str,
    action: &'static str,
}

/// How many there are of a kind.
struct KindCount {
    label: String,
    icon: &'static str,
    href: String,
    count: String,
}

/// One change, of one or several entities.
struct ChangeLine {
    moment: Moment,
    verb: &'static str,
    links: Vec<EntityLink>,
    more: usize,
    cause: String,
    by: Option<EntityLink>,
}

/// Answers [`urls::HOME`].
pub(super) async fn home(
    State(state): State<AppState>,
    shell: Shell,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let versions = store::recent_versions(&state.store, VERSIONS).await?;
    let runs = match viewer.user() {
        Ok(user) => mine(&state, user.entity_ref.as_str(), shell.now).await?,
        Err(_) => Vec::new(),
    };
    let page = HomePage::new(shell.clone(), &state.catalog.read(), versions, runs);
    respond::html(&shell, page.render())
}

impl HomePage {
    fn new(
        shell: Shell,
        catalog: &Snapshot<'_>,
        versions: Vec<Version>,
        runs: Vec<RunRow>,
    ) -> Self {
        let changes = group(versions)
            .into_iter()
            .take(CHANGES)
            .map(|change| ChangeLine::new(catalog, &change, shell.now))
            .collect();
        Self {
            waiting: waiting(&shell.attention),
            runs,
            well: well(&shell.attention),
            kinds: kinds(catalog),
            changes,
            shell,
        }
    }
}

fn waiting(counts: &Counts) -> Vec<Waiting> {
    let all = [
        (
            counts.held_removals,
            Tone::Failed,
            ("source", "sources"),
            "returned far less than before: its entities stay until somebody agrees",
            (urls::REMOVALS, "Decide"),
        ),
        (
            counts.broken_files,
            Tone::Degraded,
            ("file", "files"),
            "cannot be read, or hold documents that were refused",
            (urls::BROKEN_FILES, "See what is wrong"),
        ),
        (
            counts.conflicting_files,
            Tone::Degraded,
            ("file", "files"),
            "with a document about an entity that another file describes already",
            (urls::CONFLICTING_FILES, "See which"),
        ),
        (
            counts.orphans,
            Tone::Unknown,
            ("orphan", "orphans"),
            "kept, though no file lists them any more",
            (urls::ORPHANS, "Look through"),
        ),
    ];
    all.into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, tone, (one, many), text, (href, action))| Waiting {
            status: Status::new(
                tone,
                format!("{count} {}", if count == 1 { one } else { many }),
            ),
            text,
            href,
            action,
        })
        .collect()
}

fn well(counts: &Counts) -> String {
    match counts.files {
        0 => "No file has been read yet.".to_owned(),
        1 => "The one file is read, and every document in it was taken.".to_owned(),
        files => format!(
            "All {} files are read, and every document was taken.",
            number::grouped(files)
        ),
    }
}

fn kinds(catalog: &Snapshot<'_>) -> Vec<KindCount> {
    let mut kinds = catalog.facet("kind", &Filter::All).to_vec();
    kinds.sort_by_key(|kind| icons::rank(&kind.value));
    kinds
        .into_iter()
        .map(|kind| KindCount {
            label: plural(&kind.value),
            icon: icons::of_kind(&kind.value),
            href: urls::catalog_of_kind(&kind.value),
            count: number::grouped(usize::try_from(kind.count).unwrap_or(usize::MAX)),
        })
        .collect()
}

/// Versions that came of one cause.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    at: UnixMillis,
    cause: String,
    by: String,
    deleted: bool,
    /// Each once, the newest first.
    entities: Vec<EntityRef>,
}

/// Joins neighbours (newest first) of one cause: a file with forty documents is one change.
fn group(versions: Vec<Version>) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for version in versions {
        let same = changes.last_mut().filter(|last| {
            (&last.cause, &last.by, last.deleted)
                == (&version.cause, &version.caused_by, version.deleted)
                && last.at.0 - version.at.0 <= TOGETHER_MS
        });
        if let Some(last) = same {
            if !last.entities.contains(&version.entity_ref) {
                last.entities.push(version.entity_ref);
            }
        } else {
            changes.push(Change {
                at: version.at,
                cause: version.cause,
                by: version.caused_by,
                deleted: version.deleted,
                entities: vec![version.entity_ref],
            });
        }
    }
    changes
}

impl ChangeLine {
    fn new(catalog: &Snapshot<'_>, change: &Change, now: UnixMillis) -> Self {
        let mut known: HashMap<&EntityRef, EntityLink> = HashMap::new();
        let links = change.entities.iter().take(NAMED).map(|entity| {
            known
                .entry(entity)
                .or_insert_with(|| EntityLink::find(catalog, entity))
                .clone()
        });
        Self {
            moment: Moment::new(change.at, now),
            verb: if change.deleted { "Removed" } else { "Changed" },
            links: links.collect(),
            more: change.entities.len().saturating_sub(NAMED),
            cause: because(&change.cause),
            by: (change.by != "system")
                .then(|| EntityLink::find(catalog, &EntityRef::from_canonical(&change.by))),
        }
    }
}

/// A cause of a version (`ingest`) as people say it.
fn because(cause: &str) -> String {
    match cause {
        "start" => "found at the start",
        "reconcile" => "found when comparing",
        "refresh" => "refreshed",
        "registered" => "source registered",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(name: &str, at: i64, cause: &str) -> Version {
        Version {
            id: at,
            entity_ref: EntityRef::new("component", "default", name),
            at: UnixMillis(at),
            cause: cause.to_owned(),
            caused_by: "system".to_owned(),
            deleted: false,
            location_key: None,
            text_hash: None,
            line: 1,
            lines: 1,
        }
    }

    #[test]
    fn versions_of_one_cause_are_one_change() {
        let changes = group(vec![
            version("c", 900_000, "file changed"),
            version("b", 899_000, "file changed"),
            version("b", 898_000, "file changed"),
            version("a", 897_000, "refresh"),
            version("a", 100_000, "refresh"),
        ]);
        let sizes: Vec<usize> = changes.iter().map(|change| change.entities.len()).collect();
        assert_eq!(sizes, [2, 1, 1]);
        assert_eq!(changes[0].at, UnixMillis(900_000));
    }

    #[test]
    fn only_what_is_there_waits() {
        assert!(waiting(&Counts::default()).is_empty());
        let counts = Counts {
            broken_files: 2,
            orphans: 1,
            ..Counts::default()
        };
        let words: Vec<String> = waiting(&counts)
            .iter()
            .map(|w| w.status.to_string())
            .collect();
        assert_eq!(words.len(), 2);
        assert!(words[0].contains("2 files"), "{}", words[0]);
        assert!(words[1].contains("1 orphan<"), "{}", words[1]);
    }
}
