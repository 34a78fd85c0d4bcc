//! A request to the API: its path, query and body.

use std::borrow::Cow;

use axum::http::{HeaderMap, Method, Uri, header::CONTENT_TYPE, request::Parts};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{Query, Viewer, is_local};
use crate::{
    error::{Error, Result},
    input::parse_json_body,
};

/// A request.
#[derive(Debug)]
pub struct Call {
    /// How.
    pub method: Method,
    /// Where to, the whole path and the query.
    pub uri: Uri,
    /// With which headers.
    pub headers: HeaderMap,
    /// With what; empty for reads.
    pub body: Bytes,
    /// By whom.
    pub viewer: Viewer,
    /// Whether it comes from this machine.
    pub is_local: bool,
}

impl Call {
    /// From its parts, behind the policy.
    pub(super) fn new(mut parts: Parts, body: Bytes) -> Self {
        Self {
            viewer: parts.extensions.remove().unwrap_or_default(),
            is_local: is_local(&parts.extensions, &parts.headers),
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body,
        }
    }

    /// A segment of the path, decoded, counted from 0 and from the end: `segment_from_end(0)` is the last one.
    #[must_use]
    pub fn segment_from_end(&self, index: usize) -> Cow<'_, str> {
        let segment = self
            .uri
            .path()
            .trim_end_matches('/')
            .rsplit('/')
            .nth(index)
            .unwrap_or_default();
        percent_decode_str(segment).decode_utf8_lossy()
    }

    /// The query, with only these parameters in it.
    pub fn query(&self, known: &[&str]) -> Result<Query<'_>> {
        Query::parse(self.uri.query().unwrap_or_default(), known)
    }

    /// The body, which must be a JSON object; an absent one is an empty object.
    pub fn json(&self) -> Result<JsonBody> {
        match self.sent_json()? {
            None => Ok(JsonBody(Map::new())),
            Some(Value::Object(map)) => Ok(JsonBody(map)),
            Some(_) => Err(Error::Input("request/body must be object".to_owned())),
        }
    }

    /// The body, if there is one that says it is JSON; without content an empty object.
    ///
    /// [`Error::Input`] for other types of content, and for what is no JSON.
    pub(super) fn sent_json(&self) -> Result<Option<Value>> {
        let content_type = self.headers.get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let Some(content_type) = content_type.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            if self.body.is_empty() {
                return Ok(None);
            }
            return Err(Error::Input(format!(
                "unsupported media type {content_type}"
            )));
        }
        if self.body.is_empty() {
            return Ok(Some(Value::Object(Map::new())));
        }
        parse_json_body(&self.body).map(Some).map_err(Error::Input)
    }
}

/// A JSON object that came with a request. Errors are worded as Backstage's validator of OpenAPI words them.
#[derive(Debug)]
pub struct JsonBody(pub Map<String, Value>);

fn wrong(key: &str, expected: &str) -> Error {
    Error::Input(format!("request/body/{key} must be {expected}"))
}

fn missing(key: &str) -> Error {
    Error::Input(format!("request/body must have required property '{key}'"))
}

impl From<Value> for JsonBody {
    /// What is no object is an empty one.
    fn from(value: Value) -> Self {
        match value {
            Value::Object(map) => Self(map),
            _ => Self(Map::new()),
        }
    }
}

impl JsonBody {
    /// What stands under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// A text, if it is there.
    pub fn text(&self, key: &str) -> Result<Option<&str>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(key, "string")),
        }
    }

    /// A text that must be there.
    pub fn required_text(&self, key: &str) -> Result<&str> {
        self.text(key)?.ok_or_else(|| missing(key))
    }

    /// A list of texts, if it is there.
    pub fn texts(&self, key: &str) -> Result<Option<Vec<String>>> {
        let list = match self.get(key) {
            None => return Ok(None),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(wrong(key, "array")),
        };
        let text = |(index, item): (usize, &Value)| {
            item.as_str()
                .map(str::to_owned)
                .ok_or_else(|| wrong(&format!("{key}/{index}"), "string"))
        };
        list.iter()
            .enumerate()
            .map(text)
            .collect::<Result<_>>()
            .map(Some)
    }

    /// A list of texts that must be there.
    pub fn required_texts(&self, key: &str) -> Result<Vec<String>> {
        self.texts(key)?.ok_or_else(|| missing(key))
    }

    /// A whole number of at least `minimum`, if it is there.
    pub fn integer(&self, key: &str, minimum: i64) -> Result<Option<usize>> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let number = value.as_i64().ok_or_else(|| {
            wrong(
                key,
                if value.is_number() {
                    "integer"
                } else {
                    "number"
                },
            )
        })?;
        if number < minimum {
            return Err(wrong(key, &format!(">= {minimum}")));
        }
        Ok(usize::try_from(number).ok())
    }

    /// An object, if it is there.
    pub fn object(&self, key: &str) -> Result<Option<&Value>> {
        match self.get(key) {
            None => Ok(None),
            Some(value @ Value::Object(_)) => Ok(Some(value)),
            Some(_) => Err(wrong(key, "object")),
        }
    }
}
