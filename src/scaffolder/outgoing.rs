//! HTTP calls that declared actions make: to hosts of `callboard.scaffolder.allow` only, bounded in size and time.

use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use url::Url;

use crate::{
    config::{AllowedHost, Secret},
    connections::Connections,
    error::{Error, Result},
    forge::authority,
};

/// Makes the calls. Cheap to clone.
#[derive(Clone)]
pub struct Outgoing {
    connections: Connections,
    allow: Vec<AllowedHost>,
}

/// A call.
pub struct OutgoingCall<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// Where it goes.
    pub url: &'a str,
    /// Its headers.
    pub headers: &'a [(String, Secret)],
    /// What is sent.
    pub body: Bytes,
    /// How long it may take.
    pub timeout: Duration,
    /// How large the answer may be, in bytes.
    pub max_bytes: usize,
}

/// An answer, whole.
pub struct OutgoingAnswer {
    /// Its status.
    pub status: u16,
    /// Its headers, those of text.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// Nothing was sent.
    NotSent(Error),
    /// It was sent, and may have been done.
    Lost(Error),
}

impl Outgoing {
    /// Calls go to these hosts only; redirects are not followed.
    #[must_use]
    pub fn new(connections: Connections, allow: Vec<AllowedHost>) -> Self {
        Self { connections, allow }
    }

    /// [`Error::NotAllowed`] if an address may not be called; it says which key to set.
    pub fn check(&self, url: &str) -> Result<Url> {
        let parsed = Url::parse(url)
            .map_err(|fault| Error::Input(format!("“{url}” is no address: {fault}.")))?;
        let is_web = matches!(parsed.scheme(), "http" | "https");
        if is_web && self.allow.iter().any(|host| host.allows(&parsed)) {
            return Ok(parsed);
        }
        let host = authority(&parsed);
        Err(Error::NotAllowed(format!(
            "Actions may not call {host}. Add `- host: {host}` to `callboard.scaffolder.allow` in app-config.yaml."
        )))
    }

    /// Makes a call.
    pub async fn send(&self, call: OutgoingCall<'_>) -> Result<OutgoingAnswer, NoAnswer> {
        let url = self.check(call.url).map_err(NoAnswer::NotSent)?;
        let method = Method::from_bytes(call.method.as_bytes()).map_err(|_| {
            let told = format!("“{}” is no method of HTTP.", call.method);
            NoAnswer::NotSent(Error::Input(told))
        })?;
        let client = self.connections.client().map_err(|fault| unsent(&fault))?;
        let mut request = client.request(method, url).timeout(call.timeout);
        for (name, value) in call.headers {
            request = request.header(name, value.expose());
        }
        let mut response = match request.body(call.body).send().await {
            Ok(response) => response,
            Err(fault) => return Err(unsent(&fault)),
        };
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|fault| lost(&fault))? {
            if body.len() + chunk.len() > call.max_bytes {
                return Err(NoAnswer::Lost(Error::Input(format!(
                    "The answer is larger than {} bytes. Raise `maxBytes` of the action.",
                    call.max_bytes
                ))));
            }
            body.extend_from_slice(&chunk);
        }
        let headers = response.headers().iter().filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        });
        Ok(OutgoingAnswer {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: body.into(),
        })
    }
}

fn unsent(fault: &reqwest::Error) -> NoAnswer {
    if fault.is_connect() || fault.is_builder() {
        return NoAnswer::NotSent(told(fault));
    }
    lost(fault)
}

fn lost(fault: &reqwest::Error) -> NoAnswer {
    NoAnswer::Lost(told(fault))
}

/// Without the address, which may hold a secret.
fn told(fault: &reqwest::Error) -> Error {
    let cause = if fault.is_timeout() {
        "it took too long"
    } else if fault.is_connect() {
        "it cannot be reached"
    } else {
        "the connection broke off"
    };
    Error::ServiceUnavailable(format!("The call had no answer: {cause}."))
}
