//! The files a run would make, as the review shows them.

use super::super::{
    code::Excerpt,
    git::{
        language,
        text::{size, visible, visible_name},
    },
};
use crate::scaffolder::preview::{Preview, PreviewFile};

/// Bytes of texts on the page together, so that it stays light.
const MAX_TOGETHER: usize = 64 * 1024;
/// Files whose text is on the page.
const MAX_OPEN: usize = 60;
/// Files listed for each step.
const MAX_LISTED: usize = 500;

/// The files of a step that publishes some.
pub(super) struct Place {
    /// What the step is called; empty: no step publishes anything.
    pub(super) step: String,
    pub(super) total: usize,
    pub(super) files: Vec<FileView>,
    pub(super) left_out: usize,
}

/// A file.
pub(super) struct FileView {
    pub(super) path: String,
    pub(super) size: String,
    pub(super) is_executable: bool,
    pub(super) shown: Shown,
}

/// What can be shown of a file.
pub(super) enum Shown {
    Text(Excerpt),
    /// Why not.
    Nothing(&'static str),
}

/// What is still to be put on the page.
struct Room {
    bytes: usize,
    files: usize,
}

/// The files of a preview, by the step that publishes them; `name` calls steps as people do.
pub(super) fn places(preview: &Preview, name: impl Fn(&str) -> String) -> Vec<Place> {
    let mut room = Room {
        bytes: MAX_TOGETHER,
        files: MAX_OPEN,
    };
    let mut places: Vec<Place> = Vec::new();
    let mut last: Option<Option<&str>> = None;
    for file in &preview.files {
        let step = file.step_id.as_deref();
        if last != Some(step) {
            last = Some(step);
            places.push(Place {
                step: step.map(&name).unwrap_or_default(),
                total: 0,
                files: Vec::new(),
                left_out: 0,
            });
        }
        let Some(place) = places.last_mut() else {
            continue;
        };
        place.total += 1;
        if place.files.len() < MAX_LISTED {
            place.files.push(FileView::new(file, &mut room));
        } else {
            place.left_out += 1;
        }
    }
    places
}

impl FileView {
    fn new(file: &PreviewFile, room: &mut Room) -> Self {
        Self {
            path: visible_name(&file.path),
            size: size(file.content.len() as u64),
            is_executable: file.is_executable,
            shown: shown(file, room),
        }
    }
}

fn shown(file: &PreviewFile, room: &mut Room) -> Shown {
    let text = std::str::from_utf8(&file.content).ok();
    let Some(text) = text.filter(|text| !text.contains('\0')) else {
        return Shown::Nothing("no text");
    };
    if text.is_empty() {
        return Shown::Nothing("empty");
    }
    if room.files == 0 || text.len() > room.bytes {
        return Shown::Nothing("too long to be shown here");
    }
    room.files -= 1;
    room.bytes -= text.len();
    let text = visible(&text.replace("\r\n", "\n"));
    let label = visible_name(&file.path);
    Shown::Text(Excerpt::whole(&label, &text, language(&file.path)))
}
