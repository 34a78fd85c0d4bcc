//! A folder or a file of a repository, at a branch or a commit.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    super::{error::PageError, params::Params, shell::Shell},
    file, folder,
    place::{Address, Place},
};
use crate::{
    error::Error,
    git::{CommitId, EntryKind},
    http::AppState,
    urls,
};

/// The root of the default branch. An address that ends in `.git` is one to clone from: people are led to the page.
pub(super) async fn root(
    State(state): State<AppState>,
    shell: Shell,
    address: Address,
    uri: axum::http::Uri,
) -> Result<Response, PageError> {
    let place = Place::find(&state, address).await?;
    let canonical = urls::repository(&place.repository.name);
    if uri.path() != canonical {
        return Ok(Redirect::permanent(&canonical).into_response());
    }
    folder::show(&state, &shell, place).await
}

/// Files are changed by pushes: the address of an editor leads to the page of the file.
pub(super) async fn edit(uri: axum::http::Uri) -> Redirect {
    Redirect::to(&uri.path().replacen("/_edit/", "/src/branch/", 1))
}

/// Whatever is at a path.
pub(super) async fn show(
    State(state): State<AppState>,
    shell: Shell,
    address: Address,
    params: Params,
) -> Result<Response, PageError> {
    let place = Place::find(&state, address).await?;
    let Some(commit) = &place.commit else {
        return folder::show(&state, &shell, place).await;
    };
    if place.path.is_empty() {
        return folder::show(&state, &shell, place).await;
    }
    let entry = place.repository.git.entry(commit, &place.path).await?;
    match entry {
        Some(entry) if entry.kind == EntryKind::Folder => folder::show(&state, &shell, place).await,
        Some(entry) => file::show(&state, &shell, (place, entry), params.number("page", 1)).await,
        None => Err(Error::NotFound(format!(
            "There is no {} at {}.",
            place.path.escape_debug(),
            place.revision.escape_debug()
        ))
        .into()),
    }
}

/// A commit is shown by its files.
pub(super) async fn commit(
    State(state): State<AppState>,
    address: Address,
) -> Result<Response, PageError> {
    let place = Place::find(&state, address).await?;
    let commit = place
        .commit
        .as_ref()
        .map(CommitId::as_str)
        .unwrap_or_default();
    let files = urls::repository_source(&place.repository.name, ("commit", commit), "");
    Ok(Redirect::temporary(&files).into_response())
}
