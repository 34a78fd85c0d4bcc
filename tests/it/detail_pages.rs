//! The pages about one thing: an entity, its surroundings and history, a file, a location.

use axum::http::{StatusCode, header};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use crate::support::{Answer, TestApp};

const CATALOG: &str = "\
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: gates}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: opener
  title: The <Opener>
  links:
    - {url: 'javascript:alert(1)', title: Evil}
    - {url: 'https://wiki.example/opener', title: Manual}
spec:
  type: service
  lifecycle: production
  owner: gates
  dependsOn:
    - resource:locks
    - component:nothing
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: locks}
spec: {type: database, owner: gates}
";
const OPENER: &str = "/catalog/default/component/opener";

/// A page, which must be there.
async fn page(app: &TestApp, address: &str) -> String {
    let answer = app.get(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}");
    answer.text().to_owned()
}

/// Where a form led.
fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let to = answer.headers[header::LOCATION].to_str();
    to.expect("an address")
}

fn file_page(app: &TestApp, name: &str) -> String {
    callboard::urls::source_file(&app.location_ref(name))
}

/// The text of a page, without its tags.
fn plain(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, after)| after));
    }
    text
}

#[tokio::test]
async fn relations_lead_to_the_line_that_declares_them() {
    let app = TestApp::with_catalog(CATALOG).await;
    let html = page(&app, OPENER).await;
    for place in ["all.yaml:17", "all.yaml:19", "all.yaml:20"] {
        assert!(html.contains(place), "{place} is not in {html}");
    }
    assert!(html.contains("#L19\""), "{html}");
    let other_end = page(&app, "/catalog/default/resource/locks").await;
    assert!(other_end.contains("Needed by"), "{other_end}");
    assert!(other_end.contains("all.yaml:19"), "{other_end}");
}

#[tokio::test]
async fn what_authors_write_cannot_break_out_of_a_page() {
    let app = TestApp::with_catalog(CATALOG).await;
    for address in [
        OPENER.to_owned(),
        format!("{OPENER}/graph?type=all"),
        format!("{OPENER}/history"),
        format!("{OPENER}?view=yaml"),
        format!("{OPENER}/delete"),
        file_page(&app, "all.yaml"),
    ] {
        let html = page(&app, &address).await;
        assert!(!html.contains("The <Opener>"), "{address}");
        assert!(!html.contains("href=\"javascript:"), "{address}");
        assert!(
            !html.contains(" style=\""),
            "{address}: the policy forbids it"
        );
    }
    assert!(
        page(&app, OPENER)
            .await
            .contains("href=\"https://wiki.example/opener\"")
    );
}

#[tokio::test]
async fn a_broken_reference_looks_broken_in_the_list_and_in_the_graph() {
    let app = TestApp::with_catalog(CATALOG).await;
    let html = page(&app, OPENER).await;
    assert!(html.contains("There is no component:default/nothing in the catalog."));
    let graph = page(&app, &format!("{OPENER}/graph")).await;
    assert!(graph.contains("no such component"), "{graph}");
    assert!(graph.contains("1 reference leads"), "{graph}");
    assert!(!graph.contains("Owned by</span>"), "people are left out");
}

#[tokio::test]
async fn a_graph_is_filtered_by_the_address() {
    let app = TestApp::with_catalog(CATALOG).await;
    let nodes = |html: &str| html.matches("<g class=\"node").count();
    let usual = page(&app, &format!("{OPENER}/graph")).await;
    assert_eq!(nodes(&usual), 3, "the opener and what it depends on");
    let all = page(&app, &format!("{OPENER}/graph?type=all")).await;
    assert_eq!(nodes(&all), 4);
    let owner = page(&app, &format!("{OPENER}/graph?type=ownedBy")).await;
    assert_eq!(nodes(&owner), 2);
    let nowhere = app.get("/catalog/default/component/nobody/graph").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_refused_text_is_told_and_the_last_good_version_stays() {
    let app = TestApp::with_catalog(CATALOG).await;
    app.write("all.yaml", CATALOG.replace("  lifecycle: production\n", ""));
    app.reconcile().await;
    let html = page(&app, OPENER).await;
    assert!(
        html.contains("Its newest text is not in the catalog."),
        "{html}"
    );
    assert!(html.contains("production"), "the last good version");
    let file = page(&app, &file_page(&app, "all.yaml")).await;
    assert!(file.contains("1 refused"), "{file}");
    assert!(
        plain(&file).contains("The last good version stays"),
        "{file}"
    );
    assert!(plain(&file).contains("spec.lifecycle"), "{file}");
}

#[tokio::test]
async fn findings_stand_under_their_line() {
    let app = TestApp::with_catalog(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: x y\nspec: {}\n",
    )
    .await;
    let html = page(&app, &file_page(&app, "all.yaml")).await;
    let below = html
        .split("id=\"L4\"")
        .nth(1)
        .and_then(|after| after.split("id=\"L5\"").next())
        .expect("lines 4 and 5");
    assert!(
        below.contains("<span class=\"ghost\">  name: </span>^^^"),
        "{below}"
    );
    assert!(html.contains("href=\"#L4\">Line 4</a>"), "{html}");
}

#[tokio::test]
async fn a_conflict_says_who_came_first() {
    let document = "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: g}\nspec: {type: team, children: []}\n";
    let app = TestApp::builder()
        .file("first.yaml", document)
        .file("second.yaml", document)
        .location("first.yaml")
        .location("second.yaml")
        .start()
        .await;
    let html = page(&app, &file_page(&app, "second.yaml")).await;
    assert!(html.contains("in conflict"), "{html}");
    assert!(
        html.contains("first.yaml</a> describes the same entity"),
        "{html}"
    );
    let listed = page(&app, "/sources/files?state=conflict").await;
    assert!(listed.contains("second.yaml") && !listed.contains("first.yaml</a>"));
}

#[tokio::test]
async fn two_versions_are_compared_word_by_word() {
    let app = TestApp::with_catalog(CATALOG).await;
    app.write(
        "all.yaml",
        CATALOG.replace("type: service", "type: website"),
    );
    app.reconcile().await;
    let list = page(&app, &format!("{OPENER}/history")).await;
    assert!(
        list.contains("first seen") && list.contains("changed"),
        "{list}"
    );
    let newest = list.split(&format!("{OPENER}/history/")).nth(1);
    let newest = newest
        .and_then(|rest| rest.split('"').next())
        .expect("a version");
    let change = page(&app, &format!("{OPENER}/history/{newest}")).await;
    assert!(change.contains("<del>service</del>"), "{change}");
    assert!(change.contains("<ins>website</ins>"), "{change}");
    let unknown = app.get(&format!("{OPENER}/history/999999")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_deletion_is_undone_from_the_page() {
    let app = TestApp::with_catalog(CATALOG).await;
    let asked = page(&app, &format!("{OPENER}/delete")).await;
    assert!(asked.contains("Delete it"), "{asked}");
    let deleted = app.submit(&format!("{OPENER}/delete"), &[]).await;
    assert_eq!(location(&deleted), "/sources/deleted");
    let gone = app.get(OPENER).await;
    assert_eq!(gone.status, StatusCode::GONE);
    assert!(gone.text().contains("Bring it back"), "{}", gone.text());
    let form = [("ref", "component:default/opener")];
    let back = app.submit("/sources/deleted", &form).await;
    assert_eq!(location(&back), OPENER);
    page(&app, OPENER).await;
}

/// A host with the catalog at `/catalog.yaml`, and a portal that may read from it.
async fn portal_and_host() -> (TestApp, MockServer) {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/catalog.yaml"))
        .respond_with(ResponseTemplate::new(200).set_body_string(CATALOG))
        .mount(&server)
        .await;
    let app = TestApp::builder()
        .reads_from(&server.address().to_string())
        .start()
        .await;
    (app, server)
}

/// Submits the form that registers a location.
async fn register(app: &TestApp, target: &str, intent: &str) -> Answer {
    let form = [("target", target), ("intent", intent)];
    app.submit("/sources/register", &form).await
}

#[tokio::test]
async fn registering_never_loses_the_input() {
    let (app, server) = portal_and_host().await;
    let missing = format!("{}/missing.yaml", server.uri());
    for wrong in ["no address", "https://unknown.example/x.yaml", &missing] {
        let answer = register(&app, wrong, "look").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        let html = answer.text();
        assert!(html.contains(&format!("value=\"{wrong}\"")), "{wrong}");
        assert!(html.contains("There is a problem"), "{wrong}");
    }
}

#[tokio::test]
async fn registering_shows_first_what_would_come() {
    let (app, server) = portal_and_host().await;
    let target = format!("{}/catalog.yaml", server.uri());
    let looked = register(&app, &target, "look").await;
    assert_eq!(looked.status, StatusCode::OK);
    let html = looked.text();
    assert!(html.contains("Register 3 entities"), "{html}");
    assert!(app.refs().is_empty(), "looking changes nothing");

    let registered = register(&app, &target, "register").await;
    let files = page(&app, location(&registered)).await;
    assert!(files.contains("3 entities"), "{files}");
    let again = register(&app, &target, "register").await;
    let html = again.text();
    assert!(html.contains("registered already"), "{html}");
}

#[tokio::test]
async fn a_location_is_removed_after_saying_what_goes() {
    let (app, server) = portal_and_host().await;
    let target = format!("{}/catalog.yaml", server.uri());
    register(&app, &target, "register").await;
    let sources = page(&app, "/sources").await;
    let id = sources.split("/sources/remove?id=").nth(1);
    let id = id
        .and_then(|rest| rest.split('"').next())
        .expect("a way to remove it");
    let asked = page(&app, &format!("/sources/remove?id={id}")).await;
    assert!(asked.contains("3 entities go"), "{asked}");
    let removed = app.submit("/sources/remove", &[("id", id)]).await;
    assert_eq!(location(&removed), "/sources");
    assert!(app.refs().is_empty());
    let again = app.submit("/sources/remove", &[("id", id)]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_held_removal_waits_for_somebody_to_agree() {
    use std::fmt::Write;
    let many = (0..30).fold(String::new(), |mut text, n| {
        let _ = write!(text, "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {{name: g{n}}}\nspec: {{type: team, children: []}}\n");
        text
    });
    let app = TestApp::with_catalog(&many).await;
    let one: String = many.split_inclusive("children: []}\n").take(1).collect();
    app.write("all.yaml", one);
    app.reconcile().await;
    assert_eq!(app.refs().len(), 30, "they stay");
    let html = page(&app, "/sources/removals").await;
    assert!(html.contains("Remove 29 entities"), "{html}");
    let about = page(&app, "/catalog/default/group/g7").await;
    assert!(about.contains("Its source stopped listing it"), "{about}");
    let origin = app.location_ref("all.yaml");
    let agreed = app
        .submit("/sources/removals", &[("origin", &origin)])
        .await;
    assert_eq!(location(&agreed), "/sources/deleted");
    assert_eq!(app.refs().len(), 1);
}

#[tokio::test]
async fn refreshing_says_what_came_of_it() {
    let app = TestApp::with_catalog(CATALOG).await;
    app.clock().advance(60_000);
    let file = app.location_ref("all.yaml");
    let refreshed = app.submit("/sources/refresh", &[("file", &file)]).await;
    assert_eq!(location(&refreshed), file_page(&app, "all.yaml"));
    let unknown = app
        .submit("/sources/refresh", &[("file", "file:/nowhere.yaml")])
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let entity = app.submit(&format!("{OPENER}/refresh"), &[]).await;
    assert_eq!(location(&entity), OPENER);
}

#[tokio::test]
async fn every_example_has_a_page() {
    let app = TestApp::with_examples().await;
    let refs = app.refs();
    assert!(refs.len() >= 40, "{refs:?}");
    for entity_ref in refs {
        let entity_ref = callboard::entity::EntityRef::from_canonical(&entity_ref);
        let html = page(&app, &callboard::urls::entity(&entity_ref)).await;
        assert!(html.contains(entity_ref.as_str()), "{entity_ref}");
        page(&app, &callboard::urls::entity_history(&entity_ref)).await;
    }
}
