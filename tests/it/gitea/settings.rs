//! Settings of a repository that was there before: a run changes them, undo puts them back.

use callboard::{
    config::Secret,
    forge::{
        Access, Forge, GitHost, Grantee, NewWebhook, Protection, PullRequestState, RepositoryId,
    },
};
use serde_json::{Value, json};

use super::repository;
use crate::support::{
    TestApp,
    gitea::Gitea,
    runs::{ended, journal, portal, said, start_with, undone},
};

const TEMPLATE: &str = r#"---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata:
  name: adopt
spec:
  type: service
  steps:
    - id: protect
      action: gitea:branch-protection:create
      input: {repoUrl: "${{ parameters.repoUrl }}", requiredApprovingReviewCount: 1}
    - id: team
      action: gitea:team:access
      input: {repoUrl: "${{ parameters.repoUrl }}", team: crew}
    - id: old
      action: gitea:secret:create
      input: {repoUrl: "${{ parameters.repoUrl }}", name: OLD_KEY, value: "${{ secrets.key }}"}
    - id: new
      action: gitea:secret:create
      input: {repoUrl: "${{ parameters.repoUrl }}", name: new_key, value: "${{ secrets.key }}"}
    - id: webhook
      action: gitea:webhook
      input:
        repoUrl: ${{ parameters.repoUrl }}
        webhookUrl: http://127.0.0.1:9/${{ secrets.key }}
        webhookSecret: ${{ secrets.key }}
        events: [push, pull_request]
    - id: files
      action: fetch:plain
      input: {url: ./files}
    - id: propose
      action: publish:gitea:pull-request
      input: {repoUrl: "${{ parameters.repoUrl }}", branchName: adopt, title: Adopt it}
"#;
const KEY: &str = "hunter2-is-no-password";

/// What of a repository a run of the template changes.
#[derive(Debug, PartialEq)]
struct Settings {
    rules: Option<Protection>,
    teams: Vec<(Grantee, Access)>,
    secrets: Vec<String>,
    webhooks: Vec<String>,
    branches: Vec<String>,
}

impl Settings {
    async fn of(gitea: &Gitea, forge: &Forge, id: &RepositoryId) -> Self {
        let collaborators = forge.collaborators(id).await.expect("listed");
        let teams = collaborators
            .into_iter()
            .map(|one| (one.grantee, one.access));
        let mut secrets = forge.secrets(id).await.expect("listed");
        secrets.sort();
        let webhooks = forge.webhooks(id).await.expect("listed");
        let branches = format!("repos/{id}/branches");
        let branches = gitea.api("GET", &branches, Value::Null).await;
        let branches = branches.as_array().expect("a list").iter();
        let branches = branches.filter_map(|branch| branch["name"].as_str());
        Self {
            rules: forge.protection(id, "main").await.expect("asked"),
            teams: teams.collect(),
            secrets,
            webhooks: webhooks.into_iter().map(|hook| hook.url).collect(),
            branches: branches.map(str::to_owned).collect(),
        }
    }
}

/// A repository with rules, a secret and a webhook of somebody else, and a portal with the template.
async fn adopted(owner: &str) -> (TestApp, Forge, RepositoryId) {
    let gitea = Gitea::shared();
    gitea.new_organisation(owner).await;
    let team = json!({"name": "crew", "permission": "write", "units": ["repo.code", "repo.pulls"]});
    gitea
        .api("POST", &format!("orgs/{owner}/teams"), team)
        .await;
    let forge = gitea.forge();
    let id = repository(&forge, owner, "old").await;
    let rules = Protection {
        branch: "main".to_owned(),
        required_approvals: 3,
        dismiss_stale_approvals: true,
        ..Protection::default()
    };
    forge.protect_branch(&id, &rules).await.expect("protected");
    let secret = Secret::new("before");
    forge
        .set_secret(&id, "OLD_KEY", &secret)
        .await
        .expect("set");
    let webhook = NewWebhook {
        url: "http://127.0.0.1:9/before".to_owned(),
        secret: None,
        events: vec!["push".to_owned()],
        active: true,
    };
    forge.create_webhook(&id, &webhook).await.expect("made");
    let app = portal(TEMPLATE)
        .file("files/adopted.md", "Adopted\n")
        .integration(gitea.integration_at(&gitea.url))
        .start()
        .await;
    (app, forge, id)
}

async fn run(app: &TestApp, id: &RepositoryId) -> String {
    let host = Gitea::shared().url.trim_start_matches("http://").to_owned();
    let url = format!("{host}?owner={}&repo={}", id.owner, id.name);
    let secrets = json!({ "key": KEY });
    let run = start_with(app, "adopt", json!({ "repoUrl": url }), secrets).await;
    assert_eq!(
        ended(app, &run).await,
        "completed",
        "{:#?}",
        said(app, &run).await
    );
    run
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn undo_puts_settings_back_as_they_were() {
    let (app, forge, id) = adopted("adopters").await;
    let gitea = Gitea::shared();
    let before = Settings::of(gitea, &forge, &id).await;
    let run = run(&app, &id).await;

    let made = Settings::of(gitea, &forge, &id).await;
    assert_eq!(
        made.rules.as_ref().map(|rules| rules.required_approvals),
        Some(1)
    );
    let crew = (Grantee::Team("crew".to_owned()), Access::Write);
    assert!(made.teams.contains(&crew), "{made:?}");
    assert_eq!(made.secrets, ["NEW_KEY", "OLD_KEY"]);
    assert_eq!(made.webhooks.len(), 2);
    assert!(made.webhooks.contains(&format!("http://127.0.0.1:9/{KEY}")));
    assert_eq!(made.branches.len(), 2);
    let kept = crate::runs::secrets::dump(&app.state().store).await;
    assert!(!kept.contains(KEY), "{kept}");

    let list = app.get(&format!("/api/callboard/runs/{run}/undo")).await;
    let list = list.json();
    let effects = list["effects"].as_array().expect("a list");
    assert_eq!(effects.len(), 7, "{list}");
    let stays = effects.iter().filter(|effect| effect["undo"].is_null());
    let stays: Vec<&str> = stays.filter_map(|effect| effect["what"].as_str()).collect();
    assert_eq!(stays.len(), 1, "{stays:?}");
    assert!(stays[0].starts_with("Sets the secret OLD_KEY"), "{stays:?}");

    let undo = undone(&app, &run).await;
    assert_eq!(
        ended(&app, &undo).await,
        "completed",
        "{:#?}",
        said(&app, &undo).await
    );
    assert_eq!(Settings::of(gitea, &forge, &id).await, before);
    let pulls = forge.pull_requests_of(&id, "adopt").await.expect("listed");
    let states: Vec<_> = pulls.iter().map(|pull| pull.state).collect();
    assert_eq!(states, [PullRequestState::Closed]);
    let journal = journal(&app, &run).await;
    let undone = |effect: &Value| effect["state"] == "undone";
    assert!(
        journal["effects"]
            .as_array()
            .expect("a list")
            .iter()
            .all(undone)
    );
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn undo_leaves_rules_that_somebody_has_changed_since() {
    let (app, forge, id) = adopted("changers").await;
    let run = run(&app, &id).await;
    let rules = forge.protection(&id, "main").await.expect("asked");
    let theirs = Protection {
        required_approvals: 5,
        ..rules.expect("protected")
    };
    forge.protect_branch(&id, &theirs).await.expect("changed");
    let undo = undone(&app, &run).await;
    assert_eq!(ended(&app, &undo).await, "failed");
    let said = said(&app, &undo).await;
    let reason = |line: &String| line.contains("The rules of") && line.contains("changed since");
    assert!(said.iter().any(reason), "{said:#?}");
    assert_eq!(
        forge.protection(&id, "main").await.expect("asked"),
        Some(theirs)
    );
    // What stood on them is gone by then, and is said to be.
    assert_eq!(forge.secrets(&id).await.expect("listed"), ["OLD_KEY"]);
}
