//! Who sees pages: guests, where there are any; else those who have signed in.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use serde_json::json;

use crate::support::{Answer, TestApp};

const COMPONENT: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: secret-plan\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n";

async fn from_elsewhere(app: &TestApp, path: &str) -> Answer {
    let mut request = Request::get(path).body(Body::empty()).expect("a request");
    let peer = SocketAddr::from(([192, 0, 2, 7], 4000));
    request.extensions_mut().insert(ConnectInfo(peer));
    app.call(request).await
}

/// Every page that shows something of the portal, and the addresses that are data.
const PAGES: [&str; 8] = [
    "/",
    "/catalog",
    "/catalog.json",
    "/catalog.csv",
    "/catalog/default/component/secret-plan",
    "/search?q=secret-plan",
    "/sources",
    "/no/such/page",
];

#[tokio::test]
async fn guests_look_at_pages_from_this_machine() {
    let app = TestApp::builder()
        .with_policy()
        .file("all.yaml", COMPONENT)
        .location("all.yaml")
        .start()
        .await;
    let page = app.get("/catalog").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("You are guest") && page.text().contains("secret-plan"));
    for path in PAGES {
        let refused = from_elsewhere(&app, path).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        let text = refused.text();
        assert!(
            text.contains("auth.providers.guest.dangerouslyAllowOutsideDevelopment"),
            "{path}"
        );
        assert!(
            !text.contains("<nav class=\"rail\"") && !text.contains("team-a"),
            "{path}: {text}"
        );
    }
    assert_eq!(
        from_elsewhere(&app, "/sign-in").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn without_a_provider_pages_ask_to_sign_in_and_show_nothing() {
    let app = TestApp::builder()
        .with_policy()
        .with(|config| config.auth.guest = None)
        .file("all.yaml", COMPONENT)
        .location("all.yaml")
        .start()
        .await;
    for path in PAGES {
        let refused = app.get(path).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{path}");
        let text = refused.text();
        assert!(
            text.contains("Sign in") && text.contains("href=\"/sign-in\""),
            "{path}: {text}"
        );
        assert!(
            !text.contains("<nav class=\"rail\"") && !text.contains("team-a"),
            "{path}: {text}"
        );
    }
    let way_on = app.get("/sign-in").await;
    assert_eq!(way_on.status, StatusCode::OK);
    assert!(
        way_on.text().contains("auth.providers.guest"),
        "{}",
        way_on.text()
    );
    let stylesheet = way_on
        .text()
        .split("href=\"")
        .find(|rest| rest.starts_with("/static/") && rest.contains(".css"));
    let stylesheet = stylesheet
        .and_then(|rest| rest.split('"').next())
        .expect("a stylesheet");
    assert_eq!(app.get(stylesheet).await.status, StatusCode::OK);
    let write = app.submit("/sources/refresh", &[("file", "file:/x")]).await;
    assert_eq!(write.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn without_the_policy_pages_are_open_to_everybody() {
    let mut app = TestApp::with_catalog(COMPONENT).await;
    let page = from_elsewhere(&app, "/catalog").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("secret-plan") && !page.text().contains("You are guest"));
    app.reconfigure(|config| config.auth.guest = None);
    app.restart().await;
    assert_eq!(app.get("/catalog").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_somebody_does_carries_their_name() {
    let app = TestApp::with_catalog(COMPONENT).await;
    let delete = "/catalog/default/component/secret-plan/delete";
    let done = app.submit(delete, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let deletions = app.get("/api/callboard/deletions").await.json();
    assert_eq!(
        deletions["deletions"][0]["deletedBy"],
        "user:development/guest"
    );

    let named = json!({"entityRef": "component:default/secret-plan"});
    assert_eq!(
        app.post("/api/callboard/deletions/undo", named)
            .await
            .status,
        StatusCode::OK
    );
    let history = app
        .get("/api/callboard/history/component/default/secret-plan")
        .await
        .json();
    assert_eq!(
        history["versions"][0]["by"], "anonymous",
        "a caller nobody knows"
    );
    let page = app
        .get("/catalog/default/component/secret-plan/history")
        .await;
    assert!(
        page.text().contains("Somebody who had not signed in"),
        "{}",
        page.text()
    );
}
