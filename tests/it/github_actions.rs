//! The calls of GitHub's actions are as GitHub's own description says. Ignored by default, since it needs node, as
//! `github_contract` does.

use callboard::entity::ScmHost;
use serde_json::{Value, json};

use crate::support::{
    hosts::{integration, token},
    prism::Contract,
    runs::{ended, portal, said, start_with, template},
};

const STEPS: &str = r#"    - id: make
      action: github:repo:create
      input:
        repoUrl: ${{ parameters.host }}?owner=acme&repo=made
        description: A shop
        homepage: https://shop.example.com
        access: ben
        collaborators: [{team: platform, access: push}]
        topics: [shop]
        repoVariables: {REGION: eu}
        secrets: {TOKEN: "${{ secrets.deploy }}"}
        oidcCustomization: {useDefault: false, includeClaimKeys: [repo]}
        customProperties: {tier: gold, parts: [a, b]}
        subscribe: true
        workflowAccess: organization
    - action: github:webhook
      input: {repoUrl: "${{ parameters.host }}?owner=acme&repo=shop", webhookUrl: https://x.example.com, webhookSecret: "${{ secrets.deploy }}", events: ["*"]}
    - action: github:issues:create
      input: {repoUrl: "${{ parameters.host }}?owner=acme&repo=shop", title: Found, body: So, assignees: [ana], labels: [bug], milestone: 1}
    - action: github:issues:label
      input: {repoUrl: "${{ parameters.host }}?owner=acme&repo=shop", number: 1347, labels: [bug]}
    - action: github:autolinks:create
      input: {repoUrl: "${{ parameters.host }}?owner=acme&repo=shop", keyPrefix: T-, urlTemplate: "https://t.example.com/<num>"}
    - action: github:pages:enable
      input: {repoUrl: "${{ parameters.host }}?owner=acme&repo=shop", buildType: legacy, sourceBranch: main, sourcePath: /docs}
    - action: github:deployKey:create
      input: {repoUrl: "${{ parameters.host }}?owner=acme&repo=shop", publicKey: ssh-ed25519 AAAA, privateKey: "${{ secrets.deploy }}", deployKeyName: deploy}
    - action: github:environment:create
      input:
        repoUrl: ${{ parameters.host }}?owner=acme&repo=shop
        name: production
        waitTimer: 5
        preventSelfReview: true
        deploymentBranchPolicy: {protected_branches: false, custom_branch_policies: true}
        customBranchPolicyNames: [main]
        customTagPolicyNames: [v*]
        environmentVariables: {REGION: eu}
        secrets: {TOKEN: "${{ secrets.deploy }}"}
        reviewers: [user:default/ana, group:default/platform]
    - action: github:branch-protection:create
      input:
        repoUrl: ${{ parameters.host }}?owner=acme&repo=shop
        branch: main
        requiredApprovingReviewCount: 2
        restrictions: {users: [ana], teams: [], apps: [bot]}
        bypassPullRequestAllowances: {users: [ana]}
        requiredStatusCheckContexts: [test]
        requiredCommitSigning: true
        blockCreations: true
    - action: github:actions:dispatch
      input: {repoUrl: "${{ parameters.host }}?owner=acme&repo=shop", workflowId: deploy.yaml, branchOrTagName: main, workflowInputs: {a: b}}
"#;

/// A key that seals.
const KEY: &str = "2Sg8iYjAxxmI2LvUXpJjkYrMxURPc8r+dB7TJyvvcCU=";

#[tokio::test]
#[ignore = "needs node: npm ci in tests/real/github"]
async fn what_actions_call_is_as_described() {
    let key = || json!({"key_id": "1", "key": KEY});
    let contract = Contract::begin([
        ("GET /user", json!({"login": "acme"})),
        ("GET /users/acme", json!({"type": "Organization"})),
        ("GET /repos/acme/made", Value::Null),
        ("GET /repos/acme/made/actions/secrets/public-key", key()),
        ("GET /repos/acme/shop/actions/secrets/public-key", key()),
        (
            "GET /repos/acme/shop/environments/production/secrets/public-key",
            key(),
        ),
        ("GET /repos/acme/shop/pages", Value::Null),
    ])
    .await;
    let integration = integration(ScmHost::GitHub, &contract.url, &[token("a-token")]);
    let host = integration.host.clone();
    let app = portal(&template("calling", STEPS))
        .integration(integration)
        .start()
        .await;
    let secrets = json!({"deploy": "a secret value"});
    let id = start_with(&app, "calling", json!({ "host": host }), secrets).await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    let told = said(&app, &id).await.join("\n");
    assert!(!told.contains("Left out"), "{told}");
    let calls = contract.lawful();
    for line in [
        "PUT /repos/acme/made/collaborators/ben",
        "PUT /orgs/acme/teams/platform/repos/acme/made",
        "PATCH /repos/acme/made/properties/values",
        "PUT /repos/acme/made/actions/permissions/access",
        "POST /repos/acme/shop/environments/production/deployment-branch-policies",
        "PUT /repos/acme/shop/environments/production/secrets/TOKEN",
        "POST /repos/acme/shop/actions/workflows/deploy.yaml/dispatches",
    ] {
        assert!(calls.iter().any(|call| call == line), "{line}: {calls:#?}");
    }
}
