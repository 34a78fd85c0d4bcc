//! Web addresses of repositories and files: taken apart and put together as each product writes them.
//!
//! What is relative to such an address, and where it is edited, is `entity`'s (`resolve_url`, `source_links`).

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use url::Url;

use super::RepositoryId;
use crate::{
    config::Integration,
    entity::{ScmHost, gitiles_place},
};

/// What a segment of a path may not hold as it is.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A place in a repository, as a web address names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// The repository.
    pub repository: RepositoryId,
    /// A branch, a tag or a commit; `None`: the default branch.
    pub revision: Option<String>,
    /// From the root of the repository, without slashes at its ends; empty: the root.
    pub path: String,
}

impl Address {
    /// Takes a web address apart. `None` if it is none of a repository of this host, or climbs out of it by `..`.
    #[must_use]
    pub fn parse(integration: &Integration, url: &Url) -> Option<Self> {
        let base = integration.base_url.path().trim_end_matches('/');
        let path = url.path().strip_prefix(base)?.strip_prefix('/')?;
        let parts: Vec<String> = path.split('/').map(decoded).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let found = match integration.product {
            ScmHost::GitHub => github(&parts),
            ScmHost::GitLab => gitlab(&parts),
            ScmHost::Gitea => gitea(&parts),
            ScmHost::BitbucketCloud => bitbucket_cloud(&parts),
            ScmHost::BitbucketServer => bitbucket_server(&parts, url),
            ScmHost::AzureRepos => azure(&parts, url),
            ScmHost::Gerrit => gerrit(&parts),
        }?;
        let is_whole = !found.repository.owner.is_empty() || integration.product == ScmHost::Gerrit;
        let climbs = found.path.split('/').any(|part| matches!(part, ".." | "."));
        (is_whole && !found.repository.name.is_empty() && !climbs).then_some(found)
    }

    /// The page a file is seen at, in the form the product's browsers show and [`Address::parse`] reads.
    #[must_use]
    pub fn view_url(&self, integration: &Integration) -> String {
        let base = integration.base_url.as_str().trim_end_matches('/');
        let owner = encoded_path(&self.repository.owner);
        let name = encoded(&self.repository.name);
        let path = encoded_path(&self.path);
        let revision = self.revision.as_deref().unwrap_or("HEAD");
        let at = encoded(revision);
        match integration.product {
            ScmHost::GitHub => format!("{base}/{owner}/{name}/blob/{at}/{path}"),
            ScmHost::GitLab => format!("{base}/{owner}/{name}/-/blob/{at}/{path}"),
            ScmHost::Gitea => {
                let kind = if super::CommitId::is_commit(revision) {
                    "commit"
                } else {
                    "branch"
                };
                format!("{base}/{owner}/{name}/src/{kind}/{at}/{path}")
            }
            ScmHost::BitbucketCloud => format!("{base}/{owner}/{name}/src/{at}/{path}"),
            ScmHost::BitbucketServer => {
                format!("{base}/projects/{owner}/repos/{name}/browse/{path}?at={at}")
            }
            ScmHost::AzureRepos => {
                let kind = if super::CommitId::is_commit(revision) {
                    "GC"
                } else {
                    "GB"
                };
                let path = encoded(&self.path);
                format!("{base}/{owner}/_git/{name}?path=%2F{path}&version={kind}{at}")
            }
            ScmHost::Gerrit => format!("{base}/{name}/+/refs/heads/{at}/{path}"),
        }
    }

    /// The page of a commit.
    #[must_use]
    pub fn commit_url(&self, integration: &Integration, commit: &str) -> String {
        let base = integration.base_url.as_str().trim_end_matches('/');
        let owner = encoded_path(&self.repository.owner);
        let name = encoded(&self.repository.name);
        match integration.product {
            ScmHost::GitHub | ScmHost::Gitea => format!("{base}/{owner}/{name}/commit/{commit}"),
            ScmHost::GitLab => format!("{base}/{owner}/{name}/-/commit/{commit}"),
            ScmHost::BitbucketCloud => format!("{base}/{owner}/{name}/commits/{commit}"),
            ScmHost::BitbucketServer => {
                format!("{base}/projects/{owner}/repos/{name}/commits/{commit}")
            }
            ScmHost::AzureRepos => format!("{base}/{owner}/_git/{name}/commit/{commit}"),
            ScmHost::Gerrit => format!("{base}/{name}/+/{commit}"),
        }
    }

    fn new(owner: &str, name: &str, revision: Option<&str>, path: &[&str]) -> Self {
        Self {
            repository: RepositoryId::new(owner, name.strip_suffix(".git").unwrap_or(name)),
            revision: revision
                .filter(|revision| !revision.is_empty())
                .map(str::to_owned),
            path: path.join("/").trim_matches('/').to_owned(),
        }
    }
}

fn github(parts: &[&str]) -> Option<Address> {
    match parts {
        [
            owner,
            name,
            "blob" | "tree" | "raw" | "edit",
            revision,
            path @ ..,
        ] => Some(Address::new(owner, name, Some(revision), path)),
        [owner, name] | [owner, name, ""] => Some(Address::new(owner, name, None, &[])),
        _ => None,
    }
}

/// Groups lie in groups, so the name of the project is what stands before `/-/` (or, in old addresses, `/blob/`).
fn gitlab(parts: &[&str]) -> Option<Address> {
    let is_view = |part: &&str| matches!(*part, "blob" | "tree" | "raw" | "edit");
    let (project, revision, path): (&[&str], _, &[&str]) = if let Some(dash) =
        parts.iter().position(|part| *part == "-")
    {
        match &parts[dash + 1..] {
            [view, revision, path @ ..] if is_view(view) => (&parts[..dash], Some(*revision), path),
            _ => return None,
        }
    } else if let Some(at) = parts.iter().skip(2).position(is_view) {
        (
            &parts[..at + 2],
            parts.get(at + 3).copied(),
            parts.get(at + 4..).unwrap_or_default(),
        )
    } else {
        (parts, None, &[])
    };
    let (name, groups) = project.split_last()?;
    let (name, groups) = if name.is_empty() {
        groups.split_last()?
    } else {
        (name, groups)
    };
    Some(Address::new(&groups.join("/"), name, revision, path))
}

fn gitea(parts: &[&str]) -> Option<Address> {
    match parts {
        [
            owner,
            name,
            "src" | "raw",
            "branch" | "tag" | "commit",
            revision,
            path @ ..,
        ]
        | [owner, name, "_edit", revision, path @ ..] => {
            Some(Address::new(owner, name, Some(revision), path))
        }
        [owner, name] | [owner, name, ""] => Some(Address::new(owner, name, None, &[])),
        _ => None,
    }
}

fn bitbucket_cloud(parts: &[&str]) -> Option<Address> {
    match parts {
        [owner, name, "src" | "raw", revision, path @ ..] => {
            Some(Address::new(owner, name, Some(revision), path))
        }
        [owner, name] | [owner, name, "" | "src"] => Some(Address::new(owner, name, None, &[])),
        _ => None,
    }
}

/// `/projects/{key}/repos/{name}/browse/{path}?at={revision}`; a user's own repositories are under `/users/`.
fn bitbucket_server(parts: &[&str], url: &Url) -> Option<Address> {
    let (kind, owner, name, path): (_, _, _, &[&str]) = match parts {
        [
            kind @ ("projects" | "users"),
            owner,
            "repos",
            name,
            "browse" | "raw",
            path @ ..,
        ] => (kind, owner, name, path),
        [kind @ ("projects" | "users"), owner, "repos", name] => (kind, owner, name, &[]),
        _ => return None,
    };
    let owner = if *kind == "users" {
        format!("~{owner}")
    } else {
        (*owner).to_owned()
    };
    let revision = parameter(url, "at");
    let revision = revision
        .as_deref()
        .map(|at| at.strip_prefix("refs/heads/").unwrap_or(at));
    Some(Address::new(&owner, name, revision, path))
}

/// `/{organization}/{project}/_git/{name}?path=/{path}&version=GB{branch}`.
fn azure(parts: &[&str], url: &Url) -> Option<Address> {
    let git = parts.iter().position(|part| *part == "_git")?;
    let name = parts.get(git + 1)?;
    let owner = match &parts[..git] {
        // A project's own repository has its name, and addresses leave the name of the project out.
        [organization] => format!("{organization}/{name}"),
        owner => owner.join("/"),
    };
    let version = parameter(url, "version");
    let revision = version.as_deref().and_then(|version| {
        let kinds = ["GB", "GT", "GC"];
        kinds.iter().find_map(|kind| version.strip_prefix(kind))
    });
    let path = parameter(url, "path").unwrap_or_default();
    Some(Address::new(&owner, name, revision, &[&path]))
}

fn gerrit(parts: &[&str]) -> Option<Address> {
    let (project, revision, path) = gitiles_place(parts)?;
    Some(Address::new("", &project.join("/"), Some(revision), path))
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

pub(super) fn encoded(part: &str) -> String {
    utf8_percent_encode(part, SEGMENT).to_string()
}

/// Every segment of a path encoded as it stands in an address, the slashes between them kept.
#[must_use]
pub fn encoded_path(path: &str) -> String {
    let parts: Vec<String> = path.split('/').map(encoded).collect();
    parts.join("/")
}
