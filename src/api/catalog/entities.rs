//! Entities by list, name, uid and ref (§4.1, §4.5, §4.6, §4.7).

use axum::{http::HeaderValue, response::Response};
use bytes::Bytes;

use super::{json_array, push_array};
use crate::{
    api::contract::catalog::{
        ANCESTRY, ENTITIES_BY_REFS, ENTITY_BY_NAME, ENTITY_BY_UID, LIST_ENTITIES,
    },
    catalog::{EntityList, Filter, OrderField, Projection, check_predicate},
    error::{Error, Result},
    http::{AppState, Asked, Call, json, streamed_json},
};

/// `GET /entities`
pub(in crate::api) fn list_entities(state: &AppState, call: &Call) -> Result<Response> {
    let query = LIST_ENTITIES.read(call)?.query;
    let limit = query.integer("limit")?;
    if limit == Some(0) {
        return Err(Error::Input(
            "Invalid limit, must be greater than zero".to_owned(),
        ));
    }
    let list = EntityList {
        filter: Filter::from_params(&query.all("filter"))?,
        full_text: None,
        order: query
            .all("order")
            .iter()
            .map(|order| order_of(order))
            .collect::<Result<_>>()?,
        limit,
        offset: query.integer("offset")?,
        after: query.one("after").map(str::to_owned),
    };
    let fields = Projection::parse(&query.all("fields"))?;
    let is_paged = list.limit.is_some() || list.offset.is_some() || list.after.is_some();
    let page = state.catalog.read().list(&list)?;
    let items: Vec<Bytes> = page.items.iter().map(|item| fields.apply(item)).collect();
    let body = json_array(items.iter().map(Some));
    let is_streamed = (!is_paged && !items.is_empty()) || (is_paged && fields.is_whole());
    let mut response = if is_streamed {
        streamed_json(body)
    } else {
        json(body.into(), &call.headers)
    };
    if let Some(after) = page.next {
        let mut link = form_urlencoded::Serializer::new(String::new());
        for (name, text) in query.pairs().filter(|(name, _)| *name != "offset") {
            link.append_pair(name, if name == "after" { &after } else { text });
        }
        if query.one("after").is_none() {
            link.append_pair("after", &after);
        }
        let link = format!("</entities?{}>; rel=\"next\"", link.finish());
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert("link", link);
        }
    }
    Ok(response)
}

fn order_of(order: &str) -> Result<OrderField> {
    let parsed = order
        .split_once(':')
        .and_then(|(direction, field)| match (direction, field) {
            (_, "") => None,
            ("asc", field) => Some((field, false)),
            ("desc", field) => Some((field, true)),
            _ => None,
        });
    let (field, descending) = parsed.ok_or_else(|| {
        Error::Input(format!(
            "Invalid order parameter \"{order}\", expected \"<asc or desc>:<field name>\""
        ))
    })?;
    Ok(OrderField {
        field: field.to_owned(),
        descending,
    })
}

/// `GET /entities/by-name/{kind}/{namespace}/{name}`
pub(in crate::api) fn entity_by_name(state: &AppState, call: &Call) -> Result<Response> {
    ENTITY_BY_NAME.read(call)?;
    let (kind, namespace, name) = (
        call.segment_from_end(2),
        call.segment_from_end(1),
        call.segment_from_end(0),
    );
    let entity_ref = format!("{kind}:{namespace}/{name}").to_lowercase();
    match state.catalog.read().entity(&entity_ref) {
        Some(entity) => Ok(streamed_json(entity)),
        None => Err(Error::NotFound(format!(
            "No entity named '{name}' found, with kind '{kind}' in namespace '{namespace}'"
        ))),
    }
}

/// `GET /entities/by-uid/{uid}`
pub(in crate::api) fn entity_by_uid(state: &AppState, call: &Call) -> Result<Response> {
    ENTITY_BY_UID.read(call)?;
    let uid = call.segment_from_end(0);
    match state.catalog.read().entity_by_uid(&uid) {
        Some(entity) => Ok(streamed_json(entity)),
        None => Err(Error::NotFound(format!("No entity with uid {uid}"))),
    }
}

/// `GET /entities/by-name/{kind}/{namespace}/{name}/ancestry`
pub(in crate::api) fn ancestry(state: &AppState, call: &Call) -> Result<Response> {
    ANCESTRY.read(call)?;
    let (kind, namespace, name) = (
        call.segment_from_end(3),
        call.segment_from_end(2),
        call.segment_from_end(1),
    );
    let entity_ref = format!("{kind}:{namespace}/{name}").to_lowercase();
    let Some(items) = state.catalog.read().ancestry(&entity_ref) else {
        return Err(Error::NotFound(format!("No such entity {entity_ref}")));
    };
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let mut body = format!(r#"{{"rootEntityRef":{},"items":["#, text(&entity_ref)).into_bytes();
    for (index, (entity, parents)) in items.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(br#"{"entity":"#);
        body.extend_from_slice(entity);
        let parents: Vec<Bytes> = parents
            .iter()
            .map(|parent| text(parent.as_str()).into())
            .collect();
        body.extend_from_slice(br#","parentEntityRefs":"#);
        push_array(&mut body, parents.iter().map(Some));
        body.push(b'}');
    }
    body.extend_from_slice(b"]}");
    Ok(json(body.into(), &call.headers))
}

/// `POST /entities/by-refs`
pub(in crate::api) async fn entities_by_refs(state: AppState, call: Call) -> Result<Response> {
    let Asked { query, body } = ENTITIES_BY_REFS.read(&call)?;
    let refs = body
        .texts("entityRefs")?
        .ok_or_else(|| malformed("Validation error: Required at \"entityRefs\""))?;
    let fields = Projection::of(&body.texts("fields")?.unwrap_or_default())?;
    let mut filter = Filter::from_params(&query.all("filter"))?;
    if let Some(predicate) = body.get("query") {
        if let Some(fault) = check_predicate(predicate, "query") {
            return Err(malformed(&fault));
        }
        filter = filter.and(Filter::from_predicate(predicate)?);
    }
    let items = state.catalog.read().entities_by_refs(&refs, &filter);
    let items: Vec<Option<Bytes>> = items
        .into_iter()
        .map(|item| item.map(|item| fields.apply(&item)))
        .collect();
    let mut answer = Vec::with_capacity(
        items
            .iter()
            .flatten()
            .map(|item| item.len() + 1)
            .sum::<usize>()
            + 64,
    );
    answer.extend_from_slice(br#"{"items":"#);
    push_array(&mut answer, items.iter().map(Option::as_ref));
    answer.push(b'}');
    Ok(if fields.is_whole() {
        streamed_json(answer)
    } else {
        json(answer.into(), &call.headers)
    })
}

fn malformed(fault: &str) -> Error {
    Error::Input(format!(
        "Malformed request body (did you remember to specify an application/json content type?), {fault}"
    ))
}
