//! Lists of Git hosts for the pickers of Backstage's form, asked with the user's own token.

use axum::http::Method;
use callboard::entity::ScmHost;
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path, query_param},
};

use crate::support::{TestApp, hosts::integration};

async fn says(server: &MockServer, at: &str, body: Value) {
    Mock::given(method("GET"))
        .and(path(at))
        .and(header("authorization", "Bearer users-own"))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(server)
        .await;
}

async fn portal(product: ScmHost, server: &MockServer) -> TestApp {
    let integration = integration(product, &server.uri(), &[]);
    TestApp::builder().integration(integration).start().await
}

async fn ask(app: &TestApp, server: &MockServer, list: &str, mut context: Value) -> Value {
    context["host"] = server.address().to_string().into();
    let body = json!({"token": "users-own", "context": context});
    let path = format!("/api/scaffolder/v2/autocomplete/{list}");
    let answer = app.send(Method::POST, &path, body).await.json();
    answer.get("results").unwrap_or(&answer["error"]).clone()
}

#[tokio::test]
async fn github_lists_organisations_repositories_and_branches() {
    let server = MockServer::start().await;
    says(&server, "/user/orgs", json!([{"login": "acme"}])).await;
    says(&server, "/user/repos", json!([{"full_name": "acme/shop"}])).await;
    says(
        &server,
        "/repos/acme/shop/branches",
        json!([{"name": "main"}, {"name": "next"}]),
    )
    .await;
    let app = portal(ScmHost::GitHub, &server).await;
    let owners = ask(&app, &server, "github/owners", json!({})).await;
    assert_eq!(owners, json!([{"id": "acme"}]));
    let repositories = ask(&app, &server, "github/repositoriesWithOwner", json!({})).await;
    assert_eq!(repositories, json!([{"id": "acme/shop"}]));
    let context = json!({"owner": "acme", "repository": "shop"});
    let branches = ask(&app, &server, "github/branches", context).await;
    assert_eq!(branches, json!([{"id": "main"}, {"id": "next"}]));
}

#[tokio::test]
async fn gitlab_lists_groups_with_the_user_and_the_projects_of_one() {
    let server = MockServer::start().await;
    says(&server, "/user", json!({"id": 7, "username": "ana"})).await;
    says(
        &server,
        "/groups",
        json!([{"id": 3, "full_path": "acme/team"}]),
    )
    .await;
    says(
        &server,
        "/groups/3/projects",
        json!([{"id": 5, "name": " shop "}]),
    )
    .await;
    says(
        &server,
        "/users/7/projects",
        json!([{"id": 6, "name": "notes"}]),
    )
    .await;
    let app = portal(ScmHost::GitLab, &server).await;
    let groups = ask(&app, &server, "gitlab/groups", json!({})).await;
    assert_eq!(
        groups,
        json!([{"title": "acme/team", "id": "3"}, {"title": "ana", "id": "7"}])
    );
    let of_group = ask(&app, &server, "gitlab/repositories", json!({"id": "3"})).await;
    assert_eq!(of_group, json!([{"title": "shop", "id": "5"}]));
    let own = ask(&app, &server, "gitlab/repositories", json!({"id": "7"})).await;
    assert_eq!(own, json!([{"title": "notes", "id": "6"}]));
    let missing = ask(&app, &server, "gitlab/repositories", json!({})).await;
    assert_eq!(missing["message"], "Missing id context parameter");
}

#[tokio::test]
async fn bitbucket_lists_the_repositories_of_a_project() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/repositories/acme"))
        .and(query_param("q", "project.key=\"A\\\"B\""))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(json!({"values": [{"slug": "shop"}]})),
        )
        .mount(&server)
        .await;
    says(
        &server,
        "/workspaces",
        json!({"values": [{"slug": "acme"}]}),
    )
    .await;
    let app = portal(ScmHost::BitbucketCloud, &server).await;
    let workspaces = ask(&app, &server, "bitbucket-cloud/workspaces", json!({})).await;
    assert_eq!(workspaces, json!([{"id": "acme"}]));
    let context = json!({"workspace": "acme", "project": "A\"B"});
    let repositories = ask(&app, &server, "bitbucket-cloud/repositories", context).await;
    assert_eq!(repositories, json!([{"id": "shop"}]));
}

#[tokio::test]
async fn only_configured_hosts_of_the_provider_are_asked() {
    let server = MockServer::start().await;
    let app = portal(ScmHost::GitLab, &server).await;
    let told = ask(&app, &server, "github/owners", json!({})).await;
    let expected = format!(
        "No matching integration configuration for host {}, please check your integrations config",
        server.address()
    );
    assert_eq!(told["message"], expected);
    let told = ask(&app, &server, "gitlab/stars", json!({})).await;
    assert_eq!(told["message"], "Invalid resource: stars");
    assert_eq!(
        server.received_requests().await.map(|all| all.len()),
        Some(0)
    );
}
