//! `catalog:write`: a descriptor file of given values.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{About, Action, ActionCall, Outcome, UnknownKeys, schema};
use crate::{
    error::{Error, Result},
    scaffolder::workspace::EntryKind,
};

/// Says which template an entity was made from.
const SOURCE_TEMPLATE: &str = "backstage.io/source-template";

pub(super) struct CatalogWrite;

impl Action for CatalogWrite {
    fn about(&self) -> About {
        About {
            id: "catalog:write",
            description: "Writes a descriptor file into the workspace.",
            input: schema::fields([
                (
                    "filePath",
                    schema::text("Where; default: catalog-info.yaml"),
                ),
                ("entity*", schema::anything("The entity")),
            ]),
            output: None,
            examples: &[(
                "Describe a component",
                "steps:\n  - action: catalog:write\n    id: describe\n    input:\n      entity:\n        apiVersion: backstage.io/v1alpha1\n        kind: Component\n        metadata:\n          name: ${{ parameters.name }}\n        spec:\n          type: service\n          lifecycle: production\n          owner: ${{ parameters.owner }}\n",
            )],
            supports_dry_run: true,
            unknown_keys: UnknownKeys::Refused,
        }
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let path = call.text("filePath").unwrap_or("catalog-info.yaml");
            let mut entity = call.input["entity"].clone();
            name_template(&mut entity, &call.run.template_ref);
            call.log.info(&format!("Writing {path}"));
            let yaml = serde_saphyr::to_string(&entity).map_err(Error::internal)?;
            let (workspace, path) = (call.workspace.clone(), path.to_owned());
            let written = tokio::task::spawn_blocking(move || {
                workspace.lay(&path, EntryKind::File, yaml.as_bytes())
            });
            written.await.map_err(Error::internal)??;
            Ok(Outcome::nothing())
        })
    }
}

/// Adds the annotation, where there is none and a template is known.
fn name_template(entity: &mut Value, template_ref: &str) {
    let Some(map) = entity.as_object_mut().filter(|_| !template_ref.is_empty()) else {
        return;
    };
    let metadata = map.entry("metadata").or_insert_with(|| json!({}));
    let annotations = metadata
        .as_object_mut()
        .map(|metadata| metadata.entry("annotations").or_insert_with(|| json!({})));
    if let Some(Value::Object(annotations)) = annotations {
        annotations
            .entry(SOURCE_TEMPLATE)
            .or_insert_with(|| template_ref.into());
    }
}
