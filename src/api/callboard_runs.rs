//! `/api/callboard/runs`: what Backstage has no address for: the journal, leaving a step out, answers, undo, the plan.

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json as value};

use super::scaffolder::{answer, object, required_object, task_user, template};
use crate::{
    entity::EntityRef,
    error::{Error, Result},
    http::{AppState, Call},
    scaffolder::{
        effects::Undo,
        preview::{Preview, preview},
        spec::TaskSpec,
    },
    store::{self, RunEffect, RunPipeline, RunStep, RunWait},
};

/// `GET /runs/{id}`: the journal of a run.
pub(super) async fn run(state: AppState, call: Call) -> Result<Response> {
    let run = state.runs.run(&call.segment_from_end(0)).await?;
    let steps = store::run_steps(&state.store, &run.id).await?;
    let effects = store::run_effects(&state.store, &run.id).await?;
    let waits = store::run_waits(&state.store, &run.id).await?;
    let pipelines = store::run_pipelines(&state.store, &run.id).await?;
    let undo_runs = store::undo_runs(&state.store, &run.id).await?;
    let body = value!({
        "id": run.id,
        "status": run.status.as_str(),
        "attempt": run.attempt,
        "undoes": run.undoes,
        "templateCommit": run.template_commit,
        "undoneBy": undo_runs.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(),
        "steps": steps.iter().map(step).collect::<Result<Vec<_>>>()?,
        "effects": effects.iter().map(effect).collect::<Vec<_>>(),
        "waits": waits.iter().map(wait).collect::<Vec<_>>(),
        "pipelines": pipelines.iter().map(pipeline).collect::<Vec<_>>(),
    });
    Ok(answer(&call, StatusCode::OK, &body))
}

fn step(step: &RunStep) -> Result<Value> {
    let sources: Value = serde_json::from_str(&step.sources).map_err(Error::internal)?;
    Ok(value!({
        "key": step.key,
        "status": step.status.as_str(),
        "error": step.error,
        "sources": sources,
        "attempt": step.attempt,
        "startedAt": step.started_at.to_string(),
        "endedAt": step.ended_at.map(|at| at.to_string()),
    }))
}

fn effect(effect: &RunEffect) -> Value {
    value!({
        "step": effect.step_key,
        "ordinal": effect.ordinal,
        "kind": effect.kind,
        "target": effect.target,
        "state": effect.state.as_str(),
        "attempt": effect.attempt,
    })
}

fn wait(wait: &RunWait) -> Value {
    value!({
        "step": wait.step_key,
        "kind": wait.kind,
        "question": wait.question,
        "dueAt": wait.due_at.map(|at| crate::clock::UnixMillis(at).to_string()),
        "answer": wait.answer,
        "answeredBy": wait.answered_by,
    })
}

fn pipeline(pipeline: &RunPipeline) -> Value {
    value!({
        "step": pipeline.step_key,
        "host": pipeline.host,
        "repository": format!("{}/{}", pipeline.owner, pipeline.repository),
        "branch": pipeline.branch,
        "commit": pipeline.commit,
        "state": pipeline.state.as_str(),
        "name": pipeline.name,
        "webUrl": pipeline.web_url,
        "failedJob": pipeline.failed_job,
        "failedStep": pipeline.failed_step,
        "logEnd": pipeline.log_end,
        "fault": pipeline.fault,
        "lookedAt": pipeline.looked_at.map(|at| at.to_string()),
    })
}

fn undo_parts(undo: &Undo) -> (Option<&str>, Option<&str>) {
    match undo {
        Undo::By(how) => (Some(how), None),
        Undo::None(why) => (None, Some(why)),
    }
}

/// `POST /runs/{id}/skip` with `{reason, secrets?}`: goes on behind the step that failed.
pub(super) async fn skip(state: AppState, call: Call) -> Result<Response> {
    let id = call.segment_from_end(1);
    let body = call.json()?;
    let reason = body.required_text("reason")?.trim();
    if reason.is_empty() {
        return Err(Error::Input(
            "Say why the step is left out, in `reason`.".to_owned(),
        ));
    }
    let secrets = object(&body, "secrets")?;
    state.runs.skip(&id, reason, &secrets).await?;
    Ok(answer(&call, StatusCode::OK, &value!({"id": id})))
}

/// `POST /runs/{id}/answer` with `{step, answer}`: answers the question of a step; `yes` lets it go on.
pub(super) async fn give_answer(state: AppState, call: Call) -> Result<Response> {
    let id = call.segment_from_end(1);
    let body = call.json()?;
    let (step, given) = (body.required_text("step")?, body.required_text("answer")?);
    state
        .runs
        .answer(&id, step, given, call.viewer.actor())
        .await?;
    Ok(answer(&call, StatusCode::OK, &value!({"id": id})))
}

/// `POST /runs/{id}/effect` with `{step, ordinal, done}`: says of an effect nobody knows about whether it was done.
pub(super) async fn settle(state: AppState, call: Call) -> Result<Response> {
    let id = call.segment_from_end(1);
    let body = call.json()?;
    let step = body.required_text("step")?;
    let ordinal = body.integer("ordinal", 0)?.unwrap_or_default();
    let ordinal = i64::try_from(ordinal).unwrap_or(i64::MAX);
    let done = body.get("done").and_then(Value::as_bool);
    let done = done.ok_or_else(|| Error::Input("Say in `done` whether it was done.".to_owned()))?;
    let by = call.viewer.actor();
    state.runs.settle(&id, (step, ordinal), done, by).await?;
    Ok(answer(&call, StatusCode::OK, &value!({"id": id})))
}

/// `GET /runs/{id}/undo`: what taking a run back would do, in its order.
pub(super) async fn undo_list(state: AppState, call: Call) -> Result<Response> {
    let items = state.runs.undo_list(&call.segment_from_end(1)).await?;
    let shown = items.iter().map(|item| {
        let (undo, stays_because) = undo_parts(&item.undo);
        value!({"what": item.what, "undo": undo, "staysBecause": stays_because})
    });
    let body = value!({"effects": shown.collect::<Vec<_>>()});
    Ok(answer(&call, StatusCode::OK, &body))
}

/// `POST /runs/{id}/undo`: takes back everything the run made; answers the id of the run that does.
pub(super) async fn undo(state: AppState, call: Call) -> Result<Response> {
    let user = call.viewer.user().ok();
    let by = user.map(|user| user.entity_ref.as_str().to_owned());
    let id = state.runs.undo(&call.segment_from_end(1), by).await?;
    Ok(answer(&call, StatusCode::CREATED, &value!({"id": id})))
}

/// `POST /plan` with `{templateRef, values}`: what a run would make, outside and as files.
pub(super) async fn plan(state: AppState, call: Call) -> Result<Response> {
    let body = call.json()?;
    let written = body.required_text("templateRef")?;
    let named = EntityRef::parse(written, Some("template"), "default").map_err(Error::Input)?;
    let template = template(&state, &named)?;
    let user = task_user(&state, &call)?;
    let spec = TaskSpec::new(&template, &required_object(&body, "values")?, &user)?;
    let user = call.viewer.user().ok().map(|user| &user.entity_ref);
    let (services, actions) = (state.runs.services(), state.runs.actions());
    let found = preview(services, actions, &spec, user).await?;
    Ok(answer(&call, StatusCode::OK, &planned(&found)))
}

fn planned(found: &Preview) -> Value {
    let effects = found.effects.iter().map(|planned| {
        let (undo, stays_because) = undo_parts(&planned.undo);
        value!({
            "step": planned.step_id, "action": planned.action, "what": planned.what,
            "undo": undo, "staysBecause": stays_because,
        })
    });
    let files = found.files.iter().map(|file| {
        value!({
            "step": file.step_id, "path": file.path,
            "executable": file.is_executable, "sizeBytes": file.content.len(),
        })
    });
    value!({
        "effects": effects.collect::<Vec<_>>(),
        "files": files.collect::<Vec<_>>(),
        "stopped": found.stopped,
    })
}
