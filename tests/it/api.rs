//! The API as clients see it. What is expected is what Backstage's specification and recordings say.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::TestApp;

const CATALOG: &str = "apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: My-Comp, title: Mine, tags: [java], description: first}
spec: {type: service, lifecycle: production, owner: team-a}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: comp2, tags: [java, rust]}
spec: {type: website, lifecycle: experimental, owner: team-a}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: comp3}
spec: {type: service, lifecycle: production, owner: user:ana}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: team-a}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: ana}
spec: {memberOf: [team-a]}
";

async fn portal() -> TestApp {
    TestApp::with_catalog(CATALOG).await
}

fn names(items: &Value) -> Vec<&str> {
    let items = items.as_array().expect("a list");
    items
        .iter()
        .map(|item| item["metadata"]["name"].as_str().expect("a name"))
        .collect()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table, or a story")]
async fn errors_have_backstages_body() {
    let app = portal().await;
    for (path, status, name, message) in [
        (
            "/entities/by-query?bogus=1",
            400,
            "InputError",
            "Unknown query parameter 'bogus'",
        ),
        (
            "/entities/by-query?limit=abc",
            400,
            "InputError",
            "request/query/limit must be integer",
        ),
        (
            "/entities/by-query?orderField=a,foo",
            400,
            "InputError",
            "Invalid order field order, must be asc or desc",
        ),
        (
            "/entities?limit=0",
            400,
            "InputError",
            "Invalid limit, must be greater than zero",
        ),
        (
            "/entities?order=x",
            400,
            "InputError",
            "Invalid order parameter \"x\", expected \"<asc or desc>:<field name>\"",
        ),
        (
            "/entities?filter==x",
            400,
            "InputError",
            "Invalid filter, '=x' is not a valid statement (expected a string on the form a=b or a= or a)",
        ),
        (
            "/entities/by-name/Component/default/Nope",
            404,
            "NotFoundError",
            "No entity named 'Nope' found, with kind 'Component' in namespace 'default'",
        ),
        (
            "/entities/by-uid/nope",
            404,
            "NotFoundError",
            "No entity with uid nope",
        ),
        (
            "/entity-facets",
            400,
            "InputError",
            "request/query must have required property 'facet'",
        ),
        (
            "/locations/nope",
            404,
            "NotFoundError",
            "Found no location with ID nope",
        ),
        (
            "/locations/by-entity/component/default/zzz",
            404,
            "NotFoundError",
            "found no entity for ref component:default/zzz",
        ),
    ] {
        let answer = app.get(&format!("/api/catalog{path}")).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
        assert_eq!(
            answer.headers["content-type"],
            "application/json; charset=utf-8"
        );
        let expected = json!({
            "error": {"name": name, "message": message},
            "request": {"method": "GET", "url": path},
            "response": {"statusCode": status},
        });
        assert_eq!(answer.json(), expected, "{path}");
    }
    let cursor = app.get("/api/catalog/entities/by-query?cursor=xxx").await;
    assert!(
        cursor.json()["error"]["message"]
            .as_str()
            .expect("a text")
            .starts_with("Malformed cursor: ")
    );
}

#[tokio::test]
async fn unknown_paths_and_methods_are_answered_with_nothing() {
    let app = portal().await;
    for (method, path) in [
        (Method::GET, "/api/unknown/x"),
        (Method::GET, "/api/catalog/nope"),
        (Method::POST, "/api/catalog/entities"),
        (
            Method::DELETE,
            "/api/catalog/entities/by-name/component/default/comp2",
        ),
    ] {
        let answer = app.send(method.clone(), path, json!({})).await;
        assert_eq!(
            (answer.status, answer.body.len()),
            (StatusCode::NOT_FOUND, 0),
            "{method} {path}"
        );
        assert!(
            !answer.headers.contains_key("content-type"),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn paths_are_matched_without_case_and_with_a_slash() {
    let app = portal().await;
    for path in [
        "/api/catalog/entities/by-name/COMPONENT/Default/my-comp",
        "/api/Catalog/Entities/",
        "/api/catalog/entity-facets/?facet=kind",
    ] {
        assert_eq!(app.get(path).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn pages_go_forth_and_back_by_cursor() {
    let app = portal().await;
    let first = app.get("/api/catalog/entities/by-query?filter=kind=component&orderField=metadata.name,asc&limit=2").await.json();
    assert_eq!(
        (names(&first["items"]), &first["totalItems"]),
        (vec!["comp2", "comp3"], &json!(3))
    );
    assert!(first["pageInfo"].get("prevCursor").is_none());
    let cursor = first["pageInfo"]["nextCursor"].as_str().expect("a cursor");
    let encoded: String = form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
    let second = app
        .get(&format!(
            "/api/catalog/entities/by-query?limit=2&cursor={encoded}"
        ))
        .await
        .json();
    assert_eq!(
        (names(&second["items"]), &second["totalItems"]),
        (vec!["My-Comp"], &json!(3))
    );
    let back = second["pageInfo"]["prevCursor"].as_str().expect("a cursor");
    // GET and POST exchange cursors.
    let first_again = app
        .post(
            "/api/catalog/entities/by-query",
            json!({"cursor": back, "limit": 2}),
        )
        .await
        .json();
    assert_eq!(first_again["items"], first["items"]);
    assert!(first_again["pageInfo"].get("prevCursor").is_none());
    let count = app
        .get("/api/catalog/entities/by-query?limit=0")
        .await
        .json();
    assert_eq!(count, json!({"items": [], "totalItems": 6, "pageInfo": {}}));
    let lacking = app
        .get("/api/catalog/entities/by-query?orderField=spec.lifecycle,asc&limit=0")
        .await
        .json();
    assert_eq!(
        lacking["totalItems"], 3,
        "what has no value to order by is left out"
    );
}

#[tokio::test]
async fn refs_keep_their_places() {
    let app = portal().await;
    let refs = json!([
        "component:default/my-comp",
        "component:default/zzz",
        "Component:default/my-comp"
    ]);
    let body = json!({"entityRefs": refs, "fields": ["metadata.name"]});
    let answer = app.post("/api/catalog/entities/by-refs", body).await.json();
    assert_eq!(
        answer,
        json!({"items": [{"metadata": {"name": "My-Comp"}}, null, null]})
    );
    let filtered = app
        .post(
            "/api/catalog/entities/by-refs?filter=kind=api",
            json!({"entityRefs": ["component:default/comp2"]}),
        )
        .await
        .json();
    assert_eq!(filtered, json!({"items": [null]}));
    let missing = app.post("/api/catalog/entities/by-refs", json!({})).await;
    assert_eq!(
        missing.json()["error"]["message"],
        "request/body must have required property 'entityRefs'"
    );
}

#[tokio::test]
async fn lists_are_whole_or_paged_with_a_link() {
    let app = portal().await;
    let whole = app
        .get("/api/catalog/entities?filter=kind=component&fields=metadata.name")
        .await;
    assert_eq!(whole.json().as_array().map(Vec::len), Some(3));
    let page = app
        .get("/api/catalog/entities?limit=2&fields=metadata.name")
        .await;
    assert_eq!(
        page.headers["link"],
        "</entities?limit=2&fields=metadata.name&after=eyJsaW1pdCI6Miwib2Zmc2V0IjoyfQ%3D%3D>; rel=\"next\""
    );
}

#[tokio::test]
async fn facets_count_values_as_they_are_written() {
    let app = portal().await;
    let facets = app
        .get("/api/catalog/entity-facets?facet=Kind&facet=metadata.tags&filter=kind=component")
        .await
        .json();
    assert_eq!(
        facets,
        json!({"facets": {
            "Kind": [{"value": "Component", "count": 3}],
            "metadata.tags": [{"value": "java", "count": 2}, {"value": "rust", "count": 1}],
        }})
    );
}

#[tokio::test]
async fn an_entity_is_stitched_with_the_relations_of_others() {
    let app = portal().await;
    let group = app
        .get("/api/catalog/entities/by-name/group/default/team-a")
        .await
        .json();
    assert_eq!(
        group["relations"],
        json!([
            {"type": "hasMember", "targetRef": "user:default/ana"},
            {"type": "ownerOf", "targetRef": "component:default/comp2"},
            {"type": "ownerOf", "targetRef": "component:default/my-comp"},
        ])
    );
    let ancestry = app
        .get("/api/catalog/entities/by-name/group/default/team-a/ancestry")
        .await
        .json();
    assert_eq!(ancestry["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(ancestry["items"][1]["parentEntityRefs"], json!([]));
}

#[tokio::test]
async fn a_known_answer_is_not_sent_again() {
    let app = portal().await;
    let path = "/api/catalog/entity-facets?facet=kind";
    let etag = app.get(path).await.headers["etag"]
        .to_str()
        .expect("text")
        .to_owned();
    let request = axum::http::Request::get(path)
        .header("if-none-match", &etag)
        .body(axum::body::Body::empty());
    let again = app.call(request.expect("a request")).await;
    assert_eq!(
        (again.status, again.body.len()),
        (StatusCode::NOT_MODIFIED, 0)
    );
}

#[tokio::test]
async fn entities_are_validated_without_being_taken() {
    let app = portal().await;
    let validate = |entity: Value| {
        let body = json!({"entity": entity, "location": "url:https://example.com/x.yaml"});
        app.post("/api/catalog/validate-entity", body)
    };
    let good = json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "v"}, "spec": {"type": "a", "lifecycle": "b", "owner": "c"}});
    let answer = validate(good).await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
    let bad = json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "v"}, "spec": {"type": "a", "lifecycle": "b"}});
    let answer = validate(bad).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let cause = "/spec must have required property 'owner' - missingProperty: owner";
    assert_eq!(
        answer.json()["errors"][0]["cause"],
        json!({"name": "TypeError", "message": cause})
    );
    assert!(app.entity("component:default/v").is_none());
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table, or a story")]
async fn an_entity_is_refreshed_deleted_and_brought_back() {
    let app = portal().await;
    app.write("all.yaml", CATALOG.replace("title: Mine", "title: Yours"));
    let refreshed = app
        .post(
            "/api/catalog/refresh",
            json!({"entityRef": "Component:default/my-comp"}),
        )
        .await;
    assert_eq!(
        (refreshed.status, refreshed.body.len()),
        (StatusCode::OK, 0)
    );
    let entity = app
        .entity("component:default/my-comp")
        .expect("it is there");
    assert_eq!(
        entity["metadata"]["title"], "Yours",
        "the answer comes when the change is seen"
    );
    let unknown = app
        .post(
            "/api/catalog/refresh",
            json!({"entityRef": "component:default/zzz"}),
        )
        .await;
    assert_eq!(
        unknown.json()["error"]["message"],
        "Entity component:default/zzz not found"
    );
    let uid = entity["metadata"]["uid"].as_str().expect("a uid");
    let path = format!("/api/catalog/entities/by-uid/{uid}");
    assert_eq!(app.get(&path).await.status, StatusCode::OK);
    assert_eq!(
        app.send(Method::DELETE, &path, Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);
    let deletions = app.get("/api/callboard/deletions").await.json();
    assert_eq!(
        deletions["deletions"][0]["entityRef"],
        "component:default/my-comp"
    );
    let undone = app
        .post(
            "/api/callboard/deletions/undo",
            json!({"entityRef": "component:default/my-comp"}),
        )
        .await;
    assert_eq!(undone.status, StatusCode::OK);
    assert_eq!(
        app.get(&path).await.status,
        StatusCode::OK,
        "with the uid it had"
    );
    let history = app
        .get("/api/callboard/history/component/default/my-comp")
        .await
        .json();
    let causes: Vec<&str> = history["versions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|version| version["cause"].as_str().expect("a cause"))
        .collect();
    assert_eq!(causes[..2], ["deletion undone", "deleted"]);
}

#[tokio::test]
async fn bodies_that_are_no_use_are_refused() {
    let app = portal().await;
    let call = |content_type: &str, body: String| {
        let request =
            axum::http::Request::post("/api/catalog/refresh").header("content-type", content_type);
        app.call(
            request
                .body(axum::body::Body::from(body))
                .expect("a request"),
        )
    };
    let text = call("text/plain", "{}".to_owned()).await;
    assert_eq!(
        text.json()["error"]["message"],
        "unsupported media type text/plain"
    );
    assert_eq!(
        call("application/json", "{".to_owned()).await.status,
        StatusCode::BAD_REQUEST
    );
    let large = call("application/json", format!("\"{}\"", "x".repeat(200_000))).await;
    assert_eq!(
        (large.status, &large.json()["error"]["name"]),
        (StatusCode::BAD_REQUEST, &json!("InputError"))
    );
}

#[tokio::test]
async fn search_answers_as_backstages_client_expects() {
    let app = portal().await;
    app.until("everything is indexed", |app| {
        let all = callboard::search::SearchRequest {
            limit: 1,
            ..Default::default()
        };
        let found = app.state().search.search(&all);
        found.is_ok_and(|page| page.total == 6)
    })
    .await;
    let found = app.get("/api/search/query?term=mine&types[0]=software-catalog&filters[kind][0]=Component&pageLimit=5").await.json();
    assert_eq!(found["numberOfResults"], 1);
    let result = &found["results"][0];
    assert_eq!(
        (&result["type"], &result["rank"]),
        (&json!("software-catalog"), &json!(1))
    );
    assert_eq!(
        result["document"]["location"],
        "/catalog/default/component/my-comp"
    );
    let pre = result["highlight"]["preTag"].as_str().expect("a tag");
    assert!(
        result["highlight"]["fields"]["title"]
            .as_str()
            .expect("a text")
            .starts_with(pre)
    );
    let page = app.get("/api/search/query?pageLimit=2").await.json();
    let next = page["nextPageCursor"].as_str().expect("a cursor");
    let second = app
        .get(&format!("/api/search/query?pageLimit=2&pageCursor={next}"))
        .await
        .json();
    assert_eq!(second["results"][0]["rank"], 3);
    assert!(second.get("previousPageCursor").is_some());
    for bad in ["pageLimit=x", "pageLimit=101", "types=nothing"] {
        assert_eq!(
            app.get(&format!("/api/search/query?{bad}")).await.status,
            StatusCode::BAD_REQUEST,
            "{bad}"
        );
    }
}

#[test]
fn every_route_is_documented() {
    let manifest = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read =
        |path: &str| std::fs::read_to_string(manifest.join(path)).expect("a table of routes");
    let routes = read("src/api/mod.rs") + &read("src/api/git/mod.rs");
    let documented = std::fs::read_to_string(manifest.join("docs/API.md")).expect("the document");
    let paths: Vec<&str> = routes
        .split('"')
        .filter(|text| {
            ["/api/", "/.backstage/", "/git/"]
                .iter()
                .any(|start| text.starts_with(start))
        })
        .filter(|path| !path.contains("{*"))
        .collect();
    assert!(paths.len() > 15, "{paths:?}");
    for path in paths {
        assert!(
            documented.contains(&format!(" {path}`")),
            "{path} is not in docs/API.md"
        );
    }
}
