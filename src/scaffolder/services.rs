//! What actions work with: the rest of the portal, as far as templates may touch it.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use tokio::sync::Semaphore;

use super::{
    expression::{HostKind, RepoHosts},
    host_lists::HostLists,
    outgoing::Outgoing,
    portal::Portal,
};
use crate::{
    auth::{Auth, Seal},
    catalog::Catalog,
    clock::Clock,
    config::{Config, Integration, ScaffolderConfig, Secret},
    entity::{EntityRef, ScmHost},
    error::{Error, Result},
    forge::{Forge, Forges},
    git::Git,
    ingest::Ingest,
    source::Reader,
    store::Db,
};

/// What actions work with. Cheap to clone.
#[derive(Clone)]
pub struct Services(Arc<Parts>);

/// The parts of [`Services`].
pub struct Parts {
    /// Where the journal is kept.
    pub db: Db,
    /// Tells the time.
    pub clock: Clock,
    /// The read model.
    pub catalog: Catalog,
    /// Takes registrations.
    pub ingest: Ingest,
    /// Reads addresses that may be read.
    pub reader: Reader,
    /// The Git hosts.
    pub forges: Forges,
    /// For `.gitignore`.
    pub git: Git,
    /// The portal's own API.
    pub portal: Portal,
    /// Makes calls over HTTP to allowed hosts.
    pub outgoing: Outgoing,
    /// Makes the token of a run's user.
    pub auth: Auth,
    /// Encrypts secrets; `None`: there is no key.
    pub seal: Option<Seal>,
    /// `scaffolder`
    pub config: ScaffolderConfig,
    /// Where workspaces lie while steps run.
    pub folder: PathBuf,
    /// How many files of templates are rendered at once.
    pub rendering: Arc<Semaphore>,
    /// How many dry runs are executed at once.
    pub dry_runs: Arc<Semaphore>,
    /// What Git hosts answered to forms.
    pub host_lists: HostLists,
    /// For `parseRepoUrl`.
    pub repo_hosts: Arc<RepoHosts>,
}

impl Services {
    /// Joins the parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The secrets of the configuration, to be replaced in whatever is shown.
    pub fn environment_secrets(&self) -> impl Iterator<Item = String> {
        let secrets = self.config.environment_secrets.values();
        secrets.map(|secret| secret.expose().to_owned())
    }

    /// A Git host, asked with somebody's own token where there is one, for somebody.
    ///
    /// [`Error::Input`] if no integration names it.
    pub fn host(
        &self,
        host: &str,
        token: Option<&Secret>,
        user: Option<&EntityRef>,
    ) -> Result<Forge> {
        let found = match token {
            Some(token) => self.forges.host_as(host, token),
            None => self.forges.host(host),
        };
        let found = match (found, user) {
            (Some(Forge::Local(local)), Some(user)) => Some(Forge::Local(local.on_behalf_of(user))),
            (found, _) => found,
        };
        found.ok_or_else(|| match self.forges.integration(host) {
            Some(integration) => Error::NotImplemented(format!(
                "Repositories of {host} cannot be made or changed yet: {} has no client.",
                integration.key
            )),
            None => Error::Input(format!(
                "No matching integration configuration for host {host}, please check your integrations config"
            )),
        })
    }
}

impl std::ops::Deref for Services {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The hosts of the configuration, as `parseRepoUrl` knows them.
#[must_use]
pub fn repo_hosts(config: &Config) -> RepoHosts {
    let kind = |integration: &Integration| match integration.product {
        ScmHost::BitbucketCloud => HostKind::BitbucketCloud,
        ScmHost::BitbucketServer => HostKind::BitbucketServer,
        ScmHost::AzureRepos => HostKind::Azure,
        ScmHost::GitLab => HostKind::GitLab,
        ScmHost::Gitea => HostKind::Gitea,
        ScmHost::Gerrit => HostKind::Gerrit,
        ScmHost::GitHub => HostKind::Other,
    };
    let hosts: BTreeMap<String, HostKind> = config
        .integrations
        .iter()
        .rev()
        .map(|integration| (integration.host.clone(), kind(integration)))
        .collect();
    RepoHosts::Configured(hosts)
}
