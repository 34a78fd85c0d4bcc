//! Entities as Backstage shows them: one by one, by refs, with their facets and their ancestors.

use axum::http::{Request, StatusCode};
use serde_json::json;

use super::{Expected::*, asks, hold, portal, sends};

#[tokio::test]
async fn an_entity_is_stitched_as_backstage_stitches_it() {
    let app = portal().await;
    let mut shop = app
        .get("/api/catalog/entities/by-name/COMPONENT/Default/shop")
        .await
        .json();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(
        keys(&shop),
        ["metadata", "apiVersion", "kind", "spec", "relations"]
    );
    let metadata = keys(&shop["metadata"]);
    assert_eq!(metadata.first().map(String::as_str), Some("namespace"));
    assert_eq!(metadata[metadata.len() - 2..], ["uid", "etag"]);
    let managed_by = app.location_ref("all.yaml");
    let annotations = &shop["metadata"]["annotations"];
    for name in ["managed-by-location", "managed-by-origin-location"] {
        assert_eq!(
            annotations[format!("backstage.io/{name}")],
            managed_by.as_str()
        );
    }
    assert_eq!(
        shop["relations"].take(),
        json!([
            {"type": "hasPart", "targetRef": "component:default/cart"},
            {"type": "ownedBy", "targetRef": "group:default/team-a"},
            {"type": "providesApi", "targetRef": "api:default/shop-api"},
        ])
    );
}

#[tokio::test]
async fn refs_keep_their_places_and_are_taken_literally() {
    let app = portal().await;
    let refs = json!([
        "component:default/shop",
        "Component:default/shop",
        "component:shop",
        "",
        "component:default/shop"
    ]);
    hold(
        &app,
        "catalog",
        vec![
            sends("POST /entities/by-refs", json!({"entityRefs": []}), 200, Json(json!({"items": []}))),
            sends(
                "POST /entities/by-refs",
                json!({"entityRefs": refs, "fields": ["metadata.name"]}),
                200,
                Names(&["Shop", "null", "null", "null", "Shop"]),
            ),
            sends(
                "POST /entities/by-refs?filter=kind=api&filter=spec.type=library",
                json!({"entityRefs": ["component:default/shop", "component:default/cart"], "fields": ["metadata.name"]}),
                200,
                Names(&["null", "cart"]),
            ),
            sends(
                "POST /entities/by-refs",
                json!({"entityRefs": ["component:default/shop"], "query": {"kind": "api"}, "fields": ["kind,metadata.name"]}),
                200,
                Json(json!({"items": [null]})),
            ),
            // In a body a path is a path: nothing is split at commas.
            sends(
                "POST /entities/by-refs",
                json!({"entityRefs": ["component:default/shop"], "fields": ["kind,metadata.name"]}),
                200,
                Json(json!({"items": [{}]})),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn facets_count_values_as_they_are_written() {
    let app = portal().await;
    let types = json!([{"value": "library", "count": 1}, {"value": "service", "count": 2}]);
    hold(
        &app,
        "catalog",
        vec![
            asks(
                "GET /entity-facets?facet=Spec.Type&filter=kind=component",
                200,
                Json(json!({"facets": {"Spec.Type": types}})),
            ),
            asks(
                "GET /entity-facets?facet=kind,spec.type&facet=",
                200,
                Json(json!({"facets": {"kind,spec.type": []}})),
            ),
            asks(
                "GET /entity-facets?facet=relations.ownedBy&facet=spec.port&filter=kind=component",
                200,
                Json(json!({"facets": {
                    "relations.ownedBy": [
                        {"value": "group:default/team-a", "count": 2},
                        {"value": "user:default/ana", "count": 1},
                    ],
                    "spec.port": [{"value": "8080", "count": 1}],
                }})),
            ),
            sends(
                "POST /entity-facets",
                json!({"facets": ["kind"], "query": {"metadata.namespace": "other"}}),
                200,
                Json(json!({"facets": {"kind": [{"value": "Component", "count": 1}]}})),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn only_reads_are_answered_with_not_modified() {
    let app = portal().await;
    let path = "/api/catalog/entity-facets?facet=kind";
    let etag = app.get(path).await.headers["etag"].clone();
    assert!(etag.to_str().expect("text").starts_with("W/\""));
    let read = |caching: &'static str| {
        let request = Request::get(path)
            .header("if-none-match", &etag)
            .header("cache-control", caching);
        app.call(request.body(axum::body::Body::empty()).expect("a request"))
    };
    let known = read("max-age=0").await;
    assert_eq!(
        (known.status, known.body.len()),
        (StatusCode::NOT_MODIFIED, 0)
    );
    assert_eq!(read("no-cache").await.status, StatusCode::OK);
    let body = json!({"facets": ["kind"]});
    let posted = app.post("/api/catalog/entity-facets", body.clone()).await;
    let again = Request::post("/api/catalog/entity-facets")
        .header("content-type", "application/json")
        .header("if-none-match", &posted.headers["etag"]);
    let again = app
        .call(again.body(body.to_string().into()).expect("a request"))
        .await;
    assert_eq!(again.status, StatusCode::OK);
    let streamed = app
        .get("/api/catalog/entities/by-name/component/default/shop")
        .await;
    assert!(!streamed.headers.contains_key("etag"));
}

#[tokio::test]
async fn other_origins_see_nothing_of_the_rules_for_those_let_in() {
    let app = crate::support::TestApp::builder()
        .with(|config| {
            config.backend.cors = Some(callboard::config::Cors {
                origins: vec!["https://*.example.com".to_owned()],
                methods: vec!["GET".to_owned(), "POST".to_owned()],
                allowed_headers: Vec::new(),
                exposed_headers: Vec::new(),
                credentials: true,
                max_age: None,
            });
        })
        .start()
        .await;
    let call = |method: &'static str, origin: &'static str| {
        let request = Request::builder()
            .method(method)
            .uri("/api/catalog/locations")
            .header("origin", origin)
            .header("access-control-request-headers", "authorization");
        app.call(request.body(axum::body::Body::empty()).expect("a request"))
    };
    let preflight = call("OPTIONS", "https://a.example.com").await;
    assert_eq!(preflight.status, StatusCode::NO_CONTENT);
    for (name, expected) in [
        ("access-control-allow-origin", "https://a.example.com"),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "GET,POST"),
        ("access-control-allow-headers", "authorization"),
        ("vary", "Origin, Access-Control-Request-Headers"),
    ] {
        assert_eq!(preflight.headers[name], expected);
    }
    let let_in = call("GET", "https://a.example.com").await;
    assert_eq!(let_in.headers["vary"], "Origin, Accept-Encoding");
    let other = call("GET", "https://evil.example.org").await;
    assert_eq!(
        (other.status, &other.headers["vary"]),
        (StatusCode::OK, &"Accept-Encoding".parse().expect("a value"))
    );
    assert!(
        !other
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("access-control"))
    );
}

#[tokio::test]
async fn a_location_with_faults_is_seen_with_them() {
    let text = "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: leads-nowhere}\nspec: {targets: [./missing.yaml]}\n";
    let app = crate::support::TestApp::with_catalog(text).await;
    let location = app
        .entity("location:default/leads-nowhere")
        .expect("it is seen");
    let item = &location["status"]["items"][0];
    assert_eq!(item["type"], "backstage.io/catalog-processing");
    assert_eq!(
        (&item["level"], &item["error"]["name"]),
        (&json!("error"), &json!("NotFoundError"))
    );
}
