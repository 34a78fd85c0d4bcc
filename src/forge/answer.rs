//! What a host answers: received within bounds, and judged.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use reqwest::{
    Response, StatusCode,
    header::{CONTENT_TYPE, ETAG, HeaderMap, LOCATION, RETRY_AFTER},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::{ForgeError, ForgeErrorKind, Result};
use crate::{
    clock::UnixMillis,
    config::{Integration, Secret},
    entity::ScmHost,
};

/// A host that does not say how long gets a minute, as GitHub advises.
pub(super) const UNSAID_WAIT: Duration = Duration::from_mins(1);
/// What a host said is repeated up to so many letters.
const MAX_SAID: usize = 300;

/// An answer, whole.
pub(super) struct Answer {
    /// A success, or 304.
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) bytes: Bytes,
}

/// Why an answer is not whole.
pub(super) enum BrokenOff {
    TooLarge,
    Lost(reqwest::Error),
}

/// How long the host asks to be left alone; `None` if it does not.
///
/// 429 always does; 403 (GitHub) where it says how long, or that nothing remains.
pub(super) fn asked_wait(response: &Response, now: UnixMillis) -> Option<Duration> {
    let headers = response.headers();
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    let remains = ["x-ratelimit-remaining", "ratelimit-remaining"]
        .into_iter()
        .find_map(number);
    let is_asked = match response.status() {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::FORBIDDEN => headers.contains_key(RETRY_AFTER) || remains == Some(0),
        _ => false,
    };
    if !is_asked {
        return None;
    }
    let seconds = number(RETRY_AFTER.as_str()).or_else(|| {
        let reset = ["x-ratelimit-reset", "ratelimit-reset"]
            .into_iter()
            .find_map(number)?;
        Some(reset - now.0.div_euclid(1000))
    });
    let Some(seconds) = seconds else {
        return Some(UNSAID_WAIT);
    };
    Some(Duration::from_secs(
        seconds.clamp(1, 24 * 3600).unsigned_abs(),
    ))
}

/// Where a redirect leads; `None` for another answer.
pub(super) fn redirect(response: &Response, from: &Url) -> Option<Url> {
    let status = response.status();
    let redirects = status.is_redirection() && status != StatusCode::NOT_MODIFIED;
    let target = response.headers().get(LOCATION).filter(|_| redirects)?;
    from.join(target.to_str().ok()?).ok()
}

/// Reads the body, up to a limit.
pub(super) async fn receive(mut response: Response, limit: usize) -> Result<Answer, BrokenOff> {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BrokenOff::Lost)? {
        if bytes.len() + chunk.len() > limit {
            return Err(BrokenOff::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status,
        headers,
        bytes: bytes.into(),
    })
}

impl Answer {
    /// From JSON.
    pub(super) fn json<T: DeserializeOwned>(&self, host: &str) -> Result<T> {
        serde_json::from_slice(&self.bytes).map_err(|fault| {
            ForgeError::new(
                ForgeErrorKind::NotTheApi,
                host,
                format!("{host} answers what cannot be understood: {fault}."),
                "See whether `baseUrl` leads to the product it is configured as, and whether its version is supported.",
            )
        })
    }

    /// A header, as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The ETag, as it is sent back.
    pub(super) fn etag(&self) -> Option<String> {
        self.header(ETAG.as_str()).map(str::to_owned)
    }

    /// GitHub's limit of another kind, which it may tell by words alone.
    pub(super) fn is_secondary_limit(&self) -> bool {
        self.status == StatusCode::FORBIDDEN && self.text_says("secondary rate limit")
    }

    fn text_says(&self, words: &str) -> bool {
        let shown = &self.bytes[..self.bytes.len().min(4096)];
        String::from_utf8_lossy(shown).contains(words)
    }

    pub(super) fn is_not_modified(&self) -> bool {
        self.status == StatusCode::NOT_MODIFIED
    }

    /// The answer if it is a success or 304, else why it is none.
    pub(super) fn judge(
        self,
        integration: &Integration,
        about: &str,
        authorization: Option<&Secret>,
    ) -> Result<Self> {
        if self.status == StatusCode::NON_AUTHORITATIVE_INFORMATION && self.looks_like_a_page() {
            return Err(self.sign_in_page(integration));
        }
        if self.status.is_success() && self.looks_like_a_page() && !self.is_file() {
            return Err(self.web_page(integration));
        }
        if self.status.is_success() || self.is_not_modified() {
            return Ok(self);
        }
        let mut fault = self.refusal(integration, about, authorization);
        fault.status = Some(self.status.as_u16());
        Err(fault)
    }

    fn refusal(
        &self,
        integration: &Integration,
        about: &str,
        authorization: Option<&Secret>,
    ) -> ForgeError {
        let (host, key) = (integration.host.as_str(), integration.key.as_str());
        let code = self.status.as_u16();
        let said = self.said(authorization);
        let new = |kind, reason: String, mend: String| ForgeError::new(kind, host, reason, mend);
        let credential = credential_key(integration);
        match code {
            401 if authorization.is_some() => new(
                ForgeErrorKind::Unauthorized,
                format!("{host} does not accept the configured token (401){said}."),
                format!("Put a token that is valid under `{key}` (`{credential}`)."),
            ),
            401 => new(
                ForgeErrorKind::Unauthorized,
                format!("{host} wants to know who asks (401){said}."),
                format!("Add a token under `{key}` (`{credential}`)."),
            ),
            403 => new(
                ForgeErrorKind::Forbidden,
                format!("{host} does not let the portal do this (403){said}."),
                format!("Give the token of `{key}` (`{credential}`) the right to, or use another."),
            ),
            404 | 410 if self.is_no_answer_of_an_api() => self.web_page(integration),
            404 | 410 => ForgeError::not_found(host, about),
            405 | 409 | 412 | 423 => ForgeError::conflict(
                host,
                format!("{host} refuses: it contradicts what is there ({code}){said}."),
            ),
            413 => new(
                ForgeErrorKind::TooLarge,
                format!("{host} takes nothing that large (413)."),
                "Make it smaller, or split it.".to_owned(),
            ),
            500.. => new(
                ForgeErrorKind::Broken,
                format!("{host} failed ({code}){said}."),
                "Nothing, if it is a passing fault: it is tried again at the next reconcile."
                    .to_owned(),
            ),
            _ => new(
                ForgeErrorKind::Invalid,
                format!("{host} does not take this ({code}){said}."),
                "Correct what it names.".to_owned(),
            ),
        }
    }

    /// Azure DevOps asks a token it does not know to sign in, and calls that a success (203).
    fn sign_in_page(&self, integration: &Integration) -> ForgeError {
        let (host, credential) = (&integration.host, credential_key(integration));
        ForgeError {
            status: Some(self.status.as_u16()),
            ..ForgeError::new(
                ForgeErrorKind::Unauthorized,
                host,
                format!(
                    "{host} answers with its sign-in page (203): it does not accept the token."
                ),
                format!(
                    "Put a token that is valid under `{}` (`{credential}`).",
                    integration.key
                ),
            )
        }
    }

    fn web_page(&self, integration: &Integration) -> ForgeError {
        let (host, key) = (&integration.host, &integration.key);
        ForgeError {
            status: Some(self.status.as_u16()),
            ..ForgeError::new(
                ForgeErrorKind::NotTheApi,
                host,
                format!(
                    "{host} answers with a page, where its API was asked ({}).",
                    self.status.as_u16()
                ),
                format!(
                    "Look at `{key}` (`baseUrl`, `apiBaseUrl`): it may lead to a sign-in page or to another product."
                ),
            )
        }
    }

    fn content_type(&self) -> &str {
        self.header(CONTENT_TYPE.as_str()).unwrap_or_default()
    }

    fn looks_like_a_page(&self) -> bool {
        self.content_type().starts_with("text/html")
    }

    /// Every product's API says in JSON what it does not have.
    fn is_no_answer_of_an_api(&self) -> bool {
        self.content_type().starts_with("text/")
    }

    /// A file of a repository may be a page, and is sent as one: hosts say so by a disposition or forbid sniffing.
    fn is_file(&self) -> bool {
        self.headers.contains_key("content-disposition")
    }

    /// What the host says about it, cut short, and without the token should it repeat it.
    fn said(&self, authorization: Option<&Secret>) -> String {
        let value: Value = serde_json::from_slice(&self.bytes).unwrap_or_default();
        let places = [
            "/message",
            "/error/message",
            "/errors/0/message",
            "/error_description",
            "/error",
            "/errors/0",
        ];
        let text_at = |place: &str| match value.pointer(place)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        };
        let found = places.iter().find_map(|place| text_at(place));
        // GitHub says "Validation Failed" first, and then of what.
        let found = found.map(|text| match text_at("/errors/0/message") {
            Some(detail) if detail != text => format!("{text} ({detail})"),
            _ => text,
        });
        let Some(mut text) = found.filter(|text| !text.trim().is_empty()) else {
            return String::new();
        };
        for secret in authorization.into_iter().flat_map(secrets_of) {
            text = text.replace(&secret, "***");
        }
        let shown: String = text
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .take(MAX_SAID)
            .collect();
        format!(": {}", shown.trim().trim_end_matches('.'))
    }
}

/// An instant as an API writes it (RFC 3339); none where it writes the year 1 or 1970, by which Gitea means none.
pub(super) fn instant(written: Option<&str>) -> Option<UnixMillis> {
    let at: jiff::Timestamp = written?.parse().ok()?;
    let ms = at.as_millisecond();
    (ms > 0).then_some(UnixMillis(ms))
}

/// What of a header nobody is to see: the token, or the pair of Basic and the password in it.
fn secrets_of(authorization: &Secret) -> Vec<String> {
    let header = authorization.expose();
    let (scheme, token) = header.split_once(' ').unwrap_or(("", header));
    let mut secrets = vec![token.to_owned()];
    if scheme == "Basic"
        && let Ok(pair) = BASE64_STANDARD.decode(token)
        && let Some((_, password)) = String::from_utf8_lossy(&pair).split_once(':')
    {
        secrets.push(password.to_owned());
    }
    secrets.retain(|secret| !secret.is_empty());
    secrets
}

/// The key of an integration that holds its token.
fn credential_key(integration: &Integration) -> &'static str {
    match integration.product {
        ScmHost::Gitea | ScmHost::Gerrit => "password",
        ScmHost::AzureRepos => "credentials",
        ScmHost::GitHub => "token` or `apps",
        ScmHost::GitLab | ScmHost::BitbucketCloud | ScmHost::BitbucketServer => "token",
    }
}

/// The innermost cause of a failed request: it names no address, and so no secret.
pub(super) fn root_cause(fault: &dyn std::error::Error) -> String {
    let mut cause = fault;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
