//! `/entity-facets` (§4.8).

use axum::response::Response;
use serde_json::{Map, Value, json as value};

use crate::{
    catalog::Filter,
    error::{Error, Result},
    http::{AppState, Call, json},
};

/// `GET /entity-facets`
pub(in crate::api) fn facets(state: &AppState, call: &Call) -> Result<Response> {
    let query = call.query(&["facet", "filter"])?;
    let keys = query.all("facet");
    if keys.is_empty() {
        return Err(Error::Input(
            "request/query must have required property 'facet'".to_owned(),
        ));
    }
    Ok(answer(
        state,
        call,
        &keys,
        &Filter::from_params(&query.all("filter"))?,
    ))
}

/// `POST /entity-facets`
pub(in crate::api) async fn facets_by_predicate(state: AppState, call: Call) -> Result<Response> {
    let body = call.json()?;
    let keys = body.required_texts("facets")?;
    if keys.is_empty() {
        return Err(Error::Input("Missing or empty facets parameter".to_owned()));
    }
    let filter = match body.object("query")? {
        Some(predicate) => Filter::from_predicate(predicate)?,
        None => Filter::All,
    };
    Ok(answer(&state, &call, &keys, &filter))
}

fn answer(state: &AppState, call: &Call, keys: &[String], filter: &Filter) -> Response {
    let mut facets = Map::new();
    for (key, values) in state.catalog.read().facets(keys, filter) {
        let values = values
            .into_iter()
            .map(|found| value!({"value": found.value, "count": found.count}));
        facets.insert(key, values.collect());
    }
    json(
        value!({ "facets": Value::from(facets) }).to_string().into(),
        &call.headers,
    )
}
