//! What an endpoint takes: checked before anything else (`catalog-api.md` §1.2), and described in `openapi.json`.

use std::fmt;

use super::{Call, JsonBody, Query};
use crate::{
    entity::{Shape, first_fault},
    error::{Error, Result},
};

/// An operation of a plugin.
#[derive(Debug)]
pub struct Operation {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// As in the table of routes.
    pub path: &'static str,
    /// What it is for, in one line.
    pub summary: &'static str,
    /// The parameters of its query; any other is refused.
    pub query: &'static [Parameter],
    /// What is sent with it.
    pub body: Body,
}

/// A parameter of a query.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// Whether it must be there.
    pub is_required: bool,
}

/// What a parameter may be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A text.
    Text,
    /// Any number of texts, each a parameter of its own.
    Texts,
    /// A whole number of at least 0.
    Count,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// What is sent with an operation.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// Nothing.
    None,
    /// JSON, or nothing.
    Optional(Shape),
    /// JSON.
    Required(Shape),
}

/// What was asked: its query and its body, which are as the operation wants them.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The query.
    pub query: Query<'a>,
    /// The body; an empty object if there was none.
    pub body: JsonBody,
}

impl Parameter {
    /// One that may be there.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            is_required: false,
        }
    }

    /// One that must be there.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            is_required: true,
        }
    }

    fn check(&self, query: &Query<'_>) -> Result<()> {
        if self.is_required && query.one(self.name).is_none() {
            let name = self.name;
            return Err(refused(
                "query",
                format!("must have required property '{name}'"),
            ));
        }
        match self.kind {
            Kind::Texts => Ok(()),
            Kind::Text => query.check_single(self.name, "string"),
            Kind::Count => query.integer(self.name).map(drop),
            Kind::OneOf(words) => query.choice(self.name, words).map(drop),
        }
    }
}

fn refused(place: &str, message: impl fmt::Display) -> Error {
    Error::Input(format!("request/{place} {message}"))
}

impl Operation {
    /// Reads what was asked. [`Error::Input`] in the words of Backstage's validator.
    pub fn read<'a>(&self, call: &'a Call) -> Result<Asked<'a>> {
        // What comes with a request that takes nothing is not looked at.
        let sent = match self.body {
            Body::None => None,
            Body::Optional(_) | Body::Required(_) => call.sent_json()?,
        };
        if matches!(self.body, Body::Required(_)) && sent.is_none() {
            return Err(Error::Input("unsupported media type undefined".to_owned()));
        }
        let known: Vec<&str> = self.query.iter().map(|parameter| parameter.name).collect();
        let query = call.query(&known)?;
        for parameter in self.query {
            parameter.check(&query)?;
        }
        let shape = match self.body {
            Body::Optional(shape) | Body::Required(shape) if sent.is_some() => Some(shape),
            _ => None,
        };
        let body = sent.unwrap_or_else(|| serde_json::Value::Object(serde_json::Map::new()));
        if let Some((path, message)) = shape.and_then(|shape| first_fault(&body, shape)) {
            return Err(refused(&format!("body{path}"), message));
        }
        Ok(Asked {
            query,
            body: JsonBody::from(body),
        })
    }
}
