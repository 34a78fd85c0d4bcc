//! Bitbucket, Data Center and Cloud, as their documentation says they answer. Stubs: no real one was asked.

use callboard::{
    clock::Clock,
    config::{Credential, CredentialKind, Secret},
    entity::ScmHost,
    forge::{
        CommitId, FileChange, FileRead, Forge, ForgeErrorKind, GitHost, NewCommit, NewPullRequest,
        NewRepository, PullRequestChange, PullRequestState, RepositoryId, Visibility, Written,
    },
};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path, query_param},
};

use crate::support::{
    START,
    hosts::{answer, asked, body_of, forge, integration, json_of, token},
};

const SHA: &str = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
/// The blob of no content, and of some.
const EMPTY: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
const OTHER: &str = "e5a8d0da0818d034be06836e9f50795b3b6bdce6";
const SERVER_AT: &str = "/rest/api/1.0/projects/ACME/repos/shop";
const CLOUD_AT: &str = "/repositories/acme/shop";

fn on_server(server: &MockServer) -> Forge {
    let mut integration = integration(ScmHost::BitbucketServer, &server.uri(), &[token("a-token")]);
    integration.api_base_url.set_path("/rest/api/1.0");
    forge(&integration, &Clock::fixed(START))
}

fn server_shop() -> RepositoryId {
    RepositoryId::new("ACME", "shop")
}

fn cloud(server: &MockServer, credential: Credential) -> Forge {
    let integration = integration(ScmHost::BitbucketCloud, &server.uri(), &[credential]);
    forge(&integration, &Clock::fixed(START))
}

fn cloud_shop() -> RepositoryId {
    RepositoryId::new("acme", "shop")
}

fn new_commit(files: &[(&str, Written)], from: Option<&str>) -> NewCommit {
    let file = |(path, written): &(&str, Written)| FileChange {
        path: (*path).to_owned(),
        written: written.clone(),
    };
    NewCommit {
        branch: if from.is_some() { "feature/x" } else { "main" }.to_owned(),
        new_branch_from: from.map(str::to_owned),
        expected_parent: None,
        message: "Change".to_owned(),
        author: None,
        committer: None,
        at: None,
        files: files.iter().map(file).collect(),
    }
}

fn server_commit() -> Value {
    json!({ "id": SHA, "message": "One", "author": { "name": "ana", "emailAddress": "a@b.example" }, "parents": [] })
}

fn server_pull_request(state: &str) -> Value {
    json!({
        "id": 4, "version": 2, "title": "Add", "description": "So", "state": state,
        "fromRef": { "displayId": "feature/x", "latestCommit": SHA }, "toRef": { "displayId": "main" },
        "author": { "user": { "name": "ana" } }, "reviewers": [{ "user": { "name": "bo" } }],
        "links": { "self": [{ "href": "https://bitbucket.example.com/pr/4" }] },
    })
}

/// A Data Center with the repository `ACME/shop`, whose branch `main` is at a commit.
async fn server_with_shop() -> MockServer {
    let server = MockServer::start().await;
    let shop = json!({
        "id": 9, "slug": "shop", "description": "Sells", "project": { "key": "ACME" }, "public": false,
        "links": { "clone": [
            { "name": "ssh", "href": "ssh://git@bitbucket.example.com/acme/shop.git" },
            { "name": "http", "href": "https://bitbucket.example.com/scm/acme/shop.git" },
        ] },
    });
    answer(&server, "GET", SERVER_AT, json_of(200, shop.clone())).await;
    answer(
        &server,
        "POST",
        "/rest/api/1.0/projects/ACME/repos",
        json_of(201, shop),
    )
    .await;
    let branch = json!({ "displayId": "main" });
    answer(
        &server,
        "GET",
        &format!("{SERVER_AT}/branches/default"),
        json_of(200, branch),
    )
    .await;
    Mock::given(path(format!("{SERVER_AT}/commits")))
        .and(query_param("until", "refs/heads/main"))
        .respond_with(json_of(200, json!({ "values": [server_commit()] })))
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn a_stub_of_bitbucket_server_is_read() {
    let server = server_with_shop().await;
    let paths = |values: &[&str], next: Option<u64>| json!({ "values": values, "isLastPage": next.is_none(), "nextPageStart": next });
    let files = format!("{SERVER_AT}/files");
    Mock::given(path(files.as_str()))
        .and(query_param("start", "2"))
        .respond_with(json_of(200, paths(&["a.md"], None)))
        .with_priority(1)
        .mount(&server)
        .await;
    answer(
        &server,
        "GET",
        &files,
        json_of(200, paths(&["c.md", "b.md"], Some(2))),
    )
    .await;
    let raw = ResponseTemplate::new(200).set_body_string("a");
    answer(
        &server,
        "GET",
        &format!("{SERVER_AT}/raw/docs/a%20b.md"),
        raw.clone(),
    )
    .await;
    answer(&server, "GET", &format!("{SERVER_AT}/archive"), raw).await;
    let host = on_server(&server);
    let tree = host.tree(&server_shop(), SHA).await.expect("a tree");
    let paths: Vec<&str> = tree
        .entries
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    assert_eq!(paths, ["a.md", "b.md", "c.md"]);
    let read = host
        .read_file(&server_shop(), "main", "docs/a b.md", None)
        .await;
    assert!(matches!(read.expect("read"), FileRead::Found(file) if file.bytes == "a"));
    host.archive(&server_shop(), &CommitId(SHA.to_owned()))
        .await
        .expect("packed");
}

#[tokio::test]
async fn a_repository_and_its_branches_of_a_stub_of_bitbucket_server_are_known() {
    let server = server_with_shop().await;
    let host = on_server(&server);
    let found = host
        .repository(&server_shop())
        .await
        .expect("asked")
        .expect("there");
    assert_eq!(found.default_branch, "main");
    assert_eq!(
        found.clone_url.as_str(),
        "https://bitbucket.example.com/scm/acme/shop.git"
    );
    let branch = host.branch(&server_shop(), "main").await.expect("asked");
    assert_eq!(branch.expect("there").commit.as_str(), SHA);
    assert_eq!(
        host.branch(&server_shop(), "other").await.expect("asked"),
        None
    );
    let fault = host
        .secrets(&server_shop())
        .await
        .expect_err("not possible");
    assert_eq!(fault.kind, ForgeErrorKind::NotSupported);
}

#[tokio::test]
async fn many_files_go_to_a_new_branch_of_a_stub_of_bitbucket_server_which_goes_if_one_fails() {
    let server = server_with_shop().await;
    let browse = |name: &str| format!("{SERVER_AT}/browse/{name}");
    answer(
        &server,
        "PUT",
        &browse("a.md"),
        json_of(200, server_commit()),
    )
    .await;
    let refusal = json_of(
        409,
        json!({ "errors": [{ "message": "The file is there" }] }),
    );
    answer(&server, "PUT", &browse("b.md"), refusal).await;
    let branches = "/rest/branch-utils/1.0/projects/ACME/repos/shop/branches";
    answer(&server, "DELETE", branches, ResponseTemplate::new(204)).await;
    let host = on_server(&server);
    let file = |name| (name, Written::Create("x".into()));
    let one = new_commit(&[file("a.md")], Some("main"));
    host.commit_files(&server_shop(), &one).await.expect("made");
    let form = body_of(&server, "PUT", &browse("a.md")).await;
    let form = form.as_str().expect("a form");
    assert!(
        form.contains("name=\"sourceBranch\"\r\n\r\nmain\r\n"),
        "{form}"
    );
    let two = new_commit(&[file("a.md"), file("b.md")], Some("main"));
    let fault = host
        .commit_files(&server_shop(), &two)
        .await
        .expect_err("refused");
    assert_eq!(fault.kind, ForgeErrorKind::Conflict);
    assert_eq!(
        body_of(&server, "DELETE", branches).await.get("name"),
        Some(&json!("refs/heads/feature/x"))
    );
    let many = new_commit(&[file("a.md"), file("b.md")], None);
    let fault = host
        .commit_files(&server_shop(), &many)
        .await
        .expect_err("not possible");
    assert_eq!(fault.kind, ForgeErrorKind::NotSupported, "{fault}");
}

/// `name`, written over if it is this blob.
fn update<'a>(name: &'a str, blob: &str) -> (&'a str, Written) {
    let replaces = Some(blob.to_owned());
    let content = "x".into();
    (name, Written::Update { content, replaces })
}

#[tokio::test]
async fn a_file_of_a_stub_of_bitbucket_server_is_compared_before_it_is_written() {
    let server = server_with_shop().await;
    let place = format!("{SERVER_AT}/browse/a.md");
    answer(&server, "PUT", &place, json_of(200, server_commit())).await;
    let raw = ResponseTemplate::new(200).set_body_string("");
    answer(&server, "GET", &format!("{SERVER_AT}/raw/a.md"), raw).await;
    let host = on_server(&server);
    let made = host
        .commit_files(&server_shop(), &new_commit(&[update("a.md", EMPTY)], None))
        .await;
    made.expect("it is what it was");
    let form = body_of(&server, "PUT", &place).await;
    let seen_at = format!("name=\"sourceCommitId\"\r\n\r\n{SHA}\r\n");
    assert!(form.as_str().expect("a form").contains(&seen_at), "{form}");
    let other = new_commit(&[update("a.md", OTHER)], None);
    let fault = host
        .commit_files(&server_shop(), &other)
        .await
        .expect_err("it is another");
    assert_eq!(fault.kind, ForgeErrorKind::Conflict);
}

#[tokio::test]
async fn pull_requests_of_a_stub_of_bitbucket_server_are_opened_and_found() {
    let server = server_with_shop().await;
    let all = format!("{SERVER_AT}/pull-requests");
    answer(
        &server,
        "POST",
        &all,
        json_of(201, server_pull_request("OPEN")),
    )
    .await;
    let listed = json!({ "values": [server_pull_request("MERGED")], "isLastPage": true });
    answer(&server, "GET", &all, json_of(200, listed)).await;
    let host = on_server(&server);
    let new = NewPullRequest {
        title: "Add".to_owned(),
        head: "feature/x".to_owned(),
        base: "main".to_owned(),
        reviewers: vec!["bo".to_owned()],
        ..NewPullRequest::default()
    };
    host.create_pull_request(&server_shop(), &new)
        .await
        .expect("opened");
    let body = body_of(&server, "POST", &all).await;
    assert_eq!(
        body.pointer("/fromRef/id"),
        Some(&json!("refs/heads/feature/x"))
    );
    let found = host
        .pull_requests_of(&server_shop(), "feature/x")
        .await
        .expect("listed");
    assert_eq!(found[0].state, PullRequestState::Merged);
}

#[tokio::test]
async fn a_pull_request_of_a_stub_of_bitbucket_server_is_changed_and_declined() {
    let server = server_with_shop().await;
    let one = format!("{SERVER_AT}/pull-requests/4");
    let open = json_of(200, server_pull_request("OPEN"));
    answer(&server, "GET", &one, open.clone()).await;
    answer(&server, "PUT", &one, open).await;
    let declined = json_of(200, server_pull_request("DECLINED"));
    answer(&server, "POST", &format!("{one}/decline"), declined).await;
    let host = on_server(&server);
    let change = PullRequestChange {
        title: Some("More".to_owned()),
        open: Some(false),
        ..PullRequestChange::default()
    };
    let changed = host
        .update_pull_request(&server_shop(), 4, &change)
        .await
        .expect("changed");
    assert_eq!(changed.state, PullRequestState::Closed);
    assert_eq!(
        body_of(&server, "PUT", &one).await,
        json!({
            "version": 2, "title": "More", "description": "So", "reviewers": [{ "user": { "name": "bo" } }],
        })
    );
}

#[tokio::test]
async fn a_repository_of_a_stub_of_bitbucket_server_is_made_with_a_first_commit() {
    let server = server_with_shop().await;
    let read_me = format!("{SERVER_AT}/browse/README.md");
    answer(&server, "PUT", &read_me, json_of(200, server_commit())).await;
    let new = NewRepository {
        id: server_shop(),
        description: "Sells".to_owned(),
        visibility: Visibility::Private,
        default_branch: Some("trunk".to_owned()),
        with_readme: true,
        project: None,
    };
    let made = on_server(&server)
        .create_repository(&new)
        .await
        .expect("made");
    assert_eq!(
        (made.is_empty, made.default_branch.as_str()),
        (false, "trunk")
    );
    let form = body_of(&server, "PUT", &read_me).await;
    assert!(form.as_str().expect("a form").contains("# shop"), "{form}");
}

fn cloud_repository(branch: Option<&str>) -> Value {
    json!({
        "uuid": "{1}", "full_name": "acme/shop", "description": "Sells", "is_private": true,
        "mainbranch": branch.map(|name| json!({ "name": name })),
        "links": {
            "html": { "href": "https://bitbucket.org/acme/shop" },
            "clone": [{ "name": "https", "href": "https://ana@bitbucket.org/acme/shop.git" }],
        },
    })
}

fn cloud_commit() -> Value {
    json!({
        "hash": SHA, "message": "One", "date": "2026-01-01T00:00:00+00:00", "author": { "raw": "Ana <a@b.example>" },
        "parents": [],
    })
}

fn cloud_pull_request(state: &str) -> Value {
    json!({
        "id": 4, "title": "Add", "description": "So", "state": state,
        "links": { "html": { "href": "https://bitbucket.org/acme/shop/pull-requests/4" } },
        "source": { "branch": { "name": "feature/x" }, "commit": { "hash": SHA } },
        "destination": { "branch": { "name": "main" }, "commit": { "hash": SHA } },
        "author": { "nickname": "ana" },
    })
}

/// A Cloud with the repository `acme/shop`, whose branch `main` is at a commit.
async fn cloud_with_shop() -> MockServer {
    let server = MockServer::start().await;
    answer(
        &server,
        "GET",
        CLOUD_AT,
        json_of(200, cloud_repository(Some("main"))),
    )
    .await;
    let branch = json!({ "name": "main", "target": cloud_commit() });
    answer(
        &server,
        "GET",
        &format!("{CLOUD_AT}/refs/branches/main"),
        json_of(200, branch),
    )
    .await;
    answer(
        &server,
        "GET",
        &format!("{CLOUD_AT}/commit/{SHA}"),
        json_of(200, cloud_commit()),
    )
    .await;
    server
}

#[tokio::test]
async fn a_stub_of_bitbucket_cloud_is_read() {
    let server = cloud_with_shop().await;
    let file =
        |path: &str| json!({ "type": "commit_file", "path": path, "size": 1, "attributes": [] });
    let list = format!("{CLOUD_AT}/src/{SHA}/");
    let next = format!("{}{list}?page=2", server.uri());
    Mock::given(path(list.as_str()))
        .and(query_param("page", "2"))
        .respond_with(json_of(200, json!({ "values": [file("a.md")] })))
        .with_priority(1)
        .mount(&server)
        .await;
    let folder = json!({ "type": "commit_directory", "path": "docs" });
    let first = json!({ "values": [file("b.md"), folder], "next": next });
    answer(&server, "GET", &list, json_of(200, first)).await;
    let raw = ResponseTemplate::new(200).set_body_string("a");
    answer(
        &server,
        "GET",
        &format!("{CLOUD_AT}/src/main/docs/a.md"),
        raw.clone(),
    )
    .await;
    answer(&server, "GET", &format!("/acme/shop/get/{SHA}.tar.gz"), raw).await;
    let host = cloud(&server, token("a-token"));
    let found = host
        .repository(&cloud_shop())
        .await
        .expect("asked")
        .expect("there");
    assert_eq!(
        found.clone_url.as_str(),
        "https://bitbucket.org/acme/shop.git"
    );
    let tree = host.tree(&cloud_shop(), "main").await.expect("a tree");
    let paths: Vec<&str> = tree
        .entries
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    assert_eq!(paths, ["a.md", "b.md"]);
    let read = host
        .read_file(&cloud_shop(), "main", "docs/a.md", None)
        .await;
    assert!(matches!(read.expect("read"), FileRead::Found(file) if file.bytes == "a"));
    host.archive(&cloud_shop(), &CommitId(SHA.to_owned()))
        .await
        .expect("packed");
}

#[tokio::test]
async fn a_list_of_a_stub_of_bitbucket_cloud_that_leads_elsewhere_is_not_followed() {
    let server = cloud_with_shop().await;
    let away = json!({ "values": [], "next": "https://evil.example/more" });
    answer(
        &server,
        "GET",
        &format!("{CLOUD_AT}/pullrequests"),
        json_of(200, away),
    )
    .await;
    let host = cloud(&server, token("a-token"));
    let fault = host
        .pull_requests_of(&cloud_shop(), "x")
        .await
        .expect_err("elsewhere");
    assert!(fault.to_string().contains("evil.example"), "{fault}");
}

#[tokio::test]
async fn many_files_are_committed_at_once_to_a_stub_of_bitbucket_cloud() {
    let server = cloud_with_shop().await;
    let place = format!("https://api.bitbucket.org/2.0{CLOUD_AT}/commit/{SHA}");
    let src = format!("{CLOUD_AT}/src");
    answer(
        &server,
        "POST",
        &src,
        ResponseTemplate::new(201).insert_header("location", place.as_str()),
    )
    .await;
    let meta = json!({ "commit": { "hash": "c1" } });
    answer(
        &server,
        "GET",
        &format!("{src}/{SHA}/b.md"),
        json_of(200, meta),
    )
    .await;
    let host = cloud(&server, token("a-token"));
    let files = [
        ("a.md", Written::Create("x".into())),
        ("b.md", Written::Delete),
    ];
    let made = host
        .commit_files(&cloud_shop(), &new_commit(&files, Some("main")))
        .await;
    assert_eq!(made.expect("made").id.as_str(), SHA);
    let form = body_of(&server, "POST", &src).await;
    let form = form.as_str().expect("a form");
    for field in [
        format!("name=\"parents\"\r\n\r\n{SHA}\r\n"),
        "name=\"branch\"\r\n\r\nfeature/x\r\n".to_owned(),
        "name=\"files\"\r\n\r\n/b.md\r\n".to_owned(),
        "name=\"/a.md\"".to_owned(),
    ] {
        assert!(form.contains(&field), "{field} in {form}");
    }
}

#[tokio::test]
async fn a_file_of_a_stub_of_bitbucket_cloud_is_compared_before_it_is_written() {
    let server = cloud_with_shop().await;
    let src = format!("{CLOUD_AT}/src");
    let place = format!("https://api.bitbucket.org/2.0{CLOUD_AT}/commit/{SHA}");
    let made = ResponseTemplate::new(201).insert_header("location", place.as_str());
    answer(&server, "POST", &src, made).await;
    for file in ["b.md", "c.md"] {
        let there = ResponseTemplate::new(200).set_body_string("");
        answer(&server, "GET", &format!("{src}/{SHA}/{file}"), there).await;
    }
    let host = cloud(&server, token("a-token"));
    let made = host
        .commit_files(&cloud_shop(), &new_commit(&[update("c.md", EMPTY)], None))
        .await;
    made.expect("it is what it was");
    let other = new_commit(&[update("c.md", OTHER)], None);
    let fault = host
        .commit_files(&cloud_shop(), &other)
        .await
        .expect_err("it is another");
    assert_eq!(fault.kind, ForgeErrorKind::Conflict);
    let again = [("b.md", Written::Create("x".into()))];
    let fault = host
        .commit_files(&cloud_shop(), &new_commit(&again, None))
        .await;
    assert_eq!(
        fault.expect_err("it is there").kind,
        ForgeErrorKind::Conflict
    );
}

#[tokio::test]
async fn pull_requests_of_a_stub_of_bitbucket_cloud() {
    let server = cloud_with_shop().await;
    let all = format!("{CLOUD_AT}/pullrequests");
    answer(
        &server,
        "POST",
        &all,
        json_of(201, cloud_pull_request("OPEN")),
    )
    .await;
    Mock::given(method("GET"))
        .and(path(all.as_str()))
        .and(query_param("q", "source.branch.name = \"feature/x\""))
        .and(query_param("state", "SUPERSEDED"))
        .respond_with(json_of(
            200,
            json!({ "values": [cloud_pull_request("SUPERSEDED")] }),
        ))
        .mount(&server)
        .await;
    let one = format!("{all}/4");
    answer(
        &server,
        "GET",
        &one,
        json_of(200, cloud_pull_request("OPEN")),
    )
    .await;
    answer(
        &server,
        "POST",
        &format!("{one}/decline"),
        json_of(200, cloud_pull_request("DECLINED")),
    )
    .await;
    let host = cloud(&server, token("a-token"));
    let new = NewPullRequest {
        title: "Add".to_owned(),
        head: "feature/x".to_owned(),
        base: "main".to_owned(),
        ..NewPullRequest::default()
    };
    let made = host
        .create_pull_request(&cloud_shop(), &new)
        .await
        .expect("opened");
    assert_eq!(made.state, PullRequestState::Open);
    let found = host
        .pull_requests_of(&cloud_shop(), "feature/x")
        .await
        .expect("listed");
    assert_eq!(found[0].state, PullRequestState::Closed);
    let close = PullRequestChange {
        open: Some(false),
        ..PullRequestChange::default()
    };
    let closed = host
        .update_pull_request(&cloud_shop(), 4, &close)
        .await
        .expect("closed");
    assert_eq!(closed.state, PullRequestState::Closed);
}

#[tokio::test]
async fn a_client_of_a_stub_of_bitbucket_cloud_exchanges_its_secret_once() {
    let server = cloud_with_shop().await;
    let given = json_of(
        200,
        json!({ "access_token": "bb-token", "expires_in": 7200 }),
    );
    Mock::given(path("/site/oauth2/access_token"))
        // `client:client-secret`
        .and(header(
            "authorization",
            "Basic Y2xpZW50OmNsaWVudC1zZWNyZXQ=",
        ))
        .respond_with(given)
        .expect(1)
        .mount(&server)
        .await;
    let credential = Credential {
        owners: Vec::new(),
        kind: CredentialKind::OAuthClient {
            client_id: "client".to_owned(),
            client_secret: Secret::new("client-secret"),
            tenant_id: None,
        },
    };
    let host = cloud(&server, credential);
    for _ in 0..2 {
        host.repository(&cloud_shop())
            .await
            .expect("asked")
            .expect("there");
    }
    let requests = server.received_requests().await.expect("recorded");
    let last = requests.last().expect("asked").headers.get("authorization");
    assert_eq!(last.expect("let in"), "Bearer bb-token");
    assert_eq!(asked(&server).await.len(), 3);
}
