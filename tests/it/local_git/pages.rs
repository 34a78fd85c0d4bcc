//! The pages of the local Git host, as a person sees them.

use axum::http::{StatusCode, header};

use callboard::forge::{GitHost, NewRepository, RepositoryId, Visibility};

use super::client::Host;
use crate::support::TestApp;

#[tokio::test]
async fn a_repository_shows_its_files_commits_and_clone_line() {
    let host = Host::new().await;
    let id = host.repository("rail/tickets", "user:default/ana").await;
    host.commit(&id, "docs/a b.yaml", "kind: <b>\n").await;
    let list = host.app.get("/git").await;
    assert!(
        list.text().contains("href=\"/git/rail/tickets\""),
        "{}",
        list.text()
    );
    let page = host.app.get("/git/rail/tickets").await;
    let html = page.text();
    assert!(
        html.contains("git clone http://127.0.0.1:7007/git/rail/tickets.git"),
        "{html}"
    );
    assert!(
        html.contains("href=\"/git/rail/tickets/src/branch/main/docs\""),
        "{html}"
    );
    assert!(
        html.contains("Add docs/a b.yaml") && html.contains("# tickets"),
        "{html}"
    );
    let file = host
        .app
        .get("/git/rail/tickets/src/branch/main/docs/a%20b.yaml")
        .await;
    assert!(
        file.text().contains("id=\"L1\"") && !file.text().contains("<b>"),
        "{}",
        file.text()
    );
    let commits = host.app.get("/git/rail/tickets/commits/branch/main").await;
    assert!(
        commits.text().contains("Initial commit"),
        "{}",
        commits.text()
    );
    let home = host.app.get("/").await;
    assert!(
        home.text().contains("href=\"/git\""),
        "the rail leads there"
    );
}

#[tokio::test]
async fn addresses_lead_where_they_mean() {
    let host = Host::new().await;
    let id = host.repository("rail/tickets", "user:default/ana").await;
    host.repository("rail/empty", "user:default/ana").await;
    let commit = host.commit(&id, "a.txt", "old").await;
    host.git()
        .create_branch(&id, "next/one", "main")
        .await
        .unwrap();
    for (path, status) in [
        ("/git/rail/tickets/src/branch/main", StatusCode::OK),
        ("/git/rail/tickets/src/branch/main/", StatusCode::OK),
        ("/git/rail/tickets/src/branch/main/a.txt", StatusCode::OK),
        (
            "/git/rail/tickets/src/branch/next/one/a.txt",
            StatusCode::OK,
        ),
        (
            "/git/rail/tickets/src/branch/next/a.txt",
            StatusCode::NOT_FOUND,
        ),
        (
            "/git/rail/tickets/src/branch/main/b.txt",
            StatusCode::NOT_FOUND,
        ),
        (
            "/git/rail/tickets/src/branch/main/..%2Fb.txt",
            StatusCode::NOT_FOUND,
        ),
        ("/git/rail/tickets/src/branch/--help", StatusCode::NOT_FOUND),
        (
            &format!("/git/rail/tickets/src/commit/{commit}/a.txt"),
            StatusCode::OK,
        ),
        ("/git/rail/nothing", StatusCode::NOT_FOUND),
        ("/git/rail/.git", StatusCode::BAD_REQUEST),
        ("/git?q=tick", StatusCode::OK),
    ] {
        let answer = host.app.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
    }
    for path in ["/git/rail/tickets.git", "/git/Rail/Tickets"] {
        let answer = host.app.get(path).await;
        assert_eq!(
            answer.headers[header::LOCATION],
            "/git/rail/tickets",
            "{path}"
        );
    }
}

#[tokio::test]
async fn without_the_host_there_is_nothing_of_it() {
    let app = TestApp::builder()
        .with(|config| config.callboard.local_git = false)
        .start()
        .await;
    assert!(!app.get("/").await.text().contains("href=\"/git\""));
    for path in [
        "/git",
        "/git/a/b",
        "/git/a/b/info/refs?service=git-upload-pack",
    ] {
        assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn without_git_the_portal_says_what_to_install() {
    let nowhere = tempfile::tempdir().unwrap();
    let path = ("PATH".to_owned(), nowhere.path().display().to_string());
    let app = TestApp::builder()
        .with(|config| config.program_environment = vec![path])
        .start()
        .await;
    assert_eq!(app.get("/git").await.status, StatusCode::OK);
    let new = NewRepository {
        id: RepositoryId::new("rail", "tickets"),
        description: String::new(),
        visibility: Visibility::Private,
        default_branch: None,
        with_readme: true,
        project: None,
    };
    let host = app.state().local_git.clone().expect("it is on");
    let fault = host.create_repository(&new).await.unwrap_err();
    assert!(fault.to_string().contains("install Git"), "{fault}");
    assert!(
        host.list().await.unwrap().is_empty(),
        "nothing half made has a name"
    );
}
