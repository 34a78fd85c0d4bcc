//! From files to the catalog: verdicts, conflicts, moves, deletions, and what comes back.

use std::fmt::Write;

use callboard::config::{FaultIsolation, OrphanStrategy};
use callboard::entity::EntityRef;
use serde_json::Value;

use crate::support::TestApp;

fn component(name: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n"
    )
}

fn location(name: &str, targets: &[&str]) -> String {
    let mut text = format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: {name}\nspec:\n  targets:\n"
    );
    for target in targets {
        writeln!(text, "    - {target}").expect("text grows");
    }
    text
}

fn documents(documents: &[String]) -> String {
    documents.join("---\n")
}

/// A component that lacks its `spec`.
const BROKEN: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: broken\nspec:\n  type: service\n";

fn uid(entity: &Value) -> String {
    entity["metadata"]["uid"]
        .as_str()
        .expect("a uid")
        .to_owned()
}

async fn verdicts(app: &TestApp, file: &str) -> Vec<(String, Vec<(u32, String)>)> {
    let file = callboard::store::file(&app.state().store, &app.location_ref(file))
        .await
        .expect("the file is read")
        .expect("the file is known");
    file.documents
        .iter()
        .map(|document| {
            let verdict = format!("{:?}", document.verdict);
            let verdict = verdict.split([' ', '{']).next().expect("a word").to_owned();
            let found = document.diagnostics.iter().map(|diagnostic| {
                (
                    diagnostic.position.map_or(0, |position| position.line),
                    diagnostic.name.clone(),
                )
            });
            (verdict, found.collect())
        })
        .collect()
}

#[tokio::test]
async fn a_bad_document_leaves_its_neighbours_alone() {
    let text = documents(&[component("a"), BROKEN.to_owned(), component("b")]);
    let app = TestApp::with_catalog(&text).await;
    assert_eq!(app.refs(), ["component:default/a", "component:default/b"]);
    let verdicts = verdicts(&app, "all.yaml").await;
    assert_eq!(verdicts[0].0, "Accepted");
    assert_eq!(verdicts[1].0, "Refused");
    assert_eq!(verdicts[1].1.len(), 1, "one finding: {verdicts:?}");
    assert_eq!(
        verdicts[1].1[0].0, 14,
        "on the line of `spec`: {verdicts:?}"
    );
    assert_eq!(verdicts[2].0, "Accepted");
}

#[tokio::test]
async fn the_last_good_version_stays_and_is_marked() {
    let app = TestApp::with_catalog(&component("a")).await;
    let before = app.entity("component:default/a").expect("it is there");
    app.write("all.yaml", component("a").replace("  owner: team-a\n", ""));
    app.reconcile().await;
    let after = app
        .entity("component:default/a")
        .expect("it is still there");
    assert_eq!(after["spec"], before["spec"]);
    assert_eq!(uid(&after), uid(&before));
    assert_eq!(after["status"]["items"][0]["level"], "error");
    app.write("all.yaml", component("a"));
    app.reconcile().await;
    let mended = app
        .entity("component:default/a")
        .expect("it is still there");
    assert_eq!(mended.get("status"), None);
    assert_eq!(mended["metadata"]["etag"], before["metadata"]["etag"]);
}

#[tokio::test]
async fn an_edited_file_is_seen_without_asking() {
    let app = TestApp::with_catalog(&component("a")).await;
    app.write("all.yaml", component("a").replace("service", "website"));
    app.until("the edit is seen", |app| {
        app.entity("component:default/a")
            .is_some_and(|entity| entity["spec"]["type"] == "website")
    })
    .await;
}

#[tokio::test]
async fn locations_lead_to_files_and_patterns() {
    let app = TestApp::builder()
        .file(
            "all.yaml",
            location("all", &["./one.yaml", "./more/**/info.yaml"]),
        )
        .file("one.yaml", component("one"))
        .file("more/x/info.yaml", component("x"))
        .file("more/y/z/info.yaml", component("z"))
        .file("more/y/other.yaml", component("other"))
        .location("all.yaml")
        .start()
        .await;
    let expected = [
        "component:default/one",
        "component:default/x",
        "component:default/z",
        "location:default/all",
    ];
    assert_eq!(app.refs(), expected);
    app.write("more/w/info.yaml", component("w"));
    app.reconcile().await;
    assert!(
        app.refs().contains(&"component:default/w".to_owned()),
        "{:?}",
        app.refs()
    );
}

#[tokio::test]
async fn what_is_no_longer_listed_goes_and_can_be_brought_back() {
    let app = TestApp::with_catalog(&documents(&[component("a"), component("b")])).await;
    let before = app.entity("component:default/b").expect("it is there");
    app.write("all.yaml", component("a"));
    app.reconcile().await;
    assert_eq!(app.refs(), ["component:default/a"]);
    let entity_ref = EntityRef::from_canonical("component:default/b");
    let versions = callboard::store::versions(&app.state().store, &entity_ref, 10)
        .await
        .expect("versions");
    assert!(
        versions[0].deleted,
        "the newest version says it is gone: {versions:?}"
    );
    app.state()
        .ingest
        .undo_delete(&entity_ref, "user:default/ana")
        .await
        .expect("it comes back");
    let back = app
        .entity("component:default/b")
        .expect("it is there again");
    assert_eq!(uid(&back), uid(&before));
}

#[tokio::test]
async fn an_entity_keeps_its_uid_when_it_moves() {
    let app = TestApp::builder()
        .file("one.yaml", documents(&[component("a"), component("b")]))
        .file("two.yaml", component("c"))
        .location("one.yaml")
        .location("two.yaml")
        .start()
        .await;
    let before = app.entity("component:default/b").expect("it is there");
    app.write("one.yaml", component("a"));
    app.write("two.yaml", documents(&[component("c"), component("b")]));
    app.reconcile().await;
    let after = app.entity("component:default/b").expect("it moved");
    assert_eq!(uid(&after), uid(&before));
    let managed_by = &after["metadata"]["annotations"]["backstage.io/managed-by-location"];
    assert_eq!(managed_by, &Value::from(app.location_ref("two.yaml")));
}

#[tokio::test]
async fn of_two_files_the_first_configured_wins_and_the_other_inherits() {
    let second = component("a").replace("service", "website");
    let app = TestApp::builder()
        .file("one.yaml", component("a"))
        .file("two.yaml", second)
        .location("one.yaml")
        .location("two.yaml")
        .start()
        .await;
    assert_eq!(
        app.entity("component:default/a").expect("it is there")["spec"]["type"],
        "service"
    );
    assert_eq!(verdicts(&app, "two.yaml").await[0].0, "Conflict");
    app.write("one.yaml", component("other"));
    app.reconcile().await;
    let heir = app
        .entity("component:default/a")
        .expect("the other file has it too");
    assert_eq!(heir["spec"]["type"], "website");
    assert_eq!(verdicts(&app, "two.yaml").await[0].0, "Accepted");
}

fn many(count: usize) -> String {
    documents(
        &(0..count)
            .map(|number| component(&format!("c{number}")))
            .collect::<Vec<_>>(),
    )
}

#[tokio::test]
async fn a_source_that_shrinks_a_lot_asks_first() {
    let app = TestApp::with_catalog(&many(30)).await;
    app.write("all.yaml", many(2));
    app.reconcile().await;
    assert_eq!(app.refs().len(), 30, "nothing is removed unasked");
    let held = callboard::store::held_removals(&app.state().store)
        .await
        .expect("held removals");
    assert_eq!(held.len(), 1);
    let removed = app
        .state()
        .ingest
        .accept_removal(&held[0].origin, "user:default/ana")
        .await
        .expect("accepted");
    assert_eq!(removed, 28);
    assert_eq!(app.refs().len(), 2);
}

#[tokio::test]
async fn a_source_that_recovers_withdraws_the_question() {
    let app = TestApp::with_catalog(&many(30)).await;
    app.write("all.yaml", many(2));
    app.reconcile().await;
    app.write("all.yaml", many(30));
    app.reconcile().await;
    let held = callboard::store::held_removals(&app.state().store)
        .await
        .expect("held removals");
    assert!(held.is_empty(), "{held:?}");
    assert_eq!(app.refs().len(), 30);
}

#[tokio::test]
async fn orphans_are_kept_where_that_is_configured() {
    let app = TestApp::builder()
        .with(|config| config.catalog.orphan_strategy = OrphanStrategy::Keep)
        .file("all.yaml", documents(&[component("a"), component("b")]))
        .location("all.yaml")
        .start()
        .await;
    app.write("all.yaml", component("a"));
    app.reconcile().await;
    let orphan = app.entity("component:default/b").expect("it is kept");
    assert_eq!(
        orphan["metadata"]["annotations"]["backstage.io/orphan"],
        "true"
    );
}

#[tokio::test]
async fn a_missing_file_keeps_what_it_said() {
    let app = TestApp::with_catalog(&component("a")).await;
    app.remove("all.yaml");
    app.reconcile().await;
    assert!(
        app.entity("component:default/a").is_some(),
        "the last good version stays"
    );
    let file = callboard::store::file(&app.state().store, &app.location_ref("all.yaml"))
        .await
        .expect("read");
    assert!(
        file.expect("the file is known").error.is_some(),
        "and the file says what is wrong"
    );
}

#[tokio::test]
async fn a_restart_serves_the_same() {
    let mut app = TestApp::with_examples().await;
    let everything = |app: &TestApp| -> Vec<Value> {
        app.refs()
            .iter()
            .map(|named| app.entity(named).expect("listed"))
            .collect()
    };
    let before = everything(&app);
    assert!(before.len() > 40, "{}", before.len());
    app.restart().await;
    assert_eq!(everything(&app), before);
}

#[tokio::test]
async fn a_deleted_entity_is_gone_at_once_and_returns_with_a_new_uid() {
    let app = TestApp::with_catalog(&component("a")).await;
    let before = app.entity("component:default/a").expect("it is there");
    app.state()
        .ingest
        .delete_entity(&uid(&before), "user:default/ana")
        .await
        .expect("deleted");
    assert_eq!(app.entity("component:default/a"), None);
    app.reconcile().await;
    let after = app
        .entity("component:default/a")
        .expect("its source still has it");
    assert_ne!(uid(&after), uid(&before));
}

#[tokio::test]
async fn with_fault_isolation_location_a_bad_document_holds_back_its_neighbours() {
    let no_yaml = "kind: [\n".to_owned();
    let app = TestApp::builder()
        .with(|config| config.callboard.fault_isolation = FaultIsolation::Location)
        .file("all.yaml", location("all", &["./one.yaml", "./two.yaml"]))
        .file("one.yaml", component("one"))
        .file("two.yaml", documents(&[component("two"), no_yaml]))
        .location("all.yaml")
        .start()
        .await;
    assert_eq!(
        app.refs(),
        Vec::<String>::new(),
        "nor is the Location to be seen, as in Backstage"
    );
    app.write("two.yaml", component("two"));
    app.reconcile().await;
    assert_eq!(
        app.refs(),
        [
            "component:default/one",
            "component:default/two",
            "location:default/all"
        ]
    );
}

#[tokio::test]
async fn a_refresh_does_not_show_a_location_that_is_held_back() {
    let app = TestApp::builder()
        .with(|config| config.callboard.fault_isolation = FaultIsolation::Location)
        .file(
            "all.yaml",
            documents(&[
                location("good", &["./one.yaml"]),
                location("bad", &["./two.yaml", "./missing.yaml"]),
            ]),
        )
        .file("one.yaml", component("one"))
        .file("two.yaml", component("two"))
        .location("all.yaml")
        .start()
        .await;
    let seen = ["component:default/one", "location:default/good"];
    assert_eq!(app.refs(), seen);
    let body = serde_json::json!({"entityRef": "component:default/one"});
    let refreshed = app.post("/api/catalog/refresh", body).await;
    assert_eq!(refreshed.status, axum::http::StatusCode::OK);
    assert_eq!(app.refs(), seen, "nothing has been mended");
}

#[tokio::test]
async fn placeholders_are_filled_and_followed() {
    let api = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata:\n  name: a\nspec:\n  type: openapi\n  lifecycle: production\n  owner: team-a\n  definition:\n    $text: ./a.openapi.yaml\n";
    let app = TestApp::builder()
        .file("all.yaml", api)
        .file("a.openapi.yaml", "openapi: 3.1.0\n")
        .location("all.yaml")
        .start()
        .await;
    let definition = |app: &TestApp| {
        app.entity("api:default/a")
            .map(|entity| entity["spec"]["definition"].clone())
    };
    assert_eq!(definition(&app), Some(Value::from("openapi: 3.1.0\n")));
    app.write("a.openapi.yaml", "openapi: 3.2.0\n");
    app.until("the included file is watched", |app| {
        definition(app) == Some(Value::from("openapi: 3.2.0\n"))
    })
    .await;
}

#[tokio::test]
async fn the_rules_say_which_kinds_a_location_may_bring() {
    let user = "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata:\n  name: ana\nspec:\n  memberOf: []\n";
    let app = TestApp::builder()
        .with(|config| config.catalog.rules.retain(|_| false))
        .file("all.yaml", documents(&[component("a"), user.to_owned()]))
        .location("all.yaml")
        .start()
        .await;
    assert_eq!(app.refs(), Vec::<String>::new(), "no rule allows anything");
    let found = verdicts(&app, "all.yaml").await;
    assert_eq!(found[1].1[0].1, "NotAllowedError");
}

#[tokio::test]
async fn a_refused_document_keeps_its_entity_when_its_file_is_listed_again() {
    use std::fmt::Write;
    let group = |n: usize, kind: &str| {
        format!(
            "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {{name: g{n}}}\nspec: {{type: {kind}, children: []}}\n"
        )
    };
    let groups = |last: &str| {
        (0..30).fold(String::new(), |mut text, n| {
            let _ = write!(text, "{}", group(n, if n == 29 { last } else { "team" }));
            text
        })
    };
    let all = |target: &str| {
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {{name: all}}\nspec: {{targets: [{target}]}}\n"
        )
    };
    let app = TestApp::builder()
        .file("all.yaml", all("./groups.yaml"))
        .file("none.yaml", "")
        .file("groups.yaml", groups("team"))
        .location("all.yaml")
        .start()
        .await;
    app.write("groups.yaml", groups("[team]"));
    app.reconcile().await;
    app.write("all.yaml", all("./none.yaml"));
    app.reconcile().await;
    assert_eq!(app.refs().len(), 31, "so many at once are held");
    app.write("all.yaml", all("./groups.yaml"));
    app.reconcile().await;
    assert!(app.entity("group:default/g29").is_some());
    assert_eq!(app.refs().len(), 31);
}
