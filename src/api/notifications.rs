//! `/api/notifications` before there are any (`other-plugins-api.md` §5): for users, whatever the policy. Every route is there with and without
//! `/notifications` in its path.

use axum::response::Response;
use serde_json::json as value;

use crate::{
    error::{Error, Result},
    http::{AppState, Call, json},
};

const FILTERS: [&str; 9] = [
    "limit",
    "offset",
    "search",
    "read",
    "saved",
    "createdAfter",
    "minimumSeverity",
    "topic",
    "orderField",
];

/// `GET /notifications`
pub(super) async fn list(_: AppState, call: Call) -> Result<Response> {
    call.viewer.user()?;
    check_filters(&call)?;
    let none = value!({"totalCount": 0, "notifications": []});
    Ok(json(none.to_string().into(), &call.headers))
}

fn check_filters(call: &Call) -> Result<()> {
    let query = call.query(&FILTERS)?;
    query.integer("limit")?;
    query.integer("offset")?;
    Ok(())
}

/// `GET /status`
pub(super) async fn status(_: AppState, call: Call) -> Result<Response> {
    call.viewer.user()?;
    call.query(&[])?;
    let none = value!({"unread": 0, "read": 0});
    Ok(json(none.to_string().into(), &call.headers))
}

/// `GET /topics`
pub(super) async fn topics(_: AppState, call: Call) -> Result<Response> {
    call.viewer.user()?;
    check_filters(&call)?;
    Ok(json(
        value!({"topics": []}).to_string().into(),
        &call.headers,
    ))
}

/// `GET /settings`
pub(super) async fn settings(_: AppState, call: Call) -> Result<Response> {
    call.viewer.user()?;
    let none = value!({"channels": [{"id": "Web", "origins": []}]});
    Ok(json(none.to_string().into(), &call.headers))
}

/// `GET /notifications/{id}`
pub(super) async fn notification(_: AppState, call: Call) -> Result<Response> {
    call.viewer.user()?;
    Err(Error::NotFound("Not found".to_owned()))
}

/// `POST /notifications/update`: ids that are not the caller's are skipped, and none is.
pub(super) async fn update(_: AppState, call: Call) -> Result<Response> {
    call.viewer.user()?;
    call.json()?.required_texts("ids")?;
    Ok(json("[]".into(), &call.headers))
}
