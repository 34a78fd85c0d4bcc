//! `catalog:fetch`: entities of the catalog.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{About, Action, ActionCall, Outcome, schema};
use crate::{
    entity::EntityRef,
    error::{Error, Result},
};

pub(super) struct CatalogFetch;

impl Action for CatalogFetch {
    fn about(&self) -> About {
        let input = "
            entityRef: string -- The entity to read
            entityRefs: string[] -- The entities to read
            optional: boolean -- Whether they need not be there; default: they must
            defaultKind: string -- The kind of references that name none
            defaultNamespace: string -- The namespace of references that name none
        ";
        let output = "
            entity: any -- The entity, with `entityRef`
            entities: any[]
        ";
        About {
            one_of: &["entityRef", "entityRefs"],
            ..About::new(
                "catalog:fetch",
                "Reads one or several entities of the catalog.",
                schema::fields(input),
            )
        }
        .output(schema::fields(output))
        .example("Read the owner", "entityRef: group:default/platform\n")
        .in_dry_runs()
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let is_optional = call.flag("optional").unwrap_or(false);
            if let Some(written) = call.text("entityRef") {
                let entity = find(call, written)?;
                if entity.is_null() && !is_optional {
                    return Err(Error::NotFound(format!("Entity {written} not found")));
                }
                return Ok(Outcome::output(json!({"entity": entity})));
            }
            if call.input["entityRefs"].is_null() {
                return Err(Error::Template(
                    "Error",
                    "Missing entity reference or references".to_owned(),
                ));
            }
            let mut entities = Vec::new();
            for written in call.texts("entityRefs") {
                let entity = find(call, &written)?;
                if entity.is_null() && !is_optional {
                    return Err(Error::NotFound(format!("Entity {written} not found")));
                }
                entities.push(entity);
            }
            Ok(Outcome::output(json!({"entities": entities})))
        })
    }
}

/// The entity, or null.
fn find(call: &ActionCall<'_>, written: &str) -> Result<Value> {
    let namespace = call.text("defaultNamespace").unwrap_or("default");
    let named =
        EntityRef::parse(written, call.text("defaultKind"), namespace).map_err(Error::Input)?;
    match call.services.catalog.read().entity(named.as_str()) {
        Some(found) => serde_json::from_slice(&found).map_err(Error::internal),
        None => Ok(Value::Null),
    }
}
