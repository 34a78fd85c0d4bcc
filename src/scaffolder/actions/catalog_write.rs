//! `catalog:write`: a descriptor file of given values.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{About, Action, ActionCall, Outcome, schema};
use crate::{
    error::{Error, Result},
    scaffolder::workspace::EntryKind,
};

/// Says which template an entity was made from.
const SOURCE_TEMPLATE: &str = "backstage.io/source-template";

pub(super) struct CatalogWrite;

const COMPONENT: &str = "\
entity:
  apiVersion: backstage.io/v1alpha1
  kind: Component
  metadata:
    name: ${{ parameters.name }}
  spec:
    type: service
    lifecycle: production
    owner: ${{ parameters.owner }}
";

impl Action for CatalogWrite {
    fn about(&self) -> About {
        let input = "
            filePath: string -- Where; default: catalog-info.yaml
            entity*: {*: any} -- The entity
        ";
        About::new(
            "catalog:write",
            "Writes a descriptor file into the workspace.",
            schema::fields(input),
        )
        .example("Describe a component", COMPONENT)
        .in_dry_runs()
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
