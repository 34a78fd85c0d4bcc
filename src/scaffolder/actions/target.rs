//! Which repository an action means: `repoUrl`, as Backstage's pickers write it.

use serde_json::Value;
use url::Url;

use super::{ActionCall, Given};
use crate::{
    entity::{EntityRef, ScmHost},
    error::{Error, Result},
    forge::{Forge, GitHost, RepositoryId},
    scaffolder::Services,
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

/// A repository as an input names it, before its host was asked.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) host: String,
    pub(super) repository: RepositoryId,
}

impl Place {
    /// The repository that `repoUrl` names on a host of a product.
    pub(super) fn of(input: &Value, product: ScmHost) -> Result<Self> {
        let parts = Parts::parse(input["repoUrl"].as_str().unwrap_or_default())?;
        let owner = parts.owner(product)?.unwrap_or_default();
        Ok(Self {
            repository: RepositoryId::new(owner, parts.required("repo")?),
            host: parts.host,
        })
    }
}

impl Place {
    /// The same; with `takes_host`, a host alone is enough.
    pub(super) fn named(input: &Value, product: ScmHost, takes_host: bool) -> Result<Self> {
        let parts = Parts::parse(input["repoUrl"].as_str().unwrap_or_default())?;
        if !takes_host || parts.part("repo").is_some() {
            return Self::of(input, product);
        }
        Ok(Self {
            repository: RepositoryId::new("", ""),
            host: parts.host,
        })
    }

    /// [`Error::Input`] if the host is none of this product, or cannot be asked.
    pub(super) fn must_be_of(
        &self,
        call: &ActionCall<'_>,
        product: ScmHost,
        id: &str,
    ) -> Result<()> {
        must_be(
            product_of(call.services, &self.host)?,
            product,
            id,
            &self.host,
        )?;
        must_be_open(call.services, self, call.token().is_some())
    }
}

fn must_be(found: ScmHost, product: ScmHost, id: &str, host: &str) -> Result<()> {
    if found == product {
        return Ok(());
    }
    Err(Error::Input(format!(
        "{id} does not know {host}: its integration is of another product. Use the action of that product, or publish:git."
    )))
}

/// The product of a host. [`Error::Input`] if no integration names it.
fn product_of(services: &Services, host: &str) -> Result<ScmHost> {
    let integration = services.forges.integration(host);
    integration.map(|found| found.product).ok_or_else(|| {
        Error::Input(format!(
            "No matching integration configuration for host {host}, please check your integrations config"
        ))
    })
}

/// [`Error::Input`] if there is nothing to ask a host with.
fn must_be_open(services: &Services, place: &Place, has_token: bool) -> Result<()> {
    let host = place.host.as_str();
    let integration = services.forges.integration(host);
    let has_credentials = integration.is_some_and(|found| !found.credentials.is_empty());
    if has_token || has_credentials || services.forges.is_local(host) {
        return Ok(());
    }
    let RepositoryId { owner, name } = &place.repository;
    Err(Error::Input(format!(
        "No token available for host: {host}, with owner {owner}, and repo {name}. Add a token to the integration of this host in app-config.yaml."
    )))
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.host, self.repository)
    }
}

impl Parts {
    /// Whose it is, as the product's addresses have it; `None` where it may be left out.
    fn owner(&self, product: ScmHost) -> Result<Option<String>> {
        match (product, self.part("owner")) {
            (ScmHost::BitbucketCloud, _) => self.required("workspace").map(Some),
            (ScmHost::AzureRepos, _) => {
                let (organization, project) =
                    (self.required("organization")?, self.required("project")?);
                Ok(Some(format!("{organization}/{project}")))
            }
            (ScmHost::BitbucketServer, _) | (ScmHost::GitLab, None) => {
                self.required("project").map(Some)
            }
            (_, Some(owner)) => Ok(Some(owner)),
            (ScmHost::Gitea, None) => Ok(None),
            (_, None) => self.required("owner").map(Some),
        }
    }
}

/// The project that a new repository belongs to, where the product keeps it beside the owner: Bitbucket Cloud.
///
/// [`Error::Input`] if `repoUrl` does not name it, as in Backstage.
pub(super) fn project(given: Given<'_>, product: ScmHost) -> Result<Option<String>> {
    if product != ScmHost::BitbucketCloud {
        return Ok(None);
    }
    let parts = Parts::parse(given.word("repoUrl"))?;
    parts.required("project").map(Some)
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
        let user = call.run.user.as_ref();
        Self::find(call.services, call.given(), user).await
    }

    /// The same, on a host of this product. [`Error::Input`] for another.
    pub(super) async fn on(call: &ActionCall<'_>, product: ScmHost, id: &str) -> Result<Self> {
        let target = Self::of(call).await?;
        target.must_be_of(product, id)?;
        Ok(target)
    }

    /// [`Error::Input`] if the host is of another product than this one, which an action is for.
    pub(super) fn must_be_of(&self, product: ScmHost, id: &str) -> Result<()> {
        must_be(self.product, product, id, &self.host)
    }

    /// The repository an input names, asked for somebody.
    pub(super) async fn find(
        services: &Services,
        given: Given<'_>,
        user: Option<&EntityRef>,
    ) -> Result<Self> {
        let parts = Parts::parse(given.word("repoUrl"))?;
        let product = product_of(services, &parts.host)?;
        let name = parts.required("repo")?;
        let owner = parts.owner(product)?;
        let place = Place {
            host: parts.host,
            repository: RepositoryId::new(owner.clone().unwrap_or_default(), name),
        };
        let token = given.token();
        must_be_open(services, &place, token.is_some())?;
        let forge = services.host(&place.host, token.as_ref(), user)?;
        let Place {
            host,
            mut repository,
        } = place;
        if owner.is_none() {
            repository.owner = own_name(&forge).await?;
        }
        Ok(Self {
            host,
            product,
            repository,
            forge,
        })
    }

    /// The same, before its host was asked.
    pub(super) fn place(&self) -> Place {
        Place {
            host: self.host.clone(),
            repository: self.repository.clone(),
        }
    }
}

async fn own_name(forge: &Forge) -> Result<String> {
    let user = forge.current_user().await?;
    user.map(|user| user.login)
        .ok_or_else(|| Error::Input("The repoUrl names no owner. Add `owner=`.".to_owned()))
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

    #[test]
    fn the_owner_is_where_the_product_has_it() {
        let of = |written: &str, product| {
            let input = serde_json::json!({ "repoUrl": written });
            Place::of(&input, product).map(|place| place.to_string())
        };
        for (written, product, place) in [
            ("h?owner=o&repo=r", ScmHost::GitHub, "h/o/r"),
            ("h?owner=g/s&repo=r", ScmHost::GitLab, "h/g/s/r"),
            ("h?project=p&repo=r", ScmHost::BitbucketServer, "h/p/r"),
            (
                "h?workspace=w&project=p&repo=r",
                ScmHost::BitbucketCloud,
                "h/w/r",
            ),
            (
                "h?organization=o&project=p&repo=r",
                ScmHost::AzureRepos,
                "h/o/p/r",
            ),
        ] {
            assert_eq!(of(written, product).expect("whole"), place);
        }
        assert!(of("h?project=p&repo=r", ScmHost::AzureRepos).is_err());
    }
}
