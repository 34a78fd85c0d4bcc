//! The commit a file was read at, shown short and linked to its page on the host.

use askama::{Template, filters::HtmlSafe};
use url::Url;

use crate::{
    forge::{CommitId, authority},
    http::AppState,
    store::File,
};

/// A commit: `{{ revision }}` in a template.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r#"<a class="place" href="{{ href }}" title="{{ commit }}" rel="noopener noreferrer">{{ commit.short() }}</a>"#,
    ext = "html"
)]
pub(in crate::pages) struct Revision {
    href: String,
    commit: CommitId,
}

impl HtmlSafe for Revision {}

impl Revision {
    /// The commit a file was read at, if it lies in a repository.
    pub(in crate::pages) fn of(state: &AppState, file: &File) -> Option<Self> {
        let commit = CommitId(file.revision.clone()?);
        let url = Url::parse(file.location_ref.strip_prefix("url:")?).ok()?;
        let integration = state.forges.integration(&authority(&url))?;
        let href = state
            .forges
            .address(&url)?
            .commit_url(integration, commit.as_str());
        Some(Self { href, commit })
    }

    /// Whether a location is a file on a host of ours, at a branch that can be committed to.
    pub(in crate::pages) fn is_of_a_branch(state: &AppState, location_ref: &str) -> bool {
        let url = location_ref
            .strip_prefix("url:")
            .and_then(|target| Url::parse(target).ok());
        let found = url.and_then(|url| state.forges.at(&url));
        found.is_some_and(|(_, address)| {
            let revision = address.revision.as_deref();
            !address.path.is_empty() && !revision.is_some_and(CommitId::is_commit)
        })
    }
}
