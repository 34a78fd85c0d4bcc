//! The lists behind pickers, as each product gives them, by the names that addresses have.

use axum::http::StatusCode;
use callboard::{
    clock::Clock,
    config::Credential,
    entity::ScmHost,
    forge::{ChoicesOf, Forge, ForgeErrorKind, GitHost, RepositoryId},
};
use serde_json::{Value, json};
use wiremock::{MockServer, ResponseTemplate};

use crate::support::{
    START,
    hosts::{answer, app, asked, forge, integration, json_of, token},
};

fn host(product: ScmHost, server: &MockServer, credentials: &[Credential]) -> Forge {
    let integration = integration(product, &server.uri(), credentials);
    forge(&integration, &Clock::fixed(START))
}

async fn says(server: &MockServer, place: &str, body: Value) {
    answer(server, "GET", place, json_of(200, body)).await;
}

async fn names(host: &Forge, of: &ChoicesOf) -> Vec<String> {
    let found = host.choices(of).await.expect("listed");
    found.into_iter().map(|choice| choice.name).collect()
}

fn repositories(owner: &str) -> ChoicesOf {
    ChoicesOf::Repositories {
        owner: Some(owner.to_owned()),
        project: None,
    }
}

fn branches(owner: &str, name: &str) -> ChoicesOf {
    ChoicesOf::Branches(RepositoryId::new(owner, name))
}

#[tokio::test]
async fn an_app_of_github_lists_where_it_is_installed_and_is_asked_as_itself() {
    let server = MockServer::start().await;
    let of = |id: u64, login: &str, suspended: Value| json!({"id": id, "account": {"login": login}, "suspended_at": suspended});
    let installed = json!([
        of(1, "acme", Value::Null),
        of(2, "old", json!("2026-01-01T00:00:00Z")),
        of(3, "other", Value::Null)
    ]);
    says(&server, "/app/installations", installed).await;
    let made = json!({"token": "of-acme", "expires_at": "2026-01-01T01:00:00Z"});
    let made = json_of(201, made);
    answer(&server, "POST", "/app/installations/1/access_tokens", made).await;
    says(
        &server,
        "/orgs/acme/repos",
        json!([{"full_name": "acme/shop"}]),
    )
    .await;
    let github = host(ScmHost::GitHub, &server, &[app(&["acme", "old"])]);
    assert_eq!(names(&github, &ChoicesOf::Accounts).await, ["acme"]);
    assert_eq!(names(&github, &repositories("acme")).await, ["shop"]);
    let requests = server.received_requests().await.expect("recorded");
    let last = requests.last().expect("some");
    assert_eq!(last.headers["authorization"], "Bearer of-acme");
}

#[tokio::test]
async fn a_user_of_github_has_repositories_of_their_own_and_others_show_some() {
    let server = MockServer::start().await;
    let own = json!([{"full_name": "Ana/notes"}, {"full_name": "eve/shared"}]);
    says(&server, "/user/repos", own).await;
    says(
        &server,
        "/users/bob/repos",
        json!([{"full_name": "bob/open"}]),
    )
    .await;
    let github = host(ScmHost::GitHub, &server, &[token("t")]);
    assert_eq!(names(&github, &repositories("ana")).await, ["notes"]);
    assert_eq!(names(&github, &repositories("bob")).await, ["open"]);
    let nobody = github.choices(&repositories("nobody")).await;
    assert_eq!(nobody.expect_err("nobody").kind, ForgeErrorKind::NotFound);
}

#[tokio::test]
async fn gitlab_takes_names_where_backstage_gives_numbers() {
    let server = MockServer::start().await;
    says(&server, "/user", json!({"id": 7, "username": "ana"})).await;
    says(
        &server,
        "/groups",
        json!([{"id": 3, "full_path": "acme/team"}]),
    )
    .await;
    let shop = json!([{"id": 5, "name": "The Shop", "path": "shop"}]);
    says(&server, "/groups/acme%2Fteam/projects", shop).await;
    let notes = json!([{"id": 6, "name": "Notes", "path": "notes"}]);
    says(&server, "/users/7/projects", notes).await;
    let gitlab = host(ScmHost::GitLab, &server, &[token("t")]);
    assert_eq!(
        names(&gitlab, &ChoicesOf::Accounts).await,
        ["acme/team", "ana"]
    );
    assert_eq!(names(&gitlab, &repositories("acme/team")).await, ["shop"]);
    assert_eq!(names(&gitlab, &repositories("Ana")).await, ["notes"]);
    let requests = server.received_requests().await.expect("recorded");
    let groups = requests.iter().find(|one| one.url.path() == "/groups");
    let query = groups.and_then(|one| one.url.query()).unwrap_or_default();
    assert!(query.contains("min_access_level=30"), "{query}");
}

#[tokio::test]
async fn bitbucket_data_center_lists_projects_repositories_and_branches() {
    let server = MockServer::start().await;
    let page = |values: Value| json!({"values": values, "isLastPage": true});
    says(&server, "/projects", page(json!([{"key": "ACME"}]))).await;
    says(
        &server,
        "/projects/ACME/repos",
        page(json!([{"slug": "shop"}])),
    )
    .await;
    let list = page(json!([{"displayId": "main"}]));
    says(&server, "/projects/ACME/repos/shop/branches", list).await;
    let bitbucket = host(ScmHost::BitbucketServer, &server, &[token("t")]);
    assert_eq!(names(&bitbucket, &ChoicesOf::Accounts).await, ["ACME"]);
    assert_eq!(names(&bitbucket, &repositories("ACME")).await, ["shop"]);
    assert_eq!(names(&bitbucket, &branches("ACME", "shop")).await, ["main"]);
}

#[tokio::test]
async fn azure_devops_lists_all_but_organisations() {
    let server = MockServer::start().await;
    let list = |name: &str| json!({"value": [{"name": name}]});
    says(&server, "/acme/_apis/projects", list("rail")).await;
    says(&server, "/acme/rail/_apis/git/repositories", list("shop")).await;
    let place = "/acme/rail/_apis/git/repositories/shop/refs";
    says(&server, place, list("refs/heads/feature/x")).await;
    let azure = host(ScmHost::AzureRepos, &server, &[token("t")]);
    let projects = ChoicesOf::Projects {
        workspace: "acme".to_owned(),
    };
    assert_eq!(names(&azure, &projects).await, ["rail"]);
    assert_eq!(names(&azure, &repositories("acme/rail")).await, ["shop"]);
    assert_eq!(
        names(&azure, &branches("acme/rail", "shop")).await,
        ["feature/x"]
    );
    let before = asked(&server).await.len();
    let fault = azure.choices(&ChoicesOf::Accounts).await.expect_err("none");
    assert_eq!(fault.kind, ForgeErrorKind::NotSupported);
    assert_eq!(asked(&server).await.len(), before, "nobody is asked");
}

#[tokio::test]
async fn gitea_reads_a_list_to_its_end() {
    let server = MockServer::start().await;
    let page = |from: usize, to: usize| -> Value {
        (from..to)
            .map(|number| json!({"name": format!("r{number}")}))
            .collect()
    };
    let whole = page(0, 50);
    let rest = page(50, 53);
    wiremock::Mock::given(wiremock::matchers::path("/users/acme/repos"))
        .respond_with(move |request: &wiremock::Request| {
            let mut pairs = request.url.query_pairs();
            let is_second = pairs.any(|(key, value)| key == "page" && value == "2");
            let body = if is_second { &rest } else { &whole };
            ResponseTemplate::new(StatusCode::OK.as_u16())
                .insert_header("x-total-count", "53")
                .set_body_json(body)
        })
        .mount(&server)
        .await;
    says(&server, "/user", json!({"login": "portal"})).await;
    says(&server, "/user/orgs", json!([{"name": "acme"}])).await;
    let gitea = host(ScmHost::Gitea, &server, &[token("t")]);
    assert_eq!(names(&gitea, &repositories("acme")).await.len(), 53);
    assert_eq!(
        names(&gitea, &ChoicesOf::Accounts).await,
        ["portal", "acme"]
    );
}
