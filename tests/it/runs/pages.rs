//! The page of a run in each state: what it is, why it failed, what it made, and what nobody may see.

use axum::http::StatusCode;
use serde_json::json;

use callboard::store::{EffectState, put_run_effect, run_effects};

use crate::support::{
    TestApp,
    runs::{ended, journal, portal, start, start_with, template, until},
};

use super::journal::{MAKING, local_host, with_local_host};

/// The page of a run.
pub(super) async fn page(app: &TestApp, id: &str) -> String {
    let answer = app.get(&format!("/runs/{id}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.text().to_owned()
}

#[track_caller]
pub(super) fn shows(page: &str, expected: &[&str]) {
    for text in expected {
        assert!(page.contains(text), "no {text:?} in {page}");
    }
}

#[track_caller]
pub(super) fn hides(page: &str, unwanted: &[&str]) {
    for text in unwanted {
        assert!(!page.contains(text), "{text:?} in {page}");
    }
}

const TALKING: &str = r#"    - id: log
      name: Say <hello>
      action: debug:log
      input: {message: "Hello <b>${{ parameters.name }}</b>"}
    - id: skipped
      name: Skipped
      if: ${{ parameters.name === "nobody" }}
      action: debug:log
      input: {message: never}
    - id: loop
      name: Loop
      each: [x, y]
      action: debug:log
      input: {message: "item ${{ each.value }}"}
  parameters:
    properties:
      name: {title: What it is called}
      pin: {ui:backstage: {review: {mask: "<not shown>"}}}
      quiet: {ui:backstage: {review: {show: false}}}
      word: {ui:widget: password}
  output:
    text:
      - {title: Result, content: "Done **well** for ${{ parameters.name }}"}
    links:
      - {title: Outside, url: "https://example.com/${{ parameters.name }}"}
      - {title: Inside, entityRef: "template:default/talking"}
      - {title: Bad, url: "javascript:alert(1)"}
"#;

#[tokio::test]
async fn a_completed_run_shows_its_steps_log_answers_and_output() {
    let app = portal(&template("talking", TALKING)).start().await;
    let values =
        json!({"name": "world", "pin": "pin-1234", "quiet": "quiet-1234", "word": "word-1234"});
    let id = start(&app, "talking", values).await;
    assert_eq!(ended(&app, &id).await, "completed");
    let page = page(&app, &id).await;
    shows(
        &page,
        &[
            "href=\"/catalog/default/template/talking\"",
            "completed</span>",
            "Say &#60;hello&#62;",
            "Hello &#60;b&#62;world&#60;/b&#62;",
            "left out</span>",
            "2 of 2",
            "What it is called",
            "world",
            "&#60;not shown&#62;",
            "Done **well** for world",
            "href=\"https://example.com/world\"",
            "It made nothing outside",
            &format!("href=\"/create/default/talking?from={id}\""),
            &format!("href=\"/runs/{id}/log\""),
        ],
    );
    hides(
        &page,
        &[
            "pin-1234",
            "quiet-1234",
            "word-1234",
            "javascript:alert",
            "\u{1b}",
            "data-live",
            "http-equiv=\"refresh\"",
            "Stop it",
        ],
    );
    let log = app.get(&format!("/runs/{id}/log")).await;
    assert_eq!(log.headers["content-type"], "text/plain; charset=utf-8");
    shows(
        log.text(),
        &["[log] Beginning step Say <hello>\n", "[loop] item y\n"],
    );
}

#[tokio::test]
async fn a_failed_run_says_which_step_why_and_what_to_do() {
    let steps = "    - id: fetch\n      name: Fetch the skeleton\n      action: fetch:plain\n      input: {url: ./nowhere}\n    - id: behind\n      name: Behind\n      action: debug:log\n      input: {message: x}\n";
    let app = portal(&template("failing", steps)).start().await;
    let id = start(&app, "failing", json!({})).await;
    assert_eq!(ended(&app, &id).await, "failed");
    let page = page(&app, &id).await;
    shows(
        &page,
        &[
            "“Fetch the skeleton” failed.",
            "nowhere",
            "then retry.",
            &format!("action=\"/runs/{id}/retry\""),
            &format!("action=\"/runs/{id}/skip\""),
            "<details open><summary id=\"s0-head\" data-open>",
        ],
    );
}

#[tokio::test]
async fn a_run_that_goes_on_can_be_followed_with_and_without_script() {
    let steps =
        "    - id: ask\n      name: Ask\n      action: wait\n      input: {question: May it be?}\n";
    let app = portal(&template("asking", steps)).start().await;
    let id = start(&app, "asking", json!({})).await;
    until(&app, &id, |run| run["status"] == "waiting").await;
    shows(
        &page(&app, &id).await,
        &[
            "<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>",
            &format!("data-live=\"/runs/{id}/live?after="),
            "<a href=\"\">Reload</a>",
            "May it be?",
            "Yes, go on",
            &format!("action=\"/runs/{id}/cancel\""),
        ],
    );
}

#[tokio::test]
async fn what_a_run_made_is_listed_shown_and_taken_back() {
    let app = with_local_host(&template("making", MAKING)).start().await;
    let host = local_host(&app);
    let id = start(&app, "making", json!({"name": "shop", "host": host})).await;
    assert_eq!(ended(&app, &id).await, "completed");
    let made = page(&app, &id).await;
    shows(
        &made,
        &[
            "What it made",
            "/git/acme/shop\"",
            "/git/acme/shop/commit/",
            "href=\"/catalog/default/component/shop\"",
            "To take it back: Deletes the repository",
            &format!("href=\"/runs/{id}/undo\""),
        ],
    );
    let files = app.get(&format!("/runs/{id}/files")).await;
    shows(
        files.text(),
        &["catalog-info.yaml", "README.md", "# shop", "added"],
    );
    hides(files.text(), &["noise"]);
    let one = app.get(&format!("/runs/{id}/files?path=README.md")).await;
    shows(one.text(), &["# shop"]);
    hides(one.text(), &["kind: Component"]);
    let none = app.get(&format!("/runs/{id}/files?path=nope")).await;
    assert_eq!(none.status, 404);
    let entity = app.get("/catalog/default/component/shop").await;
    shows(
        entity.text(),
        &["Made by", &format!("href=\"/runs/{id}\""), "view=runs"],
    );
    let tab = app.get("/catalog/default/component/shop?view=runs").await;
    shows(tab.text(), &[&format!("href=\"/runs/{id}\"")]);
}

#[tokio::test]
async fn what_a_run_made_is_taken_back_by_a_run_with_a_page_of_its_own() {
    let app = with_local_host(&template("making", MAKING)).start().await;
    let host = local_host(&app);
    let id = start(&app, "making", json!({"name": "shop", "host": host})).await;
    assert_eq!(ended(&app, &id).await, "completed");
    let asked = app.get(&format!("/runs/{id}/undo")).await;
    shows(
        asked.text(),
        &["Take back what this run made?", "What is taken back", "3"],
    );
    let started = app.submit(&format!("/runs/{id}/undo"), &[]).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.text());
    let to = started.headers["location"].to_str().expect("an address");
    let undo = to.strip_prefix("/runs/").expect("a run").to_owned();
    assert_eq!(ended(&app, &undo).await, "completed");
    shows(
        &page(&app, &undo).await,
        &[
            "Take back: ",
            &format!("href=\"/runs/{id}\""),
            "Deleted the repository",
        ],
    );
    let after = page(&app, &id).await;
    shows(
        &after,
        &["taken back</span>", &format!("href=\"/runs/{undo}\"")],
    );
    hides(
        &after,
        &["Take it back…", "href=\"/catalog/default/component/shop\""],
    );
    let again = app.submit(&format!("/runs/{id}/undo"), &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    shows(again.text(), &["There is nothing to take back"]);
}

#[tokio::test]
async fn files_go_seven_days_after_the_end_and_the_page_says_so() {
    let steps = "    - id: fetch\n      name: Fetch\n      action: fetch:plain\n      input: {url: ./files}\n";
    let mut app = portal(&template("fetching", steps))
        .file("files/a.txt", "the only line\n")
        .start()
        .await;
    let id = start(&app, "fetching", json!({})).await;
    assert_eq!(ended(&app, &id).await, "completed");
    let path = format!("/runs/{id}/files");
    shows(app.get(&path).await.text(), &["the only line"]);
    app.clock().advance(8 * 24 * 3_600_000);
    app.restart().await;
    let started = std::time::Instant::now();
    while !app.get(&path).await.text().contains("not kept any more") {
        assert!(started.elapsed().as_secs() < 20, "the files stay");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    shows(&page(&app, &id).await, &["completed</span>"]);
}

#[tokio::test]
async fn files_of_a_run_with_secrets_and_the_secrets_are_not_shown() {
    let steps = "    - id: write\n      name: Write\n      action: catalog:write\n      input:\n        entity: {kind: X, password: \"${{ secrets.password }}\"}\n    - id: bad\n      name: Bad\n      action: no:such:action\n";
    let app = portal(&template("secret", steps)).start().await;
    let given = json!({"password": "hunter2-is-no-password"});
    let id = start_with(&app, "secret", json!({}), given).await;
    assert_eq!(ended(&app, &id).await, "failed");
    let page = page(&app, &id).await;
    // It is asked for again by name, in a field that shows nothing.
    shows(&page, &["name=\"secret:password\"", "type=\"password\""]);
    hides(&page, &["hunter2", "value=\"hunter"]);
    let files = app.get(&format!("/runs/{id}/files")).await;
    shows(files.text(), &["The run carried secrets"]);
    hides(files.text(), &["hunter2"]);
}

#[tokio::test]
async fn an_effect_nobody_knows_about_is_settled_by_a_person() {
    let app = with_local_host(&template("making", MAKING)).start().await;
    let host = local_host(&app);
    let id = start(&app, "making", json!({"name": "shop", "host": host})).await;
    assert_eq!(ended(&app, &id).await, "completed");
    let store = &app.state().store;
    let mut effect = run_effects(store, &id).await.expect("read").remove(2);
    effect.state = EffectState::Unknown;
    let mut tx = store.begin().await.expect("begun");
    put_run_effect(&mut tx, &id, &effect)
        .await
        .expect("written");
    tx.commit().await.expect("committed");
    let asked = page(&app, &id).await;
    shows(
        &asked,
        &[
            "unknown</span>",
            "Was this done? ",
            "It was done",
            "It was not done",
        ],
    );
    let path = format!("/runs/{id}/effect");
    let ordinal = effect.ordinal.to_string();
    let form = |done| {
        [
            ("step", effect.step_key.as_str()),
            ("ordinal", ordinal.as_str()),
            ("done", done),
        ]
    };
    let settled = app.submit(&path, &form("yes")).await;
    assert_eq!(settled.status, StatusCode::SEE_OTHER, "{}", settled.text());
    let run = journal(&app, &id).await;
    assert_eq!(run["effects"][2]["state"], "done");
    let again = app.submit(&path, &form("no")).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    shows(&page(&app, &id).await, &["It was done, says "]);
}

const INNER: &str = "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata:\n  name: inner\nspec:\n  type: service\n  steps:\n    - id: fetch\n      name: Fetch\n      action: fetch:plain\n      input: {url: ./}\n";
const OUTER: &str = r#"    - id: fetch
      name: Fetch
      action: fetch:plain
      input: {url: ./inner}
    - id: publish
      name: Publish
      action: publish:git
      input: {repoUrl: "${{ parameters.host }}?owner=acme&repo=inner"}
    - id: register
      name: Register
      action: catalog:register
      input: {repoContentsUrl: "${{ steps.publish.output.repoContentsUrl }}"}
"#;

#[tokio::test]
async fn a_template_in_a_repository_is_fetched_at_the_commit_it_was_read_at() {
    let app = with_local_host(&template("outer", OUTER))
        .file("inner/catalog-info.yaml", INNER)
        .start()
        .await;
    let outer = start(&app, "outer", json!({"host": local_host(&app)})).await;
    assert_eq!(ended(&app, &outer).await, "completed");
    let inner = start(&app, "inner", json!({})).await;
    assert_eq!(ended(&app, &inner).await, "completed");
    let run = journal(&app, &inner).await;
    let commit = run["templateCommit"].as_str().expect("a commit");
    let fetched: Vec<&str> = run["steps"][0]["sources"]
        .as_object()
        .expect("sources")
        .values()
        .filter_map(|commit| commit.as_str())
        .collect();
    assert_eq!(fetched, [commit], "{run}");
    shows(
        &page(&app, &inner).await,
        &["Its commit", "What it fetched", &commit[..8]],
    );
}
