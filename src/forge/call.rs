//! One call to a host's API, as it is put together, and how its answer is wanted.
//!
//! Secrets go into headers, never into addresses, errors or logs.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use url::Url;

use super::{ForgeErrorKind, Result, answer::Answer, client::HostClient, forges::authority};
use crate::{config::Secret, entity::ScmHost};

/// From the first byte sent to the last received.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Answers that are no files: 8 MiB.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// The fields of a body that are given: hosts leave the rest as it is.
pub(super) fn given<V: Into<Value>>(
    fields: impl IntoIterator<Item = (&'static str, Option<V>)>,
) -> Map<String, Value> {
    let fields = fields.into_iter();
    fields
        .filter_map(|(key, value)| Some((key.to_owned(), value?.into())))
        .collect()
}

/// One call, being put together.
#[derive(Clone)]
pub(super) struct Call<'a> {
    pub(super) client: &'a HostClient,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) authorization: Option<Secret>,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
    pub(super) limit: usize,
    pub(super) timeout: Duration,
    pub(super) about: String,
    pub(super) elsewhere: &'a [&'a str],
}

impl<'a> Call<'a> {
    pub(super) fn new(client: &'a HostClient, method: Method, url: Url) -> Self {
        Self {
            client,
            authorization: client.authorization(),
            method,
            url,
            headers: client.usual_headers(),
            body: None,
            limit: MAX_ANSWER_BYTES,
            timeout: TIMEOUT,
            about: "such thing".to_owned(),
            elsewhere: &[],
        }
    }

    /// Whom it is for.
    pub(super) fn host(&self) -> &'a str {
        self.client.host()
    }

    /// What it asks.
    pub(super) fn product(&self) -> ScmHost {
        self.client.integration().product
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
            let place = authority(&url);
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
}
