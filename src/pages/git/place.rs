//! The place in a repository that an address names: `branch/{branch}/{path}`, where branches may have slashes.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use super::super::error::PageError;
use crate::{
    error::{Error, Result},
    forge::{LocalRepository, RepositoryName},
    git::{Branch, CommitId},
    http::AppState,
};

/// The parts of an address about a repository.
#[derive(Debug, Clone)]
pub(super) struct Address {
    name: RepositoryName,
    /// `branch`, `tag` or `commit`.
    kind: String,
    /// Revision and path.
    rest: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Error::Input("The address is not valid UTF-8.".to_owned()))?;
        let part = |name: &str| {
            let mut params = params.iter();
            let found = params.find(|(key, _)| *key == name);
            found.map(|(_, value)| value).unwrap_or_default()
        };
        Ok(Self {
            name: RepositoryName::parse(part("owner"), part("repo"))?,
            kind: part("kind").to_owned(),
            rest: part("place").to_owned(),
        })
    }
}

/// A revision of a repository, and a path in it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) repository: LocalRepository,
    pub(super) branches: Vec<Branch>,
    pub(super) default_branch: String,
    /// `branch` or `commit`, as in addresses.
    pub(super) kind: &'static str,
    /// A branch or tag, or a whole commit id.
    pub(super) revision: String,
    /// `None`: nothing is committed yet.
    pub(super) commit: Option<CommitId>,
    /// Empty for the root.
    pub(super) path: String,
}

impl Place {
    /// The place an address names. [`Error::NotFound`] if there is no such repository or revision.
    pub(super) async fn find(state: &AppState, address: Address) -> Result<Self> {
        let host = super::list::host(state)?;
        let found = host.find(&address.name).await?;
        let repository = found
            .ok_or_else(|| Error::NotFound(format!("There is no repository {}.", address.name)))?;
        let branches = repository.git.branches().await?;
        let default_branch = repository.git.default_branch().await?;
        let mut place = Self {
            repository,
            branches,
            kind: "branch",
            revision: default_branch.clone(),
            commit: None,
            path: String::new(),
            default_branch,
        };
        if address.rest.is_empty() {
            let head = place
                .branches
                .iter()
                .find(|branch| branch.name == place.default_branch);
            place.commit = head.map(|branch| branch.commit.clone());
        } else {
            place.resolve(&address).await?;
        }
        Ok(place)
    }

    /// The longest beginning that is a branch; else the first part, as a tag or a commit.
    async fn resolve(&mut self, address: &Address) -> Result<()> {
        let rest = address.rest.trim_matches('/');
        let is_beginning = |name: &str| {
            let after = rest.strip_prefix(name);
            after.is_some_and(|after| after.is_empty() || after.starts_with('/'))
        };
        let found = (address.kind != "commit")
            .then(|| {
                self.branches
                    .iter()
                    .filter(|branch| is_beginning(&branch.name))
            })
            .and_then(|branches| branches.max_by_key(|branch| branch.name.len()));
        let (revision, commit) = match found {
            Some(branch) => (branch.name.clone(), branch.commit.clone()),
            None => {
                let first = rest.split('/').next().unwrap_or_default();
                let commit = self.repository.git.resolve(first).await?;
                let commit = commit.ok_or_else(|| {
                    Error::NotFound(format!(
                        "{} has no branch, tag or commit {}.",
                        self.repository.name,
                        first.escape_debug()
                    ))
                })?;
                (first.to_owned(), commit)
            }
        };
        if CommitId::parse(&revision).is_some() {
            self.kind = "commit";
        }
        self.path = String::from(rest[revision.len()..].trim_matches('/'));
        self.revision = revision;
        self.commit = Some(commit);
        Ok(())
    }
}
