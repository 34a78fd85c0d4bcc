//! Calls to a host's API: the one place that knows its address, its credentials and its limits.
//!
//! Bodies and times are bounded. A call is repeated only where that cannot do a thing twice: when the host was
//! not reached or refused to take it, or when the method is idempotent by HTTP. Secrets go into headers, never
//! into addresses, errors or logs.

use std::{fmt, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use reqwest::{
    Method, Response,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};
use serde::{Serialize, de::DeserializeOwned};
use tracing::debug;
use url::Url;

use super::{
    ForgeError, ForgeErrorKind, Result,
    address::encoded,
    answer::{self, Answer},
    exchange::ExchangedTokens,
    lane::{Lane, MAX_WAIT},
};
use crate::{
    clock::Clock,
    config::{Credential, CredentialKind, Integration, Secret},
    entity::ScmHost,
    error::{self, Error},
};

/// From the first byte sent to the last received.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The same, of an archive.
pub(super) const ARCHIVE_TIMEOUT: Duration = Duration::from_mins(2);
/// Answers that are no files: 8 MiB.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// As Backstage's fetch reader.
const MAX_REDIRECTS: usize = 5;
/// Doubled with every attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// A host's API. Cheap to clone.
#[derive(Clone)]
pub(super) struct HostClient {
    http: reqwest::Client,
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
    /// The connections, shared by all hosts.
    pub(super) fn http() -> error::Result<reqwest::Client> {
        // Once a process; the second time says it is there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::builder()
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .user_agent(concat!("callboard/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(Error::internal)
    }

    pub(super) fn new(http: reqwest::Client, integration: Integration, clock: Clock) -> Self {
        let pace = integration.retry.max_requests_per_minute;
        Self {
            http,
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
        Call {
            client: self,
            authorization: self.authorization(),
            method,
            url,
            headers: self.usual_headers(),
            body: None,
            limit: MAX_ANSWER_BYTES,
            timeout: TIMEOUT,
            about: "such thing".to_owned(),
            elsewhere: &[],
        }
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
    fn usual_headers(&self) -> HeaderMap {
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
    fn authorization(&self) -> Option<Secret> {
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

/// One call, being put together.
#[derive(Clone)]
pub(super) struct Call<'a> {
    client: &'a HostClient,
    method: Method,
    url: Url,
    authorization: Option<Secret>,
    headers: HeaderMap,
    body: Option<Bytes>,
    limit: usize,
    timeout: Duration,
    about: String,
    elsewhere: &'a [&'a str],
}

/// What one attempt came to.
enum Attempt {
    Answered(Answer),
    /// It may be tried again after so long.
    Again(ForgeError, Duration),
}

impl<'a> Call<'a> {
    /// Whom it is for.
    pub(super) fn host(&self) -> &'a str {
        self.client.host()
    }

    /// Where it goes.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Adds a parameter.
    pub(super) fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// The same call at another address of the same host, as an answer names it.
    pub(super) fn moved_to(mut self, url: Url) -> Result<Self> {
        if url.origin() != self.url.origin() {
            let place = super::forges::authority(&url);
            return Err(self.not_followed(&format!("its list goes on at {place}")));
        }
        self.url = url;
        Ok(self)
    }

    /// Adds a header.
    pub(super) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Takes another header to be let in by: of a token that was exchanged.
    pub(super) fn authorized_by(mut self, authorization: Option<Secret>) -> Self {
        self.authorization = authorization;
        self
    }

    /// Sends a body as JSON.
    pub(super) fn body(self, body: &impl Serialize) -> Self {
        // Our own types, all of whose keys are texts.
        let bytes = serde_json::to_vec(body).unwrap_or_default();
        self.bytes("application/json", bytes.into())
    }

    /// Sends a body as it is.
    pub(super) fn bytes(mut self, content_type: &str, bytes: Bytes) -> Self {
        self.body = Some(bytes);
        self.header(CONTENT_TYPE, content_type)
    }

    /// Takes an answer of so many bytes at most.
    pub(super) fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Waits so long at most.
    pub(super) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// What is asked for, for the error when it is not there: `repository acme/shop`.
    pub(super) fn about(mut self, what: impl Into<String>) -> Self {
        self.about = what.into();
        self
    }

    /// Hosts that a redirect may lead to besides this one; they are not told who asks. `.example.com` stands for
    /// all hosts below it.
    pub(super) fn may_lead_to(mut self, hosts: &'a [&'a str]) -> Self {
        self.elsewhere = hosts;
        self
    }

    /// What the host answers, from JSON.
    pub(super) async fn json<T: DeserializeOwned>(self) -> Result<T> {
        let host = self.client.host();
        self.send().await?.json(host)
    }

    /// The same, `None` where it is not there (404).
    pub(super) async fn optional<T: DeserializeOwned>(self) -> Result<Option<T>> {
        match self.json().await {
            Ok(found) => Ok(Some(found)),
            Err(fault) if fault.kind == ForgeErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// The same, `None` also for these other answers.
    pub(super) async fn optional_of<T: DeserializeOwned>(
        self,
        statuses: &[u16],
    ) -> Result<Option<T>> {
        match self.optional().await {
            Err(fault)
                if fault
                    .status
                    .is_some_and(|status| statuses.contains(&status)) =>
            {
                Ok(None)
            }
            other => other,
        }
    }

    /// Whether it was done.
    pub(super) async fn done(self) -> Result<()> {
        self.send().await.map(drop)
    }

    /// Whether it is gone, by us or before us.
    pub(super) async fn gone(self) -> Result<()> {
        self.optional_answer().await.map(drop)
    }

    /// The answer, `None` where there is nothing (404).
    pub(super) async fn optional_answer(self) -> Result<Option<Answer>> {
        match self.send().await {
            Ok(answer) => Ok(Some(answer)),
            Err(fault) if fault.kind == ForgeErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// The answer: a success, or 304.
    pub(super) async fn send(self) -> Result<Answer> {
        let retries = self.client.integration.retry.max_retries;
        let mut attempts = 0;
        loop {
            match self.attempt(attempts).await? {
                Attempt::Answered(answer) => return Ok(answer),
                Attempt::Again(fault, _) if attempts >= retries => {
                    if fault.kind == ForgeErrorKind::Unreachable {
                        self.client.lane.is_down(&self.client.clock);
                    }
                    return Err(fault);
                }
                Attempt::Again(_, pause) => tokio::time::sleep(pause).await,
            }
            attempts += 1;
        }
    }

    async fn attempt(&self, attempts: u32) -> Result<Attempt> {
        let pause = FIRST_PAUSE * 2_u32.saturating_pow(attempts);
        let _turn = self.client.lane.turn(&self.client.clock).await?;
        let response = match self.fetch().await {
            Ok(response) => response,
            Err(fault) if fault.kind == ForgeErrorKind::Unreachable || self.is_idempotent() => {
                return Ok(Attempt::Again(fault, pause));
            }
            Err(fault) => return Err(fault),
        };
        let status = response.status().as_u16();
        debug!(
            host = self.client.host(),
            status,
            "{} {} {status}",
            self.method,
            self.url.path()
        );
        if let Some(wait) = answer::asked_wait(&response, self.client.clock.now()) {
            return self.wait_for(wait);
        }
        let is_passing = self.client.integration.retry.status_codes.contains(&status);
        let received = match answer::receive(response, self.limit).await {
            Ok(received) => received,
            Err(cause) => return self.broken_off(&cause, pause),
        };
        if received.is_secondary_limit() {
            return self.wait_for(answer::UNSAID_WAIT);
        }
        if let Some(key) = self.client.exchanged_key.as_ref().filter(|_| status == 401) {
            self.client.tokens.forget(key).await;
        }
        match received.judge(
            self.client.integration(),
            &self.about,
            self.authorization.as_ref(),
        ) {
            Ok(answer) => Ok(Attempt::Answered(answer)),
            Err(fault) if is_passing && self.is_idempotent() => Ok(Attempt::Again(fault, pause)),
            Err(fault) => Err(fault),
        }
    }

    /// The host wants to be left alone for so long.
    fn wait_for(&self, wait: Duration) -> Result<Attempt> {
        let until = self.client.lane.quiet_for(&self.client.clock, wait);
        let fault = ForgeError::rate_limited(self.client.host(), until, wait);
        // The lane waits for it; beyond its bound, nobody does.
        if wait > MAX_WAIT {
            Err(fault)
        } else {
            Ok(Attempt::Again(fault, Duration::ZERO))
        }
    }

    /// Sends it and follows redirects; the answer's body is still to be read.
    async fn fetch(&self) -> Result<Response> {
        let mut url = self.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let is_home = url.origin() == self.url.origin();
            let mut headers = self.headers.clone();
            if let Some(authorization) = self.authorization.as_ref().filter(|_| is_home) {
                headers.insert(AUTHORIZATION, self.sensitive(authorization)?);
            }
            let mut request = self.client.http.request(self.method.clone(), url.clone());
            request = request.headers(headers).timeout(self.timeout);
            if let Some(body) = &self.body {
                request = request.body(body.clone());
            }
            let response = request.send().await.map_err(|fault| self.lost(&fault))?;
            let Some(next) = answer::redirect(&response, &url) else {
                return Ok(response);
            };
            self.check_redirect(&next)?;
            url = next;
        }
        Err(self.not_followed(&format!("it redirects more than {MAX_REDIRECTS} times")))
    }

    fn sensitive(&self, authorization: &Secret) -> Result<HeaderValue> {
        let mut value = HeaderValue::from_str(authorization.expose()).map_err(|_| {
            ForgeError::new(
                ForgeErrorKind::Unauthorized,
                self.client.host(),
                "The configured token has a letter that no token has.",
                format!(
                    "Look at the credentials of `{}`: a line break, perhaps.",
                    self.client.integration.key
                ),
            )
        })?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// A redirect stays on the host, or goes where this call may go.
    fn check_redirect(&self, next: &Url) -> Result<()> {
        let is_home = next.origin() == self.url.origin();
        let is_known = next
            .host_str()
            .is_some_and(|host| self.elsewhere.iter().any(|known| is_within(host, known)));
        let is_reading = matches!(self.method, Method::GET | Method::HEAD);
        if is_reading && (is_home || is_known && next.scheme() == "https") {
            return Ok(());
        }
        let place = super::forges::authority(next);
        Err(self.not_followed(&format!("it redirects to {place}")))
    }

    fn not_followed(&self, cause: &str) -> ForgeError {
        let (host, key) = (self.client.host(), &self.client.integration.key);
        ForgeError::new(
            ForgeErrorKind::NotTheApi,
            host,
            format!("{host} does not answer itself: {cause}."),
            format!(
                "Write the address that answers under `{key}` (`baseUrl`, `apiBaseUrl`), or the repository's new name."
            ),
        )
    }

    fn is_idempotent(&self) -> bool {
        matches!(
            self.method,
            Method::GET | Method::HEAD | Method::PUT | Method::DELETE
        )
    }

    /// No answer came. Where no connection was made, nothing was done.
    fn lost(&self, fault: &reqwest::Error) -> ForgeError {
        let cause = answer::root_cause(fault);
        if fault.is_connect() {
            return self.client.lane.unreachable(&cause);
        }
        let host = self.client.host();
        let cause = if fault.is_timeout() {
            format!("no answer within {} s", self.timeout.as_secs())
        } else {
            cause
        };
        ForgeError::new(
            ForgeErrorKind::AnswerLost,
            host,
            format!("{host} did not answer: {cause}."),
            "See whether the host is well, and whether it was done.",
        )
    }

    fn broken_off(&self, cause: &answer::BrokenOff, pause: Duration) -> Result<Attempt> {
        match cause {
            answer::BrokenOff::TooLarge => Err(ForgeError::too_large(
                self.client.host(),
                &format!("The {}", self.about),
                self.limit,
            )),
            answer::BrokenOff::Lost(fault) => {
                let fault = self.lost(fault);
                if self.is_idempotent() {
                    Ok(Attempt::Again(fault, pause))
                } else {
                    Err(fault)
                }
            }
        }
    }
}

/// Whether a host is one that is known, or is below a known `.example.com`.
fn is_within(host: &str, known: &str) -> bool {
    host == known || known.starts_with('.') && host.ends_with(known)
}

/// A user and their password, as a header says it (RFC 7617).
pub(super) fn basic(username: &str, password: &str) -> Secret {
    let pair = BASE64_STANDARD.encode(format!("{username}:{password}"));
    Secret::new(format!("Basic {pair}"))
}
