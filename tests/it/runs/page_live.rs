//! The stream behind the page of a run: lines once, parts when they change, an end.

use axum::{body::Body, http::Request};
use serde_json::json;

use crate::support::{
    TestApp,
    runs::{ended, portal, start, template, until},
};

const ASKING: &str = "    - id: log\n      name: Log\n      action: debug:log\n      input: {message: before}\n    - id: ask\n      name: Ask\n      action: wait\n      input: {question: May it be?}\n    - id: end\n      name: End\n      action: debug:log\n      input: {message: behind}\n";

async fn live(app: &TestApp, id: &str, last_seen: Option<&str>) -> String {
    let mut request = Request::get(format!("/runs/{id}/live?after=0"));
    if let Some(last) = last_seen {
        request = request.header("last-event-id", last);
    }
    let request = request.body(Body::empty()).expect("a request");
    let answer = app.call(request).await;
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    answer.text().to_owned()
}

fn lines(stream: &str) -> Vec<&str> {
    stream
        .lines()
        .filter(|line| line.starts_with("data: <li id=\"e"))
        .collect()
}

#[tokio::test]
async fn a_stream_goes_on_until_the_run_ends_and_says_nothing_twice() {
    let app = portal(&template("asking", ASKING)).start().await;
    let id = start(&app, "asking", json!({})).await;
    let answering = async {
        until(&app, &id, |run| run["status"] == "waiting").await;
        // The stream has told of the question by then, or tells of all at once: both are right.
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        let form = [("step", "ask"), ("answer", "yes")];
        app.submit(&format!("/runs/{id}/answer"), &form).await;
        ended(&app, &id).await
    };
    let (stream, status) = tokio::join!(live(&app, &id, None), answering);
    assert_eq!(status, "completed");
    for (text, times) in [
        (">before</span>", 1),
        (">behind</span>", 1),
        ("data-into=\"s0-log\"", 4),
        ("event: end", 1),
    ] {
        assert_eq!(stream.matches(text).count(), times, "{text} in {stream}");
    }
    assert!(stream.contains("Yes, go on"), "the question: {stream}");
    let last = stream.rsplit("id=\"run-state\"").next().expect("a state");
    assert!(last.contains("completed"), "{last}");
    let mut ids = stream.lines().filter_map(|line| line.strip_prefix("id: "));
    let seen = ids.next_back().expect("an id");

    // A browser that comes back is sent the parts, and no line again.
    let again = live(&app, &id, Some(seen)).await;
    assert!(lines(&again).is_empty(), "{again}");
    assert!(again.contains("id=\"run-state\"") && again.contains("event: end"));
    // Every element but a line has an id of the page.
    let page = app.get(&format!("/runs/{id}")).await;
    for part in ["run-actions", "run-state", "s0-head", "s2-head", "run-rest"] {
        let id = format!("id=\"{part}\"");
        assert!(again.contains(&id) && page.text().contains(&id), "{part}");
    }
}

#[tokio::test]
async fn the_page_holds_the_end_of_a_long_log_and_stays_light() {
    let steps = "    - id: loop\n      name: Loop\n      each: ${{ parameters.items }}\n      action: debug:log\n      input: {message: \"${{ each.value }} xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}\n";
    let app = portal(&template("long", steps)).start().await;
    let items: Vec<String> = (0..300).map(|number| format!("number {number}")).collect();
    let id = start(&app, "long", json!({"items": items})).await;
    assert_eq!(ended(&app, &id).await, "completed");
    let page = app.get(&format!("/runs/{id}")).await;
    let text = page.text();
    assert!(text.contains("number 299 x") && !text.contains(">number 0 x"));
    assert!(text.contains("Only the end of the log is on this page."));
    assert!(text.len() < 400 * 1024, "{} bytes", text.len());
    let log = app.get(&format!("/runs/{id}/log")).await;
    assert!(log.text().contains("number 0 x") && log.text().contains("number 299 x"));
}
