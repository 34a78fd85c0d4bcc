//! The frame and the list pages: what they show, what htmx gets, and what holds for every answer.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use callboard::search::SearchRequest;

use crate::support::{Answer, TestApp};

/// Three components of two owners, and one of nobody there is.
const CATALOG: &str = "\
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: root, title: The Company}
spec: {type: organization, children: [gates]}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: gates, title: Gates & Doors}
spec: {type: team, parent: root, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: ana}
spec: {profile: {displayName: Ana Reis, email: ana@rail.example}, memberOf: [gates]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: opener, title: 'The <b>Opener</b>', description: Opens gates, tags: [rust]}
spec: {type: service, lifecycle: production, owner: gates}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: display, tags: [rust, embedded]}
spec: {type: website, lifecycle: production, owner: gates}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: abandoned}
spec: {type: service, lifecycle: deprecated, owner: group:default/nobody}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: gate-api}
spec: {type: openapi, lifecycle: production, owner: gates, definition: 'openapi: 3.0.0'}
";

/// Asks as htmx does.
async fn part(app: &TestApp, path: &str, target: &str) -> Answer {
    let request = Request::get(path)
        .header("HX-Request", "true")
        .header("HX-Target", target)
        .body(Body::empty())
        .expect("a request");
    app.call(request).await
}

/// The names of the listed entities, in their order.
fn listed(html: &str) -> Vec<&str> {
    let rows = html.split("<tr role=\"row\"><td class=\"c-name").skip(1);
    rows.map(|row| {
        let href = row.split("href=\"").nth(1).unwrap_or_default();
        let path = href.split('"').next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default()
    })
    .collect()
}

/// The count beside a filter value.
fn count_of<'a>(html: &'a str, value: &str) -> Option<&'a str> {
    let choice = html.split(&format!("value=\"{value}\"")).nth(1)?;
    let count = choice.split("class=\"count\">").nth(1)?;
    count.split('<').next()
}

#[tokio::test]
async fn components_are_listed_first_with_their_owners() {
    let app = TestApp::with_catalog(CATALOG).await;
    let page = app.get("/catalog").await;
    assert_eq!(page.status, StatusCode::OK);
    let html = page.text();
    assert_eq!(listed(html), ["abandoned", "display", "opener"]);
    assert!(html.contains("Gates &#38; Doors"), "the owner by its title");
    assert!(html.contains("The &#60;b&#62;Opener"), "titles are escaped");
    assert!(!html.contains("<b>Opener"), "titles are escaped");
    assert!(
        html.contains("There is no group:default/nobody in the catalog."),
        "a broken owner says so"
    );
}

#[tokio::test]
async fn filters_narrow_each_other_and_count_what_they_would_lead_to() {
    let app = TestApp::with_catalog(CATALOG).await;
    let page = app
        .get("/catalog?type=service&owner=group:default/gates")
        .await;
    let html = page.text();
    assert_eq!(listed(html), ["opener"]);
    // Each facet is counted under the choices of the others alone.
    assert_eq!(count_of(html, "website"), Some("1"));
    assert_eq!(count_of(html, "group:default/nobody"), Some("1"));
    assert_eq!(count_of(html, "rust"), Some("1"));
    assert!(
        html.contains("href=\"/catalog?owner=group%3Adefault%2Fgates\""),
        "a chip takes one back"
    );
    let backstage = app
        .get("/catalog?filters[kind]=component&filters[owners]=gates&filters[type]=service")
        .await;
    assert_eq!(listed(backstage.text()), ["opener"]);
}

#[tokio::test]
async fn ordering_loses_nobody() {
    let app = TestApp::with_catalog(CATALOG).await;
    let page = app.get("/catalog?kind=all&sort=lifecycle").await;
    let html = page.text();
    let rows = listed(html);
    assert_eq!(rows[..4], ["abandoned", "display", "gate-api", "opener"]);
    assert!(rows.contains(&"ana") && rows.contains(&"root"), "{rows:?}");
    assert!(html.contains("aria-sort=\"ascending\""), "the head says so");
    let turned = app.get("/catalog?sort=-name").await;
    assert_eq!(listed(turned.text()), ["opener", "display", "abandoned"]);
}

#[tokio::test]
async fn a_text_is_found_in_names_titles_and_descriptions() {
    let app = TestApp::with_catalog(CATALOG).await;
    for (text, expected) in [
        ("gate", &["gate-api", "gates", "opener"][..]),
        ("OPENER", &["opener"]),
        ("ana+re", &["ana"]),
        ("nothing-is-called-so", &[]),
    ] {
        let page = app.get(&format!("/catalog?kind=all&q={text}")).await;
        assert_eq!(listed(page.text()), expected, "{text}");
    }
    let nothing = app.get("/catalog?q=nothing-is-called-so").await;
    assert!(nothing.text().contains("Nothing matches"), "and a way on");
}

#[tokio::test]
async fn htmx_gets_the_part_it_asks_for_and_history_the_whole() {
    let app = TestApp::with_catalog(CATALOG).await;
    let whole = app.get("/catalog?type=service").await;
    assert!(whole.text().starts_with("<!doctype html>"));
    let vary = whole.headers[header::VARY].to_str().expect("ASCII");
    assert!(vary.to_lowercase().contains("hx-request"), "{vary}");
    let results = part(&app, "/catalog?type=service", "results").await;
    let html = results.text();
    assert!(!html.contains("<html"), "a part only");
    assert!(html.contains("<title>Components"), "the title follows");
    assert_eq!(listed(html), listed(whole.text()));
    let restored = Request::get("/catalog?type=service")
        .header("HX-Request", "true")
        .header("HX-Target", "results")
        .header("HX-History-Restore-Request", "true")
        .body(Body::empty())
        .expect("a request");
    assert!(app.call(restored).await.text().contains("<html"));
}

#[tokio::test]
async fn long_lists_have_pages_and_are_exported_whole() {
    use std::fmt::Write as _;
    let mut text = String::new();
    for number in 0..1_201 {
        write!(
            text,
            "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: c{number:04}}}\nspec: {{type: service, lifecycle: production, owner: x}}\n"
        )
        .expect("a string can be written");
    }
    let app = TestApp::with_catalog(&text).await;
    let last = app.get("/catalog?page=900").await;
    assert_eq!(listed(last.text()), ["c1200"]);
    assert!(last.text().contains("1,201–1,201 of 1,201"));
    let csv = app.get("/catalog.csv?sort=-name").await;
    let lines: Vec<&str> = csv.text().lines().collect();
    assert_eq!(lines.len(), 1_202);
    assert!(
        lines[1].starts_with("component:default/c1200,Component,c1200,"),
        "{}",
        lines[1]
    );
    let packed = Request::get("/catalog.csv")
        .header(header::ACCEPT_ENCODING, "br")
        .body(Body::empty())
        .expect("a request");
    assert_eq!(app.call(packed).await.status, StatusCode::OK);
    let json = app.get("/catalog.json").await.json();
    let rows = json.as_array().expect("a list");
    assert_eq!(rows.len(), 1_201);
    assert_eq!(rows[1_200]["ref"], "component:default/c1200");
    let none = app.get("/catalog.json?tag=none").await;
    assert_eq!(none.json(), serde_json::json!([]));
}

#[tokio::test]
async fn an_empty_catalog_says_what_would_fill_it() {
    let app = TestApp::builder().start().await;
    let page = app.get("/catalog").await;
    assert!(page.text().contains("The catalog is empty"));
    assert!(page.text().contains("href=\"/sources/register\""));
    assert_eq!(app.get("/").await.status, StatusCode::OK);
    assert!(app.get("/teams").await.text().contains("No teams yet"));
}

#[tokio::test]
async fn what_is_not_there_is_a_page_with_a_way_on_and_for_htmx_a_toast() {
    let app = TestApp::with_catalog(CATALOG).await;
    let page = app.get("/teams/default/gate").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.text().contains("There is no team called gate."));
    assert!(page.text().contains("href=\"/catalog\""));
    assert_eq!(app.get("/no/such/page").await.status, StatusCode::NOT_FOUND);
    let toast = part(&app, "/teams/default/gate", "results").await;
    assert_eq!(toast.status, StatusCode::NOT_FOUND);
    assert_eq!(toast.headers["hx-retarget"], "#toasts");
    assert!(toast.text().contains("class=\"toast failed\""));
    assert!(!toast.text().contains("<html"));
}

#[tokio::test]
async fn every_page_runs_only_what_is_ours_and_is_not_kept() {
    let app = TestApp::with_catalog(CATALOG).await;
    for path in [
        "/",
        "/catalog",
        "/search",
        "/search?q=gate",
        "/teams",
        "/teams/default/gates",
        "/nope",
    ] {
        let page = app.get(path).await;
        let policy = page.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .expect("ASCII");
        assert!(policy.contains("script-src 'self'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store", "{path}");
        let html = page.text();
        assert!(!html.contains(" style=\""), "{path} styles in place");
        assert!(!html.contains("<script>"), "{path} scripts in place");
        assert_eq!(html.matches("<h1>").count(), 1, "{path}");
        assert_eq!(html.matches("<main").count(), 1, "{path}");
    }
}

#[tokio::test]
async fn embedded_files_are_kept_for_a_year_under_their_hash() {
    let app = TestApp::with_catalog(CATALOG).await;
    let page = app.get("/").await;
    let mut files = 0;
    for address in page
        .text()
        .split('"')
        .filter(|part| part.starts_with("/static/"))
    {
        files += 1;
        let file = app.get(address).await;
        assert_eq!(file.status, StatusCode::OK, "{address}");
        let cached = file.headers[header::CACHE_CONTROL].to_str().expect("ASCII");
        assert!(cached.contains("immutable"), "{address}: {cached}");
        let (name, _) = address.split_once('?').expect("a hash");
        let other = app.get(&format!("{name}?v=0")).await;
        assert_eq!(other.headers[header::CACHE_CONTROL], "no-cache", "{name}");
    }
    assert_eq!(files, 4, "stylesheet, script, htmx, icon");
    assert_eq!(
        app.get("/static/none.css").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        app.get("/static/..%2FCargo.toml").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn home_says_what_is_broken_and_what_changed() {
    let broken = format!("{CATALOG}---\nkind: Component\nmetadata: {{name: no-version}}\n");
    let app = TestApp::with_catalog(&broken).await;
    let page = app.get("/").await;
    let html = page.text();
    assert!(html.contains("1 file</span>"), "one file is broken");
    assert!(html.contains("to look at"), "the rail marks it");
    assert!(
        html.contains("and 4 more"),
        "changes of one cause are one line"
    );
    assert!(html.contains("href=\"/catalog?kind=component\""));

    let well = TestApp::with_catalog(CATALOG).await;
    assert!(well.get("/").await.text().contains("Nothing needs you."));
}

#[tokio::test]
async fn a_team_shows_its_people_and_what_it_owns() {
    let app = TestApp::with_catalog(CATALOG).await;
    let teams = app.get("/teams").await;
    assert_eq!(listed(teams.text()), ["root", "gates"]);
    assert!(
        teams.text().contains("c-name in-1"),
        "children are indented"
    );
    let page = app.get("/teams/default/gates").await;
    let html = page.text();
    assert!(html.contains("Ana Reis") && html.contains("mailto:ana@rail.example"));
    assert_eq!(listed(html), ["display", "opener", "gate-api"]);
    assert!(html.contains("href=\"/teams/default/root\""), "the way up");
}

#[tokio::test]
async fn search_finds_and_suggests() {
    let app = TestApp::with_catalog(CATALOG).await;
    let asked = SearchRequest {
        term: "gate-api".to_owned(),
        limit: 1,
        ..SearchRequest::default()
    };
    app.until("the index follows", |app| {
        let found = app.state().search.search(&asked);
        found.is_ok_and(|found| found.total > 0)
    })
    .await;
    let page = app.get("/search?q=gate-api").await;
    let hit = "href=\"/catalog/default/api/gate-api\"";
    assert!(page.text().contains(hit));
    assert!(page.text().contains("<mark>gate</mark>"), "hits are marked");
    let other = app.get("/search?q=gate-api&kind=Component").await;
    assert!(!other.text().contains(hit));
    let list = part(&app, "/search/suggest?q=opener", "suggest").await;
    assert!(list.text().contains("role=\"option\""));
    assert!(!list.text().contains("<b>"), "titles are escaped");
    let plain = app.get("/search/suggest?q=opener").await;
    assert_eq!(plain.status, StatusCode::SEE_OTHER);
    assert_eq!(plain.headers[header::LOCATION], "/search?q=opener");
}
