//! A folder of a repository.

use askama::Template;
use axum::response::Response;

use super::{
    super::{
        code::{Excerpt, Language},
        error::PageError,
        moment::Moment,
        respond,
        shell::Shell,
    },
    head::Head,
    place::Place,
    text::{size, visible, visible_name},
};
use crate::{
    error::Result,
    git::{Commit, EntryKind, TreeEntry},
    http::AppState,
    urls,
};

/// Entries on a page.
const MAX_ENTRIES: usize = 1_000;
/// A longer read-me is looked at on its own page.
const MAX_README: usize = 64 * 1024;

#[derive(Template)]
#[template(path = "git/folder.html")]
struct FolderPage {
    shell: Shell,
    head: Head,
    title: String,
    is_empty: bool,
    last: Option<Last>,
    above: Option<String>,
    rows: Vec<Row>,
    left_out: usize,
    readme: Option<(String, Excerpt)>,
}

/// The last commit.
struct Last {
    subject: String,
    author: String,
    at: Moment,
    short: String,
    href: String,
}

struct Row {
    name: String,
    /// `None`: its name is no text.
    href: Option<String>,
    icon: &'static str,
    kind: &'static str,
    size: String,
}

pub(super) async fn show(
    state: &AppState,
    shell: &Shell,
    place: Place,
) -> Result<Response, PageError> {
    let git = &place.repository.git;
    let (mut entries, mut last, mut readme) = (Vec::new(), None, None);
    if let Some(commit) = &place.commit {
        entries = git.tree(commit, &place.path, false).await?;
        let log = git.log(commit, "", (0, 1)).await?;
        last = log.first().map(|commit| Last::new(shell, &place, commit));
        readme = self::readme(&place, &entries).await?;
    }
    entries.sort_by_key(|entry| (entry.kind != EntryKind::Folder, entry.path.to_lowercase()));
    let above = place.path.rsplit_once('/').map_or("", |(above, _)| above);
    let above = (!place.path.is_empty()).then(|| address(&place, above));
    let shown = entries.iter().take(MAX_ENTRIES);
    let page = FolderPage {
        head: Head::new(state, shell, &place, false)?,
        title: title(&place),
        is_empty: place.commit.is_none(),
        last,
        above,
        left_out: entries.len().saturating_sub(MAX_ENTRIES),
        rows: shown.map(|entry| Row::new(&place, entry)).collect(),
        readme,
        shell: shell.clone(),
    };
    respond::html(shell, page.render())
}

/// What the window is called.
pub(super) fn title(place: &Place) -> String {
    if place.path.is_empty() {
        return place.repository.name.to_string();
    }
    format!("{} · {}", visible_name(&place.path), place.repository.name)
}

fn address(place: &Place, path: &str) -> String {
    urls::repository_source(&place.repository.name, (place.kind, &place.revision), path)
}

async fn readme(place: &Place, entries: &[TreeEntry]) -> Result<Option<(String, Excerpt)>> {
    let is_readme = |entry: &&TreeEntry| {
        let name = entry.path.to_lowercase();
        let is_file = matches!(entry.kind, EntryKind::File | EntryKind::Executable);
        is_file && ["readme.md", "readme.txt", "readme"].contains(&name.as_str())
    };
    let Some(entry) = entries.iter().find(is_readme) else {
        return Ok(None);
    };
    if entry.size > MAX_README as u64 {
        return Ok(None);
    }
    let bytes = place.repository.git.blob(&entry.id, MAX_README).await?;
    let Ok(text) = String::from_utf8(bytes) else {
        return Ok(None);
    };
    let name = visible_name(&entry.path);
    let excerpt = Excerpt::whole(&name, &visible(&text), Language::Plain);
    Ok(Some((name, excerpt)))
}

impl Last {
    fn new(shell: &Shell, place: &Place, commit: &Commit) -> Self {
        Self {
            subject: visible_name(commit.subject()),
            author: visible_name(&commit.author.name),
            at: Moment::new(commit.at, shell.now),
            short: commit.id.short().to_owned(),
            href: urls::repository_source(
                &place.repository.name,
                ("commit", commit.id.as_str()),
                "",
            ),
        }
    }
}

impl Row {
    fn new(place: &Place, entry: &TreeEntry) -> Self {
        let (icon, kind) = match entry.kind {
            EntryKind::Folder => ("folder", "Folder"),
            EntryKind::File => ("file", "File"),
            EntryKind::Executable => ("file", "Program"),
            EntryKind::Link => ("link", "Link"),
            EntryKind::Submodule => ("repository", "Submodule"),
        };
        let path = format!("{}/{}", place.path, entry.path);
        let is_file = matches!(entry.kind, EntryKind::File | EntryKind::Executable);
        let is_named = !entry.path.contains(char::REPLACEMENT_CHARACTER);
        Self {
            name: visible_name(&entry.path),
            href: is_named.then(|| address(place, path.trim_start_matches('/'))),
            icon,
            kind,
            size: if is_file {
                size(entry.size)
            } else {
                String::new()
            },
        }
    }
}
