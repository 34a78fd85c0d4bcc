//! Filters, predicates, orders, pages and projections.

use serde_json::json;

use super::{Expected::*, asks, hold, portal, sends};

#[tokio::test]
async fn filters_choose_as_the_search_index_does() {
    let app = portal().await;
    let query = |filter: &str| -> &'static str {
        format!("GET /entities/by-query?{filter}&orderField=metadata.name,asc&fields=metadata.name")
            .leak()
    };
    let all = [
        ("filter=kind=component", &["cart", "Shop", "till"][..]),
        ("filter=KIND=COMPONENT", &["cart", "Shop", "till"]),
        (
            "filter=%20kind%20=%20component%20,spec.type%20=%20service",
            &["Shop", "till"],
        ),
        ("filter=kind=api&filter=kind=group", &["shop-api", "team-a"]),
        ("filter=kind=api,kind=group", &["shop-api", "team-a"]),
        ("filter[]=kind=api", &["shop-api"]),
        (
            "filter=metadata.tags=java,metadata.tags=web",
            &["cart", "Shop"],
        ),
        ("filter=metadata.tags.java", &["cart", "Shop"]),
        ("filter=metadata.tags.java=true", &["cart", "Shop"]),
        ("filter=metadata.labels.tier=GOLD", &["Shop"]),
        ("filter=metadata.annotations.example.com/empty=", &["Shop"]),
        ("filter=metadata.links.title=shop", &["Shop"]),
        ("filter=spec.port=8080", &["Shop"]),
        ("filter=spec.none", &["Shop"]),
        ("filter=spec.none=null", &[]),
        ("filter=spec", &[]),
        (
            "filter=relations.ownedby=Group:default/TEAM-A",
            &["cart", "Shop", "shop-api"],
        ),
        ("filter=relations.hasMember=user:default/ana", &["team-a"]),
        (
            "filter=metadata.namespace=default,kind=component",
            &["cart", "Shop"],
        ),
        ("filter=kind=component,kind", &["cart", "Shop", "till"]),
        ("filter=kind=api&filter=", &["shop-api"]),
    ];
    let exchanges = all.map(|(filter, expected)| asks(query(filter), 200, Names(expected)));
    hold(&app, "catalog", exchanges.into()).await;
}

#[tokio::test]
async fn predicates_choose_as_filters_do() {
    let app = portal().await;
    let all = [
        (
            json!({}),
            &["ana", "cart", "Shop", "shop-api", "team-a", "till"][..],
        ),
        (json!({"kind": "Component"}), &["cart", "Shop", "till"]),
        (
            json!({"$all": []}),
            &["ana", "cart", "Shop", "shop-api", "team-a", "till"],
        ),
        (json!({"$any": []}), &[]),
        (
            json!({"$any": [{"kind": "api"}, {"kind": "user"}]}),
            &["ana", "shop-api"],
        ),
        (json!({"$not": {"kind": "component"}, "kind": "x"}), &[]),
        (
            json!({"kind": {"$in": ["API", "user"]}}),
            &["ana", "shop-api"],
        ),
        (json!({"kind": {"$in": []}}), &[]),
        (
            json!({"kind": "component", "metadata.tags": {"$exists": false}}),
            &["till"],
        ),
        (
            json!({"metadata.name": {"$hasPrefix": "SHOP"}}),
            &["Shop", "shop-api"],
        ),
        (json!({"metadata.name": {"$hasPrefix": "%"}}), &[]),
        (json!({"metadata.tags": {"$contains": "web"}}), &["Shop"]),
        (json!({"spec.port": 8080}), &["Shop"]),
        (
            json!({"relations": {"$contains": {"type": "ownedBy", "targetRef": "user:default/ana"}}}),
            &["till"],
        ),
        (
            json!({"Relations": {"$contains": {"Type": "partOf", "targetRef": {"$in": ["component:default/shop"]}}}}),
            &["cart"],
        ),
    ];
    let exchanges = all
        .into_iter()
        .filter(|(query, _)| query.get("$not").is_none());
    let exchanges = exchanges.map(|(query, expected)| {
        let body = json!({
            "query": {"$all": [query, {"$not": {"kind": "location"}}]},
            "orderBy": [{"field": "metadata.name", "order": "asc"}],
            "fields": ["metadata.name"],
        });
        sends("POST /entities/by-query", body, 200, Names(expected))
    });
    hold(&app, "catalog", exchanges.collect()).await;
}

#[tokio::test]
async fn pages_are_counted_and_ordered() {
    let app = portal().await;
    let page = |items, total| Json(json!({"items": items, "totalItems": total, "pageInfo": {}}));
    hold(
        &app,
        "catalog",
        vec![
            asks("GET /entities/by-query?limit=0&filter=kind=user", 200, page(json!([]), 1)),
            asks("GET /entities/by-query?offset=99&filter=kind=user", 200, page(json!([]), 1)),
            asks(
                "GET /entities/by-query?totalItems=exclude&filter=kind=user&fields=kind",
                200,
                page(json!([{"kind": "User"}]), 0),
            ),
            asks(
                "GET /entities/by-query?orderField=spec.port,desc&fields=metadata.name",
                200,
                page(json!([{"metadata": {"name": "Shop"}}]), 1),
            ),
            asks(
                "GET /entities/by-query?filter=kind=component&orderField=METADATA.NAME,desc&orderField=kind&limit=%20100&fields=metadata.name",
                200,
                Names(&["till", "Shop", "cart"]),
            ),
            asks(
                "GET /entities/by-query?fullTextFilterTerm=%20SHOP%20&orderField=metadata.name,asc&fields=metadata.name",
                200,
                Names(&["Shop", "shop-api"]),
            ),
            asks(
                "GET /entities/by-query?fullTextFilterTerm=c_rt&fullTextFilterFields=metadata.name,metadata.title&fields=metadata.name",
                200,
                Names(&["cart"]),
            ),
            sends(
                "POST /entities/by-query",
                json!({"fullTextFilter": {"term": "carts", "fields": ["metadata.description"]}, "fields": ["metadata.name"]}),
                200,
                Names(&["cart"]),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn lists_are_ordered_by_all_fields_with_the_lacking_last() {
    let app = portal().await;
    hold(
        &app,
        "catalog",
        vec![
            asks(
                "GET /entities?filter=kind=component&order=desc:spec.type&order=asc:metadata.name&limit=9&fields=metadata.name",
                200,
                Names(&["Shop", "till", "cart"]),
            ),
            asks(
                "GET /entities?filter=kind=component&order=asc:spec.port&fields=metadata.name",
                200,
                Names(&["Shop"]),
            ),
            asks(
                "GET /entities?filter=kind=component&filter=kind=api&offset=1&fields=metadata.name",
                200,
                Names(&["cart", "Shop", "till"]),
            ),
            // A field with several values lists its entity once for each, as Backstage's join does.
            asks(
                "GET /entities?filter=metadata.tags&order=asc:metadata.tags&order=asc:metadata.name&limit=9&fields=metadata.name",
                200,
                Names(&["cart", "Shop", "Shop"]),
            ),
            asks("GET /entities?filter=kind=nothing", 200, Json(json!([]))),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_next_page_is_linked_with_the_parameters_of_this_one() {
    let app = portal().await;
    let link = |path: &'static str| {
        let app = &app;
        async move {
            let answer = app.get(&format!("/api/catalog{path}")).await;
            let link = answer
                .headers
                .get("link")
                .map(|link| link.to_str().expect("text"));
            link.map(str::to_owned)
        }
    };
    assert_eq!(
        link("/entities?limit=2&offset=1&filter=kind=component&filter=kind=api&fields=kind").await,
        Some("</entities?limit=2&filter=kind%3Dcomponent&filter=kind%3Dapi&fields=kind&after=eyJsaW1pdCI6Miwib2Zmc2V0IjozfQ%3D%3D>; rel=\"next\"".to_owned())
    );
    // {"limit":1,"offset":0}, without its padding, keeps its place.
    assert_eq!(
        link("/entities?after=eyJsaW1pdCI6MSwib2Zmc2V0IjowfQ&fields=kind").await,
        Some(
            "</entities?after=eyJsaW1pdCI6MSwib2Zmc2V0IjoxfQ%3D%3D&fields=kind>; rel=\"next\""
                .to_owned()
        )
    );
    assert_eq!(link("/entities?limit=99&fields=kind").await, None);
}

#[tokio::test]
async fn a_cursor_without_a_direction_is_continued() {
    let app = portal().await;
    let path = "/api/catalog/entities/by-query?filter=kind=component&orderField=metadata.name&limit=2&fields=metadata.name";
    let first = app.get(path).await.json();
    let cursor = first["pageInfo"]["nextCursor"].as_str().expect("a cursor");
    let body = json!({"cursor": cursor, "fields": ["metadata.name"]});
    let second = sends("POST /entities/by-query", body, 200, Names(&["till"]));
    hold(&app, "catalog", vec![second]).await;
}
