//! `catalog:register`: what was made appears in the catalog.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use url::Url;

use super::{About, Action, ActionCall, Outcome, UnknownKeys, schema};
use crate::{
    entity::{EntityRef, resolve_url},
    error::{Error, Result},
    forge::authority,
    ingest::NewLocation,
    scaffolder::effects::{Effect, Planned, RegisterLocation},
};

pub(super) struct CatalogRegister;

impl Action for CatalogRegister {
    fn about(&self) -> About {
        let optional = || schema::flag("Whether the file need not be there; default: it must");
        let by_url = schema::object([
            ("catalogInfoUrl*", schema::text("The address of the file")),
            ("optional", optional()),
        ]);
        let by_path = schema::object([
            (
                "repoContentsUrl*",
                schema::text("The address of the repository's root"),
            ),
            (
                "catalogInfoPath",
                schema::text("The path from there; default: /catalog-info.yaml"),
            ),
            ("optional", optional()),
        ]);
        About {
            id: "catalog:register",
            description: "Registers a descriptor file in the catalog.",
            input: json!({"anyOf": [by_url, by_path], "$schema": "http://json-schema.org/draft-07/schema#"}),
            output: None,
            examples: &[(
                "Register what was published",
                "steps:\n  - action: catalog:register\n    id: register\n    input:\n      repoContentsUrl: ${{ steps.publish.output.repoContentsUrl }}\n      catalogInfoPath: /catalog-info.yaml\n",
            )],
            supports_dry_run: false,
            unknown_keys: UnknownKeys::Refused,
        }
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let url = input["catalogInfoUrl"]
            .as_str()
            .or_else(|| input["repoContentsUrl"].as_str());
        let effect = RegisterLocation {
            url: url.unwrap_or_default().to_owned(),
            optional: false,
        };
        Ok(vec![Effect::Registration(effect).planned()])
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let url = address(call)?;
            let is_optional = call.flag("optional").unwrap_or(false);
            call.log.info(&format!("Registering {url} in the catalog"));
            let effect = RegisterLocation {
                url: url.clone(),
                optional: is_optional,
            };
            call.perform(Effect::Registration(effect)).await?;
            let mut output = json!({"catalogInfoUrl": url});
            match entity_ref(call, &url).await {
                Ok(Some(found)) => output["entityRef"] = found.as_str().into(),
                Ok(None) => {}
                Err(fault) if is_optional => {
                    call.log
                        .info(&format!("Nothing was found there yet: {fault}"));
                }
                Err(fault) => return Err(fault),
            }
            Ok(Outcome::output(output))
        })
    }
}

fn address(call: &ActionCall<'_>) -> Result<String> {
    if let Some(url) = call.text("catalogInfoUrl") {
        return Ok(url.to_owned());
    }
    let base = call.text("repoContentsUrl").unwrap_or_default();
    let path = call.text("catalogInfoPath").unwrap_or("/catalog-info.yaml");
    let host = Url::parse(base).ok().and_then(|url| {
        let integration = call.services.forges.integration(&authority(&url))?;
        Some(integration.product)
    });
    if host.is_none() {
        return Err(Error::Input(format!(
            "No integration found for host {base}"
        )));
    }
    resolve_url(path, base, host).map_err(Error::Input)
}

/// What the file describes: the first component, else the first entity of its own, else the first.
async fn entity_ref(call: &ActionCall<'_>, url: &str) -> Result<Option<EntityRef>> {
    let location = NewLocation {
        kind: "url".to_owned(),
        target: url.to_owned(),
        presence: None,
    };
    let found = call.services.ingest.dry_run(location).await?.entities;
    let is_generated = |entity: &Value| {
        let name = entity["metadata"]["name"].as_str().unwrap_or_default();
        name.starts_with("generated-")
    };
    let own = || found.iter().filter(|entity| !is_generated(entity));
    let chosen = own()
        .find(|entity| entity["kind"] == "Component")
        .or_else(|| own().next())
        .or_else(|| found.first());
    Ok(chosen.map(|entity| {
        let metadata = &entity["metadata"];
        let namespace = metadata["namespace"].as_str().unwrap_or("default");
        EntityRef::new(
            entity["kind"].as_str().unwrap_or_default(),
            namespace,
            metadata["name"].as_str().unwrap_or_default(),
        )
    }))
}
