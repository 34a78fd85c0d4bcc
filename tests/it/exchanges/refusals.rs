//! What is wrong with a request, in Backstage's words.

use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use super::{Exchange, Expected::*, asks, hold, portal, refused, sends};

#[tokio::test]
async fn parameters_are_checked_before_anything_else() {
    let app = portal().await;
    let integer = || refused("request/query/limit must be integer");
    let unknown = || refused("Unknown query parameter 'bogus'");
    hold(
        &app,
        "catalog",
        vec![
            asks("GET /entities/by-query?limit=x", 400, integer()),
            asks("GET /entities/by-query?limit=1.5", 400, integer()),
            asks("GET /entities/by-query?limit=1&limit=2", 400, integer()),
            asks("GET /entities/by-query?limit=-1", 400, refused("request/query/limit must be >= 0")),
            asks("GET /entities/by-query?limit=", 400, refused("Empty value found for query parameter 'limit'")),
            asks("GET /entities/by-query?totalItems=maybe", 400, refused("request/query/totalItems must be equal to one of the allowed values: include, exclude")),
            asks("GET /entities/by-query?totalItems=include&totalItems=include", 400, refused("request/query/totalItems must be string")),
            asks("GET /entities/by-query?bogus=1", 400, unknown()),
            asks("GET /entities/by-name/component/default/shop?bogus=1", 400, unknown()),
            asks("GET /entities/by-name/component/default/shop/ancestry?bogus=1", 400, unknown()),
            asks("GET /entities/by-uid/x?bogus=1", 400, unknown()),
            asks("DELETE /entities/by-uid/x?bogus=1", 400, unknown()),
            asks("GET /locations?bogus=1", 400, unknown()),
            asks("GET /locations/by-entity/a/b/c?bogus=1", 400, unknown()),
            sends("POST /refresh?bogus=1", json!({}), 400, unknown()),
            asks("GET /entity-facets", 400, refused("request/query must have required property 'facet'")),
            asks("GET /entities?limit=0", 400, refused("Invalid limit, must be greater than zero")),
            asks("GET /entities?order=kind", 400, refused("Invalid order parameter \"kind\", expected \"<asc or desc>:<field name>\"")),
            asks("GET /entities?fields=metadata.tags%5B0%5D", 400, refused("Invalid field \"metadata.tags[0]\", array type fields are not supported")),
            asks("GET /entities?after=eyJsaW1pdCI6ImEifQ==", 400, refused("Malformed after cursor, limit was not an number")),
            asks("GET /entities/by-query?orderField=kind,up", 400, refused("Invalid order field order, must be asc or desc")),
            asks("GET /entities/by-query?orderField=kind,%20asc", 400, refused("Invalid order field order, must be asc or desc")),
            asks("GET /entities/by-query?filter==x", 400, refused("Invalid filter, '=x' is not a valid statement (expected a string on the form a=b or a= or a)")),
            asks("GET /entities/by-name/component/default/%", 400, refused("malformed uri'")),
        ],
    )
    .await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn bodies_are_checked_by_their_schema() {
    let app = portal().await;
    let cases = [
        (
            "POST /entities/by-refs",
            json!({}),
            "request/body must have required property 'entityRefs'",
        ),
        (
            "POST /entities/by-refs",
            json!([]),
            "request/body must be object",
        ),
        (
            "POST /entities/by-refs",
            json!({"entityRefs": "x"}),
            "request/body/entityRefs must be array",
        ),
        (
            "POST /entities/by-refs",
            json!({"entityRefs": [1]}),
            "request/body/entityRefs/0 must be string",
        ),
        (
            "POST /entities/by-query",
            json!({"limit": "1"}),
            "request/body/limit must be number",
        ),
        (
            "POST /entities/by-query",
            json!({"query": []}),
            "request/body/query must be object",
        ),
        (
            "POST /entities/by-query",
            json!({"orderBy": {}}),
            "request/body/orderBy must be array",
        ),
        (
            "POST /entities/by-query",
            json!({"orderBy": ["a"]}),
            "request/body/orderBy/0 must be object",
        ),
        (
            "POST /entities/by-query",
            json!({"orderBy": [{"field": "a"}]}),
            "request/body/orderBy/0 must have required property 'order'",
        ),
        (
            "POST /entities/by-query",
            json!({"orderBy": [{"field": "a", "order": "asc"}, {"field": "b", "order": "up"}]}),
            "request/body/orderBy/1/order must be equal to one of the allowed values: asc, desc",
        ),
        (
            "POST /entities/by-query",
            json!({"fullTextFilter": {"term": 1}}),
            "request/body/fullTextFilter/term must be string",
        ),
        (
            "POST /entities/by-query",
            json!({"totalItems": "no"}),
            "request/body/totalItems must be equal to one of the allowed values: include, exclude",
        ),
        (
            "POST /entities/by-query",
            json!({"cursor": ""}),
            "Cursor cannot be empty",
        ),
        (
            "POST /entity-facets",
            json!({}),
            "request/body must have required property 'facets'",
        ),
        (
            "POST /entity-facets",
            json!({"facets": []}),
            "Missing or empty facets parameter",
        ),
        (
            "POST /refresh",
            json!({}),
            "request/body must have required property 'entityRef'",
        ),
        (
            "POST /refresh",
            json!({"entityRef": "a:b/c", "x": 1}),
            "request/body must NOT have additional properties",
        ),
        (
            "POST /validate-entity",
            json!({}),
            "request/body must have required property 'location'",
        ),
        (
            "POST /analyze-location",
            json!({"location": {"target": "x"}}),
            "request/body/location must have required property 'type'",
        ),
        (
            "POST /analyze-location",
            json!({"location": {"type": "url", "target": "no url"}}),
            "The given location.target is not a URL",
        ),
        (
            "POST /locations",
            json!({"target": "x"}),
            "request/body must have required property 'type'",
        ),
        (
            "POST /locations/by-query",
            json!({"limit": 0}),
            "Limit must be a positive integer >= 1",
        ),
        (
            "POST /locations/by-query",
            json!({"query": {"kind": "x"}}),
            "Invalid filter predicate, expected key to be 'id', 'type', 'target', or 'entityRef', got 'kind'",
        ),
    ];
    let exchanges: Vec<Exchange> = cases
        .into_iter()
        .map(|(request, body, message)| sends(request, body, 400, refused(message)))
        .collect();
    hold(&app, "catalog", exchanges).await;
}

#[tokio::test]
async fn predicates_are_refused_with_what_was_expected() {
    let app = portal().await;
    let cases = [
        (
            json!({"$nope": 1}),
            "Invalid query: Validation error: Invalid at \"$nope\"",
        ),
        (
            json!({"$all": [], "kind": "a"}),
            "Invalid query: Validation error: Unrecognized key(s) in object: 'kind'",
        ),
        (
            json!({"$not": "a"}),
            "Invalid filter predicate: top-level primitive values are not supported. Wrap the value in a field expression, e.g. { \"kind\": \"a\" }",
        ),
        (
            json!({"spec": {"$contains": {"a": 1}}}),
            "Object form of $contains is not supported for field \"spec\"",
        ),
        (
            json!({"relations": {"$contains": {}}}),
            "The $contains operator for \"relations\" requires a \"type\" string property",
        ),
        (
            json!({"relations": {"$contains": {"type": "a", "x": 1}}}),
            "Unsupported key \"x\" in $contains for \"relations\". Only \"type\" and \"targetRef\" are supported",
        ),
        (
            json!({"relations": {"$contains": {"type": "a", "targetRef": {"$in": []}}}}),
            "Empty \"$in\" array for $contains on \"relations\" is not allowed",
        ),
    ];
    let exchanges = cases.map(|(query, message)| {
        sends(
            "POST /entities/by-query",
            json!({"query": query}),
            400,
            refused(message),
        )
    });
    hold(&app, "catalog", exchanges.into()).await;
}

#[tokio::test]
async fn cursors_are_refused_by_the_parser_or_by_their_schema() {
    let app = portal().await;
    hold(
        &app,
        "catalog",
        vec![
            asks("GET /entities/by-query?cursor=x", 400, refused("Malformed cursor: SyntaxError: Unexpected end of JSON input")),
            // {"orderFields":[],"orderFieldValues":[],"isPrevious":1}
            asks(
                "GET /entities/by-query?cursor=eyJvcmRlckZpZWxkcyI6W10sIm9yZGVyRmllbGRWYWx1ZXMiOltdLCJpc1ByZXZpb3VzIjoxfQ==",
                400,
                refused("Malformed cursor: InputError: Malformed cursor: [\n  {\n    \"code\": \"invalid_type\",\n    \"expected\": \"boolean\",\n    \"received\": \"number\",\n    \"path\": [\n      \"isPrevious\"\n    ],\n    \"message\": \"Expected boolean, received number\"\n  }\n]"),
            ),
        ],
    )
    .await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn bodies_that_are_no_json_are_refused_by_the_parser() {
    let app = portal().await;
    let call = |content_type: Option<&'static str>, path: &'static str, body: String| {
        let mut request = Request::post(format!("/api/catalog{path}"));
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        app.call(request.body(body.into()).expect("a request"))
    };
    let json = Some("application/json");
    let no_refs = "Malformed request body (did you remember to specify an application/json content type?), Validation error: Required at \"entityRefs\"";
    for (content_type, path, body, message) in [
        (
            json,
            "/refresh",
            "{",
            "Expected property name or '}' in JSON at position 1 (line 1 column 2)",
        ),
        (
            json,
            "/refresh",
            "oops",
            "Unexpected token 'o', \"oops\" is not valid JSON",
        ),
        (
            json,
            "/refresh",
            "",
            "request/body must have required property 'entityRef'",
        ),
        (
            Some("text/plain"),
            "/refresh",
            "{}",
            "unsupported media type text/plain",
        ),
        (None, "/refresh", "{}", "unsupported media type undefined"),
        (None, "/entities/by-refs", "{}", no_refs),
    ] {
        let answer = call(content_type, path, body.to_owned()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {body}");
        assert_eq!(answer.json()["error"]["message"], message, "{path} {body}");
    }
    let without_type = call(None, "/entities/by-query", "{}".to_owned()).await;
    assert_eq!(
        without_type.status,
        StatusCode::OK,
        "every field is optional"
    );
    let fits = format!("{{\"entityRefs\":[\"{}\"]}}", "x".repeat(102_400 - 19));
    assert_eq!(
        call(json, "/entities/by-refs", fits.clone()).await.status,
        StatusCode::OK
    );
    let large = call(json, "/entities/by-refs", fits + " ").await;
    assert_eq!(
        (large.status, large.json()["error"]["message"].clone()),
        (
            StatusCode::BAD_REQUEST,
            Value::from("request entity too large")
        )
    );
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let app = portal().await;
    let fault = |message: &str| Fault("NotFoundError", message.to_owned());
    hold(
        &app,
        "catalog",
        vec![
            asks(
                "GET /entities/by-name/Component/default/No",
                404,
                fault("No entity named 'No' found, with kind 'Component' in namespace 'default'"),
            ),
            asks(
                "GET /entities/by-name/Component/default/No/ancestry/",
                404,
                fault("No such entity component:default/no"),
            ),
            asks(
                "GET /Entities/By-Uid/nope/",
                404,
                fault("No entity with uid nope"),
            ),
            asks(
                "DELETE /entities/by-uid/00000000-0000-4000-8000-000000000000",
                204,
                Nothing,
            ),
            asks(
                "GET /locations/nope",
                404,
                fault("Found no location with ID nope"),
            ),
            asks(
                "DELETE /locations/nope",
                404,
                fault("Found no location with ID nope"),
            ),
            asks(
                "GET /locations/by-entity/component/default/no",
                404,
                fault("found no entity for ref component:default/no"),
            ),
            sends(
                "POST /refresh",
                json!({"entityRef": "Component:default/No"}),
                404,
                fault("Entity component:default/no not found"),
            ),
            asks("GET /nope", 404, Nothing),
            asks("PUT /entities", 404, Nothing),
            asks("GET /refresh", 404, Nothing),
        ],
    )
    .await;
}

#[tokio::test]
async fn numbers_that_count_nothing_are_refused() {
    let app = portal().await;
    let cases = [
        (json!({"limit": -1}), "request/body/limit must be >= 0"),
        (json!({"limit": 1.5}), "request/body/limit must be integer"),
        (json!({"offset": -1}), "request/body/offset must be >= 0"),
    ];
    let exchanges =
        cases.map(|(body, message)| sends("POST /entities/by-query", body, 400, refused(message)));
    hold(&app, "catalog", exchanges.into()).await;
}

#[tokio::test]
async fn annotations_must_be_a_mapping() {
    let app = portal().await;
    let entity = json!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": {"name": "a", "annotations": []},
        "spec": {"type": "service", "lifecycle": "production", "owner": "team-a"},
    });
    let body = json!({"entity": entity, "location": "url:https://example.com/a.yaml"});
    let answer = app.post("/api/catalog/validate-entity", body).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let message = &answer.json()["errors"][0]["message"];
    assert_eq!(message, "metadata.annotations must be a valid object");
}
