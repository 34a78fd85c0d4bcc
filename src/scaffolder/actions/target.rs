//! Which repository an action means: `repoUrl`, as Backstage's pickers write it.

use serde_json::Value;
use url::Url;

use super::ActionCall;
use crate::{
    entity::ScmHost,
    error::{Error, Result},
    forge::{Forge, GitHost, RepositoryId},
};

/// A repository on a host.
pub(super) struct Target {
    pub(super) host: String,
    pub(super) product: ScmHost,
    pub(super) repository: RepositoryId,
    pub(super) forge: Forge,
}

/// `host?owner=…&repo=…`, taken apart.
struct Parts {
    host: String,
    url: Url,
}

impl Parts {
    fn parse(written: &str) -> Result<Self> {
        let url = Url::parse(&format!("https://{written}")).map_err(|fault| {
            Error::Input(format!(
                "Invalid repo URL passed to publisher, got {written}, {fault}"
            ))
        })?;
        Ok(Self {
            host: crate::forge::authority(&url),
            url,
        })
    }

    fn part(&self, name: &str) -> Option<String> {
        let mut pairs = self.url.query_pairs();
        let found = pairs.find(|(key, _)| key == name)?.1.into_owned();
        Some(found).filter(|part| !part.is_empty())
    }

    fn required(&self, name: &str) -> Result<String> {
        self.part(name).ok_or_else(|| {
            Error::Input(format!(
                "Invalid repo URL passed to publisher: {}, missing {name}",
                self.url
            ))
        })
    }
}

/// The host and the repository an input names, for a plan: as it is written, whatever it lacks.
pub(super) fn named(input: &Value) -> (String, RepositoryId) {
    let written = input["repoUrl"].as_str().unwrap_or_default();
    let Ok(parts) = Parts::parse(written) else {
        return (written.to_owned(), RepositoryId::new("", ""));
    };
    let part = |name| parts.part(name).unwrap_or_default();
    (
        parts.host.clone(),
        RepositoryId::new(part("owner"), part("repo")),
    )
}

impl Target {
    /// The repository the input names, on a host of this product: [`Error::Input`] if it is of another.
    pub(super) async fn on(call: &ActionCall<'_>, product: ScmHost, action: &str) -> Result<Self> {
        let target = Self::of(call).await?;
        if target.product == product {
            return Ok(target);
        }
        Err(Error::Input(format!(
            "{action} does not know {}: its integration is of another product.",
            target.host
        )))
    }

    /// The branch that counts. [`Error::NotFound`] if there is no such repository.
    pub(super) async fn default_branch(&self) -> Result<String> {
        let found = self.forge.repository(&self.repository).await?;
        let found = found.ok_or_else(|| self.missing("such repository"))?;
        Ok(found.default_branch)
    }

    /// Something is not there.
    pub(super) fn missing(&self, what: &str) -> Error {
        Error::NotFound(format!(
            "{}/{} has no {what}, or the portal may not see it.",
            self.host, self.repository
        ))
    }

    /// The repository the input names. Without an owner, a host that lets it be left out takes whose token it is.
    pub(super) async fn of(call: &ActionCall<'_>) -> Result<Self> {
        let parts = Parts::parse(call.text("repoUrl").unwrap_or_default())?;
        let Some(integration) = call.services.forges.integration(&parts.host) else {
            return Err(Error::Input(format!(
                "No matching integration configuration for host {}, please check your integrations config",
                parts.host
            )));
        };
        let product = integration.product;
        let name = parts.required("repo")?;
        let is_open = call.token().is_some() || !integration.credentials.is_empty();
        let owner = match (product, parts.part("owner")) {
            (_, Some(owner)) => Some(owner),
            (ScmHost::Gitea, None) => None,
            (ScmHost::GitLab, None) => Some(parts.required("project")?),
            (_, None) => Some(parts.required("owner")?),
        };
        if !is_open && !call.services.forges.is_local(&parts.host) {
            return Err(Error::Input(format!(
                "No token available for host: {}, with owner {}, and repo {name}. Add a token to the integration of this host in app-config.yaml.",
                parts.host,
                owner.unwrap_or_default()
            )));
        }
        let user = call.run.user.as_ref();
        let forge = call
            .services
            .host(&parts.host, call.token().as_ref(), user)?;
        let owner = match owner {
            Some(owner) => owner,
            None => forge
                .current_user()
                .await?
                .map(|user| user.login)
                .ok_or_else(|| {
                    Error::Input("The repoUrl names no owner. Add `owner=`.".to_owned())
                })?,
        };
        Ok(Self {
            host: parts.host,
            product,
            repository: RepositoryId { owner, name },
            forge,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repo_url_says_what_it_lacks() {
        let parts = Parts::parse("git.example.com:3000?repo=shop&owner=").expect("a URL");
        assert_eq!(parts.host, "git.example.com:3000");
        assert_eq!(parts.required("repo").expect("there"), "shop");
        assert_eq!(
            parts.required("owner").expect_err("missing").to_string(),
            "Invalid repo URL passed to publisher: https://git.example.com:3000/?repo=shop&owner=, missing owner"
        );
        assert!(Parts::parse("").is_err());
    }
}
