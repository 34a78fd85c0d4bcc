//! The gallery: what it lists, what narrows it, what it says of templates that would fail.

use super::asking;
use crate::support::{TestApp, runs::portal};

#[tokio::test]
async fn templates_are_narrowed_by_the_address() {
    let app = TestApp::with_examples().await;
    let forms = async |query: &str| {
        let page = app.get(&format!("/create{query}")).await;
        let html = page.text().to_owned();
        let parts = html.split("<h2><a href=\"/create/default/").skip(1);
        let names = parts.map(|part| part.split('"').next().unwrap_or_default().to_owned());
        names.collect::<Vec<String>>()
    };
    assert_eq!(forms("").await, ["docs-site", "rust-service"]);
    assert_eq!(forms("?type=service").await, ["rust-service"]);
    assert_eq!(forms("?owner=group:default/design").await, ["docs-site"]);
    assert_eq!(forms("?owner=design").await, ["docs-site"]);
    assert_eq!(forms("?tag=rust").await, ["rust-service"]);
    assert_eq!(forms("?q=handbook").await, ["docs-site"]);
    assert_eq!(
        forms("?q=handbook&type=service").await,
        Vec::<String>::new()
    );
    let nothing = app.get("/create?q=handbook&type=service").await;
    assert!(nothing.text().contains("Nothing matches"));
}

#[tokio::test]
async fn a_template_that_would_fail_says_so() {
    let broken = asking("    - properties:\n        a: {type: string}\n")
        .replace("parameters | dump", "parameters.b | nosuchfilter");
    let app = portal(&broken).start().await;
    let page = app.get("/create").await;
    assert!(
        page.text().contains("would make it fail"),
        "{}",
        page.text()
    );
    assert!(page.text().contains("Not run in 30 days"));
    let none = TestApp::builder().start().await;
    assert!(
        none.get("/create")
            .await
            .text()
            .contains("No templates yet")
    );
}
