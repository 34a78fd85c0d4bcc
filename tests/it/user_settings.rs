//! What people keep in the portal.

use axum::http::{Method, StatusCode};
use callboard::entity::EntityRef;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

const STARRED: &str = "/api/user-settings/buckets/default.starredEntities/keys/entityRefs";

async fn put(app: &TestApp, token: &str, path: &str, body: Value) -> Answer {
    app.send_as(token, Method::PUT, path, body).await
}

#[tokio::test]
async fn values_are_kept_read_and_forgotten() {
    let mut app = TestApp::builder().start().await;
    let token = app.guest_token().await;
    let missing = app.get_as(&token, STARRED).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(
        missing.json()["error"],
        json!({"name": "NotFoundError", "message": "Unable to find 'entityRefs' in bucket 'default.starredEntities'"})
    );
    for value in [
        json!(["component:default/a"]),
        json!({"b": 1, "a": [null, 1.5]}),
        json!(null),
        json!("text"),
    ] {
        let kept =
            json!({"bucket": "default.starredEntities", "key": "entityRefs", "value": value});
        let answer = put(&app, &token, STARRED, json!({ "value": value })).await;
        assert_eq!(
            (answer.status, answer.json()),
            (StatusCode::OK, kept.clone())
        );
        let read = app.get_as(&token, STARRED).await;
        assert_eq!(read.text(), kept.to_string(), "the order of keys stays");
    }
    app.restart().await;
    assert_eq!(app.get_as(&token, STARRED).await.json()["value"], "text");
    for _ in 0..2 {
        let gone = app
            .send_as(&token, Method::DELETE, STARRED, Value::Null)
            .await;
        assert_eq!((gone.status, gone.body.len()), (StatusCode::NO_CONTENT, 0));
    }
    assert_eq!(
        app.get_as(&token, STARRED).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn names_may_hold_anything() {
    let app = TestApp::builder().start().await;
    let token = app.guest_token().await;
    let path = "/api/user-settings/buckets/a%2Fb/keys/%C3%A9%20%2F%20%22x%22";
    let answer = put(&app, &token, path, json!({"value": 1})).await;
    assert_eq!(
        answer.json(),
        json!({"bucket": "a/b", "key": "é / \"x\"", "value": 1})
    );
    assert_eq!(app.get_as(&token, path).await.json()["value"], 1);
    let long = format!("/api/user-settings/buckets/b/keys/{}", "k".repeat(501));
    assert_eq!(
        put(&app, &token, &long, json!({"value": 1})).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn several_are_read_at_once_in_the_order_asked_for() {
    let app = TestApp::builder().start().await;
    let token = app.guest_token().await;
    put(
        &app,
        &token,
        "/api/user-settings/buckets/b/keys/one",
        json!({"value": {"x": 1}}),
    )
    .await;
    put(
        &app,
        &token,
        "/api/user-settings/buckets/b/keys/null",
        json!({"value": null}),
    )
    .await;
    let ask = |body: Value| app.send_as(&token, Method::POST, "/api/user-settings/multiget", body);
    let wanted = json!({"items": [
        {"bucket": "b", "key": "missing"},
        {"bucket": "b", "key": "one"},
        {"bucket": "b", "key": "null"},
    ]});
    assert_eq!(
        ask(wanted).await.json(),
        json!({"items": [null, {"value": {"x": 1}}, {"value": null}]})
    );
    assert_eq!(ask(json!({"items": []})).await.json(), json!({"items": []}));
    for body in [
        json!({}),
        json!({"items": 1}),
        json!({"items": [{"bucket": "b"}]}),
        json!({"items": [{"bucket": 1, "key": "k"}]}),
    ] {
        assert_eq!(
            ask(body.clone()).await.status,
            StatusCode::BAD_REQUEST,
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_value_must_be_there_and_a_user_must_be_known() {
    let app = TestApp::builder().start().await;
    let token = app.guest_token().await;
    let refused = put(&app, &token, STARRED, json!({})).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        refused.json()["error"]["message"],
        "Missing required field \"value\""
    );
    for (method, path) in [
        (Method::GET, STARRED),
        (Method::PUT, STARRED),
        (Method::DELETE, STARRED),
        (Method::POST, "/api/user-settings/multiget"),
    ] {
        let answer = app
            .send(method.clone(), path, json!({"value": 1, "items": []}))
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        assert_eq!(answer.json()["error"]["message"], "Missing credentials");
    }
}

#[tokio::test]
async fn everybody_has_their_own_and_not_without_end() {
    let mut app = TestApp::builder().start().await;
    let guest = app.guest_token().await;
    put(&app, &guest, STARRED, json!({"value": "the guest's"})).await;
    app.reconfigure(|config| {
        let provider = config.auth.guest.as_mut().expect("a guest");
        provider.user = EntityRef::new("user", "default", "ana");
    });
    app.restart().await;
    let ana = app.guest_token().await;
    assert_eq!(
        app.get_as(&ana, STARRED).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        app.get_as(&guest, STARRED).await.json()["value"],
        "the guest's"
    );
    for number in 0..1_000 {
        let path = format!("/api/user-settings/buckets/b/keys/{number}");
        assert_eq!(
            put(&app, &ana, &path, json!({"value": number}))
                .await
                .status,
            StatusCode::OK
        );
    }
    assert_eq!(
        put(&app, &ana, STARRED, json!({"value": 1})).await.status,
        StatusCode::BAD_REQUEST
    );
    let again = put(
        &app,
        &ana,
        "/api/user-settings/buckets/b/keys/7",
        json!({"value": 8}),
    )
    .await;
    assert_eq!(again.status, StatusCode::OK, "what is there can change");
}
