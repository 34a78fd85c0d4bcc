//! `/api/techdocs` before documentation is served (`other-plugins-api.md` §1): of an entity only what the catalog
//! knows.

use axum::{
    body::Body,
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE, VARY},
    },
    response::Response,
};
use serde_json::{Value, json as value};

use crate::{
    error::{Error, Result},
    http::{AppState, Call, json},
};

/// Where the documentation of an entity is kept.
const REF: &str = "backstage.io/techdocs-ref";

/// `GET /metadata/techdocs/{namespace}/{kind}/{name}`: nothing is published.
pub(super) async fn metadata(_: AppState, call: Call) -> Result<Response> {
    Err(no_metadata(&call))
}

/// `GET /metadata/entity/{namespace}/{kind}/{name}`: the entity and where its documentation is kept.
pub(super) async fn entity_metadata(state: AppState, call: Call) -> Result<Response> {
    let mut entity = entity(&state, &call)?.ok_or_else(|| no_metadata(&call))?;
    let kept = entity["metadata"]["annotations"][REF].as_str();
    let Some((kind, target)) = kept.and_then(|kept| kept.split_once(':')) else {
        return Err(no_metadata(&call));
    };
    entity["locationMetadata"] = value!({"type": kind, "target": target});
    Ok(json(entity.to_string().into(), &call.headers))
}

/// `GET /sync/{namespace}/{kind}/{name}`: there is nothing to build, so nothing was updated.
pub(super) async fn sync(state: AppState, call: Call) -> Result<Response> {
    if entity(&state, &call)?.is_none() {
        return Err(Error::NotFound("Entity metadata UID missing".to_owned()));
    }
    let mut response = Response::new(Body::from("event: finish\ndata: {\"updated\":false}\n\n"));
    let headers = response.headers_mut();
    for (name, text) in [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-cache"),
        (VARY, "Accept-Encoding"),
    ] {
        headers.insert(name, HeaderValue::from_static(text));
    }
    Ok(response)
}

fn entity(state: &AppState, call: &Call) -> Result<Option<Value>> {
    let found = state
        .catalog
        .read()
        .entity(&entity_ref(call).to_lowercase());
    found
        .map(|json| serde_json::from_slice(&json).map_err(Error::internal))
        .transpose()
}

/// As the URL spells it.
fn entity_ref(call: &Call) -> String {
    format!(
        "{}:{}/{}",
        call.segment_from_end(1),
        call.segment_from_end(2),
        call.segment_from_end(0)
    )
}

fn no_metadata(call: &Call) -> Error {
    Error::NotFound(format!("Unable to get metadata for '{}'", entity_ref(call)))
}
