//! Creating by pages: the gallery, forms filled in as a browser without script does it, drafts, the review, the run.

mod corpus;
mod drafts;
mod fields;
mod gallery;
mod host_offers;
mod journey;

use axum::http::{StatusCode, header};

use crate::support::{Answer, TestApp};

/// Where a form that was accepted leads.
pub(super) fn led_to(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let to = answer.headers[header::LOCATION].to_str().expect("ASCII");
    to.to_owned()
}

/// Asks as htmx does, with a form.
pub(super) async fn look(app: &TestApp, path: &str, target: &str, form: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let request = axum::http::Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("HX-Request", "true")
        .header("HX-Target", target)
        .body(axum::body::Body::from(body))
        .expect("a request");
    app.call(request).await
}

/// The names a form would send, each once, in their order.
pub(super) fn names(html: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in html.split(" name=\"").skip(1) {
        let name = part.split('"').next().unwrap_or_default().to_owned();
        if name.contains('/') && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// A portal with one template of these pages (YAML, indented by four), which logs `parameters`.
pub(super) fn asking(pages: &str) -> String {
    format!(
        "---\napiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata:\n  name: asking\n  title: Asking\n  description: Asks much\n  tags: [odd]\nspec:\n  type: service\n  owner: gates\n  parameters:\n{pages}  steps:\n    - id: log\n      name: Say it\n      action: debug:log\n      input: {{message: '${{{{ parameters | dump }}}}'}}\n"
    )
}
