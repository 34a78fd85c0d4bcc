//! Whether an answer is one, and if not, why: in plain words, with what to do, and without the token.

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{StatusCode, header::CONTENT_TYPE};
use serde_json::Value;

use super::{ForgeError, ForgeErrorKind, Result, answer::Answer};
use crate::{
    config::{Integration, Secret},
    entity::ScmHost,
};

/// What a host said is repeated up to so many letters.
const MAX_SAID: usize = 300;

impl Answer {
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
