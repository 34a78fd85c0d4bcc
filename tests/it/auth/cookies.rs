//! The cookie that opens static files to a signed-in browser.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use serde_json::{Value, json};

use super::{COOKIE, ENTITY, encoded, part, portal, refusal, unauthorized};

#[tokio::test]
async fn the_cookie_carries_a_limited_token_that_opens_static_files_only() {
    let app = portal().await;
    let token = app.guest_token().await;
    let answer = app.get_as(&token, COOKIE).await;
    assert_eq!(
        answer.json(),
        json!({"expiresAt": "2026-01-01T01:00:00.000Z"})
    );
    let cookie = answer.headers["set-cookie"]
        .to_str()
        .expect("text")
        .to_owned();
    let (pair, attributes) = cookie.split_once("; ").expect("attributes");
    assert_eq!(
        attributes,
        "Domain=127.0.0.1; Path=/; Expires=Thu, 01 Jan 2026 01:00:00 GMT; HttpOnly; Priority=High; SameSite=Lax"
    );
    let limited = pair
        .strip_prefix("backstage-auth=")
        .expect("the cookie")
        .to_owned();

    // Anybody can make it of the user token: exactly these bytes, and the signature that is in the token.
    let (kid, claims) = (part(&token, 0)["kid"].clone(), part(&token, 1));
    let header = format!(r#"{{"typ":"vnd.backstage.limited-user","alg":"ES256","kid":{kid}}}"#);
    let payload = format!(
        r#"{{"sub":{},"iat":{},"exp":{}}}"#,
        claims["sub"], claims["iat"], claims["exp"]
    );
    let uip = claims["uip"].as_str().expect("a signature");
    assert_eq!(
        limited,
        format!("{}.{}.{uip}", encoded(&header), encoded(&payload))
    );

    let with_cookie = |path: &str| {
        let request = Request::get(path).header("cookie", format!("x=1; {pair}"));
        app.call(request.body(Body::empty()).expect("a request"))
    };
    let page = "/api/techdocs/static/docs/default/component/a/index.html";
    assert_eq!(app.get(page).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        with_cookie(page).await.status,
        StatusCode::NOT_FOUND,
        "let in, and there is none"
    );
    assert_eq!(
        refusal(&with_cookie(ENTITY).await),
        unauthorized("Missing credentials")
    );
    let answer = app.get_as(&limited, ENTITY).await;
    assert_eq!(refusal(&answer), unauthorized("Illegal limited user token"));
    let userinfo = app.get_as(&limited, "/api/auth/v1/userinfo").await;
    assert_eq!(userinfo.json()["claims"]["sub"], "user:development/guest");
}

#[tokio::test]
async fn a_good_cookie_is_not_replaced_and_can_be_given_back() {
    let app = portal().await;
    let token = app.guest_token().await;
    let first = app.get_as(&token, COOKIE).await;
    let cookie = first.headers["set-cookie"].to_str().expect("text");
    let pair = cookie.split(';').next().expect("a pair").to_owned();
    let again = async |token: &str| {
        let request = Request::get("/api/techdocs/.backstage/auth/v1/cookie")
            .header("authorization", format!("Bearer {token}"))
            .header("cookie", pair.clone());
        app.call(request.body(Body::empty()).expect("a request"))
            .await
    };
    let kept = again(&token).await;
    assert_eq!(kept.json(), first.json());
    assert!(!kept.headers.contains_key("set-cookie"));
    app.clock().advance(56 * 60 * 1000);
    let fresh = app.guest_token().await;
    let replaced = again(&fresh).await;
    assert_eq!(replaced.json()["expiresAt"], "2026-01-01T01:56:00.000Z");
    assert!(replaced.headers.contains_key("set-cookie"));
    let gone = app
        .send_as(&fresh, Method::DELETE, COOKIE, Value::Null)
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    let cookie = gone.headers["set-cookie"].to_str().expect("text");
    assert!(
        cookie.starts_with("backstage-auth=; ") && cookie.contains("01 Jan 1970"),
        "{cookie}"
    );
}
