//! One call to the API of a host, for what only its product has.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Result, call::Call, client::HostClient};

/// A call to the API of a host. As data, so that it can be written down before it is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiCall {
    /// How.
    pub method: ApiMethod,
    /// The segments of its path behind the API's address; each is encoded when it is sent, slashes in it too.
    pub path: Vec<String>,
    /// Its parameters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
    /// What is sent, as JSON; null: nothing.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
}

/// The method of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ApiMethod {
    /// Reads.
    Get,
    /// Makes or does something, each time anew.
    Post,
    /// Sets something: repeated, it comes to the same.
    Put,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

impl ApiMethod {
    fn as_http(self) -> Method {
        match self {
            Self::Get => Method::GET,
            Self::Post => Method::POST,
            Self::Put => Method::PUT,
            Self::Patch => Method::PATCH,
            Self::Delete => Method::DELETE,
        }
    }
}

impl ApiCall {
    /// A call without parameters and body.
    pub fn new<S: Into<String>>(method: ApiMethod, path: impl IntoIterator<Item = S>) -> Self {
        Self {
            method,
            path: path.into_iter().map(Into::into).collect(),
            query: Vec::new(),
            body: Value::Null,
        }
    }

    /// With a parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a body.
    #[must_use]
    pub fn body(self, body: Value) -> Self {
        Self { body, ..self }
    }
}

/// Makes the call; the answer, null where it has no content.
pub(super) async fn send(client: &HostClient, call: &ApiCall) -> Result<Value> {
    answer(prepared(client, call)).await
}

/// The call, ready to be sent.
pub(super) fn prepared<'a>(client: &'a HostClient, call: &ApiCall) -> Call<'a> {
    let segments: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let mut sent = client
        .call(call.method.as_http(), &segments)
        .about(call.path.join("/"));
    for (name, value) in &call.query {
        sent = sent.query(name, value);
    }
    if !call.body.is_null() {
        sent = sent.body(&call.body);
    }
    sent
}

/// What a call is answered; null where that has no content.
pub(super) async fn answer(call: Call<'_>) -> Result<Value> {
    let host = call.host();
    let answer = call.send().await?;
    match answer.bytes.trim_ascii() {
        [] => Ok(Value::Null),
        _ => answer.json(host),
    }
}
