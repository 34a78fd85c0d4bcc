//! `/api/<plugin>/.backstage/scheduler/v1/tasks` (`other-plugins-api.md` §9). Backstage's frontend and scripts
//! trigger the search index; ours follows the catalog by itself.

use axum::{http::StatusCode, response::Response};
use serde_json::json as value;

use crate::{
    error::{Error, Result},
    http::{AppState, Call, empty, json},
};

/// What Backstage's collators are called.
const INDEXING: [&str; 2] = ["search_index_software_catalog", "search_index_techdocs"];

/// `GET …/tasks`: nothing runs by a schedule that anybody could change.
pub(super) async fn tasks(_: AppState, call: Call) -> Result<Response> {
    Ok(json(
        value!({"tasks": []}).to_string().into(),
        &call.headers,
    ))
}

/// `POST …/tasks/{id}/trigger`
pub(super) async fn trigger(_: AppState, call: Call) -> Result<Response> {
    let id = call.segment_from_end(1);
    if INDEXING.contains(&&*id) {
        return Ok(empty(StatusCode::OK));
    }
    Err(Error::NotFound(format!("Task {id} does not exist")))
}
