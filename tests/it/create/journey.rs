//! From the gallery to a repository in the catalog, by forms alone.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::led_to;
use crate::support::{
    TestApp,
    runs::{ended, said, task},
};

const FORM: &str = "/create/default/rust-service";

#[tokio::test]
async fn a_service_is_made_by_forms_alone() {
    let app = TestApp::with_examples().await;
    let gallery = app.get("/create").await;
    assert!(gallery.text().contains(&format!("href=\"{FORM}\"")));
    assert!(
        gallery
            .text()
            .contains("Makes a repository and an entry in the catalog")
    );

    let first = app.get(FORM).await;
    assert_eq!(first.status, StatusCode::OK);
    let html = first.text();
    assert!(
        html.contains("What it is") && html.contains("name=\"/owner\""),
        "{html}"
    );
    assert!(
        html.contains("value=\"group:default/platform\""),
        "teams are offered"
    );

    let draft = correct_a_mistake(&app).await;
    ask_for_a_database(&app, &draft).await;
    let page = |number: &str| format!("{FORM}/{draft}/{number}");
    let third = app.get(&page("3")).await;
    assert!(
        third.text().contains("(in this portal)"),
        "the host inside is offered"
    );
    let host = app.state().config.local_git().expect("it is on").host;
    let address = [
        ("host:/repoUrl", host.as_str()),
        ("owner:/repoUrl", "guest"),
        ("repo:/repoUrl", "printer"),
        ("/pipeline", "gitea"),
    ];
    assert_eq!(
        led_to(&app.submit(&page("3"), &address).await),
        page("review")
    );
    review_and_create(&app, &page("review"), &draft).await;
}

/// What is wrong stands beside the field and on top; what was written is still there. Answers the id of the draft.
async fn correct_a_mistake(app: &TestApp) -> String {
    let wrong = [
        ("/name", "Not A Name"),
        ("/description", "Prints <tickets>"),
        ("/owner", ""),
    ];
    let refused = app.submit(FORM, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let html = refused.text();
    for expected in [
        "There are 2 problems",
        "href=\"#f--name\"",
        "id=\"f--owner-fault\">Fill this in.",
        "value=\"Not A Name\"",
        "value=\"Prints &#60;tickets&#62;\"",
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    let action = html.split("action=\"/create/default/rust-service/").nth(1);
    let draft = action
        .and_then(|rest| rest.split('/').next())
        .expect("a draft");
    let right = [
        ("/name", "printer"),
        ("/description", "Prints tickets"),
        ("/owner", "platform"),
    ];
    let page = |number: &str| format!("{FORM}/{draft}/{number}");
    assert_eq!(led_to(&app.submit(&page("1"), &right).await), page("2"));
    draft.to_owned()
}

/// An answer brings a question, by a button where there is no script.
async fn ask_for_a_database(app: &TestApp, draft: &str) {
    let page = |number: &str| format!("{FORM}/{draft}/{number}");
    let second = app.get(&page("2")).await;
    assert!(
        second.text().contains("value=\"8080\""),
        "the default is there"
    );
    assert!(
        !second.text().contains("name=\"/engine\""),
        "nothing asks for it yet"
    );
    assert!(second.text().contains("Update the questions"));
    let update = [
        ("/port", "80"),
        ("/database", ""),
        ("/database", "true"),
        ("do", "update"),
    ];
    let same = led_to(&app.submit(&page("2"), &update).await);
    assert_eq!(same, page("2") + "#fields");
    let more = app.get(&page("2")).await;
    assert!(
        more.text().contains("name=\"/engine\""),
        "the database has questions of its own"
    );
    let answers = [
        ("/port", "9090"),
        ("/database", ""),
        ("/database", "true"),
        ("/engine", "mysql"),
    ];
    assert_eq!(led_to(&app.submit(&page("2"), &answers).await), page("3"));
}

async fn review_and_create(app: &TestApp, review: &str, id: &str) {
    let html = app.get(review).await;
    let html = html.text();
    for expected in [
        "What will be made",
        "Makes the repository guest/printer on ",
        "Can be taken back",
        "group:default/platform",
        "9090",
        ".gitea/workflows/ci.yaml",
        "src/main.rs",
        "Create the service",
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    let etag = html.split("name=\"etag\" value=\"").nth(1);
    let etag = etag
        .and_then(|rest| rest.split('"').next())
        .expect("an etag");
    let create = [("etag", etag), ("do", "create")];
    let run = led_to(&app.submit(review, &create).await);
    assert_eq!(run, format!("/runs/{id}"));
    // Sent twice, it is one run.
    assert_eq!(led_to(&app.submit(review, &create).await), run);
    assert_eq!(led_to(&app.get(review).await), run);

    let status = ended(app, id).await;
    assert_eq!(status, "completed", "{}", said(app, id).await.join("\n"));
    let spec = &task(app, id).await["spec"];
    assert_eq!(
        spec["parameters"],
        json!({
            "name": "printer", "description": "Prints tickets", "owner": "group:default/platform",
            "port": 9090, "database": true, "engine": "mysql", "pipeline": "gitea",
            "repoUrl": spec["parameters"]["repoUrl"],
        })
    );
    app.until("the service is in the catalog", |app| {
        app.entity("component:default/printer").is_some()
    })
    .await;
    let database = app
        .entity("resource:default/printer-db")
        .expect("its database");
    assert_eq!(
        database["metadata"]["description"],
        "The MySQL database of printer"
    );
    let files = app
        .get("/git/guest/printer/src/branch/main/.gitea/workflows")
        .await;
    assert!(files.text().contains("ci.yaml"), "{}", files.text());
    assert!(
        app.get("/create")
            .await
            .text()
            .contains("1 of 1 run succeeded")
    );
}

#[tokio::test]
async fn the_same_answers_make_another_run() {
    let app = TestApp::with_examples().await;
    let host = app.state().config.local_git().expect("it is on").host;
    let values = json!({
        "name": "handbook", "title": "Handbook", "audience": "operations", "owner": "group:default/design",
        "repoUrl": format!("{host}?owner=guest&repo=handbook"), "pipeline": "github",
    });
    let id = crate::support::runs::start(&app, "docs-site", values).await;
    let status = ended(&app, &id).await;
    assert_eq!(status, "completed", "{}", said(&app, &id).await.join("\n"));
    let form = format!("/create/default/docs-site?from={id}");
    let html = app.get(&form).await;
    let html = html.text();
    assert!(
        html.contains("value=\"handbook\"") && html.contains("value=\"operations\" selected")
            || html.contains("value=\"operations\" checked"),
        "{html}"
    );
    assert!(html.contains(&format!("name=\"from\" value=\"{id}\"")));
    let again = [
        ("from", id.as_str()),
        ("/name", "guide"),
        ("/title", "Guide"),
        ("/audience", "operations"),
        ("/owner", "group:default/design"),
    ];
    let second = led_to(&app.submit("/create/default/docs-site", &again).await);
    let html = app.get(&second).await;
    assert!(
        html.text().contains("value=\"handbook\""),
        "the repository is that of the run"
    );
    let of_another = app
        .get(&format!("/create/default/rust-service?from={id}"))
        .await;
    assert_eq!(of_another.status, StatusCode::NOT_FOUND);
    let unknown = app.get("/create/default/docs-site?from=nope").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn addresses_of_backstage_lead_on() {
    let app = TestApp::with_examples().await;
    let form = app
        .get("/create/templates/default/rust-service?formData=%7B%22name%22%3A%22brought%22%7D")
        .await;
    let to = led_to(&form);
    assert_eq!(
        to,
        "/create/default/rust-service?formData=%7B%22name%22%3A%22brought%22%7D"
    );
    assert!(app.get(&to).await.text().contains("value=\"brought\""));
    assert_eq!(
        led_to(&app.get("/create/tasks/some-id").await),
        "/runs/some-id"
    );
    assert_eq!(
        app.get("/create/default/nope").await.status,
        StatusCode::NOT_FOUND
    );
    let nothing: Value = app.get("/api/scaffolder/v2/tasks").await.json();
    assert_eq!(nothing["totalTasks"], 0, "looking makes nothing");
}
