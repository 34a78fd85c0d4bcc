//! Pull requests from a fork: made in the account of the token, taken back only where this run made it.

use callboard::entity::ScmHost;
use serde_json::{Value, json};

use crate::support::{
    TestApp,
    fake_host::FakeHost,
    hosts::{integration, token},
    runs::{ended, journal, portal, said, start, template, undone},
};

const PROPOSE: &str = r#"    - id: files
      action: roadiehq:utils:fs:write
      input: {path: ci.yaml, content: "on: push"}
    - id: propose
      action: publish:github:pull-request
      input:
        repoUrl: ${{ parameters.host }}?owner=acme&repo=shop
        branchName: add-ci
        title: Add a pipeline
        description: It tests every change.
        forceFork: true
        forceEmptyGitAuthor: true
"#;
const HEAD: &str = "762941318ee16e59dabbacb1b4049eec22f0d303";

fn opened() -> Value {
    json!({
        "number": 3, "html_url": "https://github.example.com/acme/shop/pull/3", "title": "Add a pipeline",
        "state": "open", "head": {"ref": "add-ci", "sha": HEAD}, "base": {"ref": "main", "sha": HEAD},
        "user": {"login": "callboard"},
    })
}

/// A GitHub with a repository of acme, asked with the token of a user.
async fn with_shop(login: &str) -> FakeHost {
    let commit = json!({
        "sha": HEAD, "parents": [],
        "commit": {"message": "First", "tree": {"sha": HEAD}},
    });
    let main = json!({"name": "main", "commit": commit});
    let shop = json!({
        "id": 7, "name": "shop", "owner": {"login": "acme"}, "html_url": "https://github.example.com/acme/shop",
        "clone_url": "https://github.example.com/acme/shop.git", "default_branch": "main", "private": false, "size": 1,
    });
    let host = FakeHost::start()
        .await
        .with("/user", json!({ "login": login }))
        .with("/repos/acme/shop", shop)
        .with("/repos/acme/shop/branches", json!([main]))
        .with("/repos/acme/shop/branches/main", main)
        .with(&format!("/repos/acme/shop/commits/{HEAD}"), commit)
        .with(
            &format!("/repos/acme/shop/git/trees/{HEAD}"),
            json!({"sha": HEAD, "tree": [], "truncated": false}),
        )
        .with("/repos/acme/shop/pulls", json!([]))
        .with("/repos/acme/shop/pulls/3", opened());
    host.answers("POST /repos/acme/shop/pulls", 201, opened());
    host
}

async fn proposed(host: &FakeHost) -> (TestApp, String) {
    let integration = integration(ScmHost::GitHub, &host.url, &[token("a-token")]);
    let app = portal(&template("proposing", PROPOSE))
        .integration(integration)
        .start()
        .await;
    let authority = host.url.trim_start_matches("http://");
    let id = start(&app, "proposing", json!({ "host": authority })).await;
    (app, id)
}

fn kinds(run: &Value) -> Vec<&str> {
    let effects = run["effects"].as_array().expect("a list").iter();
    effects
        .filter_map(|effect| effect["kind"].as_str())
        .collect()
}

#[tokio::test]
async fn a_pull_request_comes_from_a_fork_that_goes_again_with_it() {
    let host = with_shop("callboard").await;
    let (app, id) = proposed(&host).await;
    let status = ended(&app, &id).await;
    assert_eq!(status, "completed", "{:#?}", said(&app, &id).await);
    assert_eq!(
        host.changes(),
        [
            "POST /repos/acme/shop/forks",
            "POST /repos/callboard/shop/git/trees",
            "POST /repos/callboard/shop/git/commits",
            "POST /repos/callboard/shop/git/refs",
            "POST /repos/acme/shop/pulls",
        ]
    );
    let commit = host.body("POST /repos/callboard/shop/git/commits");
    assert_eq!(commit["parents"], json!([HEAD]));
    assert!(
        commit.get("author").is_none() && commit.get("committer").is_none(),
        "GitHub names the author: {commit}"
    );
    let request = host.body("POST /repos/acme/shop/pulls");
    assert_eq!(
        (&request["head"], &request["base"]),
        (&json!("callboard:add-ci"), &json!("main"))
    );
    let run = journal(&app, &id).await;
    assert_eq!(kinds(&run), ["fork", "commit", "pull-request"], "{run}");

    let undo = undone(&app, &id).await;
    let status = ended(&app, &undo).await;
    assert_eq!(status, "completed", "{:#?}", said(&app, &undo).await);
    assert!(!host.has("/repos/callboard/shop"), "the fork is gone");
    assert!(host.has("/repos/acme/shop"));
}

#[tokio::test]
async fn a_fork_that_was_there_stays() {
    let host = with_shop("callboard").await;
    let fork = json!({
        "id": 5, "name": "shop", "owner": {"login": "callboard"}, "html_url": "https://github.example.com/callboard/shop",
        "clone_url": "https://github.example.com/callboard/shop.git", "default_branch": "main", "private": false,
        "size": 1, "parent": {"full_name": "acme/shop"},
    });
    let at = "/repos/callboard/shop";
    let commit =
        json!({"sha": HEAD, "parents": [], "commit": {"message": "First", "tree": {"sha": HEAD}}});
    let tree = json!({"sha": HEAD, "tree": [], "truncated": false});
    let host = host
        .with(at, fork)
        .with(&format!("{at}/commits/{HEAD}"), commit)
        .with(&format!("{at}/git/trees/{HEAD}"), tree);
    let (app, id) = proposed(&host).await;
    let status = ended(&app, &id).await;
    assert_eq!(status, "completed", "{:#?}", said(&app, &id).await);
    let list = app.get(&format!("/api/callboard/runs/{id}/undo")).await;
    assert_eq!(
        list.json()["effects"][2]["staysBecause"],
        "The fork was there before, and stays."
    );
    let undo = undone(&app, &id).await;
    let status = ended(&app, &undo).await;
    assert_eq!(status, "completed", "{:#?}", said(&app, &undo).await);
    assert!(host.has(at));
    assert!(!host.changes().iter().any(|line| line.ends_with("/forks")));
}

#[tokio::test]
async fn nobody_forks_what_is_theirs_and_no_name_is_taken_for_a_fork() {
    let host = with_shop("acme").await;
    let (app, id) = proposed(&host).await;
    assert_eq!(ended(&app, &id).await, "failed");
    let told = said(&app, &id).await.join("\n");
    assert!(told.contains("Leave forceFork out."), "{told}");

    let host = with_shop("callboard").await;
    let host = host.with("/repos/callboard/shop", json!({"id": 9, "name": "shop"}));
    let (app, id) = proposed(&host).await;
    assert_eq!(ended(&app, &id).await, "failed");
    let told = said(&app, &id).await.join("\n");
    assert!(told.contains("that is no fork of acme/shop"), "{told}");
    assert_eq!(host.changes(), Vec::<String>::new());
}
