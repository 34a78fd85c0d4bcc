//! `/entities/by-query` (§4.2, §4.4).

use axum::{http::HeaderMap, response::Response};
use bytes::Bytes;
use serde_json::Value;

use super::push_array;
use crate::{
    catalog::{EntityPage, EntityQuery, Filter, FullTextFilter, OrderField, Projection},
    error::{Error, Result},
    http::{AppState, Call, json, streamed_json},
};

/// As the code of Backstage has it; its OpenAPI document says 20.
const DEFAULT_LIMIT: usize = 200;

const PARAMETERS: [&str; 9] = [
    "fields",
    "limit",
    "offset",
    "orderField",
    "cursor",
    "filter",
    "fullTextFilterTerm",
    "fullTextFilterFields",
    "totalItems",
];

/// `GET /entities/by-query`
pub(in crate::api) fn query_entities(state: &AppState, call: &Call) -> Result<Response> {
    let query = call.query(&PARAMETERS)?;
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
            .filter(|field| !field.is_empty())
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
    let (field, direction) = order.split_once(',').unwrap_or((order, "asc"));
    Ok(OrderField {
        field: field.trim().to_owned(),
        descending: is_descending(direction.trim())?,
    })
}

fn is_descending(direction: &str) -> Result<bool> {
    match direction {
        "asc" => Ok(false),
        "desc" => Ok(true),
        _ => Err(Error::Input(
            "Invalid order field order, must be asc or desc".to_owned(),
        )),
    }
}

/// `POST /entities/by-query`
pub(in crate::api) async fn query_entities_by_predicate(
    state: AppState,
    call: Call,
) -> Result<Response> {
    call.query(&[])?;
    let body = call.json()?;
    let limit = body.integer("limit", 0)?.unwrap_or(DEFAULT_LIMIT);
    let fields = Projection::parse(&body.texts("fields")?.unwrap_or_default())?;
    if let Some(cursor) = body.text("cursor")? {
        if cursor.is_empty() {
            return Err(Error::Input("Cursor cannot be empty".to_owned()));
        }
        let page = state.catalog.read().continue_query(cursor, limit)?;
        return Ok(answer(&page, &fields, &call.headers));
    }
    let filter = match body.object("query")? {
        Some(predicate) => Filter::from_predicate(predicate)?,
        None => Filter::All,
    };
    let order = match body.get("orderBy") {
        None => Vec::new(),
        Some(Value::Array(list)) => list.iter().take(1).map(order_by).collect::<Result<_>>()?,
        Some(_) => {
            return Err(Error::Input(
                "request/body/orderBy must be array".to_owned(),
            ));
        }
    };
    let with_total = match body.text("totalItems")? {
        None | Some("include") => true,
        Some("exclude") => false,
        Some(_) => {
            let told = "request/body/totalItems must be equal to one of the allowed values: include, exclude";
            return Err(Error::Input(told.to_owned()));
        }
    };
    let query = EntityQuery {
        filter,
        full_text: body.object("fullTextFilter")?.map(full_text_of),
        order,
        limit,
        offset: body.integer("offset", 0)?.unwrap_or(0),
        with_total,
    };
    let page = state.catalog.read().query(&query);
    Ok(answer(&page, &fields, &call.headers))
}

fn order_by(entry: &Value) -> Result<OrderField> {
    let missing = |key: &str| {
        Error::Input(format!(
            "request/body/orderBy/0 must have required property '{key}'"
        ))
    };
    let field = entry["field"].as_str().ok_or_else(|| missing("field"))?;
    let direction = entry["order"].as_str().ok_or_else(|| missing("order"))?;
    let descending = is_descending(direction).map_err(|_| {
        Error::Input(
            "request/body/orderBy/0/order must be equal to one of the allowed values: asc, desc"
                .to_owned(),
        )
    })?;
    Ok(OrderField {
        field: field.to_owned(),
        descending,
    })
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
