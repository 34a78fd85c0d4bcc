//! Dry runs: what they may show, and what is left of them.

use std::{path::Path, time::Duration};

use axum::http::Method;
use base64::{Engine, engine::general_purpose::STANDARD};
use callboard::config::Secret;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::{Answer, TestApp, runs::portal};

const DRY_RUN: &str = "/api/scaffolder/v2/dry-run";

fn asked(steps: &Value, output: &Value) -> Value {
    json!({
        "template": {
            "apiVersion": "scaffolder.backstage.io/v1beta3", "kind": "Template",
            "metadata": {"name": "dry", "namespace": "default"},
            "spec": {"type": "service", "steps": steps, "output": output},
        },
        "values": {}, "secrets": {"password": "given-secret"}, "directoryContents": [],
    })
}

async fn tried(app: &TestApp, steps: &Value, output: &Value) -> Answer {
    app.send(Method::POST, DRY_RUN, asked(steps, output)).await
}

async fn with_secret() -> TestApp {
    let portal = portal("").with(|config| {
        let secrets = &mut config.scaffolder.environment_secrets;
        secrets.insert("key".to_owned(), Secret::new("configured-secret"));
    });
    portal.start().await
}

#[tokio::test]
async fn no_secret_is_shown_whatever_a_template_makes_of_it() {
    let app = with_secret().await;
    let content = "${{ secrets.password }} ${{ environment.secrets.key }} ${{ environment.secrets.key | upper }}";
    let steps = json!([
        {"id": "log", "name": "Log", "action": "debug:log", "input": {"message": content}},
        {"id": "write", "name": "Write", "action": "roadiehq:utils:fs:write",
         "input": {"path": "${{ secrets.password }}.txt", "content": content}},
        {"id": "parse", "name": "Parse", "action": "roadiehq:utils:serialize:json",
         "input": {"data": {"key": "${{ secrets.password }}"}}},
    ]);
    let output =
        json!({"text": [{"title": "T", "content": "${{ steps.parse.output.serialized }}"}]});
    let answer = tried(&app, &steps, &output).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    for secret in ["given-secret", "configured-secret", "CONFIGURED"] {
        assert!(!answer.text().contains(secret), "{}", answer.text());
    }
    let answer = answer.json();
    let file = &answer["directoryContents"][0];
    assert_eq!(file["path"], "***.txt");
    let content = STANDARD.decode(file["base64Content"].as_str().expect("a text"));
    assert_eq!(content.expect("base64"), b"*** *** ***");
    let text = &answer["output"]["text"][0]["content"];
    assert_eq!(text, &json!(r#"{"key":"***"}"#));
}

#[tokio::test]
async fn a_fault_names_no_secret() {
    let app = with_secret().await;
    let steps = json!([
        {"id": "fetch", "name": "Fetch", "action": "fetch:plain", "input": {"url": "./${{ secrets.password }}"}},
    ]);
    let answer = tried(&app, &steps, &json!({})).await;
    assert!(answer.status.as_u16() >= 400, "{}", answer.text());
    assert!(answer.text().contains("***"), "{}", answer.text());
    assert!(!answer.text().contains("given-secret"), "{}", answer.text());
}

async fn until_there_are(folders: usize, place: &Path) {
    let count = || std::fs::read_dir(place).map_or(0, Iterator::count);
    let reached = async {
        while count() != folders {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let reached = tokio::time::timeout(Duration::from_secs(20), reached).await;
    reached.unwrap_or_else(|_| panic!("there are {} folders, not {folders}", count()));
}

#[tokio::test]
async fn the_folder_goes_with_a_client_that_goes_away() {
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
    Mock::given(any()).respond_with(slow).mount(&server).await;
    let host = server.address().to_string();
    let app = portal("").reads_from(&host).start().await;
    let place = app.state().runs.services().folder.clone();
    let url = format!("{}/a.txt", server.uri());
    let steps = json!([
        {"id": "write", "name": "Write", "action": "roadiehq:utils:fs:write", "input": {"path": "a/b", "content": "c"}},
        {"id": "fetch", "name": "Fetch", "action": "fetch:plain:file", "input": {"url": url, "targetPath": "d"}},
    ]);
    let output = json!({});
    tokio::select! {
        answer = tried(&app, &steps, &output) => panic!("{}", answer.text()),
        () = until_there_are(1, &place) => {}
    }
    until_there_are(0, &place).await;
}
