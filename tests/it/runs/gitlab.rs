//! GitLab's own actions.

use callboard::entity::ScmHost;
use serde_json::json;

use crate::support::{
    TestApp,
    fake_host::FakeHost,
    hosts::{integration, token},
    runs::{ended, journal, portal, said, start, start_with, template},
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
