//! `/api/catalog`: Backstage's catalog (`catalog-api.md`).

mod analyze;
mod by_query;
mod changes;
mod entities;
mod facets;
mod location_query;
mod locations;
mod unprocessed;

pub(super) use analyze::analyze_location;
pub(super) use by_query::{query_entities, query_entities_by_predicate};
pub(super) use changes::{delete_entity, refresh, validate_entity};
pub(super) use entities::{
    ancestry, entities_by_refs, entity_by_name, entity_by_uid, list_entities,
};
pub(super) use facets::{facets, facets_by_predicate};
pub(super) use location_query::query_locations;
pub(super) use locations::{
    list_locations, location, location_of_entity, register_location, replace_location,
    unregister_location,
};
pub(super) use unprocessed::{delete_unprocessed, failed_entities, pending_entities};

use bytes::Bytes;

/// `[…]` of JSON texts, or of `null` where there is none.
fn json_array<'a>(items: impl Iterator<Item = Option<&'a Bytes>> + Clone) -> Vec<u8> {
    let size: usize = items
        .clone()
        .map(|item| item.map_or(4, Bytes::len) + 1)
        .sum();
    let mut json = Vec::with_capacity(size + 128);
    push_array(&mut json, items);
    json
}

fn push_array<'a>(json: &mut Vec<u8>, items: impl Iterator<Item = Option<&'a Bytes>>) {
    json.push(b'[');
    for (index, item) in items.enumerate() {
        if index > 0 {
            json.push(b',');
        }
        json.extend_from_slice(item.map_or(b"null", |item| item));
    }
    json.push(b']');
}
