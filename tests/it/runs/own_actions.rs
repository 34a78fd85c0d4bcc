//! Actions of one's own, and the portal called by a run.

use axum::http::Method;
use callboard::config::{ActionFile, AllowedHost, Config, Secret};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use super::journal::{repositories, with_local_host};
use crate::support::{
    TestAppBuilder,
    runs::{ended, journal, portal, said, start, template, until},
};

const ANNOUNCE: &str = "\
name: chat:announce
description: Tells the chat.
input:
  type: object
  required: [text]
  properties: {text: {type: string}}
output:
  type: object
  properties: {id: {type: number}}
plan: Tells the chat “${{ input.text }}”.
stays: What was said was said.
http:
  method: POST
  url: CHAT/messages
  headers: {Authorization: 'Bearer ${{ environment.secrets.chat }}'}
  body: {text: '${{ input.text }}'}
  sign: {header: X-Signature-256, secret: sign}
result: {id: '${{ response.body.id }}'}
";
const STEPS: &str = "    - id: tell\n      action: chat:announce\n      input: {text: Hello}\n    - action: debug:log\n      input: {message: 'message ${{ steps.tell.output.id }}'}\n";

fn own(config: &mut Config, text: String, host: &str) {
    config.scaffolder.own.files.push(ActionFile {
        name: "own.yaml".to_owned(),
        text,
    });
    config.scaffolder.own.allow.push(AllowedHost {
        host: host.to_owned(),
        paths: None,
    });
    let secrets = &mut config.scaffolder.environment_secrets;
    secrets.insert("chat".to_owned(), Secret::new("chat-t0ken"));
    secrets.insert("sign".to_owned(), Secret::new("It's a Secret to Everybody"));
}

fn with_chat(server: &MockServer, text: &str) -> TestAppBuilder {
    let text = text.replace("CHAT", &server.uri());
    let host = server.address().to_string();
    portal(&template("telling", STEPS)).with(|config| own(config, text, &host))
}

async fn answers(server: &MockServer, status: u16, times: u64) {
    Mock::given(method("POST"))
        .and(path("/messages"))
        .respond_with(ResponseTemplate::new(status).set_body_json(json!({"id": 7})))
        .up_to_n_times(times)
        .mount(server)
        .await;
}

#[tokio::test]
async fn a_declared_call_is_signed_carries_its_key_and_gives_its_result() {
    let server = MockServer::start().await;
    answers(&server, 200, 1).await;
    let app = with_chat(&server, ANNOUNCE).start().await;
    let id = start(&app, "telling", json!({})).await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    let told = said(&app, &id).await.join("\n");
    assert!(
        told.contains("Tells the chat “Hello”.") && told.contains("message 7"),
        "{told}"
    );
    let sent = server.received_requests().await.expect("recorded");
    let header = |name: &str| sent[0].headers[name].to_str().expect("a text").to_owned();
    assert_eq!(header("authorization"), "Bearer chat-t0ken");
    assert_eq!(header("idempotency-key"), format!("{id}/tell"));
    assert_eq!(
        header("x-signature-256"),
        format!("sha256={}", hmac_of(br#"{"text":"Hello"}"#))
    );
    let run = journal(&app, &id).await.to_string();
    assert!(!run.contains("chat-t0ken"), "{run}");
    let undo = app
        .get(&format!("/api/callboard/runs/{id}/undo"))
        .await
        .json();
    assert_eq!(
        undo["effects"][0]["staysBecause"],
        "What was said was said."
    );
}

fn hmac_of(body: &[u8]) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"It's a Secret to Everybody");
    let tag = ring::hmac::sign(&key, body);
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    let digits = tag.as_ref().iter();
    digits
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[tokio::test]
async fn only_what_is_declared_idempotent_is_repeated() {
    let server = MockServer::start().await;
    answers(&server, 503, 1).await;
    answers(&server, 200, 1).await;
    let idempotent = ANNOUNCE.replace("  method: POST", "  method: POST\n  idempotent: true");
    let app = with_chat(&server, &idempotent).start().await;
    let id = start(&app, "telling", json!({})).await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );

    let server = MockServer::start().await;
    answers(&server, 503, 1).await;
    let app = with_chat(&server, ANNOUNCE).start().await;
    let id = start(&app, "telling", json!({})).await;
    assert_eq!(ended(&app, &id).await, "failed");
    assert_eq!(server.received_requests().await.expect("recorded").len(), 1);
    let retry = format!("/api/scaffolder/v2/tasks/{id}/retry");
    app.send(Method::POST, &retry, json!({})).await;
    let run = until(&app, &id, |run| {
        !run["waits"].as_array().is_none_or(Vec::is_empty)
    })
    .await;
    assert_eq!(
        run["effects"][0]["state"], "unknown",
        "somebody must look: {run}"
    );
}

#[tokio::test]
async fn what_nobody_knows_is_settled_while_the_run_waits() {
    for (was_done, calls) in [(true, 1), (false, 2)] {
        let server = MockServer::start().await;
        answers(&server, 503, 1).await;
        answers(&server, 200, 1).await;
        let app = with_chat(&server, ANNOUNCE).start().await;
        let id = start(&app, "telling", json!({})).await;
        assert_eq!(ended(&app, &id).await, "failed");
        let retry = format!("/api/scaffolder/v2/tasks/{id}/retry");
        app.send(Method::POST, &retry, json!({})).await;
        until(&app, &id, |run| run["status"] == "waiting").await;
        let page = app.get(&format!("/runs/{id}")).await;
        assert!(
            page.text()
                .contains("Was this done? Tells the chat “Hello”."),
            "{}",
            page.text()
        );
        let answer = format!("/api/callboard/runs/{id}/answer");
        let body = json!({"step": "tell", "answer": "yes"});
        let refused = app.send(Method::POST, &answer, body).await;
        assert_eq!(refused.status, 409, "it is no question of the step");
        let path = format!("/runs/{id}/effect");
        let done = if was_done { "yes" } else { "no" };
        let form = [("step", "tell"), ("ordinal", "0"), ("done", done)];
        let settled = app.submit(&path, &form).await;
        assert_eq!(settled.status, 303, "{}", settled.text());
        let told = said(&app, &id).await;
        assert_eq!(ended(&app, &id).await, "completed", "{told:#?}");
        let sent = server.received_requests().await.expect("recorded");
        assert_eq!(sent.len(), calls, "{told:#?}");
        let again = app.submit(&path, &form).await;
        assert_eq!(again.status, 409, "it is known");
        let run = journal(&app, &id).await;
        assert_eq!(run["effects"][0]["state"], "done", "{run}");
        assert_eq!(run["waits"], json!([]));
    }
}

#[tokio::test]
async fn other_hosts_are_not_called() {
    let server = MockServer::start().await;
    let elsewhere = ANNOUNCE.replace("CHAT", "http://localhost:1");
    let app = with_chat(&server, &elsewhere).start().await;
    let id = start(&app, "telling", json!({})).await;
    assert_eq!(ended(&app, &id).await, "failed");
    let told = said(&app, &id).await.join("\n");
    assert!(
        told.contains("Add `- host: localhost:1` to `callboard.scaffolder.allow`"),
        "{told}"
    );
}

#[tokio::test]
async fn faults_of_files_are_told_at_start_all_at_once() {
    let builder = portal("").with(|config| {
        let text = "name: a\ndescription: b\n---\nname: debug:log\ndescription: b\nsteps: [{action: nope}]\n";
        own(config, text.to_owned(), "localhost");
    });
    let told = builder.refused().await;
    assert!(
        told.contains("own.yaml:1: An action has either `http` or `steps`."),
        "{told}"
    );
    assert!(
        told.contains("own.yaml:6: There is no built-in action `nope`."),
        "{told}"
    );
}

#[tokio::test]
async fn built_in_actions_follow_one_another_in_an_action_of_files() {
    let text = "\
name: acme:service
description: Makes a service.
input: {type: object, properties: {name: {type: string}}}
steps:
  - action: roadiehq:utils:fs:write
    input: {path: README.md, content: '# ${{ input.name }}'}
  - id: publish
    action: publish:git
    input: {repoUrl: 'HOST?owner=acme&repo=${{ input.name }}'}
result: {url: '${{ steps.publish.output.remoteUrl }}'}
";
    let steps = "    - id: make\n      action: acme:service\n      input: {name: shop}\n    - action: debug:log\n      input: {message: 'at ${{ steps.make.output.url }}'}\n";
    let builder = with_local_host(&template("making", steps)).with(|config| {
        let base = config.backend.base_url.clone();
        let host = callboard::forge::authority(&base);
        own(config, text.replace("HOST", &host), "localhost");
    });
    let app = builder.start().await;
    let id = start(&app, "making", json!({})).await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    assert_eq!(repositories(&app).await, ["acme/shop"]);
    let kinds: Vec<Value> = journal(&app, &id).await["effects"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|effect| effect["kind"].clone())
        .collect();
    assert_eq!(kinds, ["repository", "commit"]);
}

#[tokio::test]
async fn shipped_actions_say_where_they_want_a_repository() {
    let steps = "    - action: kube:apply\n      input: {manifest: {kind: Namespace, metadata: {name: shop}}}\n";
    let app = portal(&template("applying", steps)).start().await;
    let id = start(&app, "applying", json!({})).await;
    assert_eq!(ended(&app, &id).await, "failed");
    let told = said(&app, &id).await.join("\n");
    assert!(told.contains("callboard.scaffolder.manifests"), "{told}");
}

#[tokio::test]
async fn a_run_calls_the_portal_as_its_user() {
    let steps = "    - id: ask\n      action: http:backstage:request\n      input: {method: GET, path: /api/catalog/entities, params: {filter: kind=template}}\n    - action: debug:log\n      input: {message: '${{ steps.ask.output.code }} ${{ steps.ask.output.body[0].metadata.name }}'}\n";
    let app = portal(&template("asking", steps)).start().await;
    let id = start(&app, "asking", json!({})).await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    let told = said(&app, &id).await.join("\n");
    assert!(told.contains("200 asking"), "{told}");
    let proxy = steps.replace("/api/catalog/entities", "/proxy/jira");
    let app = portal(&template("asking", &proxy)).start().await;
    let id = start(&app, "asking", json!({})).await;
    assert_eq!(ended(&app, &id).await, "failed");
    let told = said(&app, &id).await.join("\n");
    assert!(
        told.contains("NotImplementedError: The portal has no proxy yet"),
        "{told}"
    );
}
