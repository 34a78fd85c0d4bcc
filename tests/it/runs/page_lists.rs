//! Runs in lists: the history, the page of a template, the home page.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::support::{
    TestApp,
    runs::{ended, portal, start, template, until},
};

use super::pages::{hides, shows};

const GOOD: &str = "    - id: log\n      name: Log\n      action: debug:log\n      input: {message: x}\n  parameters:\n    properties:\n      name: {title: Name}\n";
const BAD: &str = "    - id: bad\n      name: Bad\n      action: no:such:action\n";

/// Two templates, three good runs of one and a failed one of the other, a day apart.
async fn filled() -> (TestApp, Vec<String>) {
    let templates = template("good", GOOD) + &template("bad", BAD);
    let app = portal(&templates).start().await;
    let mut ids = Vec::new();
    for (name, values) in [
        ("good", json!({"name": "first"})),
        ("good", json!({"name": "second"})),
        ("good", json!({"name": "third"})),
        ("bad", json!({})),
    ] {
        let id = start(&app, name, values).await;
        ended(&app, &id).await;
        app.clock().advance(2 * 24 * 3_600_000);
        ids.push(id);
    }
    (app, ids)
}

fn listed<'p>(page: &str, ids: &'p [String]) -> Vec<&'p str> {
    let found = ids
        .iter()
        .filter(|id| page.contains(&format!("<a href=\"/runs/{id}\"")));
    found.map(String::as_str).collect()
}

#[tokio::test]
async fn runs_are_filtered_by_the_address_and_counted_by_state() {
    let (app, ids) = filled().await;
    let all = app.get("/runs").await;
    assert_eq!(listed(all.text(), &ids).len(), 4);
    shows(
        all.text(),
        &[
            "All <span class=\"count\">4</span>",
            "Failed <span class=\"count\">1</span>",
            "first",
            "1–4 of 4",
        ],
    );
    for (query, expected) in [
        ("status=failed", vec![&ids[3]]),
        (
            "status=completed&template=template%3Adefault%2Fgood",
            vec![&ids[0], &ids[1], &ids[2]],
        ),
        ("template=template%3Adefault%2Fbad", vec![&ids[3]]),
        ("since=7d", vec![&ids[1], &ids[2], &ids[3]]),
        ("by=user%3Adefault%2Fnobody", vec![]),
        (
            "status=nonsense&page=x",
            vec![&ids[0], &ids[1], &ids[2], &ids[3]],
        ),
    ] {
        let page = app.get(&format!("/runs?{query}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(listed(page.text(), &ids), expected, "{query}");
    }
    let csv = app.get("/runs.csv?status=failed").await;
    assert_eq!(csv.text().lines().count(), 2, "{}", csv.text());
    shows(csv.text(), &["id,template,status,by", &ids[3]]);
    let json = app.get("/runs.json").await.json();
    assert_eq!(json.as_array().map(Vec::len), Some(4));
    assert_eq!(json[0]["id"], ids[3].as_str(), "newest first");
}

#[tokio::test]
async fn a_portal_without_runs_says_how_they_come() {
    let app = portal("").start().await;
    shows(app.get("/runs").await.text(), &["No runs yet"]);
}

#[tokio::test]
async fn the_page_of_a_template_tells_its_success_its_users_and_what_its_check_found() {
    let (app, ids) = filled().await;
    let good = app.get("/catalog/default/template/good").await;
    shows(
        good.text(),
        &[
            "100 % of its 3 runs that have ended completed",
            &format!("href=\"/runs/{}\"", ids[2]),
            "href=\"/create/default/good\"",
            "view=runs",
            "href=\"/runs?template=template%3Adefault%2Fgood\"",
        ],
    );
    let bad = app.get("/catalog/default/template/bad").await;
    shows(bad.text(), &["What its check found", "no:such:action"]);
    let tab = app.get("/catalog/default/template/good?view=runs").await;
    assert_eq!(listed(tab.text(), &ids).len(), 3);
    for path in ["?view=yaml", "/history"] {
        let page = app
            .get(&format!("/catalog/default/template/good{path}"))
            .await;
        shows(page.text(), &["view=runs"]);
    }
}

#[tokio::test]
async fn my_runs_that_need_me_are_on_the_home_page() {
    let asking =
        "    - id: ask\n      name: Ask\n      action: wait\n      input: {question: May it be?}\n";
    let templates = template("asking", asking) + &template("good", GOOD);
    let app = portal(&templates).start().await;
    let token = app.guest_token().await;
    let begin = async |template: &str| {
        let body = json!({"templateRef": template, "values": {}});
        let answer = app
            .send_as(&token, Method::POST, "/api/scaffolder/v2/tasks", body)
            .await;
        answer.json()["id"].as_str().expect("an id").to_owned()
    };
    let (waits, good) = (begin("asking").await, begin("good").await);
    until(&app, &waits, |run| run["status"] == "waiting").await;
    ended(&app, &good).await;
    let home = app.get("/").await;
    shows(home.text(), &[&format!("href=\"/runs/{waits}\"")]);
    hides(
        home.text(),
        &[&format!("href=\"/runs/{good}\""), "Nothing needs you"],
    );
    let mine = app.get("/runs?by=me").await;
    shows(mine.text(), &["1–2 of 2"]);
}
