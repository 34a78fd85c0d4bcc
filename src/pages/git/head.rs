//! What stands above every page of a repository: where one is, the branches, the line to clone it.

use askama::{Template, filters::HtmlSafe};

use super::{
    super::{author::Author, moment::Moment, shell::Shell},
    list,
    place::Place,
    text::visible_name,
};
use crate::{error::Result, http::AppState, urls};

/// The head of a page about a repository: `{{ head }}` in a template.
#[derive(Debug, Template)]
#[template(path = "git/head.html")]
pub(super) struct Head {
    /// `owner/name`
    pub(super) name: String,
    owner: String,
    href: String,
    description: String,
    clone_url: String,
    made: (Option<Author>, Moment),
    revision: String,
    is_branch: bool,
    branches: Vec<(String, String)>,
    files_href: String,
    commits_href: String,
    /// Folders above, then the name of what is shown.
    crumbs: Vec<(String, String)>,
    is_commits: bool,
}

impl HtmlSafe for Head {}

impl Head {
    /// For a page about files, or with `is_commits` about commits.
    pub(super) fn new(
        state: &AppState,
        shell: &Shell,
        place: &Place,
        is_commits: bool,
    ) -> Result<Self> {
        let host = list::host(state)?;
        let repository = &place.repository;
        let (name, ownership) = (&repository.name, &repository.ownership);
        let maker = ownership.created_by.as_deref();
        let source =
            |path: &str| urls::repository_source(name, (place.kind, &place.revision), path);
        let commits = |branch: &str| urls::repository_commits(name, branch);
        let mut crumbs = vec![(name.name().to_owned(), source(""))];
        let mut path = String::new();
        for part in place.path.split('/').filter(|part| !part.is_empty()) {
            path = format!("{path}/{part}");
            crumbs.push((visible_name(part), source(path.trim_start_matches('/'))));
        }
        Ok(Self {
            name: name.to_string(),
            owner: name.owner().to_owned(),
            href: urls::repository(name),
            description: visible_name(&ownership.description),
            clone_url: format!("{}.git", host.address(name)),
            made: (
                maker.map(|by| Author::new(&state.catalog.read(), by)),
                Moment::new(ownership.created_at, shell.now),
            ),
            revision: match place.kind {
                "commit" => place.revision.chars().take(8).collect(),
                _ => visible_name(&place.revision),
            },
            is_branch: place.kind == "branch",
            branches: place
                .branches
                .iter()
                .map(|branch| {
                    let href = if is_commits {
                        commits(&branch.name)
                    } else {
                        urls::repository_source(name, ("branch", &branch.name), "")
                    };
                    (visible_name(&branch.name), href)
                })
                .collect(),
            files_href: source(""),
            commits_href: commits(&place.revision),
            crumbs,
            is_commits,
        })
    }
}
