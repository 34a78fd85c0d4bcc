//! What a Git host has to choose from, asked with the user's own token (§1.6).

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json as value};

use super::answer;
use crate::{
    api::contract::scaffolder::AUTOCOMPLETE,
    config::Secret,
    entity::ScmHost,
    error::{Error, Result},
    forge::{Choice, ChoicesOf, GitHost, RepositoryId},
    http::{AppState, Call},
};

/// `POST /v2/autocomplete/{provider}/{resource}`
pub(in crate::api) async fn autocomplete(state: AppState, call: Call) -> Result<Response> {
    let body = AUTOCOMPLETE.read(&call)?.body;
    let token = Secret::new(body.required_text("token")?);
    let context = Context(body.object("context")?.cloned().unwrap_or_default());
    let (product, usual_host) = provider(&call.segment_from_end(1))?;
    let of = wanted(product, &call.segment_from_end(0), &context)?;
    let host = context.text("host").unwrap_or(usual_host);
    let is_known = state
        .forges
        .integration(host)
        .is_some_and(|integration| integration.product == product);
    let forge = state.forges.host_as(host, &token).filter(|_| is_known);
    let forge = forge.ok_or_else(|| {
        Error::Input(format!(
            "No matching integration configuration for host {host}, please check your integrations config"
        ))
    })?;
    let found = forge.choices(&of).await?;
    let body = value!({"results": found.iter().map(shown).collect::<Vec<_>>()});
    Ok(answer(&call, StatusCode::OK, &body))
}

fn shown(choice: &Choice) -> Value {
    match &choice.title {
        Some(title) => value!({"title": title, "id": choice.id}),
        None => value!({"id": choice.id}),
    }
}

/// The product behind a name, and its host where the context names none.
fn provider(name: &str) -> Result<(ScmHost, &'static str)> {
    match name {
        "github" => Ok((ScmHost::GitHub, "github.com")),
        "gitlab" => Ok((ScmHost::GitLab, "gitlab.com")),
        "bitbucket-cloud" => Ok((ScmHost::BitbucketCloud, "bitbucket.org")),
        other => Err(Error::Input(format!("Unsupported provider: {other}"))),
    }
}

/// What was picked so far.
struct Context(Value);

impl Context {
    fn text(&self, key: &str) -> Option<&str> {
        self.0[key].as_str().filter(|text| !text.is_empty())
    }

    fn required(&self, key: &str) -> Result<String> {
        self.text(key)
            .map(str::to_owned)
            .ok_or_else(|| Error::Input(format!("Missing {key} context parameter")))
    }
}

fn wanted(product: ScmHost, resource: &str, context: &Context) -> Result<ChoicesOf> {
    match (product, resource) {
        (ScmHost::GitHub, "owners")
        | (ScmHost::GitLab, "groups")
        | (ScmHost::BitbucketCloud, "workspaces") => Ok(ChoicesOf::Owners),
        (ScmHost::GitHub, "repositoriesWithOwner") => Ok(ChoicesOf::Repositories {
            owner: None,
            project: None,
        }),
        (ScmHost::GitHub, "branches") => Ok(ChoicesOf::Branches(RepositoryId::new(
            context.required("owner")?,
            context.required("repository")?,
        ))),
        (ScmHost::GitLab, "repositories") => Ok(ChoicesOf::Repositories {
            owner: Some(context.required("id")?),
            project: None,
        }),
        (ScmHost::BitbucketCloud, "projects") => Ok(ChoicesOf::Projects {
            workspace: context.required("workspace")?,
        }),
        (ScmHost::BitbucketCloud, "repositories") => Ok(ChoicesOf::Repositories {
            owner: Some(context.required("workspace")?),
            project: Some(context.required("project")?),
        }),
        (ScmHost::BitbucketCloud, "branches") => Ok(ChoicesOf::Branches(RepositoryId::new(
            context.required("workspace")?,
            context.required("repository")?,
        ))),
        _ => Err(Error::Input(format!("Invalid resource: {resource}"))),
    }
}
