//! A template makes a service on Gitea, its pipeline really runs, and undo takes all of it back.

use std::time::{Duration, Instant};

use callboard::forge::{Access, GitHost, Grantee, PullRequestState, RepositoryId};
use serde_json::{Value, json};

use crate::support::{
    TestApp,
    gitea::Gitea,
    runner::Runner,
    runs::{ended, journal, portal, said, start_with, undone},
};

const TEMPLATE: &str = r#"---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata:
  name: service
spec:
  type: service
  steps:
    - id: fetch
      action: fetch:template
      input:
        url: ./skeleton
        copyWithoutTemplating: [.gitea/workflows/*]
        values: {name: "${{ parameters.name }}"}
    - id: publish
      action: publish:gitea
      input:
        repoUrl: ${{ parameters.host }}?owner=makers&repo=${{ parameters.name }}
        description: Made by a run
    - id: protect
      action: gitea:branch-protection:create
      input:
        repoUrl: ${{ parameters.host }}?owner=makers&repo=${{ parameters.name }}
        requiredApprovingReviewCount: 1
    - id: team
      action: gitea:team:access
      input:
        repoUrl: ${{ parameters.host }}?owner=makers&repo=${{ parameters.name }}
        team: crew
    - id: secret
      action: gitea:secret:create
      input:
        repoUrl: ${{ parameters.host }}?owner=makers&repo=${{ parameters.name }}
        name: DEPLOY_TOKEN
        value: ${{ secrets.token }}
    - id: webhook
      action: gitea:webhook
      input:
        repoUrl: ${{ parameters.host }}?owner=makers&repo=${{ parameters.name }}
        webhookUrl: http://127.0.0.1:9/hook
    - id: register
      action: catalog:register
      input:
        repoContentsUrl: ${{ steps.publish.output.repoContentsUrl }}
    - id: more
      action: fetch:plain
      input: {url: ./more, targetPath: more}
    - id: propose
      action: publish:gitea:pull-request
      input:
        repoUrl: ${{ parameters.host }}?owner=makers&repo=${{ parameters.name }}
        branchName: more
        title: More of it
        sourcePath: more
"#;
const DESCRIPTOR: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: ${{ values.name }}\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n";
const GREEN: &str = r#"on: push
jobs:
  build:
    runs-on: host
    steps:
      - name: Look
        env: {TOKEN: "${{ secrets.DEPLOY_TOKEN }}"}
        run: test -n "$TOKEN" && echo "on ${{ github.ref_name }}"
"#;
const RED: &str = r"on: push
jobs:
  build:
    runs-on: host
    steps:
      - name: Look
        run: echo all is well
      - name: Paint
        run: echo out of paint; exit 3
";
/// Nothing takes longer, unless it is broken.
const PATIENCE: Duration = Duration::from_mins(1);

/// A Gitea of its own, so that no other test's runner takes the jobs; and a portal with the template.
async fn makers(workflow: &str) -> (Gitea, TestApp) {
    let gitea = Gitea::start();
    gitea.new_organisation("makers").await;
    let team = json!({"name": "crew", "permission": "write", "units": ["repo.code", "repo.pulls"]});
    gitea.api("POST", "orgs/makers/teams", team).await;
    let app = portal(TEMPLATE)
        .file("skeleton/catalog-info.yaml", DESCRIPTOR)
        .file("skeleton/.gitea/workflows/ci.yaml", workflow)
        .file("more/docs/index.md", "# More\n")
        .integration(gitea.integration_at(&gitea.url))
        .start()
        .await;
    (gitea, app)
}

async fn make(gitea: &Gitea, app: &TestApp, name: &str) -> String {
    let host = gitea.url.trim_start_matches("http://");
    let values = json!({"name": name, "host": host});
    let run = start_with(
        app,
        "service",
        values,
        json!({"token": "s3cret-of-pipelines"}),
    )
    .await;
    assert_eq!(
        ended(app, &run).await,
        "completed",
        "{:#?}",
        said(app, &run).await
    );
    run
}

/// Waits until the pipelines of a run are so, while the portal's time goes on.
async fn until_pipelines(app: &TestApp, run: &str, is_so: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let found = journal(app, run).await["pipelines"].clone();
        let found = found.as_array().expect("a list").clone();
        if is_so(&found) {
            return found;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "they do not come so: {found:#?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
        app.clock().advance(1_000);
    }
}

fn all_are(state: &str) -> impl Fn(&[Value]) -> bool + '_ {
    move |found| !found.is_empty() && found.iter().all(|one| one["state"] == state)
}

async fn undo(app: &TestApp, run: &str) {
    let undo = undone(app, run).await;
    assert_eq!(
        ended(app, &undo).await,
        "completed",
        "{:#?}",
        said(app, &undo).await
    );
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea gitea-runner"]
async fn a_run_makes_a_service_whose_pipeline_runs_green_and_undo_takes_it_back() {
    let (gitea, mut app) = makers(GREEN).await;
    let (forge, id) = (gitea.forge(), RepositoryId::new("makers", "shop"));
    let run = make(&gitea, &app, "shop").await;

    let made = forge.repository(&id).await.expect("asked").expect("there");
    assert_eq!(made.description, "Made by a run");
    let rules = forge.protection(&id, "main").await.expect("asked");
    assert_eq!(rules.expect("protected").required_approvals, 1);
    let collaborators = forge.collaborators(&id).await.expect("listed");
    let is_crew = |grantee: &Grantee| *grantee == Grantee::Team("crew".to_owned());
    let crew = collaborators.iter().find(|one| is_crew(&one.grantee));
    assert_eq!(crew.map(|one| one.access), Some(Access::Write));
    assert_eq!(forge.secrets(&id).await.expect("listed"), ["DEPLOY_TOKEN"]);
    assert_eq!(forge.webhooks(&id).await.expect("listed").len(), 1);
    let pulls = forge.pull_requests_of(&id, "more").await.expect("listed");
    assert_eq!(pulls.len(), 1);
    assert_eq!(pulls[0].state, PullRequestState::Open);
    assert!(app.entity("component:default/shop").is_some());

    // Nobody runs pipelines yet. A portal that is started again goes on looking.
    let queued = until_pipelines(&app, &run, all_are("queued")).await;
    assert_eq!(queued.len(), 2, "one a commit: {queued:#?}");
    app.restart().await;
    let runner = Runner::start(&gitea).await;
    let green = until_pipelines(&app, &run, all_are("green")).await;
    let branches: Vec<_> = green.iter().map(|one| one["branch"].clone()).collect();
    assert_eq!(branches, ["main", "more"]);
    let page = green[0]["webUrl"].as_str().expect("an address");
    assert!(page.starts_with(&format!("{}/makers/shop/actions/runs/", gitea.url)));
    drop(runner);

    undo(&app, &run).await;
    assert_eq!(forge.repository(&id).await.expect("asked"), None);
    let locations = app.get("/api/catalog/locations").await.json();
    assert_eq!(locations, json!([]));
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea gitea-runner"]
async fn a_broken_pipeline_shows_its_failing_step_and_log() {
    let (gitea, app) = makers(RED).await;
    let run = make(&gitea, &app, "broken").await;
    let _runner = Runner::start(&gitea).await;
    let red = until_pipelines(&app, &run, all_are("red")).await;
    assert_eq!(
        (&red[0]["failedJob"], &red[0]["failedStep"]),
        (&json!("build"), &json!("Paint")),
        "{red:#?}"
    );
    let log = red[0]["logEnd"].as_str().expect("a log");
    assert!(log.contains("out of paint"), "{log}");
    // Nothing more is asked.
    let looked_at = red[0]["lookedAt"].clone();
    app.clock().advance(120_000);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let later = until_pipelines(&app, &run, all_are("red")).await;
    assert_eq!(later[0]["lookedAt"], looked_at);
    undo(&app, &run).await;
}
