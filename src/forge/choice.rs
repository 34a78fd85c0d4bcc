//! What a host has to choose from: the lists behind the pickers of a form.

use super::RepositoryId;

/// A list of a host, as whoever the token belongs to sees it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ChoicesOf {
    /// Organisations, groups with the user themselves, workspaces, projects of Bitbucket Data Center.
    Owners,
    /// Whoever repositories can be named under. On GitHub the user themselves, their organisations, and where an app
    /// is installed; on GitLab the groups in which they develop; elsewhere the owners.
    Accounts,
    /// The projects of a workspace of Bitbucket, by their keys; those of an organisation of Azure DevOps.
    Projects {
        /// The workspace, or the organisation.
        workspace: String,
    },
    /// Repositories: those of an owner; on GitHub and Gitea all there are, where none is named.
    Repositories {
        /// As addresses write it, or the number of a group or user of GitLab.
        owner: Option<String>,
        /// The key of a project of Bitbucket Cloud.
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
    /// What addresses call it: an owner, a repository without its owner, a branch.
    pub name: String,
}

impl Choice {
    /// One that is known by one name only.
    #[must_use]
    pub(super) fn named(name: String) -> Self {
        Self {
            id: name.clone(),
            title: None,
            name,
        }
    }
}
