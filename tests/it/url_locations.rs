//! Locations over HTTP: conditional requests, failures that keep what was, hosts that may not be read.

use std::time::Duration;

use callboard::ingest::{NewLocation, OnConflict};
use serde_json::json;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path},
};

use crate::support::TestApp;

const GOOD: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: remote\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n";
const ANA: &str = "user:default/ana";

fn at(server: &MockServer, path: &str) -> NewLocation {
    NewLocation {
        kind: "url".to_owned(),
        target: format!("{}{path}", server.uri()),
        presence: None,
    }
}

async fn portal(server: &MockServer) -> TestApp {
    TestApp::builder()
        .reads_from(&server.address().to_string())
        .start()
        .await
}

async fn fault(app: &TestApp, server: &MockServer, path: &str) -> Option<String> {
    let location_ref = format!("url:{}{path}", server.uri());
    let file = callboard::store::file(&app.state().store, &location_ref)
        .await
        .expect("read")
        .expect("known");
    file.error.map(|fault| fault.reason)
}

#[tokio::test]
async fn a_registered_location_is_read_and_asked_for_only_when_it_changed() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/a.yaml"))
        .and(header("if-none-match", "\"one\""))
        .respond_with(ResponseTemplate::new(304))
        .with_priority(1)
        .expect(1..)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path("/a.yaml"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_string(GOOD)
                .insert_header("etag", "\"one\""),
        )
        .expect(1)
        .mount(&server)
        .await;
    let app = portal(&server).await;
    app.state()
        .ingest
        .register(at(&server, "/a.yaml"), OnConflict::Reject, ANA)
        .await
        .expect("registered");
    assert_eq!(app.refs(), ["component:default/remote"]);
    app.reconcile().await;
    assert_eq!(app.refs(), ["component:default/remote"]);
}

#[tokio::test]
async fn a_server_that_fails_loses_nothing() {
    let server = MockServer::start().await;
    Mock::given(path("/a.yaml"))
        .respond_with(ResponseTemplate::new(200).set_body_string(GOOD))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(path("/a.yaml"))
        .respond_with(ResponseTemplate::new(500))
        .mount(&server)
        .await;
    let app = portal(&server).await;
    app.state()
        .ingest
        .register(at(&server, "/a.yaml"), OnConflict::Reject, ANA)
        .await
        .expect("registered");
    app.reconcile().await;
    assert_eq!(app.refs(), ["component:default/remote"]);
    let fault = fault(&app, &server, "/a.yaml").await.expect("a finding");
    assert!(fault.contains("500"), "{fault}");
}

#[tokio::test]
async fn a_redirect_leads_nowhere_that_is_not_allowed() {
    let server = MockServer::start().await;
    Mock::given(path("/a.yaml"))
        .respond_with(
            ResponseTemplate::new(302)
                .insert_header("location", "http://169.254.169.254/latest/meta-data"),
        )
        .mount(&server)
        .await;
    let app = portal(&server).await;
    app.state()
        .ingest
        .register(at(&server, "/a.yaml"), OnConflict::Reject, ANA)
        .await
        .expect("registered");
    let fault = fault(&app, &server, "/a.yaml").await.expect("a finding");
    assert!(fault.contains("169.254.169.254"), "{fault}");
}

#[tokio::test]
async fn an_answer_without_end_is_broken_off() {
    let server = MockServer::start().await;
    let endless = vec![b'#'; 11 * 1024 * 1024];
    Mock::given(path("/a.yaml"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(endless))
        .mount(&server)
        .await;
    let app = portal(&server).await;
    app.state()
        .ingest
        .register(at(&server, "/a.yaml"), OnConflict::Reject, ANA)
        .await
        .expect("registered");
    let fault = fault(&app, &server, "/a.yaml").await.expect("a finding");
    assert!(fault.contains("10 MiB"), "{fault}");
}

#[tokio::test]
async fn a_server_that_hangs_holds_nobody_up() {
    let server = MockServer::start().await;
    Mock::given(path("/slow.yaml"))
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_mins(2)))
        .mount(&server)
        .await;
    let app = TestApp::builder()
        .reads_from(&server.address().to_string())
        .file("all.yaml", GOOD)
        .location("all.yaml")
        .start()
        .await;
    let ingest = app.state().ingest.clone();
    let slow = at(&server, "/slow.yaml");
    let registering =
        tokio::spawn(async move { ingest.register(slow, OnConflict::Reject, ANA).await });
    registering
        .await
        .expect("no panic")
        .expect("it is registered, and read when it answers");
    assert_eq!(app.refs(), ["component:default/remote"]);
}

#[tokio::test]
async fn a_host_that_is_not_configured_is_not_asked() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200))
        .expect(0)
        .mount(&server)
        .await;
    let app = TestApp::builder().start().await;
    app.state()
        .ingest
        .register(at(&server, "/a.yaml"), OnConflict::Reject, ANA)
        .await
        .expect("registered");
    let fault = fault(&app, &server, "/a.yaml").await.expect("a finding");
    assert!(fault.contains(&server.address().to_string()), "{fault}");
}

#[tokio::test]
async fn a_location_is_registered_once_and_removed_with_what_it_brought() {
    let server = MockServer::start().await;
    Mock::given(path("/a.yaml"))
        .respond_with(ResponseTemplate::new(200).set_body_string(GOOD))
        .mount(&server)
        .await;
    let app = portal(&server).await;
    let body = json!({"type": "url", "target": format!("{}/a.yaml", server.uri())});
    let dry_run = app
        .post("/api/catalog/locations?dryRun=true", body.clone())
        .await;
    assert_eq!(dry_run.status, 201, "{}", dry_run.text());
    assert_eq!(dry_run.json()["entities"].as_array().map(Vec::len), Some(2));
    assert!(app.refs().is_empty(), "a dry run takes nothing");
    let created = app.post("/api/catalog/locations", body.clone()).await;
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(app.post("/api/catalog/locations", body).await.status, 409);
    assert_eq!(app.refs(), ["component:default/remote"]);
    let id = created.json()["location"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let removed = app
        .send(
            axum::http::Method::DELETE,
            &format!("/api/catalog/locations/{id}"),
            json!(null),
        )
        .await;
    assert_eq!(removed.status, 204, "{}", removed.text());
    assert!(
        app.refs().is_empty(),
        "a person's own removal asks nothing: {:?}",
        app.refs()
    );
}
