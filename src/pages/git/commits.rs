//! The commits of a branch, newest first.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    super::{
        error::PageError, moment::Moment, pager::Pager, params::Params, respond, shell::Shell,
    },
    head::Head,
    place::{Address, Place},
    text::visible_name,
};
use crate::{error::Result, http::AppState, urls};

/// Commits on a page.
const PAGE: usize = 50;
/// Older ones are seen in a clone.
const MAX_COMMITS: usize = 10_000;

#[derive(Template)]
#[template(path = "git/commits.html")]
struct CommitsPage {
    shell: Shell,
    head: Head,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    subject: String,
    href: String,
    short: String,
    author: String,
    email: String,
    at: Moment,
}

pub(super) async fn show(
    State(state): State<AppState>,
    shell: Shell,
    address: Address,
    params: Params,
) -> Result<Response, PageError> {
    let place = Place::find(&state, address).await?;
    let git = &place.repository.git;
    let name = &place.repository.name;
    let (mut total, mut commits) = (0, Vec::new());
    let mut page = 1;
    if let Some(start) = &place.commit {
        total = git.count(start, "", MAX_COMMITS).await?;
        page = params
            .number("page", 1)
            .clamp(1, total.div_ceil(PAGE).max(1));
        commits = git.log(start, "", ((page - 1) * PAGE, PAGE)).await?;
    }
    let pager = Pager::new(page, PAGE, total, |page| {
        let path = urls::repository_commits(name, &place.revision);
        urls::with_query(&path, &[("page", &page.to_string())])
    });
    let rows = commits.iter().map(|commit| Row {
        subject: visible_name(commit.subject()),
        href: urls::repository_source(name, ("commit", commit.id.as_str()), ""),
        short: commit.id.short().to_owned(),
        author: visible_name(&commit.author.name),
        email: visible_name(&commit.author.email),
        at: Moment::new(commit.at, shell.now),
    });
    let page = CommitsPage {
        rows: rows.collect(),
        head: Head::new(&state, &shell, &place, true)?,
        pager,
        shell: shell.clone(),
    };
    respond::html(&shell, page.render())
}
