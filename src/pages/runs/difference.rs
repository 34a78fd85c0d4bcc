//! What is seen of a file that a run made: what changed in it, line by line, or what it holds.

use super::super::{
    code::Excerpt,
    diff::{self, Diff},
    git::{
        language,
        text::{visible, visible_name},
    },
};
use crate::{
    error::{Error, Result},
    http::AppState,
    scaffolder::{FileChange, FileContent, MadeFile},
    urls,
};

/// Bytes of texts on the page together, so that it stays light; the rest is a link away.
const MAX_TOGETHER: u64 = 64 * 1024;
/// Files whose text is on the page.
const MAX_OPEN: usize = 60;
/// A larger text is not shown.
const MAX_SHOWN: u64 = 512 * 1024;
/// Rows of a comparison.
const MAX_ROWS: usize = 4_000;

const GONE: &str = "It is not kept any more: the files of a run go seven days after its end.";
const SECRET: &str = "The run carried secrets, and a file may hold one: it is not shown.";
const TOO_LARGE: &str = "It is too large to be shown here.";
const NO_TEXT: &str = "It is no text.";

/// What can be shown of a file.
pub(super) enum Shown {
    /// All it holds, and what is to be said about that; may be empty.
    Text(Excerpt, &'static str),
    /// What changed in it, and whether there is more of that.
    Difference(Diff, bool),
    /// On a page of its own.
    Elsewhere(String),
    /// Why not.
    Nothing(&'static str),
}

/// What is still to be put on the page.
pub(super) struct Room {
    bytes: u64,
    files: usize,
}

/// What a text that is kept came to.
enum Kept {
    Text(String),
    /// Why there is none.
    Nothing(&'static str),
}

impl Room {
    /// Of a page with all files.
    pub(super) fn of_all() -> Self {
        Self {
            bytes: MAX_TOGETHER,
            files: MAX_OPEN,
        }
    }

    /// Of a page with one file, as it was and as it is.
    pub(super) fn of_one() -> Self {
        Self {
            bytes: 2 * MAX_SHOWN,
            files: MAX_OPEN,
        }
    }

    /// Whether there was room for so many bytes more.
    fn take(&mut self, bytes: u64) -> bool {
        if bytes > self.bytes || self.files == 0 {
            return false;
        }
        self.bytes -= bytes;
        self.files -= 1;
        true
    }
}

impl Shown {
    /// What can be shown of a file of a run.
    pub(super) async fn of(
        state: &AppState,
        run: &str,
        file: &MadeFile,
        room: &mut Room,
    ) -> Result<Self> {
        if file.change == FileChange::Deleted && file.base.is_none() {
            return Ok(Self::Nothing("It was deleted."));
        }
        let before = file.base.as_ref().map_or(0, |base| base.size_bytes);
        if file.size_bytes > MAX_SHOWN || before > MAX_SHOWN {
            return Ok(Self::Nothing(TOO_LARGE));
        }
        if !room.take(file.size_bytes + before) {
            let files = urls::run_part(run, "files");
            let alone = urls::with_query(&files, &[("path", &file.path)]);
            return Ok(Self::Elsewhere(alone));
        }
        let is = match file.change {
            FileChange::Deleted => Kept::Text(String::new()),
            _ => Kept::find(state, run, &file.hash).await?,
        };
        let was = match &file.base {
            Some(base) => Some(Kept::find(state, run, &base.hash).await?),
            None => None,
        };
        Ok(match (was, is) {
            (_, Kept::Nothing(why)) => Self::Nothing(why),
            (Some(Kept::Text(was)), Kept::Text(is)) => Self::compared(&file.path, was, is).await?,
            (Some(Kept::Nothing(_)), Kept::Text(_)) if file.change == FileChange::Deleted => {
                Self::Nothing("It was deleted.")
            }
            (_, Kept::Text(is)) => Self::whole(file, &is),
        })
    }

    fn whole(file: &MadeFile, text: &str) -> Self {
        if text.is_empty() {
            return Self::Nothing("It is empty.");
        }
        let remark = match file.change {
            FileChange::Changed => {
                "What it was before is not kept, or is no text: this is all it holds now."
            }
            _ => "",
        };
        let (path, language) = (visible_name(&file.path), language(&file.path));
        Self::Text(Excerpt::whole(&path, text, language), remark)
    }

    async fn compared(path: &str, was: String, is: String) -> Result<Self> {
        // A long text takes its time.
        let compared = tokio::task::spawn_blocking(move || diff::compare(&was, &is)).await;
        let mut compared = compared.map_err(Error::internal)?;
        if compared.is_empty() {
            return Ok(Self::Nothing("Its text is the same as before."));
        }
        let is_cut = compared.rows.len() > MAX_ROWS;
        compared.rows.truncate(MAX_ROWS);
        compared.of = visible_name(path);
        Ok(Self::Difference(compared, is_cut))
    }
}

impl Kept {
    async fn find(state: &AppState, run: &str, hash: &str) -> Result<Self> {
        Ok(match state.runs.file(run, hash).await? {
            None => Self::Nothing(GONE),
            Some(FileContent::Secret) => Self::Nothing(SECRET),
            Some(FileContent::Bytes(bytes)) => match String::from_utf8(bytes) {
                Ok(text) if !text.contains('\0') => {
                    Self::Text(visible(&text.replace("\r\n", "\n")))
                }
                _ => Self::Nothing(NO_TEXT),
            },
        })
    }
}
