//! GitHub's own actions: everything an input says is done, kept in the journal, and taken back.

use axum::http::Method;
use callboard::entity::ScmHost;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestAppBuilder,
    fake_host::FakeHost,
    hosts::{integration, token},
    runs::{ended, journal, portal, said, start, start_with, template, until},
};

const PUBLISH: &str = r#"    - id: files
      action: roadiehq:utils:fs:write
      input: {path: README.md, content: A shop}
    - id: publish
      action: publish:github
      input:
        repoUrl: ${{ parameters.host }}?owner=acme&repo=shop
        description: A shop
        homepage: https://shop.example.com
        access: acme/owners
        defaultBranch: main
        requiredApprovingReviewCount: 2
        requiredStatusCheckContexts: [test]
        requiredConversationResolution: true
        requiredCommitSigning: true
        restrictions: {users: [ana], teams: []}
        bypassPullRequestAllowances: {apps: [bot], users: [], teams: []}
        deleteBranchOnMerge: true
        allowRebaseMerge: false
        squashMergeCommitTitle: PR_TITLE
        collaborators:
          - {user: ben, access: push}
          - {team: 'group:default/platform', access: maintain}
        hasWiki: false
        topics: [Shop]
        repoVariables: {REGION: eu}
        secrets: {TOKEN: "${{ secrets.deploy }}"}
        oidcCustomization: {useDefault: false, includeClaimKeys: [repo]}
        customProperties: {tier: gold}
        subscribe: true
"#;

/// A GitHub where the organisation acme lets the token make repositories.
async fn github() -> FakeHost {
    FakeHost::start()
        .await
        .with("/user", json!({"login": "callboard"}))
        .with("/users/acme", json!({"type": "Organization"}))
        .with(
            "/user/memberships/orgs/acme",
            json!({"state": "active", "role": "admin", "organization": {"login": "acme"}}),
        )
}

fn with(host: &FakeHost, steps: &str) -> TestAppBuilder {
    let integration = integration(ScmHost::GitHub, &host.url, &[token("a-token")]);
    portal(&template("made", steps)).integration(integration)
}

fn authority(host: &FakeHost) -> &str {
    host.url.trim_start_matches("http://")
}

/// A shop that was published, with everything.
async fn published() -> (FakeHost, TestApp, String) {
    let host = github().await;
    let app = with(&host, PUBLISH).start().await;
    let values = json!({ "host": authority(&host) });
    let id = start_with(&app, "made", values, json!({"deploy": "s3cr3t-value"})).await;
    let status = ended(&app, &id).await;
    assert_eq!(status, "completed", "{:#?}", said(&app, &id).await);
    (host, app, id)
}

/// Takes a run back.
async fn undone(app: &TestApp, id: &str) {
    let place = format!("/api/callboard/runs/{id}/undo");
    let undo = app.send(Method::POST, &place, json!({})).await.json();
    let undo = undo["id"].as_str().expect("an id");
    let status = ended(app, undo).await;
    assert_eq!(status, "completed", "{:#?}", said(app, undo).await);
}

#[tokio::test]
async fn publishing_sets_everything_its_input_says() {
    let (host, ..) = published().await;
    let changes = host.changes();
    for line in [
        "POST /orgs/acme/repos",
        "PUT /orgs/acme/teams/owners/repos/acme/shop",
        "PUT /repos/acme/shop/subscription",
    ] {
        assert!(
            changes.iter().any(|change| change == line),
            "{line}: {changes:#?}"
        );
    }
    assert_eq!(
        host.body("PATCH /repos/acme/shop"),
        json!({
            "description": "A shop", "homepage": "https://shop.example.com", "has_wiki": false, "has_issues": true,
            "delete_branch_on_merge": true, "allow_merge_commit": true, "allow_squash_merge": true,
            "allow_rebase_merge": false, "allow_auto_merge": false, "allow_update_branch": false,
            "squash_merge_commit_title": "PR_TITLE", "squash_merge_commit_message": "COMMIT_MESSAGES",
        })
    );
    let right = |line: &str| host.body(line)["permission"].clone();
    assert_eq!(right("PUT /repos/acme/shop/collaborators/ben"), "push");
    assert_eq!(
        right("PUT /orgs/acme/teams/platform/repos/acme/shop"),
        "maintain"
    );
    assert_eq!(
        host.body("PUT /repos/acme/shop/topics"),
        json!({"names": ["shop"]})
    );
    assert_eq!(
        host.body("PATCH /repos/acme/shop/properties/values"),
        json!({"properties": [{"property_name": "tier", "value": "gold"}]})
    );
    assert_eq!(
        host.body("PUT /repos/acme/shop/actions/oidc/customization/sub"),
        json!({"use_default": false, "include_claim_keys": ["repo"]})
    );
}

#[tokio::test]
async fn the_default_branch_is_protected_as_the_input_says() {
    let (host, ..) = published().await;
    let rules = host.body("PUT /repos/acme/shop/branches/main/protection");
    assert_eq!(
        rules["restrictions"],
        json!({"users": ["ana"], "teams": [], "apps": []})
    );
    let reviews = &rules["required_pull_request_reviews"];
    assert_eq!(reviews["required_approving_review_count"], 2);
    assert_eq!(
        reviews["bypass_pull_request_allowances"]["apps"],
        json!(["bot"])
    );
    assert_eq!(
        rules["required_status_checks"],
        json!({"strict": true, "contexts": ["test"]})
    );
    assert_eq!(rules["required_conversation_resolution"], true);
    host.body("POST /repos/acme/shop/branches/main/protection/required_signatures");
}

#[tokio::test]
async fn what_was_published_is_taken_back_and_no_secret_is_kept() {
    let (host, app, id) = published().await;
    let secret = host.body("PUT /repos/acme/shop/actions/secrets/TOKEN");
    assert!(secret["encrypted_value"].is_string() && !secret.to_string().contains("s3cr3t"));
    let run = journal(&app, &id).await;
    assert!(!run.to_string().contains("s3cr3t"), "{run}");
    undone(&app, &id).await;
    assert!(!host.has("/repos/acme/shop"), "{:#?}", host.changes());
}

#[tokio::test]
async fn what_the_plan_of_github_lacks_is_told_and_left_out() {
    let host = github().await;
    let steps = "    - action: roadiehq:utils:fs:write\n      input: {path: a, content: b}\n    - action: publish:github\n      input:\n        repoUrl: ${{ parameters.host }}?owner=acme&repo=shop\n        defaultBranch: main\n        collaborators: [{user: nobody, access: push}]\n";
    let app = with(&host, steps).start().await;
    host.answers(
        "PUT /repos/acme/shop/branches/main/protection",
        403,
        json!({"message": "Upgrade to GitHub Pro or make this repository public to enable this feature."}),
    );
    let nobody = "PUT /repos/acme/shop/collaborators/nobody";
    host.answers(nobody, 404, json!({"message": "Not Found"}));
    let id = start(&app, "made", json!({ "host": authority(&host) })).await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    let told = said(&app, &id).await.join("\n");
    assert!(told.contains("The branch main is not protected"), "{told}");
    assert!(told.contains("Left out: Gives the user nobody"), "{told}");
}

#[tokio::test]
async fn a_right_that_is_missing_is_told_before_anything_is_made() {
    let host = FakeHost::start()
        .await
        .with("/user", json!({"login": "callboard"}));
    let first = "    - action: github:issues:create\n      input: {repoUrl: '${{ parameters.host }}?owner=acme&repo=other', title: Hello}\n";
    let app = with(&host, &format!("{first}{PUBLISH}")).start().await;
    let values = json!({ "host": authority(&host) });
    let id = start_with(&app, "made", values, json!({"deploy": "s3cr3t-value"})).await;
    assert_eq!(ended(&app, &id).await, "failed");
    let told = said(&app, &id).await;
    let last = told.last().expect("something was said");
    assert_eq!(last, "Run completed with status: failed");
    let events = crate::support::runs::events(&app, &id).await;
    let fault = &events.last().expect("it ended")["body"]["error"];
    assert_eq!(fault["name"], "NotAllowedError");
    let message = fault["message"].as_str().expect("a message");
    assert!(
        message.starts_with("Step publish: The portal may not make repositories for acme"),
        "{message}"
    );
    assert_eq!(host.changes(), Vec::<String>::new());
}

const WEBHOOK: &str = "    - id: hook\n      action: github:webhook\n      input:\n        repoUrl: ${{ parameters.host }}?owner=acme&repo=shop\n        webhookUrl: https://hooks.example.com\n        webhookSecret: ${{ secrets.sign }}\n        contentType: json\n";

#[tokio::test]
async fn a_webhook_is_made_with_a_secret_nobody_keeps_and_removed() {
    let host = github().await.with("/repos/acme/shop/hooks", json!([]));
    let app = with(&host, WEBHOOK).start().await;
    let values = json!({ "host": authority(&host) });
    let id = start_with(&app, "made", values, json!({"sign": "h00k-s3cret"})).await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    let hook = host.body("POST /repos/acme/shop/hooks");
    assert_eq!(
        hook,
        json!({
            "config": {"url": "https://hooks.example.com", "content_type": "json", "insecure_ssl": "0", "secret": "h00k-s3cret"},
            "events": ["push"], "active": true,
        })
    );
    let run = journal(&app, &id).await;
    assert!(!run.to_string().contains("h00k-s3cret"), "{run}");
    undone(&app, &id).await;
    assert_eq!(
        host.changes().last().expect("a change"),
        "DELETE /repos/acme/shop/hooks/1"
    );
}

const DISPATCH: &str = "    - id: go\n      action: github:actions:dispatch\n      input:\n        repoUrl: ${{ parameters.host }}?owner=acme&repo=shop\n        workflowId: deploy.yaml\n        branchOrTagName: main\n";

/// What a run waits for, and how often the workflow was started when somebody had said whether it was.
async fn dispatched_after(was_done: bool) -> (Value, usize) {
    const LINE: &str = "POST /repos/acme/shop/actions/workflows/deploy.yaml/dispatches";
    let host = github().await;
    host.answers(LINE, 502, json!({"message": "Bad Gateway"}));
    let app = with(&host, DISPATCH).start().await;
    let id = start(&app, "made", json!({ "host": authority(&host) })).await;
    assert_eq!(ended(&app, &id).await, "failed");
    let retry = format!("/api/scaffolder/v2/tasks/{id}/retry");
    app.send(Method::POST, &retry, json!({})).await;
    until(&app, &id, |run| {
        run["waits"].as_array().is_some_and(|all| !all.is_empty())
    })
    .await;
    let run = journal(&app, &id).await;
    assert_eq!(run["effects"][0]["state"], "unknown", "{run}");
    let body = json!({"step": "go", "ordinal": 0, "done": was_done});
    let path = format!("/api/callboard/runs/{id}/effect");
    let settled = app.send(Method::POST, &path, body).await;
    assert_eq!(settled.status, 200, "{}", settled.text());
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    let started = host.changes().iter().filter(|line| *line == LINE).count();
    (run["waits"][0].clone(), started)
}

#[tokio::test]
async fn a_workflow_that_may_have_been_started_waits_for_somebody_who_looks() {
    let (wait, started) = dispatched_after(true).await;
    assert_eq!(started, 1, "it is not started again");
    let question = wait["question"].as_str().expect("a question");
    assert!(
        question.contains("Starts the workflow deploy.yaml"),
        "{question}"
    );
    let (_, started) = dispatched_after(false).await;
    assert_eq!(started, 2, "it is started again");
}

#[tokio::test]
async fn an_environment_has_its_rules_its_variables_and_reviewers() {
    let host = github()
        .await
        .with("/users/ana", json!({"id": 11}))
        .with("/orgs/acme/teams/platform", json!({"id": 12}));
    let steps = "    - action: github:environment:create\n      input:\n        repoUrl: ${{ parameters.host }}?owner=acme&repo=shop\n        name: production\n        waitTimer: 5\n        customTagPolicyNames: [v*]\n        environmentVariables: {REGION: eu}\n        reviewers: [user:default/ana, group:default/platform]\n";
    let app = with(&host, steps).start().await;
    let id = start(&app, "made", json!({ "host": authority(&host) })).await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    assert_eq!(
        host.body("PUT /repos/acme/shop/environments/production"),
        json!({"wait_timer": 5, "reviewers": [{"type": "User", "id": 11}, {"type": "Team", "id": 12}]})
    );
    let policy =
        host.body("POST /repos/acme/shop/environments/production/deployment-branch-policies");
    assert_eq!(policy, json!({"name": "v*", "type": "tag"}));
    let variable = host.body("POST /repos/acme/shop/environments/production/variables");
    assert_eq!(variable, json!({"name": "REGION", "value": "eu"}));
}

#[tokio::test]
async fn a_first_commit_stays_in_a_repository_that_was_there_and_goes_with_one_the_run_made() {
    const PUSH: &str = "    - id: files\n      action: roadiehq:utils:fs:write\n      input: {path: README.md, content: A shop}\n    - id: push\n      action: github:repo:push\n      input: {repoUrl: '${{ parameters.host }}?owner=acme&repo=shop', defaultBranch: main, protectDefaultBranch: false}\n";
    const CREATE: &str = "    - id: create\n      action: github:repo:create\n      input: {repoUrl: '${{ parameters.host }}?owner=acme&repo=shop'}\n";
    let shop = json!({
        "id": 7, "name": "shop", "owner": {"login": "acme"}, "html_url": "https://github.example.com/acme/shop",
        "clone_url": "https://github.example.com/acme/shop.git", "default_branch": "main", "private": true, "size": 0,
    });
    let there = github()
        .await
        .with("/repos/acme/shop", shop)
        .with("/repos/acme/shop/branches", json!([]));
    let made = github().await;
    for (host, steps, key, told) in [
        (
            there,
            PUSH.to_owned(),
            "staysBecause",
            "that was there before",
        ),
        (
            made,
            format!("{CREATE}{PUSH}"),
            "undo",
            "Goes with the repository.",
        ),
    ] {
        let app = with(&host, &steps).start().await;
        let id = start(&app, "made", json!({ "host": authority(&host) })).await;
        let status = ended(&app, &id).await;
        assert_eq!(status, "completed", "{:#?}", said(&app, &id).await);
        let list = app.get(&format!("/api/callboard/runs/{id}/undo")).await;
        let commit = list.json()["effects"][0].clone();
        let found = commit[key].as_str().unwrap_or_default();
        assert!(found.contains(told), "{commit}");
    }
}
