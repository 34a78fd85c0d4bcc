//! What Backstage's clients send and what they must be answered, exchange by exchange, written from the
//! specification of its APIs: a fresh clone proves compatibility with nothing else at hand.
//!
//! `replay` does the same with recordings of a real Backstage, where `CALLBOARD_SHARED` names them.

mod entities;
mod locations;
mod plugins;
mod queries;
mod refusals;
mod replay;

use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

/// One exchange with a plugin.
pub(super) struct Exchange {
    /// `GET /entities?…`, as the plugin sees it.
    pub request: &'static str,
    /// What is sent; `null`: nothing.
    pub body: Value,
    /// The status of the answer.
    pub status: u16,
    /// What is answered.
    pub answer: Expected,
}

/// What an answer must be.
pub(super) enum Expected {
    /// Nothing at all.
    Nothing,
    /// This JSON.
    Json(Value),
    /// These names, in their order: of the list, or of its `items`.
    Names(&'static [&'static str]),
    /// An error body with this name and message.
    Fault(&'static str, String),
}

/// An exchange without a body.
pub(super) fn asks(request: &'static str, status: u16, answer: Expected) -> Exchange {
    sends(request, Value::Null, status, answer)
}

/// An exchange with a body.
pub(super) fn sends(request: &'static str, body: Value, status: u16, answer: Expected) -> Exchange {
    Exchange {
        request,
        body,
        status,
        answer,
    }
}

/// Refused with 400.
pub(super) fn refused(message: impl Into<String>) -> Expected {
    Expected::Fault("InputError", message.into())
}

/// The catalog of these tests.
const CATALOG: &str = "apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: Shop
  title: The Shop
  tags: [java, web]
  labels: {tier: gold}
  annotations: {example.com/empty: ''}
  links: [{url: 'https://shop.example.com', title: Shop}]
spec: {type: service, lifecycle: production, owner: team-a, providesApis: [shop-api], port: 8080, none: null}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: cart, tags: [java], description: Carts of the shop}
spec: {type: library, lifecycle: experimental, owner: team-a, subcomponentOf: shop}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: till, namespace: other}
spec: {type: service, lifecycle: production, owner: 'user:default/ana'}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: shop-api}
spec: {type: openapi, lifecycle: production, owner: team-a, definition: 'openapi: 3.1.0'}
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

/// A portal with the catalog of these tests.
pub(super) async fn portal() -> TestApp {
    TestApp::with_catalog(CATALOG).await
}

/// Sends each request and compares what is answered.
pub(super) async fn hold(app: &TestApp, plugin: &str, exchanges: Vec<Exchange>) {
    for exchange in exchanges {
        let (method, url) = exchange.request.split_once(' ').expect("METHOD /url");
        let answer = send(app, method, &format!("/api/{plugin}{url}"), &exchange.body).await;
        let told = format!("{} {}: {}", exchange.request, exchange.body, answer.text());
        assert_eq!(answer.status.as_u16(), exchange.status, "{told}");
        match &exchange.answer {
            Expected::Nothing => {
                assert!(answer.body.is_empty(), "{told}");
                assert!(!answer.headers.contains_key("content-type"), "{told}");
                assert!(!answer.headers.contains_key("etag"), "{told}");
            }
            Expected::Json(expected) => assert_eq!(&answer.json(), expected, "{told}"),
            Expected::Names(expected) => assert_eq!(names(&answer.json()), *expected, "{told}"),
            Expected::Fault(name, message) => {
                let expected = json!({
                    "error": {"name": name, "message": message},
                    "request": {"method": method, "url": url},
                    "response": {"statusCode": exchange.status},
                });
                assert_eq!(answer.json(), expected, "{told}");
            }
        }
        if !answer.body.is_empty() {
            assert_eq!(
                answer.headers["content-type"], "application/json; charset=utf-8",
                "{told}"
            );
        }
    }
}

async fn send(app: &TestApp, method: &str, path: &str, body: &Value) -> Answer {
    if !body.is_null() {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        return app.send(method, path, body.clone()).await;
    }
    let request = Request::builder().method(method).uri(path);
    app.call(request.body(Body::empty()).expect("a request"))
        .await
}

/// The names of entities in a list, or in a page.
fn names(answer: &Value) -> Vec<&str> {
    let list = answer.get("items").unwrap_or(answer);
    let entities = list.as_array().expect("a list").iter();
    entities
        .map(|entity| entity["metadata"]["name"].as_str().unwrap_or("null"))
        .collect()
}
