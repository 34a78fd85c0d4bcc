//! `catalog:register`: what was made appears in the catalog.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use url::Url;

use super::{About, Action, ActionCall, Outcome, schema};
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
        let input = "
            catalogInfoUrl*: string -- The address of the file
            optional: boolean -- Whether the file need not be there; default: it must
            or
            repoContentsUrl*: string -- The address of the repository's root
            catalogInfoPath: string -- The path from there; default: /catalog-info.yaml
            optional: boolean -- Whether the file need not be there; default: it must
        ";
        About {
            unsaid_outputs: &["entityRef", "catalogInfoUrl"],
            ..About::new(
                "catalog:register",
                "Registers a descriptor file in the catalog.",
                schema::fields(input),
            )
        }
        .example(
            "Register what was published",
            "repoContentsUrl: ${{ steps.publish.output.repoContentsUrl }}\ncatalogInfoPath: /catalog-info.yaml\n",
        )
        .example(
            "Register a file of a repository that was there, by its address",
            "catalogInfoUrl: https://github.com/acme/systems/blob/main/systems/${{ parameters.system }}.yaml\n",
        )
        .example(
            "Register what a pull request will bring once it is merged",
            "catalogInfoUrl: https://github.com/acme/shop/blob/main/catalog-info.yaml\noptional: true\n",
        )
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
