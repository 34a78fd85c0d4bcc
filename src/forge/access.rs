//! Who may do what: rights, protection of branches, variables, and whom a token belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What someone may do with a repository, from less to more. A host without a step takes the next lower one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// See and clone.
    Read,
    /// And sort issues and pull requests.
    Triage,
    /// And push.
    Write,
    /// And change settings that harm nobody.
    Maintain,
    /// And everything else.
    Admin,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Triage => "triage",
            Self::Write => "write",
            Self::Maintain => "maintain",
            Self::Admin => "admin",
        })
    }
}

/// Someone a right is given to, by their name on the host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grantee {
    /// A user.
    User(String),
    /// A team of the repository's owner (GitLab: a group, by its path).
    Team(String),
}

impl Grantee {
    /// Whether both are the same one: hosts tell names in the letters of their owner.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::User(one), Self::User(other)) | (Self::Team(one), Self::Team(other)) => {
                one.eq_ignore_ascii_case(other)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(name) => write!(f, "the user {name}"),
            Self::Team(name) => write!(f, "the team {name}"),
        }
    }
}

/// Someone with a right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Collaborator {
    /// Who.
    pub grantee: Grantee,
    /// What they may do.
    pub access: Access,
}

/// The rules of a branch. What a host does not know is left out, and shows when the rules are read back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a rule of its own")]
pub struct Protection {
    /// The branch, or a pattern where the host has those.
    pub branch: String,
    /// How many must approve before a merge.
    pub required_approvals: u32,
    /// Whether an approval is void when something is pushed after it.
    pub dismiss_stale_approvals: bool,
    /// Whether the owners of the code must be among them.
    pub require_code_owners: bool,
    /// Names of checks that must have passed.
    pub required_checks: Vec<String>,
    /// Whether the branch must hold all of its base before it is merged.
    pub require_up_to_date: bool,
    /// Whether commits must be signed.
    pub require_signed_commits: bool,
    /// Whether the rules bind administrators too.
    pub enforce_admins: bool,
    /// Who may push without a pull request; empty: nobody.
    pub may_push: Vec<Grantee>,
}

/// A value that pipelines of a repository see, and everyone may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name; hosts may write it in capitals.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Whom a token belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Their name on the host, as in addresses.
    pub login: String,
    /// As they are called; empty if they do not say.
    pub name: String,
    /// Where they are reached, if the host tells.
    pub email: Option<String>,
    /// Whether they may do everything on this host.
    pub is_admin: bool,
}
