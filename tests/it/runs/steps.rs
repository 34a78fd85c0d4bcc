//! Steps: conditions, `each`, failure, waiting, cancelling, as Backstage executes and tells them.

use axum::http::Method;
use serde_json::json;

use crate::support::runs::{ended, events, journal, portal, said, start, task, template, until};

const LOG: &str = r#"    - id: log
      name: Log
      action: debug:log
      input:
        message: Hello ${{ parameters.name | upper }}
    - id: skipped
      name: Skipped
      if: ${{ parameters.size > 100 }}
      action: debug:log
      input: {message: never}
    - id: loop
      name: Loop
      each: [x, y]
      action: debug:log
      input:
        message: item ${{ each.value }} at ${{ each.key }}
  output:
    text:
      - title: Result
        content: Done for ${{ parameters.name }}
    links:
      - {title: Shown, url: "https://example.com/${{ parameters.name }}"}
      - {title: Hidden, url: https://example.com, if: "${{ parameters.size > 100 }}"}
"#;

#[tokio::test]
async fn a_run_tells_what_backstage_tells() {
    let app = portal(&template("log", LOG)).start().await;
    let id = start(&app, "log", json!({"name": "world", "size": 3})).await;
    assert_eq!(ended(&app, &id).await, "completed");
    let said = said(&app, &id).await;
    assert_eq!(
        said,
        [
            "Starting up task with 3 steps",
            "Beginning step Log",
            "info: {\n  \"message\": \"Hello WORLD\"\n}",
            "info: Hello WORLD",
            "Finished step Log",
            "Beginning step Skipped",
            "Skipping step skipped because its if condition was false",
            "Beginning step Loop",
            "info: Running step each: {\"key\":\"0\",\"value\":\"x\"}",
            "info: {\n  \"message\": \"item x at 0\"\n}",
            "info: item x at 0",
            "info: Running step each: {\"key\":\"1\",\"value\":\"y\"}",
            "info: {\n  \"message\": \"item y at 1\"\n}",
            "info: item y at 1",
            "Finished step Loop",
            "Run completed with status: completed",
        ]
    );
    let last = events(&app, &id).await.pop().expect("an event");
    assert_eq!(last["type"], "completion");
    assert_eq!(
        last["body"]["output"],
        json!({
            "text": [{"title": "Result", "content": "Done for world"}],
            "links": [{"title": "Shown", "url": "https://example.com/world"}],
        })
    );
}

const FAILING: &str = r"    - id: extra
      name: Extra
      action: debug:log
      input: {message: x, extra: 1}
    - id: behind
      name: Behind
      action: debug:log
      input: {message: never}
    - id: cleanup
      name: Clean up
      if: ${{ always() }}
      action: debug:log
      input: {message: always}
    - id: report
      name: Report
      if: ${{ failure() }}
      action: debug:log
      input: {message: it failed}
";

#[tokio::test]
async fn behind_a_failed_step_only_those_that_ask_are_executed() {
    let app = portal(&template("failing", FAILING)).start().await;
    let id = start(&app, "failing", json!({})).await;
    assert_eq!(ended(&app, &id).await, "failed");
    let said = said(&app, &id).await;
    let fault = "InputError: Invalid input passed to action debug:log, instance is not allowed to have the additional property \"extra\"\n    at ";
    assert!(said.iter().any(|line| line.starts_with(fault)), "{said:#?}");
    for expected in [
        "Skipping step behind because a previous step failed",
        "info: always",
        "info: it failed",
        "Run completed with status: failed",
    ] {
        assert!(
            said.iter().any(|line| line == expected),
            "{expected}: {said:#?}"
        );
    }
    let last = events(&app, &id).await.pop().expect("an event");
    assert_eq!(last["body"]["error"]["name"], "InputError");
}

#[tokio::test]
async fn a_waiting_run_is_a_row_and_goes_on_when_its_time_has_come() {
    let steps = "    - id: wait\n      name: Wait\n      action: debug:wait\n      input: {minutes: 5}\n    - id: log\n      name: Log\n      action: debug:log\n      input: {message: later}\n";
    let mut app = portal(&template("waiting", steps)).start().await;
    let id = start(&app, "waiting", json!({})).await;
    until(&app, &id, |run| run["status"] == "waiting").await;
    assert_eq!(task(&app, &id).await["status"], "processing");
    app.restart().await;
    assert_eq!(journal(&app, &id).await["status"], "waiting");
    app.clock().advance(5 * 60_000);
    assert_eq!(ended(&app, &id).await, "completed");
    assert!(said(&app, &id).await.contains(&"info: later".to_owned()));
}

#[tokio::test]
async fn somebody_is_asked_and_may_say_no() {
    let steps =
        "    - id: ask\n      name: Ask\n      action: wait\n      input: {question: May it be?}\n";
    let app = portal(&template("asking", steps)).start().await;
    for (answer, expected) in [("yes", "completed"), ("no", "failed")] {
        let id = start(&app, "asking", json!({})).await;
        let run = until(&app, &id, |run| run["status"] == "waiting").await;
        assert_eq!(run["waits"][0]["question"], "May it be?");
        let path = format!("/api/callboard/runs/{id}/answer");
        let body = json!({"step": "ask", "answer": answer});
        let given = app.send(Method::POST, &path, body.clone()).await;
        assert_eq!(given.status, 200, "{}", given.text());
        assert_eq!(ended(&app, &id).await, expected);
        let again = app.send(Method::POST, &path, body).await;
        assert_eq!(again.status, 409, "{}", again.text());
    }
}

const WAIT: &str =
    "    - id: wait\n      name: Wait\n      action: debug:wait\n      input: {seconds: 25}\n";

/// Backstage's order, recorded: the event stands behind the beginning of its step, and before its end.
fn told_of_cancelled(id: &str) -> [String; 5] {
    let reason = format!("Step wait (Wait) of task {id} has been cancelled.");
    [
        "Starting up task with 1 steps".to_owned(),
        "Beginning step Wait".to_owned(),
        "Step wait has been cancelled.".to_owned(),
        format!("Error: {reason}\n    at step wait"),
        "Run completed with status: failed".to_owned(),
    ]
}

#[tokio::test]
async fn a_cancelled_run_ends_failed() {
    let app = portal(&template("waiting", WAIT)).start().await;
    let id = start(&app, "waiting", json!({})).await;
    until(&app, &id, |run| run["status"] == "waiting").await;
    let path = format!("/api/scaffolder/v2/tasks/{id}/cancel");
    let answer = app.send(Method::POST, &path, json!({})).await;
    assert_eq!(answer.json(), json!({"status": "cancelled"}));
    assert_eq!(ended(&app, &id).await, "failed");
    assert_eq!(said(&app, &id).await, told_of_cancelled(&id));
    let told = events(&app, &id).await;
    assert_eq!(
        (&told[2]["type"], &told[2]["body"]),
        (
            &json!("cancelled"),
            &json!({"message": "Step wait has been cancelled.", "stepId": "wait", "status": "cancelled"})
        )
    );
    let reason = format!("Step wait (Wait) of task {id} has been cancelled.");
    assert_eq!(
        told[4]["body"]["error"],
        json!({"name": "Error", "message": reason})
    );
    app.send(Method::POST, &path, json!({})).await;
    let told = events(&app, &id).await;
    assert_eq!((told.len(), &told[5]["type"]), (6, &json!("cancelled")));
}

#[tokio::test]
async fn a_run_cancelled_before_it_began_tells_the_same() {
    let mut app = portal(&template("waiting", WAIT))
        .with(|config| config.scaffolder.concurrent_tasks_limit = 0)
        .start()
        .await;
    let id = start(&app, "waiting", json!({})).await;
    let path = format!("/api/scaffolder/v2/tasks/{id}/cancel");
    let answer = app.send(Method::POST, &path, json!({})).await;
    assert_eq!(answer.json(), json!({"status": "cancelled"}));
    assert!(events(&app, &id).await.is_empty(), "no step said anything");
    app.reconfigure(|config| config.scaffolder.concurrent_tasks_limit = 10);
    app.restart().await;
    assert_eq!(ended(&app, &id).await, "failed");
    assert_eq!(said(&app, &id).await, told_of_cancelled(&id));
}

#[tokio::test]
async fn a_retry_goes_on_from_the_step_that_failed() {
    let steps = "    - id: first\n      name: First\n      action: debug:log\n      input: {message: once}\n    - id: fetch\n      name: Fetch\n      action: fetch:plain\n      input: {url: ./files}\n    - id: list\n      name: List\n      action: debug:log\n      input: {listWorkspace: true}\n";
    let app = portal(&template("fetching", steps)).start().await;
    let id = start(&app, "fetching", json!({})).await;
    assert_eq!(ended(&app, &id).await, "failed");
    app.write("files/a.txt", "a");
    let path = format!("/api/scaffolder/v2/tasks/{id}/retry");
    let answer = app.send(Method::POST, &path, json!({})).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (201, json!({"id": id}))
    );
    assert_eq!(ended(&app, &id).await, "completed");
    let said = said(&app, &id).await;
    let count = |text: &str| said.iter().filter(|line| line.as_str() == text).count();
    assert_eq!(count("info: once"), 1, "{said:#?}");
    assert_eq!(count("info: Workspace:\n  - a.txt"), 1, "{said:#?}");
    assert_eq!(count("Run completed with status: failed"), 0);
}

#[tokio::test]
async fn a_step_that_failed_is_left_out_with_a_reason() {
    let steps = "    - id: bad\n      name: Bad\n      action: no:such:action\n    - id: log\n      name: Log\n      action: debug:log\n      input: {message: behind}\n";
    let app = portal(&template("skipping", steps)).start().await;
    let id = start(&app, "skipping", json!({})).await;
    assert_eq!(ended(&app, &id).await, "failed");
    let path = format!("/api/callboard/runs/{id}/skip");
    let refused = app.send(Method::POST, &path, json!({"reason": " "})).await;
    assert_eq!(refused.status, 400);
    let answer = app
        .send(Method::POST, &path, json!({"reason": "done by hand"}))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(ended(&app, &id).await, "completed");
    let run = journal(&app, &id).await;
    assert_eq!(run["steps"][0]["status"], "skipped");
    assert_eq!(run["steps"][0]["error"], "done by hand");
    assert!(said(&app, &id).await.contains(&"info: behind".to_owned()));
}
