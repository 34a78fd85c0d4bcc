//! The scaffolder's API, as Backstage's clients use it.

use axum::http::Method;
use serde_json::json;

use crate::support::runs::{ended, portal, start, template};

const FORM: &str = "---\napiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata:\n  name: form\n  title: A form\nspec:\n  type: service\n  parameters:\n    - title: First page\n      required: [name]\n      properties:\n        name: {title: Name, type: string, pattern: '^[a-z]+$', 'ui:autofocus': true}\n    - properties:\n        owner: {type: string, ui:field: OwnerPicker}\n  steps:\n    - action: debug:log\n      input: {message: '${{ parameters.name }}'}\n";

#[tokio::test]
async fn a_form_is_sent_as_it_is_written() {
    let app = portal(FORM).start().await;
    let path = "/api/scaffolder/v2/templates/default/template/form/parameter-schema";
    let schema = app.get(path).await.json();
    assert_eq!(schema["title"], "A form");
    assert_eq!(schema["steps"][0]["title"], "First page");
    assert_eq!(
        schema["steps"][0]["schema"]["properties"]["name"]["ui:autofocus"],
        true
    );
    assert_eq!(
        schema["steps"][1]["title"],
        "Please enter the following information"
    );
    let missing = app.get(&path.replace("/form/", "/nope/")).await;
    assert_eq!(missing.status, 404);
    assert_eq!(
        missing.json()["error"]["message"],
        "Template template:default/nope not found"
    );
}

#[tokio::test]
async fn answers_that_are_refused_say_where() {
    let app = portal(FORM).start().await;
    let send = |body| app.send(Method::POST, "/api/scaffolder/v2/tasks", body);
    let refused = send(json!({"templateRef": "form", "values": {"name": "NOT ok"}})).await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.json()["errors"][0],
        json!({
            "path": ["name"], "property": "instance.name", "message": "does not match pattern \"^[a-z]+$\"",
            "schema": {"title": "Name", "type": "string", "pattern": "^[a-z]+$", "ui:autofocus": true},
            "instance": "NOT ok", "name": "pattern", "argument": "^[a-z]+$",
            "stack": "instance.name does not match pattern \"^[a-z]+$\"",
        })
    );
    for (body, status, message) in [
        (
            json!({}),
            400,
            "request/body must have required property 'templateRef'",
        ),
        (
            json!({"templateRef": "form"}),
            400,
            "request/body must have required property 'values'",
        ),
        (
            json!({"templateRef": "component:default/x", "values": {}}),
            400,
            "Invalid kind, only 'Template' kind is supported",
        ),
        (
            json!({"templateRef": "template:default/nope", "values": {}}),
            404,
            "Template template:default/nope not found",
        ),
    ] {
        let answer = send(body).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.json()["error"]["message"], message);
    }
}

#[tokio::test]
async fn tasks_are_listed_filtered_and_paged() {
    let app = portal(FORM).start().await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        app.clock().advance(1000);
        let id = start(&app, "form", json!({"name": name})).await;
        assert_eq!(ended(&app, &id).await, "completed");
        ids.insert(0, id);
    }
    let list = async |query: &str| {
        let answer = app
            .get(&format!("/api/scaffolder/v2/tasks{query}"))
            .await
            .json();
        let tasks = answer["tasks"].as_array().expect("a list").clone();
        let ids = tasks
            .iter()
            .map(|task| task["id"].as_str().expect("an id").to_owned());
        (
            ids.collect::<Vec<_>>(),
            answer["totalTasks"].as_u64().expect("a number"),
        )
    };
    assert_eq!(list("").await, (ids.clone(), 3));
    assert_eq!(list("?limit=1&offset=1").await, (vec![ids[1].clone()], 3));
    assert_eq!(
        list("?status=completed&order=asc:created_at&limit=1").await,
        (vec![ids[2].clone()], 3)
    );
    assert_eq!(list("?status=nonsense").await, (Vec::new(), 0));
    for (query, message) in [
        (
            "order=up",
            "Invalid order parameter \"up\", expected \"<asc or desc>:<field name>\"",
        ),
        ("order=asc:id", "Invalid order field \"id\""),
    ] {
        let refused = app.get(&format!("/api/scaffolder/v2/tasks?{query}")).await;
        assert_eq!(refused.json()["error"]["message"], message);
    }
    let none = app
        .get("/api/scaffolder/v2/tasks/00000000-0000-4000-8000-000000000000")
        .await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn a_stream_has_backstages_frames_and_ends_with_the_run() {
    let app = portal(FORM).start().await;
    let id = start(&app, "form", json!({"name": "a"})).await;
    let answer = app
        .get(&format!("/api/scaffolder/v2/tasks/{id}/eventstream"))
        .await;
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    assert_eq!(answer.headers["cache-control"], "no-cache");
    let text = answer.text();
    let frames: Vec<&str> = text.split_terminator("\n\n").collect();
    assert!(
        frames[0].starts_with("event: log\ndata: {\"id\":"),
        "{text}"
    );
    let last = frames.last().expect("a frame");
    assert!(last.starts_with("event: completion\ndata: {"), "{text}");
    let behind = app
        .get(&format!(
            "/api/scaffolder/v2/tasks/{id}/events?after=999999"
        ))
        .await
        .json();
    assert_eq!(
        behind.as_array().map(Vec::len),
        Some(1),
        "the completion is always sent"
    );
}

#[tokio::test]
async fn a_dry_run_keeps_nothing() {
    let app = portal("").start().await;
    let body = json!({
        "template": {
            "apiVersion": "scaffolder.backstage.io/v1beta3", "kind": "Template",
            "metadata": {"name": "dry", "namespace": "default"},
            "spec": {
                "type": "service",
                "steps": [
                    {"id": "log", "name": "Log", "action": "debug:log", "input": {"message": "Hi ${{ parameters.name }}"}},
                    {"id": "fetch", "name": "Fetch", "action": "fetch:template", "input": {"url": "./skel", "values": {"name": "${{ parameters.name }}"}}},
                    {"id": "publish", "name": "Publish", "action": "publish:git", "input": {"repoUrl": "x"}},
                ],
                "output": {"text": [{"title": "T", "content": "${{ steps.publish.output.remoteUrl }}"}]},
            },
        },
        "values": {"name": "dry"}, "secrets": {},
        "directoryContents": [{"path": "skel/a.txt", "base64Content": "bmFtZSAke3sgdmFsdWVzLm5hbWUgfX0K"}],
    });
    let answer = app
        .send(Method::POST, "/api/scaffolder/v2/dry-run", body)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = answer.json();
    assert_eq!(
        answer["log"][0]["body"]["message"],
        "Starting up task with 4 steps"
    );
    assert_eq!(
        answer["directoryContents"],
        json!([{"path": "a.txt", "executable": false, "base64Content": "bmFtZSBkcnkK"}])
    );
    assert_eq!(
        answer["output"],
        json!({"text": [{"title": "T", "content": "<example>"}]})
    );
    let tasks = app.get("/api/scaffolder/v2/tasks").await.json();
    assert_eq!(tasks["totalTasks"], 0);
    for (body, status, name) in [
        (json!({}), 400, "InputError"),
        (
            json!({"template": {"kind": "Template"}, "values": {}, "directoryContents": []}),
            500,
            "TypeError",
        ),
    ] {
        let refused = app
            .send(Method::POST, "/api/scaffolder/v2/dry-run", body)
            .await;
        assert_eq!(
            (
                refused.status.as_u16(),
                refused.json()["error"]["name"].as_str()
            ),
            (status, Some(name))
        );
    }
}

#[tokio::test]
async fn actions_are_listed_by_id_and_the_plan_shows_what_they_would_do() {
    let publishing = template("publishing", super::journal::MAKING);
    let app = portal(&publishing).start().await;
    let actions = app.get("/api/scaffolder/v2/actions").await.json();
    let ids: Vec<&str> = actions
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|action| action["id"].as_str())
        .collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(ids, sorted);
    assert!(ids.contains(&"fetch:template") && ids.contains(&"publish:git"));
    let body =
        json!({"templateRef": "publishing", "values": {"name": "shop", "host": "git.example.com"}});
    let plan = app
        .send(Method::POST, "/api/callboard/plan", body)
        .await
        .json();
    let effects = plan["effects"].as_array().expect("a list");
    assert_eq!(effects.len(), 2, "{plan}");
    assert_eq!(
        effects[0]["what"],
        "Makes the repository git.example.com?owner=acme&repo=shop, and commits the files to it."
    );
}
