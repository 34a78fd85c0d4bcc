//! The journal: however often a run is broken off, nothing is made twice; undo leaves what was there before.

use std::time::Duration;

use axum::http::Method;
use callboard::forge::RepositoryName;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestAppBuilder,
    runs::{ended, journal, portal, said, start, template, undone, until},
};

pub(super) const MAKING: &str = r#"    - id: fetch
      name: Fetch
      action: fetch:template
      input:
        url: ./skeleton
        values: {name: "${{ parameters.name }}"}
    - id: publish
      name: Publish
      action: publish:git
      input:
        repoUrl: ${{ parameters.host }}?owner=acme&repo=${{ parameters.name }}
        description: A shop
    - id: register
      name: Register
      action: catalog:register
      input:
        repoContentsUrl: ${{ steps.publish.output.repoContentsUrl }}
    - id: log
      name: Log
      action: debug:log
      input:
        message: ${{ steps.publish.output.commitHash }} ${{ steps.register.output.entityRef }}
"#;
pub(super) const DESCRIPTOR: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: ${{ values.name }}\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n";

pub(super) fn with_local_host(templates: &str) -> TestAppBuilder {
    portal(templates)
        .file("skeleton/catalog-info.yaml", DESCRIPTOR)
        .file("skeleton/README.md", "# ${{ values.name }}\n")
        .file("skeleton/.gitignore", "*.log\n")
        .file("skeleton/noise.log", "noise\n")
}

pub(super) fn local_host(app: &TestApp) -> String {
    let base = app.state().config.backend.base_url.clone();
    callboard::forge::authority(&base)
}

pub(super) async fn repositories(app: &TestApp) -> Vec<String> {
    let host = app.state().local_git.as_ref().expect("it is on");
    let listed = host.list().await.expect("listed");
    listed.iter().map(|found| found.name.to_string()).collect()
}

async fn commits(app: &TestApp, name: &str) -> usize {
    let host = app.state().local_git.as_ref().expect("it is on");
    let name = RepositoryName::parse("acme", name).expect("a name");
    let found = host.find(&name).await.expect("looked for").expect("there");
    let head = found
        .git
        .resolve("main")
        .await
        .expect("asked")
        .expect("a commit");
    let log = found.git.log(&head, "", (0, 100)).await.expect("read");
    log.len()
}

async fn locations(app: &TestApp) -> usize {
    let list = app.get("/api/catalog/locations").await.json();
    list.as_array().expect("a list").len()
}

fn states(run: &Value) -> Vec<(String, String)> {
    let effects = run["effects"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    effects
        .iter()
        .map(|effect| (text(&effect["kind"]), text(&effect["state"])))
        .collect()
}

#[tokio::test]
async fn a_repository_is_made_registered_and_taken_back() {
    let app = with_local_host(&template("making", MAKING)).start().await;
    let host = local_host(&app);
    let id = start(&app, "making", json!({"name": "shop", "host": host})).await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    assert_eq!(repositories(&app).await, ["acme/shop"]);
    assert_eq!((commits(&app, "shop").await, locations(&app).await), (1, 1));
    let found = app
        .get("/api/catalog/entities/by-name/component/default/shop")
        .await;
    assert_eq!(found.status, 200);
    let said_last = said(&app, &id).await;
    assert!(
        said_last
            .iter()
            .any(|line| line.ends_with(" component:default/shop")),
        "{said_last:#?}"
    );

    let list = app
        .get(&format!("/api/callboard/runs/{id}/undo"))
        .await
        .json();
    assert_eq!(
        list["effects"].as_array().expect("a list").len(),
        3,
        "{list}"
    );
    let undo = app
        .send(
            Method::POST,
            &format!("/api/callboard/runs/{id}/undo"),
            json!({}),
        )
        .await;
    assert_eq!(undo.status, 201, "{}", undo.text());
    let undo = undo.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        ended(&app, &undo).await,
        "completed",
        "{:#?}",
        said(&app, &undo).await
    );
    assert!(repositories(&app).await.is_empty());
    assert_eq!(locations(&app).await, 0);
    let run = journal(&app, &id).await;
    assert!(
        states(&run).iter().all(|(_, state)| state == "undone"),
        "{run}"
    );
    let tasks = app.get("/api/scaffolder/v2/tasks").await.json();
    assert_eq!(tasks["totalTasks"], 1, "undo runs are not among the tasks");
}

#[tokio::test]
async fn undo_leaves_what_somebody_has_changed_since() {
    let app = with_local_host(&template("making", MAKING)).start().await;
    let host = local_host(&app);
    let id = start(&app, "making", json!({"name": "shop", "host": host})).await;
    assert_eq!(ended(&app, &id).await, "completed");
    commit_by_hand(&app, "shop").await;
    let undo = app
        .send(
            Method::POST,
            &format!("/api/callboard/runs/{id}/undo"),
            json!({}),
        )
        .await;
    let undo = undo.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(ended(&app, &undo).await, "failed");
    assert_eq!(repositories(&app).await, ["acme/shop"]);
    assert_eq!(commits(&app, "shop").await, 2);
    let said = said(&app, &undo).await;
    assert!(
        said.iter()
            .any(|line| line.contains("was committed to since")),
        "{said:#?}"
    );
}

async fn commit_by_hand(app: &TestApp, name: &str) {
    use callboard::forge::{FileChange, Forge, GitHost, NewCommit, RepositoryId, Written};
    let forge = app.state().forges.host(&local_host(app)).expect("a host");
    assert!(matches!(forge, Forge::Local(_)));
    let commit = NewCommit {
        branch: "main".to_owned(),
        new_branch_from: None,
        expected_parent: None,
        message: "By hand".to_owned(),
        author: None,
        committer: None,
        at: None,
        files: vec![FileChange {
            path: "more".to_owned(),
            written: Written::Create("more".into()),
        }],
    };
    let repository = RepositoryId::new("acme", name);
    forge
        .commit_files(&repository, &commit)
        .await
        .expect("committed");
}

#[tokio::test]
async fn a_repository_of_somebody_else_is_left_alone() {
    let app = with_local_host(&template("making", MAKING)).start().await;
    let host = local_host(&app);
    let first = start(&app, "making", json!({"name": "shop", "host": host})).await;
    assert_eq!(ended(&app, &first).await, "completed");
    let second = start(&app, "making", json!({"name": "shop", "host": host})).await;
    assert_eq!(ended(&app, &second).await, "failed");
    let run = journal(&app, &second).await;
    assert!(states(&run).is_empty(), "{run}");
    assert_eq!(commits(&app, "shop").await, 1);
}

/// The portal is stopped when the journal first looks so, and started again.
async fn broken_off(app: &mut TestApp, id: &str, is_so: impl Fn(&Value) -> bool) {
    until(app, id, is_so).await;
    app.restart().await;
}

#[tokio::test]
async fn stopped_between_any_two_rows_nothing_is_made_twice() {
    let mut app = with_local_host(&template("making", MAKING)).start().await;
    let host = local_host(&app);
    for (number, effects) in [0, 1, 1, 2, 2, 3, 3].into_iter().enumerate() {
        let name = format!("shop-{number}");
        let id = start(&app, "making", json!({"name": name, "host": host})).await;
        let waits_for_done = number % 2 == 0;
        broken_off(&mut app, &id, |run| {
            let states = states(run);
            states.len() >= effects
                && (!waits_for_done || states.iter().all(|(_, state)| state == "done"))
        })
        .await;
        assert_eq!(
            ended(&app, &id).await,
            "completed",
            "{:#?}",
            said(&app, &id).await
        );
        let run = journal(&app, &id).await;
        let kinds: Vec<_> = states(&run);
        let done = |kind: &str| (kind.to_owned(), "done".to_owned());
        assert_eq!(
            kinds,
            [done("repository"), done("commit"), done("registration")]
        );
        assert_eq!(commits(&app, &name).await, 1, "{name}");
        assert_eq!(repositories(&app).await.len(), number + 1);
        assert_eq!(locations(&app).await, number + 1);
    }
}

#[tokio::test]
async fn stopped_at_any_moment_nothing_is_made_twice() {
    let mut app = with_local_host(&template("making", MAKING)).start().await;
    let host = local_host(&app);
    for number in 0..8_u64 {
        let name = format!("shop-{number}");
        let id = start(&app, "making", json!({"name": name, "host": host})).await;
        for stop in 0..3 {
            tokio::time::sleep(Duration::from_millis(7 * number + 11 * stop)).await;
            app.restart().await;
        }
        assert_eq!(
            ended(&app, &id).await,
            "completed",
            "{:#?}",
            said(&app, &id).await
        );
        assert_eq!(commits(&app, &name).await, 1, "{name}");
    }
    assert_eq!(
        (repositories(&app).await.len(), locations(&app).await),
        (8, 8)
    );
}

#[tokio::test]
async fn taking_back_can_be_stopped_and_gone_on_with() {
    let mut app = with_local_host(&template("making", MAKING)).start().await;
    let host = local_host(&app);
    let id = start(&app, "making", json!({"name": "shop", "host": host})).await;
    assert_eq!(ended(&app, &id).await, "completed");
    app.reconfigure(|config| config.scaffolder.concurrent_tasks_limit = 0);
    app.restart().await;
    let undo = undone(&app, &id).await;
    let cancelled = app.submit(&format!("/runs/{undo}/cancel"), &[]).await;
    assert_eq!(cancelled.status, 303, "{}", cancelled.text());
    app.reconfigure(|config| config.scaffolder.concurrent_tasks_limit = 10);
    app.restart().await;
    assert_eq!(ended(&app, &undo).await, "failed");
    assert_eq!(repositories(&app).await, ["acme/shop"], "nothing went");
    let retried = app.submit(&format!("/runs/{undo}/retry"), &[]).await;
    assert_eq!(retried.status, 303, "{}", retried.text());
    assert_eq!(ended(&app, &undo).await, "completed");
    assert!(repositories(&app).await.is_empty());
}
