//! `/api/scaffolder` before there are template runs (`scaffolder-api.md` §1): no actions, no tasks, and a clear
//! 501 where one would be started.

use axum::response::Response;
use serde_json::json as value;

use crate::{
    api::contract::scaffolder::{AUTOCOMPLETE, CREATE_TASK, DRY_RUN, LIST_TASKS},
    entity::EntityRef,
    error::{Error, Result},
    http::{AppState, Call, json},
};

fn not_yet() -> Error {
    Error::NotImplemented("This portal does not run templates yet".to_owned())
}

/// `GET /v2/actions`
pub(super) async fn actions(_: AppState, call: Call) -> Result<Response> {
    Ok(json("[]".into(), &call.headers))
}

/// `GET /v2/templating-extensions`
pub(super) async fn templating_extensions(_: AppState, call: Call) -> Result<Response> {
    let none = value!({"filters": {}, "globals": {"functions": {}, "values": {}}});
    Ok(json(none.to_string().into(), &call.headers))
}

/// `GET /v2/templates/{namespace}/{kind}/{name}/parameter-schema`
pub(super) async fn parameter_schema(state: AppState, call: Call) -> Result<Response> {
    let template = EntityRef::new(
        &call.segment_from_end(2),
        &call.segment_from_end(3),
        &call.segment_from_end(1),
    );
    check_template(&state, &template)?;
    Err(not_yet())
}

/// `GET /v2/tasks`
pub(super) async fn tasks(_: AppState, call: Call) -> Result<Response> {
    let query = LIST_TASKS.read(&call)?.query;
    for order in query.all("order") {
        let field = order.strip_prefix("asc:").or(order.strip_prefix("desc:"));
        let Some(field) = field.filter(|field| !field.is_empty()) else {
            let expected = "expected \"<asc or desc>:<field name>\"";
            let told = format!("Invalid order parameter \"{order}\", {expected}");
            return Err(Error::Input(told));
        };
        if !["created_at", "status", "created_by"].contains(&field) {
            return Err(Error::Input(format!("Invalid order field \"{field}\"")));
        }
    }
    let none = value!({"tasks": [], "totalTasks": 0});
    Ok(json(none.to_string().into(), &call.headers))
}

/// `POST /v2/tasks`
pub(super) async fn create_task(state: AppState, call: Call) -> Result<Response> {
    let body = CREATE_TASK.read(&call)?.body;
    let template = body.required_text("templateRef")?;
    let template = EntityRef::parse(template, Some("template"), "default").map_err(Error::Input)?;
    check_template(&state, &template)?;
    Err(not_yet())
}

fn check_template(state: &AppState, template: &EntityRef) -> Result<()> {
    if template.kind() != "template" {
        let told = "Invalid kind, only 'Template' kind is supported";
        return Err(Error::Input(told.to_owned()));
    }
    match state.catalog.read().entity(template.as_str()) {
        Some(_) => Ok(()),
        None => Err(Error::NotFound(format!("Template {template} not found"))),
    }
}

/// `POST /v2/dry-run`
pub(super) async fn dry_run(_: AppState, call: Call) -> Result<Response> {
    DRY_RUN.read(&call)?;
    Err(not_yet())
}

/// `POST /v2/autocomplete/{provider}/{resource}`
pub(super) async fn autocomplete(_: AppState, call: Call) -> Result<Response> {
    AUTOCOMPLETE.read(&call)?;
    let provider = call.segment_from_end(1);
    Err(Error::Input(format!("Unsupported provider: {provider}")))
}

/// `GET /v2/tasks/{id}`
pub(super) async fn task(_: AppState, call: Call) -> Result<Response> {
    no_task(&call.segment_from_end(0))
}

/// `/v2/tasks/{id}/…`: events, cancel, retry
pub(super) async fn of_task(_: AppState, call: Call) -> Result<Response> {
    no_task(&call.segment_from_end(1))
}

fn no_task(id: &str) -> Result<Response> {
    Err(Error::NotFound(format!("No task with id '{id}' found")))
}
