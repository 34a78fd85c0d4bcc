//! The files a run made: a tree for each place they went to, and what changed in them.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    super::{
        diff::Row,
        error::PageError,
        git::text::{size, visible_name},
        link::EntityLink,
        params::Params,
        respond,
        shell::Shell,
    },
    asked::Asked,
    difference::{Room, Shown},
};
use crate::{
    entity::EntityRef,
    error::{Error, Result},
    http::AppState,
    scaffolder::{FileChange, MadeFiles},
    urls,
};

/// Files listed of each place.
const MAX_LISTED: usize = 1_000;

#[derive(Template)]
#[template(path = "runs/files.html")]
struct FilesPage {
    shell: Shell,
    title: String,
    run_href: String,
    places: Vec<PlaceView>,
    /// The one file that is asked for.
    one: Option<String>,
    all_href: String,
}

/// Where files went.
struct PlaceView {
    /// `None`: the run's folder.
    target: Option<String>,
    total: usize,
    files: Vec<FileView>,
    left_out: usize,
}

struct FileView {
    path: String,
    size: String,
    /// Word and class of the colour.
    change: (&'static str, &'static str),
    shown: Shown,
}

/// Answers [`crate::urls::RUN_FILES`]; with `path`, one file alone.
pub(super) async fn page(
    State(state): State<AppState>,
    shell: Shell,
    asked: Asked,
    params: Params,
) -> Result<Response, PageError> {
    let id = &asked.run.id;
    let made = state.runs.made(id).await?;
    let mut found = state.runs.made_files(id, &made).await?;
    let one = Some(params.text("path").to_owned()).filter(|path| !path.is_empty());
    if let Some(path) = &one {
        only(&mut found, path)?;
    }
    let mut room = if one.is_some() {
        Room::of_one()
    } else {
        Room::of_all()
    };
    let mut places = Vec::new();
    for some in found {
        places.push(PlaceView::read(&state, id, some, &mut room).await?);
    }
    let template = EntityRef::from_canonical(&asked.run.template_ref);
    let page = FilesPage {
        title: EntityLink::find(&state.catalog.read(), &template).text,
        run_href: urls::run(id),
        places,
        one: one.map(|path| visible_name(&path)),
        all_href: urls::run_part(id, "files"),
        shell: shell.clone(),
    };
    respond::html(&shell, page.render())
}

/// Keeps the files of one path. [`Error::NotFound`] if there is none.
fn only(found: &mut Vec<MadeFiles>, path: &str) -> Result<()> {
    for some in found.iter_mut() {
        some.files.retain(|file| file.path == path);
    }
    found.retain(|some| !some.files.is_empty());
    if found.is_empty() {
        return Err(Error::NotFound(
            "This run made no file of that name. Look at all of its files.".to_owned(),
        ));
    }
    Ok(())
}

impl PlaceView {
    async fn read(state: &AppState, id: &str, found: MadeFiles, room: &mut Room) -> Result<Self> {
        let total = found.files.len();
        let mut files = Vec::new();
        for file in found.files.into_iter().take(MAX_LISTED) {
            files.push(FileView {
                shown: Shown::of(state, id, &file, room).await?,
                path: visible_name(&file.path),
                size: size(file.size_bytes),
                change: word(file.change),
            });
        }
        Ok(Self {
            target: found.target,
            left_out: total - files.len(),
            total,
            files,
        })
    }
}

fn word(change: FileChange) -> (&'static str, &'static str) {
    match change {
        FileChange::Added => ("added", "came"),
        FileChange::Changed => ("changed", "info"),
        FileChange::Deleted => ("deleted", "went"),
    }
}
