//! Whose name stands on what the portal commits for somebody.

use serde_json::Value;

use super::{AppState, Viewer};
use crate::forge::Person;

/// The viewer, as the catalog knows them; without an address of theirs, one at the portal's host.
#[must_use]
pub fn author(state: &AppState, viewer: &Viewer) -> Person {
    let actor = viewer.actor();
    let entity = state.catalog.read().entity(actor);
    let entity: Value = entity
        .and_then(|json| serde_json::from_slice(&json).ok())
        .unwrap_or_default();
    let text = |pointer: &str| {
        let text = entity.pointer(pointer).and_then(Value::as_str);
        text.map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    // Of `user:default/ana`, of `external:ci`, of `anonymous`.
    let login = actor.rsplit([':', '/']).next().unwrap_or(actor);
    let name = text("/spec/profile/displayName").or_else(|| text("/metadata/title"));
    Person {
        name: name.unwrap_or_else(|| login.to_owned()),
        email: text("/spec/profile/email").unwrap_or_else(|| address(state, login)),
    }
}

/// The portal itself, which commits what others wrote.
#[must_use]
pub fn committer(state: &AppState) -> Person {
    Person {
        name: "Callboard".to_owned(),
        email: address(state, "callboard"),
    }
}

fn address(state: &AppState, name: &str) -> String {
    let host = state.config.backend.base_url.host_str();
    format!("{name}@{}", host.unwrap_or("localhost"))
}
