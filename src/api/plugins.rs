//! What every plugin of Backstage's has under `/.backstage`: scheduled tasks, and actions for agents
//! (`other-plugins-api.md` §9, §11).

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json as value};

use crate::{
    error::{Error, Result},
    http::{AppState, Call, empty, json},
};

/// The tasks that may be triggered: scripts of Backstage's do so to make entities searchable. Our index follows the
/// catalog by itself, so they have nothing to do.
const INDEXING: [&str; 2] = ["search_index_software_catalog", "search_index_techdocs"];

/// The plugin that is asked.
fn plugin(call: &Call) -> &str {
    call.uri.path().split('/').nth(2).unwrap_or_default()
}

/// `GET …/scheduler/v1/tasks`
pub(super) async fn tasks(_: AppState, call: Call) -> Result<Response> {
    let tasks: Vec<Value> = match plugin(&call) {
        "search" => INDEXING.map(task).to_vec(),
        _ => Vec::new(),
    };
    let body = value!({ "tasks": tasks });
    Ok(json(body.to_string().into(), &call.headers))
}

fn task(id: &str) -> Value {
    value!({
        "taskId": id,
        "pluginId": "search",
        "scope": "local",
        "settings": {"version": 2, "cadence": "manual"},
        "taskState": {"status": "idle"},
        "workerState": {"status": "idle"},
    })
}

/// `POST …/scheduler/v1/tasks/{id}/trigger`
pub(super) async fn trigger_task(_: AppState, call: Call) -> Result<Response> {
    let id = call.segment_from_end(1);
    if plugin(&call) == "search" && INDEXING.contains(&&*id) {
        return Ok(empty(StatusCode::OK));
    }
    Err(Error::NotFound(format!("Task {id} does not exist")))
}

/// `GET …/actions/v1/actions`: none yet.
pub(super) async fn actions(_: AppState, call: Call) -> Result<Response> {
    let none = value!({"actions": []});
    Ok(json(none.to_string().into(), &call.headers))
}
