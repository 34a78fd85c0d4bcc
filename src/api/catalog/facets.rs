//! `/entity-facets` (§4.8).

use axum::response::Response;
use serde_json::{Map, Value, json as value};

use crate::{
    api::contract::catalog::{FACETS_BY_FILTER, FACETS_BY_PREDICATE},
    catalog::{FacetValue, Filter},
    error::{Error, Result},
    http::{AppState, Call, json},
};

/// `GET /entity-facets`
pub(in crate::api) fn facets(state: &AppState, call: &Call) -> Result<Response> {
    let query = FACETS_BY_FILTER.read(call)?.query;
    let mut keys = query.all("facet");
    keys.retain(|key| !key.is_empty());
    Ok(answer(
        state,
        call,
        &keys,
        &Filter::from_params(&query.all("filter"))?,
    ))
}

/// `POST /entity-facets`
pub(in crate::api) async fn facets_by_predicate(state: AppState, call: Call) -> Result<Response> {
    let body = FACETS_BY_PREDICATE.read(&call)?.body;
    let keys = body.texts("facets")?.unwrap_or_default();
    if keys.is_empty() {
        return Err(Error::Input("Missing or empty facets parameter".to_owned()));
    }
    let filter = match body.get("query") {
        Some(predicate) => Filter::from_predicate(predicate)?,
        None => Filter::All,
    };
    Ok(answer(&state, &call, &keys, &filter))
}

fn answer(state: &AppState, call: &Call, keys: &[String], filter: &Filter) -> Response {
    let mut facets = Map::new();
    let catalog = state.catalog.read();
    for key in keys {
        let values = catalog.facet(key, filter);
        let shown = |found: &FacetValue| value!({"value": found.value, "count": found.count});
        facets.insert(key.clone(), values.iter().map(shown).collect());
    }
    json(
        value!({ "facets": Value::from(facets) }).to_string().into(),
        &call.headers,
    )
}
