//! `POST /v2/dry-run`: a template is tried (§1.4).

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json as value};

use super::{answer, object, refused_values, required_object, task_user};
use crate::{
    api::contract::scaffolder::DRY_RUN,
    error::{Error, Result},
    http::{AppState, Call, JsonBody},
    scaffolder::dry_run::{DryRun, DryRunFault, DryRunResult, dry_run as try_template},
};

/// `POST /v2/dry-run`
pub(in crate::api) async fn dry_run(state: AppState, call: Call) -> Result<Response> {
    let body = DRY_RUN.read(&call)?.body;
    let template = Value::Object(required_object(&body, "template")?);
    let asked = DryRun {
        template,
        values: required_object(&body, "values")?,
        secrets: object(&body, "secrets")?,
        files: files(&body)?,
        user: task_user(&state, &call)?,
    };
    let tried = try_template(state.runs.services(), state.runs.actions(), asked).await;
    match tried {
        Ok(result) => Ok(answer(&call, StatusCode::OK, &shown(&result))),
        Err(DryRunFault::Values(faults)) => Ok(refused_values(&call, &faults)),
        Err(DryRunFault::Error(fault)) => Err(fault),
    }
}

fn files(body: &JsonBody) -> Result<BTreeMap<String, Vec<u8>>> {
    let list = body.get("directoryContents").and_then(Value::as_array);
    let list = list.ok_or_else(|| {
        Error::Input("request/body must have required property 'directoryContents'".to_owned())
    })?;
    let file = |(index, file): (usize, &Value)| {
        let wrong = |key: &str, expected: &str| {
            Error::Input(format!(
                "request/body/directoryContents/{index}/{key} must be {expected}"
            ))
        };
        let path = file["path"]
            .as_str()
            .ok_or_else(|| wrong("path", "string"))?;
        let content = file["base64Content"].as_str();
        let content = content.ok_or_else(|| wrong("base64Content", "string"))?;
        let content = STANDARD
            .decode(content)
            .map_err(|_| wrong("base64Content", "base64"))?;
        Ok((path.trim_start_matches("./").to_owned(), content))
    };
    list.iter().enumerate().map(file).collect()
}

fn shown(result: &DryRunResult) -> Value {
    let log: Vec<Value> = result
        .log
        .iter()
        .map(|body| value!({"body": body}))
        .collect();
    let file = |(path, executable, content): &(String, bool, Vec<u8>)| value!({"path": path, "executable": executable, "base64Content": STANDARD.encode(content)});
    let files: Vec<Value> = result.files.iter().map(file).collect();
    value!({
        "log": log,
        "directoryContents": files,
        "output": result.output,
        "steps": result.steps,
    })
}
