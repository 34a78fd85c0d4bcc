//! The entity an address names.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use super::error::PageError;
use crate::{
    entity::EntityRef,
    error::{Error, Result},
};

/// The entity of `/catalog/{namespace}/{kind}/{name}`, or the Group of `/teams/{namespace}/{name}`.
#[derive(Debug, Clone)]
pub(crate) struct EntityPath(pub(crate) EntityRef);

/// The number of `…/{version}`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VersionPath(pub(crate) i64);

impl<S: Send + Sync> FromRequestParts<S> for EntityPath {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let params = params(parts, state).await?;
        let kind = part(&params, "kind").unwrap_or("group");
        let namespace = part(&params, "namespace").unwrap_or("default");
        let name = part(&params, "name").unwrap_or_default();
        Ok(Self(EntityRef::new(kind, namespace, name)))
    }
}

/// The template of `/create/{namespace}/{name}`, and what stands behind it.
#[derive(Debug, Clone)]
pub(crate) struct TemplatePath {
    /// The template.
    pub(crate) template: EntityRef,
    /// The id of a draft; empty where the address names none.
    pub(crate) draft: String,
    /// The page of a form, as the address has it; empty where it names none.
    pub(crate) page: String,
}

/// The run of `…/{run}`.
#[derive(Debug, Clone)]
pub(crate) struct RunPath(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for TemplatePath {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let params = params(parts, state).await?;
        let text = |name| part(&params, name).unwrap_or_default();
        Ok(Self {
            template: EntityRef::new("template", text("namespace"), text("name")),
            draft: text("draft").to_owned(),
            page: text("page").to_owned(),
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RunPath {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let params = params(parts, state).await?;
        Ok(Self(part(&params, "run").unwrap_or_default().to_owned()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for VersionPath {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let params = params(parts, state).await?;
        let version = part(&params, "version").and_then(|version| version.parse().ok());
        let version =
            version.ok_or_else(|| Error::NotFound("There is no such version.".to_owned()))?;
        Ok(Self(version))
    }
}

async fn params<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<RawPathParams, PageError> {
    RawPathParams::from_request_parts(parts, state)
        .await
        .map_err(|_| Error::Input("The address is not valid UTF-8.".to_owned()).into())
}

fn part<'a>(params: &'a RawPathParams, name: &str) -> Option<&'a str> {
    params
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}
