//! What templates ask for and may use (§1.1, §1.2, §1.5).

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json as value};

use super::{answer, template};
use crate::{
    entity::EntityRef,
    error::Result,
    http::{AppState, Call},
    scaffolder::spec::parameter_steps,
};

/// The title of a step that has none.
const STEP_TITLE: &str = "Please enter the following information";

/// `GET /v2/templates/{namespace}/{kind}/{name}/parameter-schema`
pub(in crate::api) async fn parameter_schema(state: AppState, call: Call) -> Result<Response> {
    let named = EntityRef::new(
        &call.segment_from_end(2),
        &call.segment_from_end(3),
        &call.segment_from_end(1),
    );
    let template = template(&state, &named)?;
    let (metadata, spec) = (&template["metadata"], &template["spec"]);
    let title = metadata.get("title").unwrap_or(&metadata["name"]);
    let mut shown = value!({"title": title});
    let decorators = spec
        .get("formDecorators")
        .or_else(|| spec.get("EXPERIMENTAL_formDecorators"));
    for (key, found) in [
        ("presentation", spec.get("presentation")),
        ("description", metadata.get("description")),
        ("ui:options", metadata.get("ui:options")),
    ] {
        if let Some(found) = found {
            shown[key] = found.clone();
        }
    }
    shown["steps"] = parameter_steps(&template).iter().map(step).collect();
    if let Some(decorators) = decorators {
        shown["formDecorators"] = decorators.clone();
    }
    Ok(answer(&call, StatusCode::OK, &shown))
}

fn step(schema: &Value) -> Value {
    let title = schema["title"].as_str().unwrap_or(STEP_TITLE);
    let mut step = value!({"title": title});
    if let Some(description) = schema.get("description") {
        step["description"] = description.clone();
    }
    step["schema"] = schema.clone();
    step
}

/// `GET /v2/actions`
pub(in crate::api) async fn actions(state: AppState, call: Call) -> Result<Response> {
    Ok(answer(
        &call,
        StatusCode::OK,
        &state.runs.actions().described(),
    ))
}

/// `GET /v2/templating-extensions`: Backstage's own filters; there are no others.
pub(in crate::api) async fn templating_extensions(_: AppState, call: Call) -> Result<Response> {
    let filter = |description: &str, example: &str| value!({"description": description, "examples": [{"example": example}]});
    let shown = value!({
        "filters": {
            "parseRepoUrl": filter("The parts of a repository URL: host, owner, repo and what else there is", "${{ parameters.repoUrl | parseRepoUrl }}"),
            "parseEntityRef": filter("The kind, namespace and name of an entity reference", "${{ parameters.owner | parseEntityRef }}"),
            "pick": filter("The value at a path of an object", "${{ parameters.owner | parseEntityRef | pick('name') }}"),
            "projectSlug": filter("owner/repo of a repository URL", "${{ parameters.repoUrl | projectSlug }}"),
        },
        "globals": {"functions": {}, "values": {}},
    });
    Ok(answer(&call, StatusCode::OK, &shown))
}
