//! All repositories of the local Git host.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    super::{
        author::Author, error::PageError, moment::Moment, pager::Pager, params::Params, respond,
        shell::Shell,
    },
    text::visible_name,
};
use crate::{
    error::{Error, Result},
    forge::{LocalHost, LocalRepository},
    http::AppState,
    urls,
};

/// Repositories on a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "git/list.html", blocks = ["results"])]
struct ListPage {
    shell: Shell,
    term: String,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    name: String,
    href: String,
    description: String,
    by: Option<Author>,
    at: Moment,
}

/// The host. [`Error::NotFound`] where there is none.
pub(super) fn host(state: &AppState) -> Result<&LocalHost> {
    let host = state.local_git.as_ref();
    host.ok_or_else(|| {
        Error::NotFound(
            "There is no page at this address: this portal keeps no repositories of its own."
                .to_owned(),
        )
    })
}

pub(super) async fn show(
    State(state): State<AppState>,
    shell: Shell,
    params: Params,
) -> Result<Response, PageError> {
    let host = host(&state)?;
    let term = params.text("q").to_lowercase();
    let mut found = host.list().await?;
    found.retain(|repository| {
        let description = repository.ownership.description.to_lowercase();
        repository.name.to_string().contains(&term) || description.contains(&term)
    });
    let page = params
        .number("page", 1)
        .clamp(1, found.len().div_ceil(PAGE).max(1));
    let pager = Pager::new(page, PAGE, found.len(), |page| {
        let page = page.to_string();
        urls::with_query(urls::REPOSITORIES, &[("q", &term), ("page", &page)])
    });
    let shown = found.iter().skip((page - 1) * PAGE).take(PAGE);
    let page = ListPage {
        term: params.text("q").to_owned(),
        rows: shown
            .map(|repository| Row::new(&state, &shell, repository))
            .collect(),
        pager,
        shell: shell.clone(),
    };
    if shell.wants("results") {
        return respond::html(&shell, page.as_results().render());
    }
    respond::html(&shell, page.render())
}

impl Row {
    fn new(state: &AppState, shell: &Shell, repository: &LocalRepository) -> Self {
        let ownership = &repository.ownership;
        let by = ownership.created_by.as_deref();
        Self {
            name: repository.name.to_string(),
            href: urls::repository(&repository.name),
            description: visible_name(&ownership.description),
            by: by.map(|by| Author::new(&state.catalog.read(), by)),
            at: Moment::new(ownership.created_at, shell.now),
        }
    }
}
