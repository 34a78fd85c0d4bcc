//! Which list of a Git host a field offers from: decided by what the template allows and what was answered so far.
//!
//! Nothing is asked here (`scaffolder::host_lists` does). Backstage: plugin-scaffolder, `RepoUrlPicker`,
//! `RepoOwnerPicker`, `RepoBranchPicker`.

use super::{
    picker::Picker,
    repo_url::{RepoPart, RepoUrl, RepoUrlOptions},
};
use crate::{
    entity::ScmHost,
    forge::{ChoicesOf, RepositoryId},
};

/// A list of a host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostList {
    /// `host` or `host:port`
    pub host: String,
    /// What is listed.
    pub of: ChoicesOf,
}

/// A repository that was named in a form, and what the template allows of it.
#[derive(Debug, Clone, Copy)]
pub struct NamedRepository<'a> {
    /// Its address, as far as it was said.
    pub url: &'a RepoUrl,
    /// What the template allows.
    pub options: &'a RepoUrlOptions,
    /// The product of its host; `None` for a host without an integration.
    pub product: Option<ScmHost>,
}

impl NamedRepository<'_> {
    /// Whether a part of the address is ever offered: once those before it are said.
    #[must_use]
    pub fn is_listed(self, part: RepoPart) -> bool {
        match (self.product, part) {
            (None, _) | (Some(ScmHost::AzureRepos), RepoPart::Organization) => false,
            (_, RepoPart::Repo) => self.options.offers_repositories(),
            _ => true,
        }
    }

    /// What a part of the address is offered from; `None` where there is nothing to ask for, or not yet.
    #[must_use]
    pub fn list_of(self, part: RepoPart) -> Option<HostList> {
        if !self.is_listed(part) {
            return None;
        }
        let said = |part| Some(self.url.part(part)).filter(|value| !value.is_empty());
        let owner = || self.url.owner(self.product);
        let of = match (self.product, part) {
            (Some(ScmHost::AzureRepos), RepoPart::Project) => ChoicesOf::Projects {
                workspace: said(RepoPart::Organization)?.to_owned(),
            },
            (Some(ScmHost::BitbucketCloud), RepoPart::Project) => ChoicesOf::Projects {
                workspace: said(RepoPart::Workspace)?.to_owned(),
            },
            (Some(ScmHost::BitbucketCloud), RepoPart::Repo) => ChoicesOf::Repositories {
                owner: Some(owner()?),
                project: said(RepoPart::Project).map(str::to_owned),
            },
            (_, RepoPart::Repo) => ChoicesOf::Repositories {
                owner: Some(owner()?),
                project: None,
            },
            _ => ChoicesOf::Accounts,
        };
        let outer = RepoPart::of(self.product).iter().copied();
        self.is_allowed(outer.take_while(|other| *other != part))
            .then(|| self.on_host(of))
    }

    /// The branches of the repository; `None` while it is not said which, or if the template does not allow it.
    #[must_use]
    pub fn branches(self) -> Option<HostList> {
        let name = self.url.part(RepoPart::Repo);
        self.product?;
        let owner = self.url.owner(self.product)?;
        let parts = RepoPart::of(self.product).iter().copied();
        (!name.is_empty() && self.is_allowed(parts))
            .then(|| self.on_host(ChoicesOf::Branches(RepositoryId::new(owner, name))))
    }

    fn on_host(self, of: ChoicesOf) -> HostList {
        HostList {
            host: self.url.host.clone(),
            of,
        }
    }

    fn is_allowed(self, mut parts: impl Iterator<Item = RepoPart>) -> bool {
        self.options.allows_host(&self.url.host)
            && parts.all(|part| self.options.allows(part, self.url.part(part)))
    }
}

impl Picker {
    /// What it offers from a host; `repository` is the one in `repoUrl`. `None`: it asks no host, or not yet.
    #[must_use]
    pub fn host_list(&self, repository: Option<NamedRepository<'_>>) -> Option<HostList> {
        match self {
            Self::Branch => repository?.branches(),
            Self::RepoOwner { host, .. } if !host.is_empty() => Some(HostList {
                host: host.clone(),
                of: ChoicesOf::Accounts,
            }),
            _ => None,
        }
    }

    /// Whether the template lets something be offered that a host has.
    #[must_use]
    pub fn may_offer(&self, name: &str) -> bool {
        match self {
            Self::RepoOwner { excluded, .. } => !excluded.iter().any(|one| one == name),
            _ => true,
        }
    }

    /// Whether a host is asked what it offers, as soon as it is said which.
    #[must_use]
    pub fn is_of_host(&self) -> bool {
        match self {
            Self::RepoOwner { host, .. } => !host.is_empty(),
            Self::Branch => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scaffolder::form::ui::Ui;

    fn options(options: &serde_json::Value) -> RepoUrlOptions {
        RepoUrlOptions::of(Ui::of(&json!({ "ui:options": options })))
    }

    fn of(owner: &str, project: Option<&str>) -> ChoicesOf {
        ChoicesOf::Repositories {
            owner: Some(owner.to_owned()),
            project: project.map(str::to_owned),
        }
    }

    #[test]
    fn each_part_is_offered_once_the_parts_before_it_are_said() {
        use ScmHost::{AzureRepos, BitbucketCloud, BitbucketServer, GitHub, Gitea};
        let any = options(&json!({}));
        let accounts = || Some(ChoicesOf::Accounts);
        let repos = |owner| Some(of(owner, None));
        let in_project = Some(of("w", Some("p")));
        for (written, product, part, expected) in [
            ("h", GitHub, RepoPart::Owner, accounts()),
            ("h", GitHub, RepoPart::Repo, None),
            ("h?owner=a", Gitea, RepoPart::Repo, repos("a")),
            ("h?workspace=w", BitbucketCloud, RepoPart::Repo, repos("w")),
            (
                "h?workspace=w&project=p",
                BitbucketCloud,
                RepoPart::Repo,
                in_project,
            ),
            ("h", BitbucketServer, RepoPart::Project, accounts()),
            ("h?project=p", BitbucketServer, RepoPart::Repo, repos("p")),
            ("h", AzureRepos, RepoPart::Organization, None),
            ("h?organization=o", AzureRepos, RepoPart::Repo, None),
            (
                "h?organization=o&project=p",
                AzureRepos,
                RepoPart::Repo,
                repos("o/p"),
            ),
        ] {
            let url = RepoUrl::parse(written);
            let named = NamedRepository {
                url: &url,
                options: &any,
                product: Some(product),
            };
            let found = named.list_of(part).map(|list| list.of);
            assert_eq!(found, expected, "{written} {part:?}");
        }
    }

    #[test]
    fn nothing_is_asked_beyond_what_the_template_allows() {
        let acme = options(&json!({"allowedHosts": ["h"], "allowedOwners": ["acme"]}));
        let hidden = options(&json!({"disableRepoAutocomplete": true}));
        for (written, options, is_offered, has_branches) in [
            ("h?owner=acme&repo=shop", &acme, true, true),
            ("h?owner=other&repo=shop", &acme, false, false),
            ("other?owner=acme&repo=shop", &acme, false, false),
            ("h?owner=acme&repo=shop", &hidden, false, true),
        ] {
            let url = RepoUrl::parse(written);
            let named = NamedRepository {
                url: &url,
                options,
                product: Some(ScmHost::GitHub),
            };
            assert_eq!(
                named.list_of(RepoPart::Repo).is_some(),
                is_offered,
                "{written}"
            );
            assert_eq!(named.branches().is_some(), has_branches, "{written}");
            let unknown = NamedRepository {
                product: None,
                ..named
            };
            assert_eq!(unknown.list_of(RepoPart::Repo), None, "no integration");
        }
    }

    #[test]
    fn an_owner_is_offered_from_the_host_the_template_names_but_for_those_it_excludes() {
        let picker = |written| Picker::of("RepoOwnerPicker", Ui::of(written)).expect("a picker");
        let named = json!({"ui:options": {"host": "h", "excludedOwners": ["acme"]}});
        let found = picker(&named).host_list(None).expect("a list");
        assert_eq!((found.host.as_str(), found.of), ("h", ChoicesOf::Accounts));
        assert!(picker(&named).may_offer("other") && !picker(&named).may_offer("acme"));
        assert_eq!(picker(&json!({})).host_list(None), None, "no host is named");
    }
}
