//! `/api/scaffolder`: Backstage's scaffolder (`scaffolder-api.md`).

mod autocomplete;
mod dry_run;
mod events;
mod tasks;
mod templates;

pub(super) use autocomplete::autocomplete;
pub(super) use dry_run::dry_run;
pub(super) use events::{event_stream, events};
pub(super) use tasks::{cancel, create_task, retry, task, tasks};
pub(super) use templates::{actions, parameter_schema, templating_extensions};

use axum::{http::StatusCode, response::Response};
use serde_json::{Map, Value, json as value};

use crate::{
    entity::EntityRef,
    error::{Error, Result},
    http::{AppState, Call, JsonBody, json},
    scaffolder::{
        schema::SchemaFault,
        spec::{TaskUser, check_version},
    },
};

/// A template of the catalog. [`Error::Input`] for another kind or version, [`Error::NotFound`] if it is not there.
pub(super) fn template(state: &AppState, named: &EntityRef) -> Result<Value> {
    if named.kind() != "template" {
        return Err(Error::Input(
            "Invalid kind, only 'Template' kind is supported".to_owned(),
        ));
    }
    let found = state.catalog.read().entity(named.as_str());
    let found = found.ok_or_else(|| Error::NotFound(format!("Template {named} not found")))?;
    let template: Value = serde_json::from_slice(&found).map_err(Error::internal)?;
    check_version(&template)?;
    Ok(template)
}

/// Who asks, as templates see them.
pub(super) fn task_user(state: &AppState, call: &Call) -> Result<TaskUser> {
    let Ok(user) = call.viewer.user() else {
        return Ok(TaskUser::default());
    };
    let found = state.catalog.read().entity(user.entity_ref.as_str());
    let entity = found.map(|found| serde_json::from_slice(&found).map_err(Error::internal));
    Ok(TaskUser {
        entity_ref: Some(user.entity_ref.as_str().to_owned()),
        entity: entity.transpose()?,
    })
}

/// An object of a body that must be there.
pub(super) fn required_object(body: &JsonBody, key: &str) -> Result<Map<String, Value>> {
    match body.object(key)? {
        Some(Value::Object(map)) => Ok(map.clone()),
        _ => Err(Error::Input(format!(
            "request/body must have required property '{key}'"
        ))),
    }
}

/// An object of a body; an absent one is empty.
pub(super) fn object(body: &JsonBody, key: &str) -> Result<Map<String, Value>> {
    match body.object(key)? {
        Some(Value::Object(map)) => Ok(map.clone()),
        _ => Ok(Map::new()),
    }
}

pub(super) fn answer(call: &Call, status: StatusCode, body: &Value) -> Response {
    let mut response = json(body.to_string().into(), &call.headers);
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

/// Answers that are refused have a shape of their own.
pub(super) fn refused_values(call: &Call, faults: &[SchemaFault]) -> Response {
    answer(call, StatusCode::BAD_REQUEST, &value!({"errors": faults}))
}
