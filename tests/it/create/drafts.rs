//! What is kept of a form between its pages, for whom, and for how long.

use axum::http::StatusCode;
use serde_json::json;

use super::{asking, led_to, look};
use crate::support::{
    TestApp,
    runs::{ended, portal, said, task},
};

const FORM: &str = "/create/default/asking";
const PAGES: &str = "    - title: First\n      required: [name]\n      properties:\n        name: {title: Name, type: string}\n        token: {title: Token, type: string, ui:field: Secret, minLength: 4}\n    - title: Second\n      properties:\n        list: {title: List, type: array, items: {type: string}}\n";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Begins a form; answers its second page.
async fn begun(app: &TestApp) -> String {
    let first = [("/name", "a"), ("/token", "s3cret-word")];
    led_to(&app.submit(FORM, &first).await)
}

/// Another page of the same draft.
fn another(page: &str, number: &str) -> String {
    let (draft, _) = page.rsplit_once('/').expect("an address");
    format!("{draft}/{number}")
}

#[tokio::test]
async fn a_secret_reaches_the_run_and_nothing_else() {
    let pages = asking(PAGES).replace(
        "'${{ parameters | dump }}'",
        "'It has ${{ secrets.token | length }}'",
    );
    let app = portal(&pages).start().await;
    let second = begun(&app).await;
    let first = another(&second, "1");
    let html = app.get(&first).await;
    assert!(html.text().contains("Kept. Fill in to replace it"));
    let review = led_to(
        &app.submit(&second, &[("/list", ""), ("/list/0", "x")])
            .await,
    );
    let reviewed = app.get(&review).await;
    for page in [&html, &reviewed, &app.get("/create").await] {
        assert!(!page.text().contains("s3cret-word"), "{}", page.text());
    }
    assert!(
        reviewed
            .text()
            .contains("A secret, kept encrypted until the run ends")
    );
    let etag = reviewed.text().split("name=\"etag\" value=\"").nth(1);
    let etag = etag
        .and_then(|rest| rest.split('"').next())
        .expect("an etag");
    let run = led_to(&app.submit(&review, &[("etag", etag)]).await);
    let id = run.trim_start_matches("/runs/");
    assert_eq!(ended(&app, id).await, "completed");
    let parameters = &task(&app, id).await["spec"]["parameters"];
    assert_eq!(
        *parameters,
        json!({"name": "a", "token": "***********", "list": ["x"]})
    );
    let all = said(&app, id).await.join("\n");
    assert!(
        all.contains("It has 11") && !all.contains("s3cret-word"),
        "{all}"
    );
}

#[tokio::test]
async fn a_draft_is_its_users_alone_and_ends_after_a_week() {
    let app = portal(&asking(PAGES)).start().await;
    let second = begun(&app).await;
    assert_eq!(app.get(&second).await.status, StatusCode::OK);
    assert!(app.get("/create").await.text().contains("Begun"));

    let id = second.split('/').nth(4).expect("an id");
    let services = app.state().runs.services();
    let others = callboard::scaffolder::draft::draft(services, id, "user:default/eve").await;
    assert!(
        others.expect("the database answers").is_none(),
        "another user sees nothing"
    );
    let of_another = second.replace("/asking/", "/another/");
    assert_eq!(app.get(&of_another).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        app.get(&another(&second, "7")).await.status,
        StatusCode::NOT_FOUND
    );

    app.clock().advance(7 * DAY_MS);
    let gone = app.get(&second).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(gone.text().contains("not touched for a week"));
    let late = app.submit(&second, &[("/list", "")]).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn one_user_keeps_twenty_drafts_and_throws_one_away() {
    let app = portal(&asking(PAGES)).start().await;
    let mut pages = Vec::new();
    for _ in 0..21 {
        app.clock().advance(1);
        pages.push(begun(&app).await);
    }
    assert_eq!(app.get(&pages[0]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get(&pages[1]).await.status, StatusCode::OK);
    let away = app.submit(&pages[1], &[("do", "discard")]).await;
    assert_eq!(led_to(&away), "/create");
    assert_eq!(app.get(&pages[1]).await.status, StatusCode::NOT_FOUND);
    let long = "x".repeat(300_000);
    let refused = app.submit(FORM, &[("/name", long.as_str())]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("a form takes 256 KiB"));
}

#[tokio::test]
async fn a_template_that_changed_says_so_and_checks_again() {
    let app = portal(&asking(PAGES)).start().await;
    let second = begun(&app).await;
    let review = led_to(&app.submit(&second, &[("/list", "")]).await);
    let old = app.get(&review).await;
    let etag = old.text().split("name=\"etag\" value=\"").nth(1);
    let etag = etag
        .and_then(|rest| rest.split('"').next())
        .expect("an etag")
        .to_owned();

    let stricter = PAGES.replace(
        "title: Name, type: string",
        "title: Name, type: string, minLength: 2",
    );
    app.write("templates.yaml", asking(&stricter));
    app.reconcile().await;
    app.until("the template has changed", |app| {
        app.entity("template:default/asking")
            .is_some_and(|found| found.to_string().contains("minLength\":2"))
    })
    .await;
    let changed = app.get(&review).await;
    assert!(
        changed
            .text()
            .contains("The template has changed since you began")
    );
    assert!(
        changed
            .text()
            .contains("Name: It must have at least 2 characters."),
        "{}",
        changed.text()
    );
    let refused = app.submit(&review, &[("etag", etag.as_str())]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let first = another(&second, "1");
    let shown = app.get(&first).await;
    assert!(shown.text().contains("It must have at least 2 characters."));
    assert_eq!(
        led_to(&app.submit(&first, &[("/name", "ab"), ("/token", "")]).await),
        second
    );
    assert_eq!(
        led_to(&app.get(&review).await),
        second,
        "each page is checked again"
    );
}

#[tokio::test]
async fn lists_grow_and_shrink_by_buttons() {
    let app = portal(&asking(PAGES)).start().await;
    let second = begun(&app).await;
    let more = [("/list", ""), ("/list/0", "x"), ("do", "add:/list")];
    assert_eq!(
        led_to(&app.submit(&second, &more).await),
        second.clone() + "#f--list"
    );
    let html = app.get(&second).await;
    assert!(html.text().contains("name=\"/list/1\"") && html.text().contains("value=\"x\""));
    let fewer = [
        ("/list", ""),
        ("/list/0", "x"),
        ("/list/1", "y"),
        ("do", "remove:/list/0"),
    ];
    led_to(&app.submit(&second, &fewer).await);
    let html = app.get(&second).await;
    assert!(html.text().contains("value=\"y\"") && !html.text().contains("value=\"x\""));
    let back = [("/list", ""), ("/list/0", "z"), ("do", "back")];
    assert_eq!(
        led_to(&app.submit(&second, &back).await),
        another(&second, "1")
    );
    assert!(
        app.get(&second).await.text().contains("value=\"z\""),
        "going back loses nothing"
    );
}

#[tokio::test]
async fn looking_keeps_nothing_and_says_only_what_is_wrong_with_answers() {
    let app = portal(&asking(PAGES)).start().await;
    let path = format!("{FORM}/look");
    let typed = [("page", "0"), ("/name", ""), ("/token", "abc")];
    let looked = look(&app, &path, "checked", &typed).await;
    let html = looked.text();
    assert!(
        html.contains("id=\"f--name-fault\" hx-swap-oob=\"true\"></p>"),
        "{html}"
    );
    assert!(
        html.contains("It must have at least 4 characters."),
        "{html}"
    );
    assert!(!html.contains("abc") && !html.contains("<html"), "{html}");
    let plain = app.submit(&path, &typed).await;
    assert_eq!(led_to(&plain), FORM);
    assert!(!app.get("/create").await.text().contains("Begun"));
    let foreign = axum::http::Request::post(FORM)
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from("%2Fname=a"))
        .expect("a request");
    assert_eq!(app.call(foreign).await.status, StatusCode::FORBIDDEN);
}
