//! Where the catalog comes from: locations, files and what became of them; what was removed, and the way back.

mod deleted;
mod document;
mod file;
mod files;
mod locations;
pub(super) mod place;
mod refresh;
mod register;
mod removals;
mod remove;
pub(super) mod revision;
pub(super) mod verdicts;

use askama::{Template, filters::HtmlSafe};
use axum::{
    Router,
    routing::{get, post},
};

use super::shell::Shell;
use crate::{http::AppState, urls};

/// The pages about sources.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(urls::SOURCES, get(locations::show))
        .route(urls::SOURCE_FILES, get(files::show))
        .route(urls::SOURCE_FILE, get(file::show))
        .route(
            urls::SOURCE_REGISTER,
            get(register::show).post(register::submit),
        )
        .route(urls::SOURCE_REFRESH, post(refresh::refresh))
        .route(urls::SOURCE_REMOVE, get(remove::ask).post(remove::remove))
        .route(urls::REMOVALS, get(removals::show).post(removals::accept))
        .route(urls::DELETED, get(deleted::show).post(deleted::undo))
}

/// The tabs of these pages: `{{ tabs }}` in a template.
#[derive(Template)]
#[template(path = "sources/tabs.html")]
struct Tabs {
    items: [(&'static str, &'static str, usize); 4],
    current: &'static str,
}

impl HtmlSafe for Tabs {}

impl Tabs {
    /// On the page at one of their addresses.
    fn new(shell: &Shell, current: &'static str) -> Self {
        let waiting = &shell.attention;
        Self {
            items: [
                ("Locations", urls::SOURCES, 0),
                ("Files", urls::SOURCE_FILES, waiting.broken_files),
                ("Held removals", urls::REMOVALS, waiting.held_removals),
                ("Deleted", urls::DELETED, 0),
            ],
            current,
        }
    }

    fn is_current(&self, href: &str) -> bool {
        self.current == href
    }
}
