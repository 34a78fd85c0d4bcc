//! What changes or checks an entity (§4.6, §4.9, §4.10).

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json as value};

use crate::{
    api::contract::catalog::{DELETE_ENTITY, REFRESH_ENTITY, VALIDATE_ENTITY},
    entity::{Diagnostic, EntityRef, LocationRef},
    error::Result,
    http::{AppState, Call, empty, json},
};

/// `DELETE /entities/by-uid/{uid}`
pub(in crate::api) async fn delete_entity(state: AppState, call: Call) -> Result<Response> {
    DELETE_ENTITY.read(&call)?;
    let uid = call.segment_from_end(0);
    state
        .ingest
        .delete_entity(&uid, call.viewer.actor())
        .await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// `POST /refresh`
pub(in crate::api) async fn refresh(state: AppState, call: Call) -> Result<Response> {
    let body = REFRESH_ENTITY.read(&call)?.body;
    let entity_ref = body.required_text("entityRef")?.to_lowercase();
    // Sent in place of the header; whoever it stands for may refresh.
    if let Some(token) = body.text("authorizationToken")? {
        state.auth.authenticate(token).await?;
    }
    let entity_ref = EntityRef::from_canonical(&entity_ref);
    state
        .ingest
        .refresh(&entity_ref, call.viewer.actor())
        .await?;
    Ok(empty(StatusCode::OK))
}

/// `POST /validate-entity`
pub(in crate::api) async fn validate_entity(state: AppState, call: Call) -> Result<Response> {
    let body = VALIDATE_ENTITY.read(&call)?.body;
    let location = body.required_text("location")?;
    let entity = body.get("entity").cloned().unwrap_or_default();
    if let Err(fault) = crate::entity::check_envelope(&entity) {
        return Ok(invalid(&call, &[fault_of(&fault)]));
    }
    let location = match LocationRef::parse(location) {
        Ok(location) if location.kind == "url" => location,
        Ok(location) => {
            let message = format!(
                "Invalid location ref {location}, only 'url:<target>' is supported, e.g. url:https://host/path"
            );
            return Ok(invalid(
                &call,
                &[value!({"name": "TypeError", "message": message})],
            ));
        }
        Err(message) => {
            return Ok(invalid(
                &call,
                &[value!({"name": "TypeError", "message": message})],
            ));
        }
    };
    let found = state.ingest.validate(entity, &location).await?;
    if found.is_empty() {
        return Ok(empty(StatusCode::OK));
    }
    Ok(invalid(
        &call,
        &found.iter().map(fault_of).collect::<Vec<_>>(),
    ))
}

/// An error as Backstage sends it: its name and message, and what caused it.
pub(super) fn fault_of(found: &Diagnostic) -> Value {
    let mut fault = value!({"name": found.name, "message": found.message});
    if let Some((name, message)) = &found.cause {
        fault["cause"] = value!({"name": name, "message": message});
    }
    fault
}

fn invalid(call: &Call, faults: &[Value]) -> Response {
    let mut response = json(
        value!({ "errors": faults }).to_string().into(),
        &call.headers,
    );
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}
