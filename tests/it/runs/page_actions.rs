//! What can be done with a run on its page: by forms alone, each answered with a redirect or with what is the matter.

use axum::http::StatusCode;
use serde_json::json;

use crate::support::{
    Answer, TestApp,
    runs::{ended, journal, portal, said, start, template, until},
};

use super::pages::{page, shows};

async fn act(app: &TestApp, id: &str, part: &str, form: &[(&str, &str)]) -> Answer {
    app.submit(&format!("/runs/{id}/{part}"), form).await
}

#[track_caller]
fn leads_back(answer: &Answer, id: &str) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(answer.headers["location"], format!("/runs/{id}"));
}

const ASKING: &str =
    "    - id: ask\n      name: Ask\n      action: wait\n      input: {question: May it be?}\n";

#[tokio::test]
async fn a_question_is_answered_and_the_log_says_by_whom() {
    let app = portal(&template("asking", ASKING)).start().await;
    for (form, status, told) in [
        (
            &[("step", "ask"), ("answer", "yes"), ("why", "")][..],
            "completed",
            "Answered by user:development/guest: yes",
        ),
        (
            &[("step", "ask"), ("answer", "no"), ("why", "too dear")][..],
            "failed",
            "Answered by user:development/guest: too dear",
        ),
        (
            &[("step", "ask"), ("answer", "no"), ("why", "yes")][..],
            "failed",
            "Answered by user:development/guest: no",
        ),
    ] {
        let id = start(&app, "asking", json!({})).await;
        until(&app, &id, |run| run["status"] == "waiting").await;
        leads_back(&act(&app, &id, "answer", form).await, &id);
        assert_eq!(ended(&app, &id).await, status);
        let said = said(&app, &id).await;
        assert!(said.iter().any(|line| line == told), "{said:#?}");
        let late = act(&app, &id, "answer", form).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        shows(late.text(), &["somebody may have answered"]);
    }
}

#[tokio::test]
async fn a_run_is_stopped_and_an_ended_one_says_that_it_has_ended() {
    let app = portal(&template("asking", ASKING)).start().await;
    let id = start(&app, "asking", json!({})).await;
    until(&app, &id, |run| run["status"] == "waiting").await;
    let early = act(&app, &id, "retry", &[]).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    shows(early.text(), &["This run goes on"]);
    let undo = act(&app, &id, "undo", &[]).await;
    assert_eq!(undo.status, StatusCode::CONFLICT);
    shows(undo.text(), &["Stop it first"]);
    leads_back(&act(&app, &id, "cancel", &[]).await, &id);
    assert_eq!(ended(&app, &id).await, "failed");
    shows(
        &page(&app, &id).await,
        &["cancelled</span>", "Somebody stopped it."],
    );
    let again = act(&app, &id, "cancel", &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    shows(again.text(), &["has ended already"]);
}

#[tokio::test]
async fn a_failed_step_is_retried_or_left_out_with_a_reason() {
    let steps = "    - id: fetch\n      name: Fetch\n      action: fetch:plain\n      input: {url: ./files}\n    - id: log\n      name: Log\n      action: debug:log\n      input: {message: behind}\n";
    let app = portal(&template("fetching", steps)).start().await;
    let id = start(&app, "fetching", json!({})).await;
    assert_eq!(ended(&app, &id).await, "failed");
    leads_back(&act(&app, &id, "retry", &[]).await, &id);
    until(&app, &id, |run| {
        run["attempt"] == 2 && run["status"] == "failed"
    })
    .await;
    let refused = act(&app, &id, "skip", &[("reason", "  ")]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    shows(refused.text(), &["Say why the step is left out"]);
    leads_back(
        &act(&app, &id, "skip", &[("reason", "not needed <here>")]).await,
        &id,
    );
    assert_eq!(ended(&app, &id).await, "completed");
    shows(&page(&app, &id).await, &["not needed &#60;here&#62;"]);
    let late = act(&app, &id, "retry", &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    shows(late.text(), &["This run completed"]);
}

#[tokio::test]
async fn a_retry_takes_the_secrets_that_were_erased() {
    let steps = "    - id: fetch\n      name: Fetch\n      action: fetch:plain\n      input: {url: ./files}\n    - id: log\n      name: Log\n      action: debug:log\n      input: {message: \"${{ secrets.password }} ${{ secrets.password | upper }}\"}\n";
    let app = portal(&template("fetching", steps)).start().await;
    let id = start(&app, "fetching", json!({})).await;
    assert_eq!(ended(&app, &id).await, "failed");
    app.write("files/a.txt", "a");
    let form = [("secret:password", "hunter2-anew"), ("secret:empty", "")];
    leads_back(&act(&app, &id, "retry", &form).await, &id);
    assert_eq!(ended(&app, &id).await, "completed");
    let said = said(&app, &id).await;
    assert!(
        said.contains(&"info: *** HUNTER2-ANEW".to_owned()),
        "{said:#?}"
    );
}

#[tokio::test]
async fn foreign_forms_and_unknown_runs_are_refused() {
    let app = portal(&template("asking", ASKING)).start().await;
    let id = start(&app, "asking", json!({})).await;
    until(&app, &id, |run| run["status"] == "waiting").await;
    let foreign = axum::http::Request::post(format!("/runs/{id}/cancel"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(axum::body::Body::empty())
        .expect("a request");
    assert_eq!(app.call(foreign).await.status, StatusCode::FORBIDDEN);
    assert_eq!(journal(&app, &id).await["status"], "waiting");
    for part in ["", "/log", "/files", "/undo", "/live"] {
        let missing = app.get(&format!("/runs/no-such-run{part}")).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{part}");
        shows(missing.text(), &["There is no such run", "href=\"/runs\""]);
    }
    for part in ["cancel", "retry", "skip", "undo"] {
        let missing = act(&app, "no-such-run", part, &[]).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{part}");
    }
}
