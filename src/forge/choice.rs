//! What a host has to choose from: the lists behind the pickers of a form.

use super::RepositoryId;

/// A list of a host, as whoever the token belongs to sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChoicesOf {
    /// Organisations, groups with the user themselves, workspaces.
    Owners,
    /// The projects of a workspace of Bitbucket, by their keys.
    Projects {
        /// The workspace.
        workspace: String,
    },
    /// Repositories: on GitHub all there are, elsewhere those of an owner.
    Repositories {
        /// The number of a group or user of GitLab; a workspace of Bitbucket.
        owner: Option<String>,
        /// The key of a project of Bitbucket.
        project: Option<String>,
    },
    /// The branches of a repository.
    Branches(RepositoryId),
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the host knows it by.
    pub id: String,
    /// What people know it by, where that is something else.
    pub title: Option<String>,
}

impl Choice {
    /// One that is known by one name only.
    #[must_use]
    pub(super) fn named(id: String) -> Self {
        Self { id, title: None }
    }
}
