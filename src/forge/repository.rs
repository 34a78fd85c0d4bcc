//! Repositories: which, what they are, how they are made.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// Names a repository on its host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RepositoryId {
    /// Who it belongs to, as the host's addresses write it: a user, an organisation, `group/subgroup` (GitLab),
    /// a project key (Bitbucket Data Center), `organization/project` (Azure DevOps).
    pub owner: String,
    /// Its name in addresses.
    pub name: String,
}

impl RepositoryId {
    /// The repository `name` of `owner`.
    pub fn new(owner: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            owner: owner.into(),
            name: name.into(),
        }
    }
}

impl fmt::Display for RepositoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// A repository as its host tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Its name now; a host may answer for an old one.
    pub id: RepositoryId,
    /// The host's own number, as text: stays when the repository is renamed.
    pub host_id: String,
    /// Its page.
    pub web_url: Url,
    /// Where it is cloned by HTTP; `remoteUrl` of `publish:*`.
    pub clone_url: Url,
    /// The branch that counts; hosts name one even where nothing is committed yet.
    pub default_branch: String,
    /// In a few words; empty for none.
    pub description: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// Whether nothing is committed yet.
    pub is_empty: bool,
    /// Whether it takes no changes any more.
    pub is_archived: bool,
    /// Whether repositories are made from it.
    pub is_template: bool,
    /// Words it is found by.
    pub topics: Vec<String>,
}

/// Who sees a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Whom it is shared with.
    #[default]
    Private,
    /// Everyone who signs in to the host, where it knows that difference; else private.
    Internal,
    /// Everyone.
    Public,
}

/// A repository to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRepository {
    /// Its owner and name.
    pub id: RepositoryId,
    /// In a few words; a run's mark may stand in it.
    pub description: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// The branch that counts. `None`: the host decides.
    pub default_branch: Option<String>,
    /// Whether a first commit with a read-me is made, so that branches can be.
    pub with_readme: bool,
    /// The key of the project it belongs to, on Bitbucket Cloud; `None`: the oldest of the workspace.
    pub project: Option<String>,
}

/// What of a repository is changed; `None` leaves as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RepositoryChange {
    /// In a few words.
    pub description: Option<String>,
    /// A page about it.
    pub homepage: Option<String>,
    /// Who sees it.
    pub visibility: Option<Visibility>,
    /// The branch that counts; it must exist.
    pub default_branch: Option<String>,
    /// Whether it takes no changes any more: the gentle way to take one back.
    pub archived: Option<bool>,
    /// Whether repositories are made from it.
    pub template: Option<bool>,
    /// All words it is found by.
    pub topics: Option<Vec<String>>,
    /// Whether it has issues.
    pub has_issues: Option<bool>,
    /// Whether it has a wiki.
    pub has_wiki: Option<bool>,
    /// Whether it has projects.
    pub has_projects: Option<bool>,
    /// Whether a branch goes when its pull request is merged.
    pub delete_branch_on_merge: Option<bool>,
    /// Whether pull requests may be merged by a merge commit.
    pub allow_merge_commit: Option<bool>,
    /// Whether they may be squashed.
    pub allow_squash_merge: Option<bool>,
    /// Whether they may be rebased.
    pub allow_rebase_merge: Option<bool>,
}
