//! A host's API: the one place that knows its address and its credentials. Calls begin here.

use std::{fmt, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{
    Method,
    header::{ACCEPT, HeaderMap, HeaderName, HeaderValue},
};
use url::Url;

use super::{address::encoded, call::Call, exchange::ExchangedTokens, lane::Lane};
use crate::{
    clock::Clock,
    config::{Credential, CredentialKind, Integration, Secret},
    connections::Connections,
    entity::ScmHost,
};

/// A host's API. Cheap to clone.
#[derive(Clone)]
pub(super) struct HostClient {
    connections: Connections,
    integration: Arc<Integration>,
    credentials: Arc<[Credential]>,
    lane: Arc<Lane>,
    clock: Clock,
    tokens: Arc<ExchangedTokens>,
    /// What the token in use is kept under, if it was exchanged.
    exchanged_key: Option<Arc<str>>,
}

impl fmt::Debug for HostClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostClient({})", self.integration.host)
    }
}

impl HostClient {
    pub(super) fn new(connections: Connections, integration: Integration, clock: Clock) -> Self {
        let pace = integration.retry.max_requests_per_minute;
        Self {
            connections,
            credentials: integration.credentials.clone().into(),
            lane: Arc::new(Lane::new(&integration.host, pace)),
            integration: Arc::new(integration),
            clock,
            tokens: Arc::default(),
            exchanged_key: None,
        }
    }

    /// The same host, asked with other credentials.
    pub(super) fn with_credentials(&self, credentials: Vec<Credential>) -> Self {
        Self {
            credentials: credentials.into(),
            exchanged_key: None,
            ..self.clone()
        }
    }

    /// The same host, asked with a token that was had in exchange, and is kept under a key.
    pub(super) fn with_exchanged(&self, key: &str, token: Secret) -> Self {
        let credential = Credential {
            owners: Vec::new(),
            kind: CredentialKind::Token(token),
        };
        Self {
            exchanged_key: Some(key.into()),
            ..self.with_credentials(vec![credential])
        }
    }

    /// What the token in use is kept under among [`Self::tokens`], if it was exchanged.
    pub(super) fn exchanged_key(&self) -> Option<&str> {
        self.exchanged_key.as_deref()
    }

    /// Where calls to the host wait for their turn.
    pub(super) fn lane(&self) -> &Lane {
        &self.lane
    }

    /// What calls are made by.
    pub(super) fn connections(&self) -> &Connections {
        &self.connections
    }

    /// The tokens that were had in exchange.
    pub(super) fn tokens(&self) -> &ExchangedTokens {
        &self.tokens
    }

    /// What tells the time.
    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The configuration of the host.
    pub(super) fn integration(&self) -> &Integration {
        &self.integration
    }

    /// What lets the portal in, in the order to try.
    pub(super) fn credentials(&self) -> &[Credential] {
        &self.credentials
    }

    pub(super) fn host(&self) -> &str {
        &self.integration.host
    }

    /// A call to the API, by the segments of its path; each is encoded, slashes in it too.
    pub(super) fn call(&self, method: Method, segments: &[&str]) -> Call<'_> {
        let mut url = self.integration.api_base_url.clone();
        let path: Vec<String> = segments.iter().map(|segment| encoded(segment)).collect();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/{}", path.join("/")));
        self.call_at(method, url)
    }

    /// A call to an address of the host, such as one that an answer of it named.
    pub(super) fn call_at(&self, method: Method, url: Url) -> Call<'_> {
        Call::new(self, method, url)
    }

    pub(super) fn get(&self, segments: &[&str]) -> Call<'_> {
        self.call(Method::GET, segments)
    }

    pub(super) fn post(&self, segments: &[&str]) -> Call<'_> {
        self.call(Method::POST, segments)
    }

    pub(super) fn put(&self, segments: &[&str]) -> Call<'_> {
        self.call(Method::PUT, segments)
    }

    pub(super) fn patch(&self, segments: &[&str]) -> Call<'_> {
        self.call(Method::PATCH, segments)
    }

    pub(super) fn delete(&self, segments: &[&str]) -> Call<'_> {
        self.call(Method::DELETE, segments)
    }

    /// What the product wants to be told with every call.
    pub(super) fn usual_headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if self.integration.product == ScmHost::GitHub {
            headers.insert(
                ACCEPT,
                HeaderValue::from_static("application/vnd.github+json"),
            );
            let version = HeaderName::from_static("x-github-api-version");
            headers.insert(version, HeaderValue::from_static("2022-11-28"));
        }
        headers
    }

    /// The header the first credential stands for; `None` for none, or for one that must be exchanged first.
    pub(super) fn authorization(&self) -> Option<Secret> {
        match &self.credentials.first()?.kind {
            CredentialKind::Token(token) => Some(match self.integration.product {
                _ if self.exchanged_key.is_some() => {
                    Secret::new(format!("Bearer {}", token.expose()))
                }
                ScmHost::Gitea => Secret::new(format!("token {}", token.expose())),
                ScmHost::AzureRepos => basic("", token.expose()),
                _ => Secret::new(format!("Bearer {}", token.expose())),
            }),
            CredentialKind::Basic { username, password } => {
                Some(basic(username, password.expose()))
            }
            CredentialKind::GitHubApp(_)
            | CredentialKind::OAuthClient { .. }
            | CredentialKind::ManagedIdentity { .. } => None,
        }
    }
}

/// A user and their password, as a header says it (RFC 7617).
pub(super) fn basic(username: &str, password: &str) -> Secret {
    let pair = BASE64_STANDARD.encode(format!("{username}:{password}"));
    Secret::new(format!("Basic {pair}"))
}
