//! `GET /entities` (`catalog-api.md` §4.1).

use std::cmp::Reverse;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{
    EntityList, EntityQuery, ListPage, OrderField, Which,
    keys::KeyId,
    query,
    table::{SlotId, Table},
};
use crate::{
    error::{Error, Result},
    input::{decode_base64, parse_json},
};

/// A list: of everything, or a page by offset.
pub(super) fn list(table: &Table, list: &EntityList) -> Result<ListPage> {
    if list.limit.is_none() && list.offset.is_none() && list.after.is_none() {
        return Ok(whole(table, list));
    }
    let (limit, offset) = match &list.after {
        Some(after) => decode_after(after)?,
        None => (list.limit, list.offset.unwrap_or(0)),
    };
    let which = Which {
        filter: &list.filter,
        full_text: list.full_text.as_ref(),
    };
    let selection = table.select_which(which, &list.order);
    let slots = sorted(table, selection.iter(), &list.order);
    let end = limit.map_or(slots.len(), |limit| {
        offset.saturating_add(limit).min(slots.len())
    });
    let page = slots.get(offset..end).unwrap_or_default();
    let next = limit.filter(|_| end < slots.len()).map(|limit| {
        STANDARD.encode(json!({"limit": limit, "offset": offset + limit}).to_string())
    });
    Ok(ListPage {
        items: page
            .iter()
            .map(|slot| table.slot(*slot).document.json.clone())
            .collect(),
        next,
    })
}

/// Every match, ordered by uid or by the first field; entities that lack it are left out, as Backstage does.
fn whole(table: &Table, list: &EntityList) -> ListPage {
    let query = EntityQuery {
        filter: list.filter.clone(),
        full_text: list.full_text.clone(),
        order: list.order.iter().take(1).cloned().collect(),
        limit: usize::MAX,
        offset: 0,
        with_total: false,
    };
    ListPage {
        items: query::first_page(table, &query).items,
        next: None,
    }
}

/// By ref; or by the fields as they are spelt, entities without a value last, then by uid.
fn sorted(table: &Table, slots: impl Iterator<Item = SlotId>, order: &[OrderField]) -> Vec<SlotId> {
    if order.is_empty() {
        let mut slots: Vec<SlotId> = slots.collect();
        slots.sort_by_cached_key(|slot| table.texts.get(table.slot(*slot).entity_ref));
        return slots;
    }
    let keys: Vec<_> = order
        .iter()
        .map(|order| (table.keys.find(&order.field), order.descending))
        .collect();
    // Looked up once for each entity, not for each comparison.
    let mut ranked: Vec<_> = slots
        .flat_map(|slot| {
            let ranks = ranks_of(table, slot, &keys);
            ranks
                .into_iter()
                .map(move |rank| (rank, table.uid(slot), slot))
        })
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, _, slot)| slot).collect()
}

/// The places of an entity: one, but where a field has several values one for each, as Backstage's joins make it.
fn ranks_of<'a>(
    table: &'a Table,
    slot: SlotId,
    keys: &[(Option<KeyId>, bool)],
) -> Vec<Vec<Rank<'a>>> {
    let mut places: Vec<Vec<Rank<'a>>> = vec![Vec::with_capacity(keys.len())];
    for (key, descending) in keys {
        let rows = key.iter().flat_map(|key| table.rows_of(slot, *key));
        let mut ranks: Vec<Rank<'a>> = rows
            .map(|(_, value)| match value {
                None => Rank::Absent,
                Some(value) => {
                    let text = table.texts.get(table.texts.lower(*value));
                    if *descending {
                        Rank::Descending(Reverse(text))
                    } else {
                        Rank::Ascending(text)
                    }
                }
            })
            .collect();
        if ranks.is_empty() {
            ranks.push(Rank::Absent);
        }
        places = places
            .into_iter()
            .flat_map(|place| {
                ranks
                    .iter()
                    .map(move |rank| [place.as_slice(), std::slice::from_ref(rank)].concat())
            })
            .collect();
    }
    places
}

/// The place of an entity by one field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank<'a> {
    Ascending(&'a str),
    Descending(Reverse<&'a str>),
    Absent,
}

fn decode_after(after: &str) -> Result<(Option<usize>, usize)> {
    let malformed = |why: &str| Error::Input(format!("Malformed after cursor, {why}"));
    let value = parse_json(&decode_base64(after)).map_err(|_| malformed("could not be parsed"))?;
    if !value.is_object() && !value.is_array() {
        return Err(malformed("could not be parsed"));
    }
    let number = |key: &str| match value.get(key) {
        None => Ok(None),
        Some(found) => found
            .as_u64()
            .and_then(|found| usize::try_from(found).ok())
            .map(Some)
            .ok_or_else(|| malformed(&format!("{key} was not an number"))),
    };
    Ok((number("limit")?, number("offset")?.unwrap_or(0)))
}
