//! The local Git host's repositories: files, commits, and the line to clone one. Everything from a repository is
//! shown as text, whatever it claims to be.

mod commits;
mod file;
mod folder;
mod head;
mod list;
mod place;
mod source;
pub(super) mod text;

use axum::{Router, routing::get};

pub(super) use file::language;

use crate::{http::AppState, urls};

/// The pages about repositories.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(urls::REPOSITORIES, get(list::show))
        .route(urls::REPOSITORY, get(source::root))
        .route(urls::REPOSITORY_SOURCE, get(source::show))
        .route(urls::REPOSITORY_EDIT, get(source::edit))
        .route(urls::REPOSITORY_COMMITS, get(commits::show))
        .route(urls::REPOSITORY_COMMIT, get(source::commit))
}
