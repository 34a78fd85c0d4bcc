//! `/api/kubernetes` without clusters (`other-plugins-api.md` §2): what Backstage answers where none is configured.

use axum::response::Response;
use serde_json::json as value;

use crate::{
    entity::EntityRef,
    error::{Error, Result},
    http::{AppState, Call, JsonBody, json},
};

/// `GET /clusters`
pub(super) async fn clusters(_: AppState, call: Call) -> Result<Response> {
    Ok(nothing(&call))
}

/// `POST /services/{id}`: the old way to ask, with the whole entity.
pub(super) async fn service(_: AppState, call: Call) -> Result<Response> {
    call.json()?;
    Ok(nothing(&call))
}

/// `POST /resources/workloads/query`
pub(super) async fn workloads(state: AppState, call: Call) -> Result<Response> {
    check_entity(&state, &call.json()?)?;
    Ok(nothing(&call))
}

/// `POST /resources/custom/query`
pub(super) async fn custom_resources(state: AppState, call: Call) -> Result<Response> {
    let body = call.json()?;
    check_entity(&state, &body)?;
    let resources = body.get("customResources");
    if !resources.is_some_and(serde_json::Value::is_array) {
        return Err(Error::Input(
            "customResources is a required field".to_owned(),
        ));
    }
    if resources
        .and_then(serde_json::Value::as_array)
        .is_some_and(Vec::is_empty)
    {
        return Err(Error::Input(
            "at least 1 customResource is required".to_owned(),
        ));
    }
    Ok(nothing(&call))
}

/// `/proxy/…`: there is no cluster to go on to.
pub(super) async fn proxy(_: AppState, _: Call) -> Result<Response> {
    Err(Error::NotFound("No Clusters configured".to_owned()))
}

fn check_entity(state: &AppState, body: &JsonBody) -> Result<()> {
    let Some(text) = body.get("entityRef").and_then(serde_json::Value::as_str) else {
        return Err(Error::Input("entity is a required field".to_owned()));
    };
    let found = EntityRef::parse(text, None, "default")
        .map_err(|fault| Error::Input(format!("Invalid entity ref, {fault}")))?;
    match state.catalog.read().entity(found.as_str()) {
        Some(_) => Ok(()),
        None => Err(Error::Input(format!("Entity ref missing, {text}"))),
    }
}

fn nothing(call: &Call) -> Response {
    json(value!({"items": []}).to_string().into(), &call.headers)
}
