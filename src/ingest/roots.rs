//! The roots: locations of the configuration, then registered ones, each with its generated Location entity.

use serde_json::json;

use super::{apply::NewRoot, context::Context, outcome::FileSource};
use crate::{
    entity::{self, EntityRef, LocationRef, Provenance},
    error::Result,
    store::{self, RegisteredLocation},
};

/// Where a walk begins.
#[derive(Debug, Clone)]
pub(super) struct Root {
    /// What it leads to.
    pub(super) location: LocationRef,
    /// Ref of its generated Location entity.
    pub(super) entity_ref: EntityRef,
    presence: Option<String>,
}

impl Root {
    /// The root that a location makes.
    pub(super) fn of(location: LocationRef, presence: Option<String>) -> Self {
        let entity_ref = EntityRef::new("location", "default", &location.generated_name());
        Self {
            location,
            entity_ref,
            presence,
        }
    }

    fn registered(location: RegisteredLocation) -> Self {
        Self {
            location: LocationRef {
                kind: location.kind,
                target: location.target,
            },
            entity_ref: EntityRef::from_canonical(&location.entity_ref),
            presence: location.presence,
        }
    }

    /// The file or pattern it leads to.
    pub(super) fn source(&self) -> FileSource {
        FileSource {
            location: self.location.clone(),
            origin: self.location.clone(),
            optional: self.presence.as_deref() == Some("optional"),
        }
    }

    /// Its entity, processed.
    pub(super) fn entity(&self, context: &Context) -> serde_json::Value {
        let mut spec = json!({"type": self.location.kind, "target": self.location.target});
        if let Some(presence) = &self.presence {
            spec["presence"] = presence.as_str().into();
        }
        let authored = json!({
            "apiVersion": "backstage.io/v1alpha1",
            "kind": "Location",
            "metadata": {"name": self.entity_ref.name()},
            "spec": spec,
        });
        let links = context.source_links(&self.location);
        entity::prepare(
            authored,
            &Provenance {
                location: &self.location,
                origin: &self.location,
                links,
            },
        )
    }

    /// Its entity, about to be written.
    pub(super) fn new_entity(&self, context: &Context, targets: Vec<String>) -> NewRoot {
        NewRoot {
            entity_ref: self.entity_ref.clone(),
            document: self.entity(context).to_string(),
            origin: self.location.to_string(),
            targets,
            processed: !context.holds_back(),
        }
    }
}

/// All roots, in the order in which they win conflicts.
pub(super) async fn roots(context: &Context) -> Result<Vec<Root>> {
    let configured = context
        .options
        .locations
        .iter()
        .map(|location| Root::of(location.clone(), None));
    let mut roots: Vec<Root> = configured.collect();
    for location in store::locations(&context.db).await? {
        let root = Root::registered(location);
        if roots.iter().all(|known| known.location != root.location) {
            roots.push(root);
        }
    }
    Ok(roots)
}
