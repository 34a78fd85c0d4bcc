//! Tokens that are no good: each is refused, and says as much as Backstage says.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};

use super::{ENTITY, encoded, part, portal, refusal, unauthorized};

const ILLEGAL: &str = "Illegal token";
const FAILED: &str = "Failed user token verification";
/// Claims of somebody who never signed in.
const ADMIN: &str =
    r#"{"iss":"x","sub":"user:default/admin","aud":"backstage","iat":1767225600,"exp":1999999999}"#;

fn token(header: &str, signature: &str) -> String {
    format!("{}.{}.{signature}", encoded(header), encoded(ADMIN))
}

fn user(alg: &str, kid: &str) -> String {
    format!(r#"{{"typ":"vnd.backstage.user","alg":"{alg}","kid":"{kid}"}}"#)
}

/// The signature of a key that is not the portal's.
fn foreign_signature(text: &str) -> String {
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let key = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
    let key = EcdsaKeyPair::from_pkcs8(algorithm, key.as_ref(), &random).expect("a key");
    let signature = key.sign(&random, text.as_bytes()).expect("signed");
    URL_SAFE_NO_PAD.encode(signature.as_ref())
}

#[tokio::test]
async fn what_is_no_token_of_ours_is_illegal() {
    let app = portal().await;
    let good = app.guest_token().await;
    let (signed, signature) = good.rsplit_once('.').expect("a signature");
    for (what, token) in [
        ("no token at all", "not-a-token".to_owned()),
        ("three parts of nothing", "a.b.c".to_owned()),
        (
            "of something else",
            token(r#"{"typ":"JWT","alg":"ES256"}"#, signature),
        ),
        (
            "a service's without a secret",
            token(r#"{"alg":"HS256"}"#, signature),
        ),
        (
            "33 KB of a token",
            format!("{signed}.{}", "A".repeat(33 * 1024)),
        ),
        ("33 KB of anything", "x".repeat(33 * 1024)),
    ] {
        let answer = app.get_as(&token, ENTITY).await;
        assert_eq!(refusal(&answer), unauthorized(ILLEGAL), "{what}");
    }
    let basic = Request::get(ENTITY).header("authorization", "Basic eDp5");
    let answer = app
        .call(basic.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(refusal(&answer), unauthorized("Missing credentials"));
}

#[tokio::test]
async fn forged_tokens_fail() {
    let app = portal().await;
    let good = app.guest_token().await;
    let (signed, signature) = good.rsplit_once('.').expect("a signature");
    let header = signed.split('.').next().expect("a header");
    let kid = part(&good, 0)["kid"].as_str().expect("a kid").to_owned();
    let extended = user("ES256", &kid).replace('}', r#","crit":["x"]}"#);
    for (what, token) in [
        ("no algorithm", token(&user("none", &kid), "")),
        (
            "no algorithm, but a signature",
            token(&user("none", &kid), signature),
        ),
        ("another algorithm", token(&user("HS256", &kid), signature)),
        (
            "other claims",
            format!("{header}.{}.{signature}", encoded(ADMIN)),
        ),
        ("a cut signature", format!("{signed}.{}", &signature[..40])),
        ("no signature", format!("{signed}.")),
        (
            "another key's signature",
            format!("{signed}.{}", foreign_signature(signed)),
        ),
        (
            "an unknown key",
            token(&user("ES256", "unknown"), signature),
        ),
        (
            "a very long kid",
            token(&user("ES256", &"k".repeat(1000)), signature),
        ),
        ("an extension", token(&extended, signature)),
    ] {
        let answer = app.get_as(&token, ENTITY).await;
        assert_eq!(refusal(&answer), unauthorized(FAILED), "{what}");
    }
    assert_eq!(app.get_as(&good, ENTITY).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_ends_even_if_it_was_seen_before() {
    let app = portal().await;
    let token = app.guest_token().await;
    app.clock().advance(3_599_999);
    assert_eq!(app.get_as(&token, ENTITY).await.status, StatusCode::OK);
    app.clock().advance(1);
    let answer = app.get_as(&token, ENTITY).await;
    assert_eq!(refusal(&answer), unauthorized(FAILED));
}
