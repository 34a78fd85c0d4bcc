//! GitLab's own actions.

use callboard::entity::ScmHost;
use serde_json::json;

use crate::support::{
    TestApp,
    fake_host::FakeHost,
    hosts::{integration, token},
    runs::{ended, journal, portal, said, start, start_with, template, undone},
};

const PUBLISH: &str = r#"    - id: files
      action: roadiehq:utils:fs:write
      input: {path: README.md, content: A shop}
    - id: publish
      action: publish:gitlab
      input:
        repoUrl: ${{ parameters.host }}?owner=acme&repo=shop
        defaultBranch: main
        topics: [shop]
        skipExisting: true
        ownerUsername: ana
        settings: {ci_config_path: ci.yaml, merge_method: ff, description: A shop}
        branches:
          - {name: develop, ref: main, create: true, protect: true}
          - {name: main, protect: true}
        projectVariables:
          - {key: TOKEN, value: "${{ secrets.deploy }}", masked: true, environment_scope: production}
    - id: log
      action: debug:log
      input: {message: "created ${{ steps.publish.output.created }} as ${{ steps.publish.output.projectId }}"}
"#;

/// A GitLab where the token's user owns the group acme.
async fn gitlab() -> FakeHost {
    FakeHost::start()
        .await
        .with(
            "/user",
            json!({"id": 1, "username": "callboard", "is_admin": true}),
        )
        .with("/users", json!([{"id": 5, "username": "ana"}]))
        .with("/namespaces/acme", json!({"id": 3}))
}

async fn started(host: &FakeHost, steps: &str) -> TestApp {
    let integration = integration(ScmHost::GitLab, &host.url, &[token("a-token")]);
    portal(&template("made", steps))
        .integration(integration)
        .start()
        .await
}

fn authority(host: &FakeHost) -> &str {
    host.url.trim_start_matches("http://")
}

#[tokio::test]
async fn publishing_does_everything_its_input_says_and_leaves_what_is_there() {
    const AT: &str = "/projects/acme%2Fshop";
    let host = gitlab().await.with(
        &format!("{AT}/protected_branches/main"),
        json!({"name": "main"}),
    );
    let app = started(&host, PUBLISH).await;
    let values = json!({ "host": authority(&host) });
    let id = start_with(
        &app,
        "made",
        values.clone(),
        json!({"deploy": "s3cr3t-value"}),
    )
    .await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    assert_eq!(
        host.body(&format!("PUT {AT}")),
        json!({"ci_config_path": "ci.yaml", "merge_method": "ff", "description": "A shop", "topics": ["shop"]})
    );
    assert_eq!(
        host.body(&format!("POST {AT}/members")),
        json!({"user_id": 5, "access_level": 50})
    );
    assert_eq!(
        host.body(&format!("POST {AT}/repository/branches")),
        json!({"branch": "develop", "ref": "main"})
    );
    assert_eq!(
        host.body(&format!("POST {AT}/protected_branches")),
        json!({"name": "develop"}),
        "main is protected already"
    );
    assert_eq!(
        host.body(&format!("POST {AT}/variables")),
        json!({"key": "TOKEN", "masked": true, "environment_scope": "production", "value": "s3cr3t-value"})
    );
    assert!(!journal(&app, &id).await.to_string().contains("s3cr3t"));
    let told = said(&app, &id).await.join("\n");
    assert!(told.contains("created true as 42"), "{told}");

    let before = host.changes().len();
    let id = start_with(&app, "made", values, json!({"deploy": "s3cr3t-value"})).await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    let told = said(&app, &id).await.join("\n");
    assert!(told.contains("created false as 42"), "{told}");
    assert_eq!(host.changes().len(), before, "nothing was changed");
}

#[tokio::test]
async fn a_token_that_is_made_is_used_and_kept_nowhere_in_clear() {
    let steps = r#"    - id: token
      action: gitlab:projectAccessToken:create
      input: {repoUrl: "${{ parameters.host }}", projectId: 42, name: deploy, scopes: [api]}
    - id: use
      action: gitlab:projectVariable:create
      input:
        repoUrl: ${{ parameters.host }}
        projectId: 42
        key: DEPLOY
        value: ${{ steps.token.output.access_token }}
        variableType: env_var
    - id: tell
      action: debug:log
      input: {message: "the token is ${{ steps.token.output.access_token }}"}
"#;
    let host = gitlab().await;
    host.answers(
        "POST /projects/42/access_tokens",
        201,
        json!({"id": 9, "token": "glpat-n3w-t0ken"}),
    );
    let app = started(&host, steps).await;
    let id = start(&app, "made", json!({ "host": authority(&host) })).await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    assert_eq!(
        host.body("POST /projects/42/variables")["value"],
        "glpat-n3w-t0ken"
    );
    let told = said(&app, &id).await.join("\n");
    assert!(told.contains("the token is ***"), "{told}");
    let run = journal(&app, &id).await.to_string();
    assert!(!run.contains("glpat") && !told.contains("glpat"), "{run}");
}

#[tokio::test]
async fn groups_are_made_from_the_outermost_on_unless_they_are_there() {
    let steps = r#"    - id: group
      action: gitlab:group:ensureExists
      input: {repoUrl: "${{ parameters.host }}", path: [acme, {name: Team One, slug: one}]}
    - id: access
      action: gitlab:group:access
      input: {repoUrl: "${{ parameters.host }}", path: "${{ steps.group.output.groupId }}", userIds: [5], accessLevel: maintainer}
"#;
    let host = gitlab().await.with("/groups/acme", json!({"id": 3}));
    let app = started(&host, steps).await;
    let id = start(&app, "made", json!({ "host": authority(&host) })).await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    assert_eq!(
        host.body("POST /groups"),
        json!({"name": "Team One", "path": "one", "parent_id": 3})
    );
    assert_eq!(
        host.body("POST /groups/1/members"),
        json!({"user_id": 5, "access_level": 40})
    );
}

const BEFORE: &str = "762941318ee16e59dabbacb1b4049eec22f0d303";
const BRANCH: &str = "/projects/acme%2Fshop/repository/branches/generated";

/// A commit that was pushed to a branch that was there.
async fn pushed() -> (FakeHost, TestApp, String) {
    let steps = r#"    - id: files
      action: roadiehq:utils:fs:write
      input: {path: a.txt, content: A}
    - id: push
      action: gitlab:repo:push
      input: {repoUrl: "${{ parameters.host }}?owner=acme&repo=shop", branchName: generated, commitMessage: Bring up to date}
"#;
    let shop = json!({
        "id": 42, "path": "shop", "namespace": {"full_path": "acme"}, "web_url": "https://gitlab.example.com/acme/shop",
        "http_url_to_repo": "https://gitlab.example.com/acme/shop.git", "default_branch": "main",
        "visibility": "private",
    });
    let branch = json!({"name": "generated", "commit": {"id": BEFORE}});
    let host = gitlab()
        .await
        .with("/projects/acme%2Fshop", shop)
        .with("/projects/acme%2Fshop/repository/tree", json!([]))
        .with(BRANCH, branch);
    let app = started(&host, steps).await;
    let id = start(&app, "made", json!({ "host": authority(&host) })).await;
    let status = ended(&app, &id).await;
    assert_eq!(status, "completed", "{:#?}", said(&app, &id).await);
    (host, app, id)
}

#[tokio::test]
async fn a_branch_that_was_there_is_taken_back_to_where_it_was() {
    let (host, app, id) = pushed().await;
    let list = app.get(&format!("/api/callboard/runs/{id}/undo")).await;
    assert_eq!(
        list.json()["effects"][0]["undo"],
        "Takes the branch generated back to commit 7629413..., if nothing was committed to it since and its host lets it go back."
            .replace("7629413...", &BEFORE[..10])
    );
    let undo = undone(&app, &id).await;
    let status = ended(&app, &undo).await;
    assert_eq!(status, "completed", "{:#?}", said(&app, &undo).await);
    let moved = host.body("POST /acme/shop.git/git-receive-pack");
    assert_eq!(
        (&moved["to"], &moved["ref"]),
        (&json!(BEFORE), &json!("refs/heads/generated"))
    );
    let run = journal(&app, &id).await;
    assert_eq!(run["effects"][0]["state"], "undone");
}

#[tokio::test]
async fn a_branch_that_somebody_committed_to_since_is_left() {
    let (host, app, id) = pushed().await;
    let theirs = json!({"name": "generated", "commit": {"id": "1".repeat(40)}});
    let host = host.with(BRANCH, theirs);
    let undo = undone(&app, &id).await;
    assert_eq!(ended(&app, &undo).await, "failed");
    let told = said(&app, &undo).await.join("\n");
    assert!(told.contains("was committed to since"), "{told}");
    assert!(
        !host
            .changes()
            .iter()
            .any(|line| line.ends_with("git-receive-pack"))
    );
}
