//! Permissions: what callers may ask, and whether entities meet conditions.

use axum::http::{Method, StatusCode};
use callboard::config::{ExternalAccess, Secret, ServiceProof};
use serde_json::{Value, json};

use crate::support::TestApp;

const CATALOG: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\n  annotations:\n    x.io/y: z\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n";
const AUTHORIZE: &str = "/api/permission/authorize";
const APPLY: &str = "/api/catalog/.well-known/backstage/permissions/apply-conditions";
const SERVICE: &str = "service-token";

async fn portal(is_policy_disabled: bool) -> TestApp {
    TestApp::builder()
        .with(|config| {
            config.backend.auth.is_policy_disabled = is_policy_disabled;
            config.backend.auth.external_access = vec![ExternalAccess {
                subject: "external:rbac".to_owned(),
                proof: ServiceProof::Token(Secret::new(SERVICE)),
                restrictions: None,
            }];
        })
        .file("all.yaml", CATALOG)
        .location("all.yaml")
        .start()
        .await
}

fn create() -> Value {
    json!({"type": "basic", "name": "catalog.entity.create", "attributes": {"action": "create"}})
}

fn read() -> Value {
    json!({"type": "resource", "name": "catalog.entity.read", "attributes": {"action": "read"}, "resourceType": "catalog-entity"})
}

#[tokio::test]
async fn users_may_do_everything() {
    let app = portal(false).await;
    let token = app.guest_token().await;
    let ask =
        |items: Value| app.send_as(&token, Method::POST, AUTHORIZE, json!({ "items": items }));
    assert_eq!(ask(json!([])).await.json(), json!({"items": []}));
    let items = json!([
        {"id": "1", "permission": create()},
        {"id": "2", "permission": read(), "resourceRef": "component:default/a"},
        {"id": "3", "permission": read(), "resourceRef": ["component:default/a", "component:default/b"]},
        {"id": "4", "permission": {"type": "basic", "name": "somebody.elses", "attributes": {}}},
    ]);
    let allowed = |id: &str| json!({"id": id, "result": "ALLOW"});
    assert_eq!(
        ask(items).await.json(),
        json!({"items": [allowed("1"), allowed("2"), allowed("3"), allowed("4")]})
    );
    let refused =
        ask(json!([{"id": "1", "permission": create()}, {"id": "2", "permission": read()}])).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        refused.json()["error"],
        json!({
            "name": "InputError",
            "message": "Resource permissions require a resourceRef to be set. Direct user requests without a resourceRef are not allowed.",
        })
    );
}

#[tokio::test]
async fn questions_that_make_no_sense_are_refused_with_all_that_is_wrong() {
    let app = portal(true).await;
    for (body, expected) in [
        (json!({}), json!([["items"]])),
        (json!({"items": {}}), json!([["items"]])),
        (
            json!({"items": [{}]}),
            json!([
                ["items", 0, "permission", "name"],
                ["items", 0, "permission", "attributes"],
                ["items", 0, "permission", "type"],
                ["items", 0, "id"],
            ]),
        ),
        (
            json!({"items": [{"id": 1, "permission": create()}]}),
            json!([["items", 0, "id"]]),
        ),
        (
            json!({"items": [{"id": "1", "permission": create(), "resourceRef": []}]}),
            json!([["items", 0, "resourceRef"]]),
        ),
        (
            json!({"items": [{"id": "1", "permission": create(), "resourceRef": 1}]}),
            json!([["items", 0, "resourceRef"]]),
        ),
        (
            json!({"items": [{"id": "1", "permission": {"type": "resource", "name": "a", "attributes": {"action": "fly"}}}]}),
            json!([
                ["items", 0, "permission", "attributes", "action"],
                ["items", 0, "permission", "resourceType"]
            ]),
        ),
    ] {
        let answer = app.post(AUTHORIZE, body.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        let error = answer.json()["error"].clone();
        assert_eq!(error["name"], "InputError");
        let issues: Vec<Value> = serde_json::from_str(error["message"].as_str().expect("text"))
            .expect("a list of problems");
        let paths: Value = issues.iter().map(|issue| issue["path"].clone()).collect();
        assert_eq!(paths, expected, "{body}");
    }
}

#[tokio::test]
async fn nobody_is_answered_without_the_policy_and_services_are_not_at_all() {
    let app = portal(true).await;
    let body = json!({"items": [{"id": "1", "permission": read()}]});
    let answer = app.post(AUTHORIZE, body.clone()).await;
    assert_eq!(
        answer.json(),
        json!({"items": [{"id": "1", "result": "ALLOW"}]})
    );
    let refused = app
        .send_as(SERVICE, Method::POST, AUTHORIZE, body.clone())
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(
        refused.json()["error"]["message"],
        "This endpoint does not allow 'service' credentials"
    );
    let app = portal(false).await;
    assert_eq!(
        app.post(AUTHORIZE, body).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        app.get("/api/permission/health").await.json(),
        json!({"status": "ok"})
    );
}

#[tokio::test]
async fn the_catalog_tells_its_permissions_and_rules_to_whoever_has_credentials() {
    const METADATA: &str = "/api/catalog/.well-known/backstage/permissions/metadata";
    let app = portal(false).await;
    assert_eq!(app.get(METADATA).await.status, StatusCode::UNAUTHORIZED);
    let token = app.guest_token().await;
    let metadata = app.get_as(&token, METADATA).await.json();
    assert_eq!(metadata, app.get_as(SERVICE, METADATA).await.json());
    assert!(
        metadata["permissions"]
            .as_array()
            .is_some_and(|list| list.contains(&read()) && list.contains(&create()))
    );
    let rules: Vec<&str> = metadata["rules"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|rule| rule["name"].as_str())
        .collect();
    assert_eq!(
        rules,
        [
            "HAS_ANNOTATION",
            "HAS_LABEL",
            "HAS_METADATA",
            "HAS_SPEC",
            "IS_ENTITY_KIND",
            "IS_ENTITY_OWNER"
        ]
    );
    assert_eq!(
        metadata["rules"][4]["paramsSchema"],
        json!({
            "type": "object",
            "properties": {"kinds": {"type": "array", "items": {"type": "string"}, "description": "List of kinds to match at least one of"}},
            "required": ["kinds"],
            "additionalProperties": false,
            "$schema": "http://json-schema.org/draft-07/schema#",
        })
    );
}

fn question(refs: &Value, conditions: &Value) -> Value {
    json!({"items": [{"id": "1", "resourceRef": refs, "resourceType": "catalog-entity", "conditions": conditions}]})
}

fn rule(name: &str, params: &Value) -> Value {
    json!({"rule": name, "resourceType": "catalog-entity", "params": params})
}

fn owned() -> Value {
    rule(
        "IS_ENTITY_OWNER",
        &json!({"claims": ["group:default/team-a"]}),
    )
}

#[tokio::test]
async fn conditions_are_applied_to_entities_as_they_are() {
    let app = portal(false).await;
    let annotated = rule(
        "HAS_ANNOTATION",
        &json!({"annotation": "x.io/y", "value": "z"}),
    );
    let (here, none) = ("component:default/a", "component:default/none");
    for (refs, conditions, expected) in [
        (json!(here), owned(), json!("ALLOW")),
        (
            json!("Component:default/A"),
            json!({"allOf": [owned(), annotated]}),
            json!("ALLOW"),
        ),
        (json!(here), json!({ "not": annotated }), json!("DENY")),
        (json!(none), json!({ "not": owned() }), json!("DENY")),
        (json!([here, none]), owned(), json!(["ALLOW", "DENY"])),
        (json!([here]), owned(), json!(["ALLOW"])),
    ] {
        let body = question(&refs, &conditions);
        let answer = app.send_as(SERVICE, Method::POST, APPLY, body).await;
        let expected = json!({"items": [{"id": "1", "result": expected}]});
        assert_eq!(answer.json(), expected, "{refs} {conditions}");
    }
}

#[tokio::test]
async fn conditions_that_make_no_sense_and_callers_that_are_no_services_are_refused() {
    let app = portal(false).await;
    let here = json!("component:default/a");
    let mut of_another_type = question(&here, &owned());
    of_another_type["items"][0]["resourceType"] = json!("other");
    let mut of_nothing = question(&here, &owned());
    of_nothing["items"][0]["resourceRef"] = json!([]);
    for body in [
        question(&here, &rule("NO_SUCH_RULE", &json!({}))),
        question(&here, &rule("HAS_LABEL", &json!({"label": 1}))),
        question(&here, &json!({"anyOf": []})),
        of_another_type,
        of_nothing,
        json!({}),
    ] {
        let answer = app
            .send_as(SERVICE, Method::POST, APPLY, body.clone())
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.json()["error"]["name"], "InputError");
    }
    let token = app.guest_token().await;
    let user = app
        .send_as(&token, Method::POST, APPLY, json!({"items": []}))
        .await;
    assert_eq!(user.status, StatusCode::FORBIDDEN);
}
