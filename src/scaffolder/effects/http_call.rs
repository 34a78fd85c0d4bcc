//! A call over HTTP that an action of one's own declares.

use std::{fmt::Write, time::Duration};

use ring::hmac;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use super::{Failure, Found, Planned, Undo, World, effect::Perform};
use crate::{
    config::Secret,
    error::{Error, Result},
    forge::authority,
    scaffolder::outgoing::{NoAnswer, OutgoingAnswer, OutgoingCall},
};

/// A call that may be repeated is tried so often.
const ATTEMPTS: u32 = 3;
/// Doubled with every attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Of an answer that says no, so many letters are told.
const MAX_SAID: usize = 300;

/// A call over HTTP.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpCall {
    /// What it does; a sentence.
    pub what: String,
    /// Why it is not taken back; a sentence.
    pub stays: String,
    /// `GET`, `POST`, …
    pub method: String,
    /// Where it goes.
    pub url: String,
    /// What is sent, as JSON; a text as it is, null: nothing.
    pub body: Value,
    /// Whether it comes to the same when it is repeated: then it is, by itself.
    pub idempotent: bool,
    /// How long it may take, in milliseconds.
    pub timeout_ms: u64,
    /// How large the answer may be, in bytes.
    pub max_bytes: usize,
    /// Its headers. They are never written down: the step that asks for it again has them of its own input.
    #[serde(skip)]
    pub headers: Vec<(String, Secret)>,
    /// The header that gets the signature, and what signs: `sha256=` and the HMAC-SHA256 of the body in hexadecimal.
    #[serde(skip)]
    pub signature: Option<(String, Secret)>,
}

impl Perform for HttpCall {
    fn host(&self) -> Option<&str> {
        None
    }

    /// Without path and parameters, which may hold secrets.
    fn target(&self) -> String {
        let host = Url::parse(&self.url).map(|url| authority(&url));
        format!("{} {}", self.method, host.unwrap_or_default())
    }

    fn planned(&self) -> Planned {
        Planned {
            what: self.what.clone(),
            undo: Undo::None(self.stays.clone()),
        }
    }

    fn holds_secret(&self) -> bool {
        !self.headers.is_empty() || self.signature.is_some()
    }

    async fn observe(&self, world: &World<'_>) -> Result<Value> {
        world.services.outgoing.check(&self.url)?;
        Ok(json!({}))
    }

    async fn perform(&self, world: &World<'_>, _: &Value) -> Result<Value, Failure> {
        let mut pause = FIRST_PAUSE;
        for attempt in 1.. {
            let found = self.attempt(world).await;
            let is_last = attempt == ATTEMPTS || !self.idempotent;
            match found {
                Ok(answer) if answer.status < 500 || is_last => return self.judged(&answer),
                Err(NoAnswer::NotSent(fault)) if is_last => return Err(Failure::Refused(fault)),
                Err(NoAnswer::Lost(fault)) if is_last => return Err(Failure::Unclear(fault)),
                Ok(_) | Err(_) => tokio::time::sleep(pause).await,
            }
            pause *= 2;
        }
        Err(Failure::Refused(Error::internal("no attempt was the last")))
    }

    async fn probe(&self, _: &World<'_>, _: &Value) -> Result<Found> {
        Ok(if self.idempotent {
            Found::Absent
        } else {
            Found::Unknown(self.what.clone())
        })
    }

    async fn take_back(&self, _: &World<'_>, _: &Value, _: &Value) -> Result<String> {
        Ok(self.stays.clone())
    }
}

impl HttpCall {
    async fn attempt(&self, world: &World<'_>) -> Result<OutgoingAnswer, NoAnswer> {
        let body = match &self.body {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let mut headers = self.headers.clone();
        let has_type = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if !has_type && !self.body.is_null() && !self.body.is_string() {
            let json = Secret::new("application/json");
            headers.push(("content-type".to_owned(), json));
        }
        headers.push(("idempotency-key".to_owned(), Secret::new(key(world.mark))));
        if let Some((header, secret)) = &self.signature {
            headers.push((header.clone(), signature(secret, body.as_bytes())));
        }
        let call = OutgoingCall {
            method: &self.method,
            url: &self.url,
            headers: &headers,
            body: body.into(),
            timeout: Duration::from_millis(self.timeout_ms),
            max_bytes: self.max_bytes,
        };
        world.services.outgoing.send(call).await
    }

    /// `{status, headers, body}` of an answer that says yes.
    fn judged(&self, answer: &OutgoingAnswer) -> Result<Value, Failure> {
        let text = String::from_utf8_lossy(&answer.body);
        if answer.status < 400 {
            let body = serde_json::from_str(&text).unwrap_or_else(|_| Value::from(text.as_ref()));
            let headers = answer.headers.iter();
            let headers: Map<String, Value> = headers
                .map(|(name, value)| (name.clone(), value.as_str().into()))
                .collect();
            return Ok(json!({"status": answer.status, "headers": headers, "body": body}));
        }
        let said: String = text.chars().take(MAX_SAID).collect();
        let told = format!("{} answers {}: {said}", self.target(), answer.status);
        if answer.status >= 500 {
            return Err(Failure::Unclear(Error::ServiceUnavailable(told)));
        }
        Err(Failure::Refused(Error::Input(told)))
    }
}

/// The mark of the step, in letters a header takes.
fn key(mark: &str) -> String {
    let mut key = String::with_capacity(mark.len());
    for byte in mark.bytes() {
        match byte {
            b' '..=b'~' => key.push(char::from(byte)),
            other => {
                // Writing to a string cannot fail.
                let _ = write!(key, "%{other:02X}");
            }
        }
    }
    key
}

fn signature(secret: &Secret, body: &[u8]) -> Secret {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let mut told = String::from("sha256=");
    for byte in hmac::sign(&key, body).as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(told, "{byte:02x}");
    }
    Secret::new(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_signed_as_github_signs_its_webhooks() {
        // The example of GitHub's documentation, "Validating webhook deliveries".
        let signed = signature(&Secret::new("It's a Secret to Everybody"), b"Hello, World!");
        assert_eq!(
            signed.expose(),
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        );
    }

    #[test]
    fn any_mark_is_a_header() {
        assert_eq!(key("run/step[größe]"), "run/step[gr%C3%B6%C3%9Fe]");
    }
}
