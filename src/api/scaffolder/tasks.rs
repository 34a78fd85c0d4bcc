//! Tasks: runs, as Backstage's clients know them (§1.3, §2).

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json as value};

use super::{answer, object, refused_values, required_object, task_user, template};
use crate::{
    api::contract::scaffolder::{CREATE_TASK, LIST_TASKS},
    entity::EntityRef,
    error::{Error, Result},
    http::{AppState, Call},
    scaffolder::{
        NewRun,
        dry_run::{DryRunFault, check_values},
        schema::faults,
        spec::TaskSpec,
    },
    store::{self, Run, RunFilter, RunOrder, RunStatus},
};

/// A task as it is sent. Waiting is processing, to clients.
fn shown(run: &Run) -> Result<Value> {
    let spec: Value = serde_json::from_str(&run.spec).map_err(Error::internal)?;
    let status = match run.status {
        RunStatus::Waiting => RunStatus::Processing,
        status => status,
    };
    let mut task = value!({
        "id": run.id,
        "spec": spec,
        "status": status.as_str(),
        "createdAt": run.created_at.to_string(),
    });
    if let Some(at) = run.heartbeat_at {
        task["lastHeartbeatAt"] = at.to_string().into();
    }
    if let Some(by) = &run.created_by {
        task["createdBy"] = by.as_str().into();
    }
    Ok(task)
}

/// `GET /v2/tasks`
pub(in crate::api) async fn tasks(state: AppState, call: Call) -> Result<Response> {
    let query = LIST_TASKS.read(&call)?.query;
    let order: Result<Vec<_>> = query.all("order").iter().map(|text| order(text)).collect();
    let mut filter = RunFilter {
        created_by: query.all("createdBy"),
        status: query.all("status"),
        order: order?,
        ..RunFilter::default()
    };
    if filter.status.iter().any(|status| status == "processing") {
        filter.status.push(RunStatus::Waiting.as_str().to_owned());
    }
    let number = |name| -> Result<Option<u32>> {
        let found = query.integer(name)?;
        Ok(found.map(|found| u32::try_from(found).unwrap_or(u32::MAX)))
    };
    let (limit, offset) = (number("limit")?, number("offset")?.unwrap_or(0));
    let (runs, total) = store::runs(&state.store, &filter, offset, limit).await?;
    let tasks: Result<Vec<Value>> = runs.iter().map(shown).collect();
    let body = value!({"tasks": tasks?, "totalTasks": total});
    Ok(answer(&call, StatusCode::OK, &body))
}

fn order(text: &str) -> Result<(RunOrder, bool)> {
    let parts = text.split_once(':');
    let parts = parts.filter(|(way, field)| matches!(*way, "asc" | "desc") && !field.is_empty());
    let Some((way, field)) = parts else {
        return Err(Error::Input(format!(
            "Invalid order parameter \"{text}\", expected \"<asc or desc>:<field name>\""
        )));
    };
    let field = match field {
        "created_at" => RunOrder::CreatedAt,
        "status" => RunOrder::Status,
        "created_by" => RunOrder::CreatedBy,
        other => return Err(Error::Input(format!("Invalid order field \"{other}\""))),
    };
    Ok((field, way == "desc"))
}

/// `POST /v2/tasks`
pub(in crate::api) async fn create_task(state: AppState, call: Call) -> Result<Response> {
    let body = CREATE_TASK.read(&call)?.body;
    let written = body.required_text("templateRef")?;
    let values = required_object(&body, "values")?;
    let secrets = object(&body, "secrets")?;
    let named = EntityRef::parse(written, Some("template"), "default").map_err(Error::Input)?;
    let template = template(&state, &named)?;
    match check_values(&template, &values) {
        Err(DryRunFault::Values(faults)) => return Ok(refused_values(&call, &faults)),
        Err(DryRunFault::Error(fault)) => return Err(fault),
        Ok(()) => {}
    }
    if let Some(schema) = template["spec"]["secrets"].get("schema") {
        let found = faults(schema, &Value::Object(secrets.clone()))?;
        if !found.is_empty() {
            return Ok(refused_values(&call, &found));
        }
    }
    let user = task_user(&state, &call)?;
    let new = NewRun {
        spec: TaskSpec::new(&template, &values, &user)?,
        secrets,
        created_by: user.entity_ref,
    };
    let id = state.runs.start(new).await?;
    Ok(answer(&call, StatusCode::CREATED, &value!({"id": id})))
}

/// `GET /v2/tasks/{id}`
pub(in crate::api) async fn task(state: AppState, call: Call) -> Result<Response> {
    let run = state.runs.run(&call.segment_from_end(0)).await?;
    Ok(answer(&call, StatusCode::OK, &shown(&run)?))
}

/// `POST /v2/tasks/{id}/cancel`
pub(in crate::api) async fn cancel(state: AppState, call: Call) -> Result<Response> {
    state.runs.cancel(&call.segment_from_end(1)).await?;
    Ok(answer(
        &call,
        StatusCode::OK,
        &value!({"status": "cancelled"}),
    ))
}

/// `POST /v2/tasks/{id}/retry`
pub(in crate::api) async fn retry(state: AppState, call: Call) -> Result<Response> {
    let id = call.segment_from_end(1);
    let secrets = object(&call.json()?, "secrets")?;
    state.runs.retry(&id, &secrets).await?;
    Ok(answer(&call, StatusCode::CREATED, &value!({"id": id})))
}
