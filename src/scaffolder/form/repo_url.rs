//! `RepoUrlPicker`: which repository, as `host?owner=…&repo=…` says it.
//!
//! Backstage: plugin-scaffolder, `RepoUrlPicker/utils.ts` and `validation.ts`.

use super::ui::Ui;
use crate::entity::ScmHost;

/// A repository, in the parts its host needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepoUrl {
    /// `host` or `host:port`
    pub host: String,
    /// By the name of the part, in the order of the URL; none is empty.
    parts: Vec<(RepoPart, String)>,
}

/// A part of a repository's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepoPart {
    /// A user or organisation; on GitLab a group.
    Owner,
    /// The repository itself.
    Repo,
    /// Of Azure DevOps.
    Organization,
    /// Of Bitbucket Cloud; of Gerrit the parent.
    Workspace,
    /// Of Bitbucket and Azure DevOps.
    Project,
}

impl RepoPart {
    /// In the order of the URL.
    pub const ALL: [Self; 5] = [
        Self::Owner,
        Self::Repo,
        Self::Organization,
        Self::Workspace,
        Self::Project,
    ];

    /// Its name in the URL.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Repo => "repo",
            Self::Organization => "organization",
            Self::Workspace => "workspace",
            Self::Project => "project",
        }
    }

    /// What it is called on the page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Repo => "Repository",
            Self::Organization => "Organization",
            Self::Workspace => "Workspace",
            Self::Project => "Project",
        }
    }

    /// What a product's addresses are made of, in the order one asks for it.
    #[must_use]
    pub fn of(product: Option<ScmHost>) -> &'static [Self] {
        match product {
            Some(ScmHost::AzureRepos) => &[Self::Organization, Self::Project, Self::Repo],
            Some(ScmHost::BitbucketCloud) => &[Self::Workspace, Self::Project, Self::Repo],
            Some(ScmHost::BitbucketServer) => &[Self::Project, Self::Repo],
            _ => &[Self::Owner, Self::Repo],
        }
    }
}

/// What `ui:options` of a `RepoUrlPicker` allow and say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepoUrlOptions {
    /// Hosts to choose from; empty: all of the configuration.
    pub hosts: Vec<String>,
    /// What a part may be; a part that is not listed may be anything.
    allowed: Vec<(RepoPart, Vec<String>)>,
    /// What a part is called, and what helps to fill it in.
    told: Vec<(RepoPart, String, String)>,
    /// Whether repositories that are there are not to be offered.
    hides_repositories: bool,
}

impl RepoUrl {
    /// Takes a URL apart; what is none gives what can be read of it.
    #[must_use]
    pub fn parse(written: &str) -> Self {
        let (host, query) = written.split_once('?').unwrap_or((written, ""));
        let mut url = Self {
            host: host.to_owned(),
            parts: Vec::new(),
        };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let part = RepoPart::ALL.into_iter().find(|part| part.name() == key);
            if let Some(part) = part {
                url.set(part, &value);
            }
        }
        url
    }

    /// A part; empty if it is not said.
    #[must_use]
    pub fn part(&self, part: RepoPart) -> &str {
        let found = self.parts.iter().find(|(other, _)| *other == part);
        found.map_or("", |(_, value)| value)
    }

    /// Sets a part; empty takes it away.
    pub fn set(&mut self, part: RepoPart, value: &str) {
        self.parts.retain(|(other, _)| *other != part);
        let value = value.trim();
        if !value.is_empty() {
            self.parts.push((part, value.to_owned()));
        }
    }

    /// Whose the repository is, as the product's addresses write it; `None` while that is not said whole.
    #[must_use]
    pub fn owner(&self, product: Option<ScmHost>) -> Option<String> {
        let said = |part| Some(self.part(part)).filter(|value| !value.is_empty());
        match product {
            Some(ScmHost::AzureRepos) => {
                let (organization, project) =
                    (said(RepoPart::Organization)?, said(RepoPart::Project)?);
                Some(format!("{organization}/{project}"))
            }
            Some(ScmHost::BitbucketCloud) => said(RepoPart::Workspace).map(str::to_owned),
            Some(ScmHost::BitbucketServer) => said(RepoPart::Project).map(str::to_owned),
            _ => said(RepoPart::Owner).map(str::to_owned),
        }
    }

    /// The URL; empty if nothing but a host is said.
    #[must_use]
    pub fn text(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for part in RepoPart::ALL {
            let value = self.part(part);
            if !value.is_empty() {
                query.append_pair(part.name(), value);
            }
        }
        if self.parts.is_empty() {
            return String::new();
        }
        format!("{}?{}", self.host, query.finish())
    }

    /// `acme/shop on github.com`, for people.
    #[must_use]
    pub fn readable(&self) -> String {
        let order = [
            RepoPart::Organization,
            RepoPart::Workspace,
            RepoPart::Project,
            RepoPart::Owner,
            RepoPart::Repo,
        ];
        let parts = order.map(|part| self.part(part));
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        format!("{} on {}", parts.join("/"), self.host)
    }

    /// What its host needs and it does not say, or says what must not be said: the part and why.
    #[must_use]
    pub fn faults(
        &self,
        product: Option<ScmHost>,
        options: &RepoUrlOptions,
    ) -> Vec<(RepoPart, String)> {
        let mut faults = Vec::new();
        for part in RepoPart::of(product) {
            let value = self.part(*part);
            let allowed = options.allowed(*part);
            if value.is_empty() {
                let label = options.label(*part);
                faults.push((*part, format!("{label}: say which.")));
            } else if !options.allows(*part, value) {
                let told = format!("{} must be one of {}.", part.label(), allowed.join(", "));
                faults.push((*part, told));
            } else if value.chars().any(|c| c.is_whitespace() || c.is_control()) {
                faults.push((*part, format!("{} cannot hold blanks.", part.label())));
            }
        }
        faults
    }
}

impl RepoUrlOptions {
    pub(super) fn of(ui: Ui<'_>) -> Self {
        let allowed = [
            (RepoPart::Owner, "allowedOwners"),
            (RepoPart::Repo, "allowedRepos"),
            (RepoPart::Organization, "allowedOrganizations"),
            (RepoPart::Project, "allowedProjects"),
        ];
        let allowed = allowed.map(|(part, option)| (part, ui.texts(option)));
        let told = [
            (RepoPart::Owner, "ownerLabel", "ownerDescription"),
            (RepoPart::Repo, "repoLabel", "repoDescription"),
        ];
        let told = told
            .map(|(part, label, help)| (part, ui.text(label).to_owned(), ui.text(help).to_owned()));
        Self {
            hosts: ui.texts("allowedHosts"),
            allowed: allowed.into(),
            told: told.into(),
            hides_repositories: ui.is("disableRepoAutocomplete"),
        }
    }

    /// Whether the repository may be on a host, as far as the template says.
    #[must_use]
    pub fn allows_host(&self, host: &str) -> bool {
        self.hosts.is_empty() || self.hosts.iter().any(|one| one == host)
    }

    /// Whether a part may be this.
    #[must_use]
    pub fn allows(&self, part: RepoPart, value: &str) -> bool {
        let allowed = self.allowed(part);
        allowed.is_empty() || allowed.iter().any(|one| one == value)
    }

    /// Whether repositories that are there may be offered.
    #[must_use]
    pub fn offers_repositories(&self) -> bool {
        !self.hides_repositories
    }

    /// What a part may be; empty: anything.
    #[must_use]
    pub fn allowed(&self, part: RepoPart) -> &[String] {
        let found = self.allowed.iter().find(|(other, _)| *other == part);
        found.map_or(&[], |(_, allowed)| allowed)
    }

    /// What a part is called.
    #[must_use]
    pub fn label(&self, part: RepoPart) -> &str {
        let told = self.told.iter().find(|(other, ..)| *other == part);
        match told {
            Some((_, label, _)) if !label.is_empty() => label,
            _ => part.label(),
        }
    }

    /// What helps to fill a part in; may be empty.
    #[must_use]
    pub fn help(&self, part: RepoPart) -> &str {
        let told = self.told.iter().find(|(other, ..)| *other == part);
        told.map_or("", |(_, _, help)| help)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_url_has_its_parts_in_backstages_order_and_none_is_empty() {
        let mut url = RepoUrl::parse("github.com?repo=a%26b&owner=acme&workspace=");
        assert_eq!(url.part(RepoPart::Repo), "a&b");
        assert_eq!(url.text(), "github.com?owner=acme&repo=a%26b");
        assert_eq!(url.readable(), "acme/a&b on github.com");
        url.set(RepoPart::Owner, " ");
        url.set(RepoPart::Repo, "");
        assert_eq!(url.text(), "");
        assert_eq!(RepoUrl::parse("").text(), "");
    }

    #[test]
    fn a_host_says_what_its_urls_lack() {
        let options = json!({"ui:options": {"allowedOwners": ["acme"], "ownerLabel": "Whose"}});
        let options = RepoUrlOptions::of(Ui::of(&options));
        let faults = |written: &str, product| {
            let found = RepoUrl::parse(written).faults(Some(product), &options);
            found.into_iter().map(|(_, told)| told).collect::<Vec<_>>()
        };
        let cases = [
            ("github.com?owner=acme&repo=a", ScmHost::GitHub, vec![]),
            (
                "github.com",
                ScmHost::GitHub,
                vec!["Whose: say which.", "Repository: say which."],
            ),
            (
                "github.com?owner=x&repo=a b",
                ScmHost::GitHub,
                vec![
                    "Owner must be one of acme.",
                    "Repository cannot hold blanks.",
                ],
            ),
            (
                "bitbucket.org?workspace=w&repo=r",
                ScmHost::BitbucketCloud,
                vec!["Project: say which."],
            ),
            (
                "dev.azure.com?organization=o&project=p&repo=r",
                ScmHost::AzureRepos,
                vec![],
            ),
        ];
        for (written, product, expected) in cases {
            assert_eq!(faults(written, product), expected, "{written}");
        }
    }
}
