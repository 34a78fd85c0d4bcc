//! The files a run made: a tree for each place they went to, and what they hold.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    super::{
        code::Excerpt,
        error::PageError,
        git::{
            language,
            text::{size, visible, visible_name},
        },
        link::EntityLink,
        params::Params,
        respond,
        shell::Shell,
    },
    asked::Asked,
};
use crate::{
    entity::EntityRef,
    error::{Error, Result},
    http::AppState,
    scaffolder::{FileChange, FileContent, MadeFile, MadeFiles},
    urls,
};

/// Bytes of texts on the page together, so that it stays light; the rest is a link away.
const MAX_TOGETHER: u64 = 64 * 1024;
/// Files whose text is on the page.
const MAX_OPEN: usize = 60;
/// A larger file is not shown.
const MAX_SHOWN: u64 = 512 * 1024;
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

/// What can be shown of a file.
enum Shown {
    Text(Excerpt),
    /// On a page of its own.
    Elsewhere(String),
    /// Why not.
    Nothing(&'static str),
}

/// What is still to be put on the page.
struct Room {
    bytes: u64,
    files: usize,
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
    let mut room = Room {
        bytes: if one.is_some() {
            MAX_SHOWN
        } else {
            MAX_TOGETHER
        },
        files: MAX_OPEN,
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
                shown: shown(state, id, &file, room).await?,
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

async fn shown(state: &AppState, id: &str, file: &MadeFile, room: &mut Room) -> Result<Shown> {
    if file.change == FileChange::Deleted {
        return Ok(Shown::Nothing("It was deleted."));
    }
    if file.size_bytes > MAX_SHOWN {
        return Ok(Shown::Nothing("It is too large to be shown here."));
    }
    if file.size_bytes > room.bytes || room.files == 0 {
        let files = urls::run_part(id, "files");
        let alone = urls::with_query(&files, &[("path", &file.path)]);
        return Ok(Shown::Elsewhere(alone));
    }
    room.bytes -= file.size_bytes;
    room.files -= 1;
    Ok(match state.runs.file(id, &file.hash).await? {
        None => Shown::Nothing(
            "It is not kept any more: the files of a run go seven days after its end.",
        ),
        Some(FileContent::Secret) => {
            Shown::Nothing("The run carried secrets, and a file may hold one: it is not shown.")
        }
        Some(FileContent::Bytes(bytes)) => match String::from_utf8(bytes) {
            Ok(text) if text.is_empty() => Shown::Nothing("It is empty."),
            Ok(text) if !text.contains('\0') => Shown::Text(Excerpt::whole(
                &visible_name(&file.path),
                &visible(&text.replace("\r\n", "\n")),
                language(&file.path),
            )),
            _ => Shown::Nothing("It is no text."),
        },
    })
}
