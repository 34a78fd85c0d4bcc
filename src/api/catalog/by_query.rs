//! `/entities/by-query` (§4.2, §4.4).

use axum::{http::HeaderMap, response::Response};
use bytes::Bytes;
use serde_json::Value;

use super::push_array;
use crate::{
    api::contract::catalog::{QUERY_ENTITIES, QUERY_ENTITIES_BY_PREDICATE},
    catalog::{EntityPage, EntityQuery, Filter, FullTextFilter, OrderField, Projection},
    error::{Error, Result},
    http::{AppState, Call, json, streamed_json},
};

/// As the code of Backstage has it; its OpenAPI document says 20.
const DEFAULT_LIMIT: usize = 200;

/// `GET /entities/by-query`
pub(in crate::api) fn query_entities(state: &AppState, call: &Call) -> Result<Response> {
    let query = QUERY_ENTITIES.read(call)?.query;
    let limit = query.integer("limit")?.unwrap_or(DEFAULT_LIMIT);
    let offset = query.integer("offset")?.unwrap_or(0);
    let with_total = query.choice("totalItems", &["include", "exclude"])? != Some("exclude");
    let fields = Projection::parse(&query.all("fields"))?;
    if let Some(cursor) = query.one("cursor") {
        let page = state.catalog.read().continue_query(cursor, limit)?;
        return Ok(answer(&page, &fields, &call.headers));
    }
    let order: Vec<OrderField> = query
        .all("orderField")
        .iter()
        .take(1)
        .map(|order| order_of(order))
        .collect::<Result<_>>()?;
    let fields_of_text = query.all("fullTextFilterFields");
    let full_text = query.one("fullTextFilterTerm").map(|term| FullTextFilter {
        term: term.to_owned(),
        fields: fields_of_text
            .iter()
            .flat_map(|fields| fields.split(','))
            .map(|field| field.trim().to_owned())
            .collect(),
    });
    let filter = Filter::from_params(&query.all("filter"))?;
    let page = state.catalog.read().query(&EntityQuery {
        filter,
        full_text,
        order,
        limit,
        offset,
        with_total,
    });
    Ok(answer(&page, &fields, &call.headers))
}

/// `field,asc` or `field,desc`; without a direction it is ascending.
fn order_of(order: &str) -> Result<OrderField> {
    let mut parts = order.split(',');
    let field = parts.next().unwrap_or_default().to_owned();
    let descending = match parts.next() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => {
            return Err(Error::Input(
                "Invalid order field order, must be asc or desc".to_owned(),
            ));
        }
    };
    Ok(OrderField { field, descending })
}

/// `POST /entities/by-query`
pub(in crate::api) async fn query_entities_by_predicate(
    state: AppState,
    call: Call,
) -> Result<Response> {
    let body = QUERY_ENTITIES_BY_PREDICATE.read(&call)?.body;
    let limit = body.integer("limit", 0)?.unwrap_or(DEFAULT_LIMIT);
    let fields = Projection::of(&body.texts("fields")?.unwrap_or_default())?;
    if let Some(cursor) = body.text("cursor")? {
        if cursor.is_empty() {
            return Err(Error::Input("Cursor cannot be empty".to_owned()));
        }
        let page = state.catalog.read().continue_query(cursor, limit)?;
        return Ok(answer(&page, &fields, &call.headers));
    }
    let filter = match body.get("query") {
        Some(predicate) => Filter::from_predicate(predicate)?,
        None => Filter::All,
    };
    let order = body.get("orderBy").and_then(Value::as_array);
    let order = order.into_iter().flatten().take(1).map(order_by).collect();
    let with_total = body.text("totalItems")? != Some("exclude");
    let query = EntityQuery {
        filter,
        full_text: body.get("fullTextFilter").map(full_text_of),
        order,
        limit,
        offset: body.integer("offset", 0)?.unwrap_or(0),
        with_total,
    };
    let page = state.catalog.read().query(&query);
    Ok(answer(&page, &fields, &call.headers))
}

fn order_by(entry: &Value) -> OrderField {
    OrderField {
        field: entry["field"].as_str().unwrap_or_default().to_owned(),
        descending: entry["order"] == "desc",
    }
}

fn full_text_of(value: &Value) -> FullTextFilter {
    let fields = value["fields"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned);
    FullTextFilter {
        term: value["term"].as_str().unwrap_or_default().to_owned(),
        fields: fields.collect(),
    }
}

fn answer(page: &EntityPage, fields: &Projection, asked: &HeaderMap) -> Response {
    let projected: Vec<Bytes>;
    let items = if fields.is_whole() {
        &page.items
    } else {
        projected = page.items.iter().map(|item| fields.apply(item)).collect();
        &projected
    };
    let size: usize = items.iter().map(|item| item.len() + 1).sum();
    let cursors: usize = [&page.next_cursor, &page.prev_cursor]
        .into_iter()
        .flatten()
        .map(String::len)
        .sum();
    let mut body = Vec::with_capacity(size + cursors + 128);
    body.extend_from_slice(br#"{"items":"#);
    push_array(&mut body, items.iter().map(Some));
    body.extend_from_slice(br#","totalItems":"#);
    body.extend_from_slice(page.total_items.to_string().as_bytes());
    body.extend_from_slice(br#","pageInfo":{"#);
    // Cursors are base64: nothing in them needs an escape.
    for (name, cursor) in [
        ("nextCursor", &page.next_cursor),
        ("prevCursor", &page.prev_cursor),
    ] {
        let Some(cursor) = cursor else { continue };
        if body.last() != Some(&b'{') {
            body.push(b',');
        }
        body.extend_from_slice(format!("\"{name}\":\"{cursor}\"").as_bytes());
    }
    body.extend_from_slice(b"}}");
    if fields.is_whole() {
        streamed_json(body)
    } else {
        json(body.into(), asked)
    }
}
