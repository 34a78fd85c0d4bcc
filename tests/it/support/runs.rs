//! Template runs under test: templates in a file, runs started and followed over the API.

use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use callboard::config::Secret;
use serde_json::{Value, json};

use super::{TestApp, TestAppBuilder};

/// Nothing in a test takes longer, unless it is broken.
const PATIENCE: Duration = Duration::from_mins(1);

/// A portal with templates, and with a key for secrets on every database.
pub(crate) fn portal(templates: &str) -> TestAppBuilder {
    TestApp::builder()
        .file("templates.yaml", templates)
        .location("templates.yaml")
        .with(|config| {
            config.callboard.encryption_key =
                Some(Secret::new("a key of tests, of more than 32 characters"));
        })
}

/// A template of these steps (YAML, indented by four).
pub(crate) fn template(name: &str, steps: &str) -> String {
    format!(
        "---\napiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata:\n  name: {name}\nspec:\n  type: service\n  steps:\n{steps}"
    )
}

/// Starts a run; answers its id.
pub(crate) async fn start(app: &TestApp, template: &str, values: Value) -> String {
    start_with(app, template, values, json!({})).await
}

/// Starts a run that carries secrets.
pub(crate) async fn start_with(
    app: &TestApp,
    template: &str,
    values: Value,
    secrets: Value,
) -> String {
    let body = json!({
        "templateRef": format!("template:default/{template}"), "values": values, "secrets": secrets,
    });
    let answer = app
        .send(Method::POST, "/api/scaffolder/v2/tasks", body)
        .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()["id"].as_str().expect("an id").to_owned()
}

pub(crate) async fn task(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/api/scaffolder/v2/tasks/{id}"))
        .await
        .json()
}

/// The journal of a run.
pub(crate) async fn journal(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/api/callboard/runs/{id}")).await.json()
}

/// Waits until a run has ended; answers its status.
pub(crate) async fn ended(app: &TestApp, id: &str) -> String {
    let started = Instant::now();
    loop {
        let status = task(app, id).await["status"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if matches!(status.as_str(), "completed" | "failed") {
            return status;
        }
        assert!(
            started.elapsed() < PATIENCE,
            "run {id} does not end: {}",
            said(app, id).await.join("\n")
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Takes a run back; answers the id of the run that does.
pub(crate) async fn undone(app: &TestApp, id: &str) -> String {
    let path = format!("/api/callboard/runs/{id}/undo");
    let answer = app.send(Method::POST, &path, json!({})).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()["id"].as_str().expect("an id").to_owned()
}

/// Waits until the journal of a run says something.
pub(crate) async fn until(app: &TestApp, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let started = Instant::now();
    loop {
        let found = journal(app, id).await;
        if is_so(&found) {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "it does not come so: {found}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The events of a run.
pub(crate) async fn events(app: &TestApp, id: &str) -> Vec<Value> {
    let answer = app
        .get(&format!("/api/scaffolder/v2/tasks/{id}/events"))
        .await;
    answer.json().as_array().expect("a list").clone()
}

/// What a run said, without colours.
pub(crate) async fn said(app: &TestApp, id: &str) -> Vec<String> {
    let events = events(app, id).await;
    let messages = events
        .iter()
        .filter_map(|event| event["body"]["message"].as_str());
    messages
        .map(|message| {
            message
                .replace("\u{1b}[32m", "")
                .replace("\u{1b}[33m", "")
                .replace("\u{1b}[39m", "")
        })
        .collect()
}
