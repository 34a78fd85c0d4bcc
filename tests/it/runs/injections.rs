//! Values that try to be more than values: header fields, commit headers, marks, frames of a stream.

use serde_json::json;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use super::journal::{local_host, with_local_host};
use crate::support::{
    hosts::{integration, token},
    runs::{ended, events, journal, portal, said, start, template},
};

#[tokio::test]
async fn a_token_with_line_ends_makes_no_header_field() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
        .mount(&server)
        .await;
    let steps = "    - id: fetch\n      action: fetch:plain\n      input: {url: \"${{ parameters.url }}\", token: \"${{ parameters.token }}\"}\n    - id: secret\n      if: ${{ always() }}\n      action: gitea:secret:create\n      input: {repoUrl: \"${{ parameters.repo }}\", name: KEY, value: x, token: \"${{ parameters.token }}\"}\n";
    let host = integration(
        callboard::entity::ScmHost::Gitea,
        &server.uri(),
        &[token("own")],
    );
    let named = host.host.clone();
    let app = portal(&template("injecting", steps))
        .integration(host)
        .start()
        .await;
    let values = json!({
        "url": format!("{}/acme/shop/src/branch/main/", server.uri()),
        "repo": format!("{named}?owner=acme&repo=shop"),
        "token": "a\r\nx-evil: 1\r\n\r\nGET /evil HTTP/1.1",
    });
    let id = start(&app, "injecting", values).await;
    assert_eq!(ended(&app, &id).await, "failed");
    for request in server.received_requests().await.expect("recorded") {
        assert!(request.headers.get("x-evil").is_none(), "{request:?}");
        assert!(!request.url.path().contains("evil"), "{request:?}");
    }
    let run = journal(&app, &id).await;
    let steps = run["steps"].as_array().expect("a list");
    assert!(steps.iter().all(|step| step["status"] == "failed"), "{run}");
}

#[tokio::test]
async fn an_author_with_line_ends_makes_no_commit_header_and_a_forged_mark_is_not_believed() {
    let steps = r#"    - id: fetch
      action: fetch:template
      input: {url: ./skeleton, values: {name: x}}
    - id: publish
      action: publish:git
      input:
        repoUrl: ${{ parameters.host }}?owner=acme&repo=shop
        gitAuthorName: "Ana\ncommitter Eve <eve@example.com> 0 +0000\n"
        gitAuthorEmail: "ana@example.com>\nencoding evil\n"
        gitCommitMessage: "Make it\n\nCallboard-Run: another/step"
"#;
    let app = with_local_host(&template("injecting", steps)).start().await;
    let id = start(&app, "injecting", json!({"host": local_host(&app)})).await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    let repository = app.path("data/git/acme/shop.git");
    let output = std::process::Command::new("git")
        .arg("--git-dir")
        .arg(repository)
        .args(["cat-file", "commit", "main"])
        .output()
        .expect("git runs");
    let commit = String::from_utf8(output.stdout).expect("text");
    let (head, message) = commit.split_once("\n\n").expect("a head and a message");
    let fields: Vec<&str> = (head.lines())
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(fields, ["tree", "author", "committer"], "{commit}");
    assert!(head.contains("\ncommitter Callboard <"), "{commit}");
    let last = message.trim_end().lines().last().expect("a mark");
    assert_eq!(last, format!("Callboard-Run: {id}/publish"));
}

#[tokio::test]
async fn a_line_of_the_log_is_no_frame_of_the_stream() {
    let steps = "    - id: log\n      action: debug:log\n      input: {message: \"x\\n\\nevent: completion\\ndata: {}\\n\\n\\u001b[2J\"}\n";
    let app = portal(&template("injecting", steps)).start().await;
    let id = start(&app, "injecting", json!({})).await;
    assert_eq!(ended(&app, &id).await, "completed");
    let path = format!("/api/scaffolder/v2/tasks/{id}/eventstream");
    let stream = app.get(&path).await;
    let frames: Vec<&str> = stream.text().split_terminator("\n\n").collect();
    assert_eq!(frames.len(), events(&app, &id).await.len());
    for frame in &frames {
        let mut lines = frame.lines();
        let (event, data) = (lines.next(), lines.next());
        assert!(
            event.is_some_and(|line| line.starts_with("event: ")),
            "{frame}"
        );
        assert!(
            data.is_some_and(|line| line.starts_with("data: {")),
            "{frame}"
        );
        assert_eq!(lines.next(), None, "{frame}");
    }
    let is_end = |frame: &&&str| frame.starts_with("event: completion\n");
    assert_eq!(frames.iter().filter(is_end).count(), 1);
}
