//! A file of a repository: its text with line numbers; of a link, where it points.

use askama::Template;
use axum::response::Response;

use super::{
    super::{
        code::{Excerpt, Language, MAX_LINES},
        error::PageError,
        pager::Pager,
        respond,
        shell::Shell,
    },
    folder::title,
    head::Head,
    place::Place,
    text::{size, visible, visible_name},
};
use crate::{
    error::Result,
    git::{EntryKind, TreeEntry},
    http::AppState,
    urls,
};

/// A larger file is not shown.
const MAX_SHOWN: usize = 1024 * 1024;

#[derive(Template)]
#[template(path = "git/file.html")]
struct FilePage {
    shell: Shell,
    head: Head,
    title: String,
    what: String,
    shown: Shown,
    pager: Pager,
}

/// What can be shown of it.
enum Shown {
    Text(Excerpt),
    /// Where a link points, which is not looked at.
    Link(String),
    /// Why not.
    Nothing(&'static str),
}

pub(super) async fn show(
    state: &AppState,
    shell: &Shell,
    (place, entry): (Place, TreeEntry),
    wanted: usize,
) -> Result<Response, PageError> {
    let text = read(&place, &entry).await?;
    let lines: Vec<&str> = match &text {
        Content::Text(text) => text.lines().collect(),
        _ => Vec::new(),
    };
    let page = wanted.clamp(1, lines.len().div_ceil(MAX_LINES).max(1));
    let name = &place.repository.name;
    let pager = Pager::new(page, MAX_LINES, lines.len(), |page| {
        let path = urls::repository_source(name, (place.kind, &place.revision), &place.path);
        urls::with_query(&path, &[("page", &page.to_string())])
    });
    let shown = match &text {
        Content::Link(target) => Shown::Link(target.clone()),
        Content::None(why) => Shown::Nothing(why),
        Content::Text(_) if lines.is_empty() => Shown::Nothing("It is empty."),
        Content::Text(_) => Shown::Text(Excerpt {
            label: visible_name(&place.path),
            is_linked: true,
            ..Excerpt::new(
                &lines,
                language(&place.path),
                ((page - 1) * MAX_LINES + 1, MAX_LINES),
                &[],
            )
        }),
    };
    let what = match entry.kind {
        EntryKind::Link => "Symbolic link".to_owned(),
        EntryKind::Submodule => "Submodule".to_owned(),
        EntryKind::Executable => format!("Program, {}", size(entry.size)),
        _ => size(entry.size),
    };
    let page = FilePage {
        head: Head::new(state, shell, &place, false)?,
        title: title(&place),
        what: if lines.is_empty() {
            what
        } else {
            format!("{what}, {} lines", lines.len())
        },
        shown,
        pager,
        shell: shell.clone(),
    };
    respond::html(shell, page.render())
}

/// What a file holds, as far as it is shown.
enum Content {
    Text(String),
    Link(String),
    None(&'static str),
}

async fn read(place: &Place, entry: &TreeEntry) -> Result<Content> {
    if entry.kind == EntryKind::Submodule {
        return Ok(Content::None(
            "It is another repository at some commit, which is not looked at.",
        ));
    }
    if entry.size > MAX_SHOWN as u64 {
        return Ok(Content::None(
            "It is larger than 1 MiB, and is not shown here. Clone the repository to see it.",
        ));
    }
    let bytes = place.repository.git.blob(&entry.id, MAX_SHOWN).await?;
    if entry.kind == EntryKind::Link {
        return Ok(Content::Link(visible_name(&String::from_utf8_lossy(
            &bytes,
        ))));
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(Content::Text(visible(&text.replace("\r\n", "\n")))),
        _ => Ok(Content::None(
            "It is no text. Clone the repository to see it.",
        )),
    }
}

/// How the file of a path is coloured.
pub(in crate::pages) fn language(path: &str) -> Language {
    let ending = path.rsplit('.').next().unwrap_or_default().to_lowercase();
    match ending.as_str() {
        "yaml" | "yml" | "json" => Language::Yaml,
        "graphql" | "sh" | "py" | "toml" | "tf" | "rb" | "ini" => Language::Code,
        _ => Language::Plain,
    }
}
