//! Plugins whose features are still to come: the answer of a portal in which there is nothing yet.

use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use super::{Expected::*, asks, hold, portal, refused, sends};
use crate::support::TestApp;

#[tokio::test]
async fn a_new_scaffolder_has_no_tasks_and_refuses_as_backstage_does() {
    let app = portal().await;
    let not_found = |message: &str| Fault("NotFoundError", message.to_owned());
    hold(
        &app,
        "scaffolder",
        vec![
            asks(
                "GET /v2/tasks?status=completed",
                200,
                Json(json!({"tasks": [], "totalTasks": 0})),
            ),
            asks(
                "GET /v2/tasks?limit=-1",
                400,
                refused("request/query/limit must be >= 0"),
            ),
            asks(
                "GET /v2/tasks/x",
                404,
                not_found("No task with id 'x' found"),
            ),
            asks(
                "GET /v2/tasks/x/eventstream",
                404,
                not_found("No task with id 'x' found"),
            ),
            asks(
                "GET /v2/templates/default/Template/No/parameter-schema",
                404,
                not_found("Template template:default/no not found"),
            ),
            sends(
                "POST /v2/tasks",
                json!({}),
                400,
                refused("request/body must have required property 'templateRef'"),
            ),
            sends(
                "POST /v2/tasks",
                json!({"templateRef": "component:default/shop", "values": {}}),
                400,
                refused("Invalid kind, only 'Template' kind is supported"),
            ),
            sends(
                "POST /v2/autocomplete/none/things",
                json!({"token": "x"}),
                400,
                refused("Unsupported provider: none"),
            ),
        ],
    )
    .await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn clusters_documentation_and_events_are_empty() {
    let app = portal().await;
    let items = || Json(json!({"items": []}));
    hold(
        &app,
        "kubernetes",
        vec![
            asks("GET /clusters", 200, items()),
            sends(
                "POST /resources/workloads/query",
                json!({"entityRef": "component:default/shop"}),
                200,
                items(),
            ),
            sends(
                "POST /resources/workloads/query",
                json!({"entityRef": "component:default/no"}),
                400,
                refused("Entity ref missing, component:default/no"),
            ),
            asks(
                "GET /proxy/api/v1/pods",
                404,
                Fault("NotFoundError", "No Clusters configured".to_owned()),
            ),
        ],
    )
    .await;
    hold(
        &app,
        "techdocs",
        vec![
            asks(
                "GET /metadata/techdocs/default/component/shop",
                404,
                Fault(
                    "NotFoundError",
                    "Unable to get metadata for 'component:default/shop'".to_owned(),
                ),
            ),
            asks(
                "GET /metadata/entity/default/component/shop",
                404,
                Fault(
                    "NotFoundError",
                    "Unable to get metadata for 'component:default/shop'".to_owned(),
                ),
            ),
            asks(
                "GET /static/docs/default/component/shop/index.html",
                404,
                Nothing,
            ),
        ],
    )
    .await;
    let sync = app.get("/api/techdocs/sync/default/component/shop").await;
    assert_eq!(sync.headers["content-type"], "text/event-stream");
    assert_eq!(sync.text(), "event: finish\ndata: {\"updated\":false}\n\n");
    hold(
        &app,
        "events",
        vec![sends("POST /http/unknown", json!({}), 404, Nothing)],
    )
    .await;
    hold(&app, "proxy", vec![asks("GET /unknown", 404, Nothing)]).await;
}

#[tokio::test]
async fn notifications_are_for_users() {
    let app = portal().await;
    let anonymous = app.get("/api/notifications/status").await;
    assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED);
    let token = app.guest_token().await;
    for (path, expected) in [
        ("", json!({"totalCount": 0, "notifications": []})),
        ("/", json!({"totalCount": 0, "notifications": []})),
        (
            "/notifications?read=false&limit=5",
            json!({"totalCount": 0, "notifications": []}),
        ),
        ("/status", json!({"unread": 0, "read": 0})),
        ("/notifications/topics", json!({"topics": []})),
        (
            "/settings",
            json!({"channels": [{"id": "Web", "origins": []}]}),
        ),
    ] {
        let answer = app
            .get_as(&token, &format!("/api/notifications{path}"))
            .await;
        assert_eq!(
            (answer.status, answer.json()),
            (StatusCode::OK, expected),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_guest_is_in_the_groups_of_its_user() {
    let user = "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: guest, namespace: development}\nspec: {memberOf: ['group:default/team-a']}\n";
    let app = TestApp::with_catalog(user).await;
    let session = app.get("/api/auth/guest/refresh").await.json();
    assert_eq!(
        session["backstageIdentity"]["identity"]["ownershipEntityRefs"],
        json!(["user:development/guest", "group:default/team-a"])
    );
}

#[tokio::test]
async fn the_search_index_may_be_triggered_and_follows_by_itself() {
    let app = portal().await;
    let tasks = app
        .get("/api/search/.backstage/scheduler/v1/tasks")
        .await
        .json();
    let ids: Vec<&Value> = tasks["tasks"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|task| &task["taskId"])
        .collect();
    assert_eq!(
        ids,
        ["search_index_software_catalog", "search_index_techdocs"]
    );
    let unknown = Fault("NotFoundError", "Task x does not exist".to_owned());
    hold(
        &app,
        "search",
        vec![
            asks("POST /.backstage/scheduler/v1/tasks/search_index_software_catalog/trigger", 200, Nothing),
            asks("POST /.backstage/scheduler/v1/tasks/x/trigger", 404, unknown),
            asks("GET /query?pageLimit=101", 400, refused("Invalid query string: [\n  {\n    \"code\": \"custom\",\n    \"message\": \"The page limit \\\"101\\\" is greater than \\\"100\\\"\",\n    \"path\": [\n      \"pageLimit\"\n    ]\n  }\n]")),
            asks("GET /query?types[0]=bogus", 400, refused("Invalid query string: [\n  {\n    \"code\": \"custom\",\n    \"message\": \"Invalid input\",\n    \"path\": [\n      \"types\",\n      0\n    ]\n  }\n]")),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_type_without_documents_is_empty() {
    let app = portal().await;
    let nothing = Json(json!({"results": [], "numberOfResults": 0}));
    hold(
        &app,
        "search",
        vec![asks("GET /query?types[0]=techdocs", 200, nothing)],
    )
    .await;
}

#[tokio::test]
async fn a_plugin_describes_every_operation_that_its_router_has() {
    let app = portal().await;
    for (plugin, some_path) in [
        (
            "catalog",
            "/api/catalog/entities/by-name/{kind}/{namespace}/{name}",
        ),
        ("search", "/api/search/query"),
        ("scaffolder", "/api/scaffolder/v2/tasks"),
    ] {
        let document = app.get(&format!("/api/{plugin}/openapi.json")).await.json();
        assert_eq!(document["openapi"], "3.0.3");
        assert!(
            document["paths"][some_path]["get"]["summary"].is_string(),
            "{plugin}"
        );
        for (path, methods) in document["paths"].as_object().expect("paths") {
            let url = path.replace(['{', '}'], "x");
            for method in methods.as_object().expect("methods").keys() {
                let request = Request::builder()
                    .method(method.to_uppercase().as_str())
                    .uri(&url);
                let answer = app
                    .call(request.body(axum::body::Body::empty()).expect("a request"))
                    .await;
                // Only what no route takes is answered with nothing and 404.
                let is_routed = answer.status != StatusCode::NOT_FOUND || !answer.body.is_empty();
                assert!(is_routed, "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn documents_that_never_became_entities_are_pending() {
    let faulty = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: faulty}\nspec: {type: service, owner: team-b}\n";
    let app = TestApp::with_catalog(faulty).await;
    let pending = app
        .get("/api/catalog/entities/unprocessed/pending?owner=team-b")
        .await
        .json();
    assert_eq!(pending["type"], "pending");
    let found = &pending["entities"][0];
    assert_eq!(found["unprocessed_entity"]["metadata"]["name"], "faulty");
    assert_eq!(found["errors"][0]["name"], "InputError");
    hold(
        &app,
        "catalog",
        vec![
            asks(
                "GET /entities/unprocessed/pending?owner=nobody",
                200,
                Json(json!({"type": "pending", "entities": []})),
            ),
            asks(
                "GET /entities/unprocessed/failed",
                200,
                Json(json!({"type": "failed", "entities": []})),
            ),
            asks(
                "DELETE /entities/unprocessed/delete/00000000-0000-4000-8000-000000000000",
                204,
                Nothing,
            ),
        ],
    )
    .await;
}
