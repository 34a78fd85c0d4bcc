//! Plain HTTP and HTTPS, from allowed hosts only.
//!
//! Redirects are followed by hand, so that each target is checked like the first: a host that is allowed
//! cannot send the portal to one that is not.

use std::{sync::Arc, time::Duration};

use reqwest::{
    Response, StatusCode,
    header::{ETAG, IF_NONE_MATCH, LOCATION},
};
use url::Url;

use super::{Content, MAX_FILE_BYTES, Reading, SourceError, error::text_of};
use crate::{connections::Connections, forge::authority};

/// From the first byte sent to the last received.
const TIMEOUT: Duration = Duration::from_secs(20);
/// As Backstage's fetch reader.
const MAX_REDIRECTS: usize = 5;
/// Reads under way at once.
const MAX_CONCURRENT: usize = 16;

#[derive(Clone)]
pub(super) struct HttpReader {
    connections: Connections,
    allows: Arc<dyn Fn(&Url) -> bool + Send + Sync>,
    permits: Arc<tokio::sync::Semaphore>,
}

impl HttpReader {
    pub(super) fn new(
        connections: Connections,
        allows: Arc<dyn Fn(&Url) -> bool + Send + Sync>,
    ) -> Self {
        Self {
            connections,
            allows,
            permits: Arc::new(tokio::sync::Semaphore::new(MAX_CONCURRENT)),
        }
    }

    pub(super) async fn read(
        &self,
        target: &str,
        etag: Option<&str>,
    ) -> std::result::Result<Reading, SourceError> {
        let _permit = self
            .permits
            .acquire()
            .await
            .map_err(|_| SourceError::interrupted(target))?;
        let mut url = Url::parse(target).map_err(|_| invalid_url(target))?;
        for _ in 0..=MAX_REDIRECTS {
            self.check(&url)?;
            let client = self.connections.client();
            let client = client.map_err(|fault| unreachable(&url, &fault))?;
            let mut request = client.get(url.clone()).timeout(TIMEOUT);
            if let Some(etag) = etag {
                request = request.header(IF_NONE_MATCH, etag);
            }
            let response = request
                .send()
                .await
                .map_err(|fault| unreachable(&url, &fault))?;
            match redirect_target(&response, &url) {
                Some(next) => url = next,
                None => return content(response, target).await,
            }
        }
        Err(SourceError::unreadable(
            format!("Too many redirects, the limit is {MAX_REDIRECTS}"),
            format!("The server redirects more than {MAX_REDIRECTS} times."),
            "Use the address the redirects end at.",
        ))
    }

    /// Whether it is an address of an allowed host, or none at all: then reading says so.
    pub(super) fn may_read(&self, target: &str) -> bool {
        Url::parse(target).is_ok_and(|url| self.allows(&url)) || Url::parse(target).is_err()
    }

    fn allows(&self, url: &Url) -> bool {
        matches!(url.scheme(), "http" | "https") && (self.allows)(url)
    }

    fn check(&self, url: &Url) -> std::result::Result<(), SourceError> {
        if self.allows(url) {
            return Ok(());
        }
        Err(not_allowed(url.as_str()))
    }
}

/// A host that is neither configured nor allowed.
pub(super) fn not_allowed(url: &str) -> SourceError {
    let host = Url::parse(url)
        .map(|url| authority(&url))
        .unwrap_or_default();
    SourceError::not_allowed(
        format!(
            "Reading from '{url}' is not allowed. You may need to configure an integration for the target host, or add it to the configured list of allowed hosts at 'backend.reading.allow'"
        ),
        format!("The host {host} is not one this portal may read from."),
        format!(
            "If it is a Git host, configure it under `integrations` (`integrations.gitea: [{{host: {host}}}]`, `github`, `gitlab`, …); else add `- host: {host}` to `backend.reading.allow` in app-config.yaml."
        ),
    )
}

/// Patterns need a host that can list its files.
pub(super) fn no_patterns() -> SourceError {
    SourceError::unreadable(
        "Unsupported search pattern URL",
        "This host cannot list its files, so a pattern finds nothing there.",
        "Name each file, add a Location file that lists them, or configure the Git host under `integrations`.",
    )
}

fn redirect_target(response: &Response, from: &Url) -> Option<Url> {
    let redirects =
        response.status().is_redirection() && response.status() != StatusCode::NOT_MODIFIED;
    let target = response
        .headers()
        .get(LOCATION)
        .filter(|_| redirects)?
        .to_str()
        .ok()?;
    from.join(target).ok()
}

async fn content(
    mut response: Response,
    target: &str,
) -> std::result::Result<Reading, SourceError> {
    let status = response.status();
    if status == StatusCode::NOT_MODIFIED {
        return Ok(Reading::Unchanged {
            revision: None,
            is_same_commit: false,
        });
    }
    if !status.is_success() {
        return Err(refused(status, target));
    }
    let etag = response
        .headers()
        .get(ETAG)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|fault| unreachable(target, &fault))?
    {
        if (bytes.len() + chunk.len()) as u64 > MAX_FILE_BYTES {
            return Err(SourceError::too_large(target));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Reading::Found(Content {
        text: text_of(bytes, target)?,
        etag,
        revision: None,
        blob: None,
    }))
}

fn refused(status: StatusCode, target: &str) -> SourceError {
    let message = format!(
        "could not read {target}, {} {}",
        status.as_u16(),
        status.canonical_reason().unwrap_or("")
    );
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => SourceError::not_found(
            message,
            "The server says there is no such file (404).",
            "Correct the address, or set `presence: optional` on the Location if the file may be missing.",
        ),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => SourceError::unreadable(
            message,
            format!(
                "The server does not let the portal read this ({}).",
                status.as_u16()
            ),
            "Configure an integration with a token for this host under `integrations`.",
        ),
        status if status.is_server_error() => SourceError::unreadable(
            message,
            format!("The server failed ({}).", status.as_u16()),
            "Nothing, if it is a passing fault: it is read again at the next reconcile.",
        ),
        status => SourceError::unreadable(
            message,
            format!("The server answered {}.", status.as_u16()),
            "Open the address in a browser and see what it says.",
        ),
    }
}

fn invalid_url(target: &str) -> SourceError {
    SourceError::unreadable(
        "Invalid URL",
        format!("“{target}” is no URL."),
        "Write the whole address, beginning with https://.",
    )
}

fn unreachable(what: impl std::fmt::Display, fault: &reqwest::Error) -> SourceError {
    if fault.is_timeout() {
        return SourceError::unreadable(
            format!("request to {what} timed out"),
            format!(
                "The server did not answer within {} seconds.",
                TIMEOUT.as_secs()
            ),
            "See whether the server is well; it is read again at the next reconcile.",
        );
    }
    let cause = root_cause(fault);
    SourceError::unreadable(
        format!("request to {what} failed, reason: {cause}"),
        format!("The server cannot be reached: {cause}."),
        "Check the address and the network; it is read again at the next reconcile.",
    )
}

fn root_cause(fault: &dyn std::error::Error) -> String {
    let mut cause = fault;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
