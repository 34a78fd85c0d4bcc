//! The hosts of the configuration.

use std::sync::Arc;

use url::Url;

use super::{
    Address, azure::Azure, bitbucket_cloud::BitbucketCloud, bitbucket_server::BitbucketServer,
    client::HostClient, gitea::Gitea, github::GitHub, gitlab::GitLab, local::LocalHost,
};
use crate::{
    clock::Clock,
    config::{Credential, CredentialKind, Integration, Secret},
    connections::Connections,
    entity::{EntityRef, ScmHost},
};

/// The host of one integration. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Forge {
    /// Gitea and Forgejo.
    Gitea(Gitea),
    /// GitHub and GitHub Enterprise.
    GitHub(GitHub),
    /// GitLab.
    GitLab(GitLab),
    /// Bitbucket Data Center.
    BitbucketServer(BitbucketServer),
    /// Bitbucket Cloud.
    BitbucketCloud(BitbucketCloud),
    /// Azure DevOps.
    Azure(Azure),
    /// The one inside the portal.
    Local(LocalHost),
}

/// Does the same with whichever host it is.
macro_rules! on_host {
    ($forge:expr, $host:ident => $call:expr) => {
        match $forge {
            $crate::forge::Forge::Gitea($host) => $call,
            $crate::forge::Forge::GitHub($host) => $call,
            $crate::forge::Forge::GitLab($host) => $call,
            $crate::forge::Forge::BitbucketServer($host) => $call,
            $crate::forge::Forge::BitbucketCloud($host) => $call,
            $crate::forge::Forge::Azure($host) => $call,
            $crate::forge::Forge::Local($host) => $call,
        }
    };
}
pub(super) use on_host;

impl Forge {
    /// The same host, asked for somebody. Only the host inside the portal knows the portal's people: they own what is
    /// made for them there. Others know whom the token belongs to.
    #[must_use]
    pub fn on_behalf_of(self, user: &EntityRef) -> Self {
        match self {
            Self::Local(local) => Self::Local(local.on_behalf_of(user)),
            other => other,
        }
    }

    /// Whether this portal can ask the product for its pipelines.
    #[must_use]
    pub fn has_pipelines(&self) -> bool {
        matches!(self, Self::Gitea(_) | Self::GitHub(_) | Self::GitLab(_))
    }

    /// `None` for a product that is not there yet.
    fn new(client: HostClient) -> Option<Self> {
        match client.integration().product {
            ScmHost::Gitea => Some(Self::Gitea(Gitea::new(client))),
            ScmHost::GitHub => Some(Self::GitHub(GitHub::new(client))),
            ScmHost::GitLab => Some(Self::GitLab(GitLab::new(client))),
            ScmHost::BitbucketServer => Some(Self::BitbucketServer(BitbucketServer::new(client))),
            ScmHost::BitbucketCloud => Some(Self::BitbucketCloud(BitbucketCloud::new(client))),
            ScmHost::AzureRepos => Some(Self::Azure(Azure::new(client))),
            // Its changes are no pull requests; its files are read without its API.
            ScmHost::Gerrit => None,
        }
    }
}

/// All hosts of the configuration. Cheap to clone.
#[derive(Clone)]
pub struct Forges {
    connections: Connections,
    clients: Arc<[HostClient]>,
    local: Option<LocalHost>,
}

impl Forges {
    /// One client a host; nothing is asked yet.
    #[must_use]
    pub fn new(integrations: &[Integration], clock: &Clock) -> Self {
        let connections = Connections::default();
        let clients = integrations.iter().map(|integration| {
            HostClient::new(connections.clone(), integration.clone(), clock.clone())
        });
        Self {
            clients: clients.collect(),
            connections,
            local: None,
        }
    }

    /// What calls are made by.
    #[must_use]
    pub fn connections(&self) -> &Connections {
        &self.connections
    }

    /// With the host inside the portal, where it is on: it is asked in the process, never over the network.
    #[must_use]
    pub fn with_local(self, local: Option<LocalHost>) -> Self {
        Self { local, ..self }
    }

    /// The integration of a host, by `host` or `host:port`; the first one counts.
    #[must_use]
    pub fn integration(&self, host: &str) -> Option<&Integration> {
        self.client(host).map(HostClient::integration)
    }

    /// A host, by `host` or `host:port`.
    #[must_use]
    pub fn host(&self, host: &str) -> Option<Forge> {
        self.forge(self.client(host)?.clone())
    }

    /// A host that is asked with somebody's own token in place of the configured credentials.
    #[must_use]
    pub fn host_as(&self, host: &str, token: &Secret) -> Option<Forge> {
        let credential = Credential {
            owners: Vec::new(),
            kind: CredentialKind::Token(token.clone()),
        };
        self.forge(self.client(host)?.with_credentials(vec![credential]))
    }

    /// The host and the place in it that a URL names; `None` for a URL of no host of ours.
    #[must_use]
    pub fn at(&self, url: &Url) -> Option<(Forge, Address)> {
        let client = self.client(&authority(url))?;
        let address = Address::parse(client.integration(), url)?;
        Some((self.forge(client.clone())?, address))
    }

    /// Whether a host, by `host` or `host:port`, is the one inside the portal, which wants no credentials.
    #[must_use]
    pub fn is_local(&self, host: &str) -> bool {
        let client = self.client(host);
        let local = self.local.as_ref().zip(client);
        local.is_some_and(|(local, client)| local.is_at(client.integration()))
    }

    fn forge(&self, client: HostClient) -> Option<Forge> {
        match &self.local {
            Some(local) if local.is_at(client.integration()) => Some(Forge::Local(local.clone())),
            _ => Forge::new(client),
        }
    }

    /// The place in a repository that a URL names, also on a host whose product cannot be asked.
    #[must_use]
    pub fn address(&self, url: &Url) -> Option<Address> {
        Address::parse(self.integration(&authority(url))?, url)
    }

    fn client(&self, host: &str) -> Option<&HostClient> {
        self.clients
            .iter()
            .find(|client| client.integration().host == host)
    }
}

/// `host` or `host:port`, as integrations name it.
#[must_use]
pub fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
