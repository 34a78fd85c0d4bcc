//! Who calls the API and who looks at pages. Here: the policy around every plugin, and the guest.

mod cookies;
mod keys;
mod pages;
mod services;
mod tokens;

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, StatusCode},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::support::{Answer, START, TestApp};

const COMPONENT: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n";
const ENTITY: &str = "/api/catalog/entities/by-name/component/default/a";
const COOKIE: &str = "/api/catalog/.backstage/auth/v1/cookie";

async fn portal() -> TestApp {
    TestApp::builder()
        .with_policy()
        .file("all.yaml", COMPONENT)
        .location("all.yaml")
        .start()
        .await
}

/// Name and message of a refusal.
fn refusal(answer: &Answer) -> (u16, String, String) {
    let error = &answer.json()["error"];
    let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), text("name"), text("message"))
}

fn unauthorized(message: &str) -> (u16, String, String) {
    (401, "AuthenticationError".to_owned(), message.to_owned())
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON")
}

fn encoded(json: &str) -> String {
    URL_SAFE_NO_PAD.encode(json)
}

fn from(address: &str, path: &str) -> Request<Body> {
    let peer: SocketAddr = address.parse().expect("an address");
    let mut request = Request::get(path).body(Body::empty()).expect("a request");
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

#[tokio::test]
async fn the_check_comes_before_everything_else_in_a_plugin() {
    let app = portal().await;
    for (method, path, body) in [
        (Method::GET, ENTITY, ""),
        (Method::HEAD, ENTITY, ""),
        (Method::GET, "/api/catalog/no-such-route", ""),
        (Method::GET, "/api/catalog", ""),
        (Method::GET, "/api/Catalog/Entities/", ""),
        (Method::GET, "/api/catalog/entities?bogus=1", ""),
        (Method::PATCH, "/api/catalog/entities", ""),
        (Method::POST, "/api/catalog/entities/by-refs", "{not json"),
        (Method::GET, "/api/search/query?term=x", ""),
        (Method::POST, "/api/permission/authorize", "{\"items\":[]}"),
        (Method::GET, "/api/callboard/deletions", ""),
        (Method::GET, "/api/scaffolder/v2/actions", ""),
        (Method::GET, "/api/notifications/status", ""),
        (Method::GET, "/api/user-settings/buckets/b/keys/k", ""),
        (Method::GET, COOKIE, ""),
    ] {
        let request = Request::builder()
            .method(method.clone())
            .uri(path)
            .header("content-type", "application/json")
            .body(Body::from(body))
            .expect("a request");
        let answer = app.call(request).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        if method != Method::HEAD {
            assert_eq!(
                refusal(&answer),
                unauthorized("Missing credentials"),
                "{path}"
            );
        }
    }
    let answer = app.get("/api/catalog/no-such-route?x=1").await;
    assert_eq!(
        answer.json(),
        json!({
            "error": {"name": "AuthenticationError", "message": "Missing credentials"},
            "request": {"method": "GET", "url": "/no-such-route?x=1"},
            "response": {"statusCode": 401},
        })
    );
}

#[tokio::test]
async fn what_is_open_is_open_and_unknown_plugins_are_not_found_by_anybody() {
    let app = portal().await;
    for path in [
        "/.backstage/health/v1/readiness",
        "/api/permission/health",
        "/api/auth/.well-known/jwks.json",
        "/api/auth/.well-known/openid-configuration",
        "/api/catalog/.backstage/auth/v1/jwks.json",
        "/api/auth/guest/refresh",
    ] {
        assert_eq!(app.get(path).await.status, StatusCode::OK, "{path}");
    }
    let token = app.guest_token().await;
    for path in [
        "/api/nowhere/entities",
        "/api/nowhere",
        "/api/%63atalog/entities",
    ] {
        for answer in [app.get(path).await, app.get_as(&token, path).await] {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(answer.body.is_empty(), "{path}");
        }
    }
    let unknown = app.get_as(&token, "/api/catalog/no-such-route").await;
    assert_eq!(
        (unknown.status, unknown.body.len()),
        (StatusCode::NOT_FOUND, 0)
    );
}

#[tokio::test]
async fn a_guests_session_is_backstages() {
    let app = portal().await;
    let answer = app.post("/api/auth/guest/refresh", json!({})).await;
    let session = answer.json();
    let token = session["backstageIdentity"]["token"]
        .as_str()
        .expect("a token");
    assert_eq!(
        session,
        json!({
            "profile": {},
            "backstageIdentity": {
                "token": token,
                "identity": {
                    "type": "user",
                    "userEntityRef": "user:development/guest",
                    "ownershipEntityRefs": ["user:development/guest"],
                },
                "expiresInSeconds": 3600,
            },
        })
    );
    let now = START.0 / 1000;
    let (header, claims) = (part(token, 0), part(token, 1));
    assert_eq!(
        header,
        json!({"typ": "vnd.backstage.user", "alg": "ES256", "kid": header["kid"]})
    );
    assert_eq!(
        claims,
        json!({
            "iss": "http://127.0.0.1:7007/api/auth",
            "sub": "user:development/guest",
            "aud": "backstage",
            "iat": now,
            "exp": now + 3600,
            "uip": claims["uip"],
        })
    );
    let keys = app.get("/api/auth/.well-known/jwks.json").await.json();
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(1));
    let key = &keys["keys"][0];
    assert_eq!(
        *key,
        json!({"kty": "EC", "x": key["x"], "y": key["y"], "crv": "P-256", "kid": header["kid"], "alg": "ES256"})
    );
    let userinfo =
        json!({"claims": {"sub": "user:development/guest", "ent": ["user:development/guest"]}});
    assert_eq!(
        app.get_as(token, "/api/auth/v1/userinfo").await.json(),
        userinfo
    );
    assert_eq!(app.get_as(token, ENTITY).await.json()["kind"], "Component");
    assert_eq!(
        app.get("/api/auth/v1/userinfo").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn the_ownership_claim_is_in_the_token_where_it_is_wanted() {
    let app = TestApp::builder()
        .with(|config| config.auth.omits_ownership_claim = false)
        .start()
        .await;
    assert_eq!(
        part(&app.guest_token().await, 1)["ent"],
        json!(["user:development/guest"])
    );
}

#[tokio::test]
async fn guests_come_from_this_machine_unless_the_configuration_says_otherwise() {
    const REFRESH: &str = "/api/auth/guest/refresh";
    let mut app = portal().await;
    for mut request in [
        from("192.0.2.7:4000", REFRESH),
        from("127.0.0.1:4000", REFRESH),
    ] {
        request
            .headers_mut()
            .insert("x-forwarded-for", "192.0.2.7".parse().expect("a header"));
        let (status, name, message) = refusal(&app.call(request).await);
        assert_eq!((status, name.as_str()), (403, "NotAllowedError"));
        assert!(
            message.contains("auth.providers.guest.dangerouslyAllowOutsideDevelopment"),
            "{message}"
        );
    }
    let refused = app.call(from("192.0.2.7:4000", REFRESH)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(
        app.call(from("[::1]:4000", REFRESH)).await.status,
        StatusCode::OK
    );

    let everyone = |is_for_everyone| {
        move |config: &mut callboard::config::Config| {
            let guest = config.auth.guest.as_mut().expect("a guest");
            guest.is_for_everyone = is_for_everyone;
        }
    };
    app.reconfigure(everyone(true));
    app.restart().await;
    assert_eq!(
        app.call(from("192.0.2.7:4000", REFRESH)).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn what_the_guest_provider_does_not_do_is_told_as_backstage_tells_it() {
    let mut app = portal().await;
    let unknown = |provider: &str| {
        (
            404,
            "NotFoundError".to_owned(),
            format!("Unknown auth provider '{provider}'"),
        )
    };
    for (method, path, expected) in [
        (
            Method::GET,
            "/api/auth/guest/start",
            (
                501,
                "NotImplementedError".to_owned(),
                "Not implemented".to_owned(),
            ),
        ),
        (Method::POST, "/api/auth/guest/logout", unknown("guest")),
        (Method::GET, "/api/auth/github/start", unknown("github")),
        (Method::POST, "/api/auth/github/refresh", unknown("github")),
        (Method::GET, "/api/auth/nowhere", unknown("nowhere")),
    ] {
        let answer = app.send(method, path, json!({})).await;
        assert_eq!(refusal(&answer), expected, "{path}");
    }
    app.reconfigure(|config| config.auth.guest = None);
    app.restart().await;
    let answer = app.get("/api/auth/guest/refresh").await;
    assert_eq!(refusal(&answer), unknown("guest"));
}

#[tokio::test]
async fn without_the_policy_callers_may_be_unknown_but_not_wrong() {
    let app = TestApp::with_catalog(COMPONENT).await;
    assert_eq!(app.get(ENTITY).await.status, StatusCode::OK);
    let answer = app.get_as("not-a-token", ENTITY).await;
    assert_eq!(
        answer.json()["error"],
        json!({
            "name": "AuthenticationError",
            "message": "Could not resolve credentials; caused by AuthenticationError: Illegal token",
            "cause": {"name": "AuthenticationError", "message": "Illegal token"},
        })
    );
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    for (method, path) in [
        (Method::GET, "/api/user-settings/buckets/b/keys/k"),
        (Method::GET, COOKIE),
        (
            Method::POST,
            "/api/catalog/.well-known/backstage/permissions/apply-conditions",
        ),
    ] {
        let answer = app.send(method, path, json!({"items": []})).await;
        assert_eq!(
            refusal(&answer),
            unauthorized("Missing credentials"),
            "{path}"
        );
    }
}
