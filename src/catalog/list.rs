//! `GET /entities` (`catalog-api.md` §4.1).

use std::cmp::Ordering;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    EntityList, EntityQuery, ListPage, OrderField, query,
    table::{SlotId, Table},
};
use crate::error::{Error, Result};

/// A list: of everything, or a page by offset.
pub(super) fn list(table: &Table, list: &EntityList) -> Result<ListPage> {
    if list.limit.is_none() && list.offset.is_none() && list.after.is_none() {
        return Ok(whole(table, list));
    }
    let (limit, offset) = match &list.after {
        Some(after) => decode_after(after)?,
        None => (list.limit, list.offset.unwrap_or(0)),
    };
    let mut slots: Vec<SlotId> = table.select(&list.filter).iter().collect();
    sort(table, &mut slots, &list.order);
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
        full_text: None,
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
fn sort(table: &Table, slots: &mut [SlotId], order: &[OrderField]) {
    if order.is_empty() {
        slots.sort_by_cached_key(|slot| table.texts.get(table.slot(*slot).entity_ref));
        return;
    }
    let keys: Vec<_> = order
        .iter()
        .map(|order| (table.keys.find(&order.field), order.descending))
        .collect();
    let value = |slot: SlotId, key: Option<u32>| {
        let values = key.into_iter().flat_map(|key| table.rows_of(slot, key));
        values
            .filter_map(|(_, value)| *value)
            .map(|value| table.texts.get(table.texts.lower(value)))
            .min()
    };
    slots.sort_by(|a, b| {
        for (key, descending) in &keys {
            let ordering = match (value(*a, *key), value(*b, *key)) {
                (Some(a), Some(b)) => {
                    if *descending {
                        b.cmp(a)
                    } else {
                        a.cmp(b)
                    }
                }
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            };
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
        table.uid(*a).cmp(table.uid(*b))
    });
}

fn decode_after(after: &str) -> Result<(Option<usize>, usize)> {
    let malformed = || Error::Input("Malformed after cursor, could not be parsed".to_owned());
    let json = STANDARD.decode(after.trim()).map_err(|_| malformed())?;
    let value: Value = serde_json::from_slice(&json).map_err(|_| malformed())?;
    if !value.is_object() {
        return Err(malformed());
    }
    let number = |key: &str| match value.get(key) {
        None => Ok(None),
        Some(found) => found
            .as_u64()
            .and_then(|found| usize::try_from(found).ok())
            .map(Some)
            .ok_or_else(malformed),
    };
    Ok((number("limit")?, number("offset")?.unwrap_or(0)))
}
