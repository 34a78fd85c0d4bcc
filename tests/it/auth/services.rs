//! Services that call with tokens of the configuration.

use axum::http::{Method, StatusCode};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use callboard::config::{AccessRestriction, ExternalAccess, Secret, ServiceProof};
use ring::hmac;
use serde_json::{Value, json};

use super::{COMPONENT, COOKIE, ENTITY, encoded, refusal, unauthorized};
use crate::support::{START, TestApp};

const SHARED: &[u8] = b"shared between two backends";
const LIST: &str = "/api/catalog/entities";

fn service(proof: ServiceProof) -> ExternalAccess {
    ExternalAccess {
        subject: "external:ci".to_owned(),
        proof,
        restrictions: None,
    }
}

/// May do one thing in one plugin.
fn restricted(token: &str, plugin: &str, permission: &str) -> ExternalAccess {
    let restriction = AccessRestriction {
        plugin: plugin.to_owned(),
        permissions: vec![permission.to_owned()],
        actions: Vec::new(),
    };
    ExternalAccess {
        restrictions: Some(vec![restriction]),
        ..service(ServiceProof::Token(Secret::new(token)))
    }
}

async fn portal() -> TestApp {
    TestApp::builder()
        .with_policy()
        .file("all.yaml", COMPONENT)
        .location("all.yaml")
        .with(|config| {
            config.backend.auth.external_access = vec![
                service(ServiceProof::Token(Secret::new("whole-token"))),
                restricted("reader-token", "catalog", "catalog.entity.read"),
                restricted("search-token", "search", "catalog.entity.read"),
                service(ServiceProof::SharedSecret(Secret::new(
                    STANDARD.encode(SHARED),
                ))),
            ];
        })
        .start()
        .await
}

#[tokio::test]
async fn a_token_opens_what_it_is_not_restricted_from() {
    let app = portal().await;
    for token in ["whole-token", "reader-token"] {
        assert_eq!(
            app.get_as(token, ENTITY).await.status,
            StatusCode::OK,
            "{token}"
        );
    }
    let answer = app.get_as("reader-tokem", ENTITY).await;
    assert_eq!(refusal(&answer), unauthorized("Illegal token"));
    let forbidden = |message: &str| (403, "NotAllowedError".to_owned(), message.to_owned());
    let answer = app.get_as("search-token", ENTITY).await;
    let told = "This token's access is restricted to plugin(s) 'search'";
    assert_eq!(refusal(&answer), forbidden(told));
    let answer = app.get_as("whole-token", COOKIE).await;
    let told = "This endpoint does not allow 'service' credentials";
    assert_eq!(refusal(&answer), forbidden(told));
}

#[tokio::test]
async fn what_a_service_does_carries_its_name_and_what_it_may_not_is_not_done() {
    let app = portal().await;
    let entity = app.entity("component:default/a").expect("it is there");
    let uid = entity["metadata"]["uid"].as_str().expect("a uid");
    let path = format!("/api/catalog/entities/by-uid/{uid}");
    let delete = |token| app.send_as(token, Method::DELETE, &path, Value::Null);
    assert_eq!(delete("reader-token").await.status, StatusCode::FORBIDDEN);
    assert!(app.entity("component:default/a").is_some());
    assert_eq!(delete("whole-token").await.status, StatusCode::NO_CONTENT);
    let deletions = app
        .get_as("whole-token", "/api/callboard/deletions")
        .await
        .json();
    assert_eq!(deletions["deletions"][0]["deletedBy"], "external:ci");
}

/// A JWT as older backends make it.
fn jwt(claims: &Value) -> String {
    let signed = format!(
        "{}.{}",
        encoded(r#"{"alg":"HS256"}"#),
        encoded(&claims.to_string())
    );
    let signature = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, SHARED),
        signed.as_bytes(),
    );
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

#[tokio::test]
async fn a_shared_secret_signs_tokens_that_end() {
    let app = portal().await;
    let end = START.0 / 1000 + 60;
    let good = jwt(&json!({"sub": "backstage-server", "exp": end}));
    assert_eq!(app.get_as(&good, LIST).await.status, StatusCode::OK);
    for claims in [
        json!({"sub": "somebody", "exp": end}),
        json!({"sub": "backstage-server"}),
        json!({"sub": "backstage-server", "exp": end - 60}),
    ] {
        let answer = app.get_as(&jwt(&claims), LIST).await;
        assert_eq!(refusal(&answer), unauthorized("Illegal token"), "{claims}");
    }
    let forged = format!("{}A", &good[..good.len() - 1]);
    assert_eq!(
        app.get_as(&forged, LIST).await.status,
        StatusCode::UNAUTHORIZED
    );
    app.clock().advance(60_000);
    assert_eq!(
        app.get_as(&good, LIST).await.status,
        StatusCode::UNAUTHORIZED
    );
}
