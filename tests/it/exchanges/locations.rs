//! Registering a URL that a server serves, from the dry run to its end.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

use super::{Expected::*, hold, refused, sends};
use crate::support::TestApp;

const FILE: &str = "apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: remote}
spec: {type: service, lifecycle: production, owner: team-a}
---
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: more}
spec: {targets: [./more.yaml]}
";
const MORE: &str = "apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: remote-api}
spec: {type: openapi, lifecycle: production, owner: team-a, definition: {$text: ./definition.txt}}
";

async fn server() -> MockServer {
    let server = MockServer::start().await;
    for (at, text) in [
        ("/all.yaml", FILE),
        ("/more.yaml", MORE),
        ("/definition.txt", "openapi: 3.1.0"),
    ] {
        Mock::given(path(at))
            .respond_with(ResponseTemplate::new(200).set_body_string(text))
            .mount(&server)
            .await;
    }
    server
}

async fn portal(server: &MockServer) -> TestApp {
    TestApp::builder()
        .reads_from(&server.address().to_string())
        .start()
        .await
}

#[tokio::test]
async fn a_dry_run_tells_what_would_come_and_takes_nothing() {
    let server = server().await;
    let app = portal(&server).await;
    let target = format!("{}/all.yaml", server.uri());
    let body = json!({"type": "url", "target": target, "presence": "required"});
    let answer = app.post("/api/catalog/locations?dryRun=Yes", body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let told = answer.json();
    assert_eq!(
        (&told["exists"], &told["location"]["presence"]),
        (&json!(false), &json!("required"))
    );
    assert_eq!(told["location"]["id"], format!("url:{target}"));
    let names: Vec<&str> = told["entities"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entity| entity["metadata"]["name"].as_str().expect("a name"))
        .collect();
    assert!(names[0].starts_with("generated-"), "{names:?}");
    assert_eq!(
        names[1..],
        ["more", "remote-api", "remote"],
        "from the end, children first"
    );
    assert_eq!(told["entities"][2]["spec"]["definition"], "openapi: 3.1.0");
    assert!(told["entities"][3]["metadata"].get("uid").is_none());
    assert!(app.refs().is_empty());
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a story")]
async fn a_location_is_registered_replaced_and_removed() {
    let server = server().await;
    let app = portal(&server).await;
    let target = |file: &str| json!({"type": "url", "target": format!("{}/{file}", server.uri())});
    let created = app.post("/api/catalog/locations", target("all.yaml")).await;
    assert_eq!(created.status, StatusCode::CREATED);
    let created = created.json();
    let id = created["location"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(created["entities"], json!([]));
    assert_eq!(
        app.refs(),
        [
            "api:default/remote-api",
            "component:default/remote",
            "location:default/more"
        ]
    );
    let conflict = app.post("/api/catalog/locations", target("all.yaml")).await;
    assert_eq!(
        (conflict.status, conflict.json()["error"]["message"].clone()),
        (
            StatusCode::CONFLICT,
            Value::from(format!(
                "Location url:{}/all.yaml already exists",
                server.uri()
            ))
        )
    );
    let again = app
        .post(
            "/api/catalog/locations?onConflict=refresh",
            target("all.yaml"),
        )
        .await;
    assert_eq!(
        (again.status, &again.json()["location"]),
        (StatusCode::CREATED, &created["location"])
    );
    let listed = app.get("/api/catalog/locations").await.json();
    assert_eq!(listed, json!([{"data": created["location"]}]));
    let found = app
        .get("/api/catalog/locations/by-entity/api/default/remote-api")
        .await
        .json();
    assert_eq!(found, created["location"]);
    let at = format!("/api/catalog/locations/{id}");
    let replaced = app.send(Method::PUT, &at, target("more.yaml")).await;
    assert_eq!(
        (replaced.status, &replaced.json()["id"]),
        (StatusCode::OK, &json!(id))
    );
    assert_eq!(app.refs(), ["api:default/remote-api"]);
    let page = app
        .post(
            "/api/catalog/locations/by-query",
            json!({"query": {"TYPE": "URL"}}),
        )
        .await
        .json();
    assert_eq!(
        (
            &page["totalItems"],
            &page["items"][0]["id"],
            &page["pageInfo"]
        ),
        (&json!(1), &json!(id), &json!({}))
    );
    let removed = app.send(Method::DELETE, &at, Value::Null).await;
    assert_eq!(
        (removed.status, removed.body.len()),
        (StatusCode::NO_CONTENT, 0)
    );
    assert!(app.refs().is_empty());
}

#[tokio::test]
async fn locations_that_lead_nowhere_are_refused() {
    let server = server().await;
    let app = portal(&server).await;
    let missing = format!("{}/missing.yaml", server.uri());
    let url = |target: &str| json!({"type": "url", "target": target});
    let allowed = "Registered locations must be of an allowed type [\"url\"]";
    hold(
        &app,
        "catalog",
        vec![
            sends("POST /locations", json!({"type": "file", "target": "/x"}), 400, refused(allowed)),
            sends("POST /locations?dryRun=1", url("no url"), 400, refused("Error: Unable to read url, Invalid URL")),
            sends(
                "POST /locations?dryRun=1",
                url(&missing),
                400,
                refused(format!("NotFoundError: Unable to read url, no matching files found for {missing}")),
            ),
            sends(
                "POST /locations?dryRun=1",
                url("javascript:alert(1)"),
                400,
                refused("TypeError: Invalid location ref 'url:javascript:alert(1)', target is a javascript: URL"),
            ),
            sends(
                "POST /locations?dryRun=1",
                url("https://elsewhere.example.com/x"),
                400,
                refused("Error: Unable to read url, Reading from 'https://elsewhere.example.com/x' is not allowed. You may need to configure an integration for the target host, or add it to the configured list of allowed hosts at 'backend.reading.allow'"),
            ),
            sends(
                "POST /locations",
                json!({"type": "url", "target": "x", "extra": 1}),
                400,
                refused("Malformed request: [\n  {\n    \"code\": \"unrecognized_keys\",\n    \"keys\": [\n      \"extra\"\n    ],\n    \"path\": [],\n    \"message\": \"Unrecognized key(s) in object: 'extra'\"\n  }\n]"),
            ),
            sends("PUT /locations/nope", json!({"type": "url", "target": missing}), 404, Fault("NotFoundError", "Found no location with ID nope".to_owned())),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_optional_location_may_be_missing() {
    let server = server().await;
    let app = portal(&server).await;
    let target = format!("{}/missing.yaml", server.uri());
    let body = json!({"type": "url", "target": target, "presence": "optional"});
    let dry_run = app
        .post("/api/catalog/locations?dryRun=true", body.clone())
        .await;
    assert_eq!(dry_run.status, StatusCode::CREATED, "{}", dry_run.text());
    let created = app.post("/api/catalog/locations", body).await.json();
    let named = created["location"]["entityRef"].as_str().expect("a ref");
    let location = app.entity(named).expect("it is there");
    assert_eq!(location.get("status"), None, "nothing is wrong with it");
}
