//! Azure DevOps as its documentation says it answers. A stub: no real one was asked.

use callboard::{
    clock::Clock,
    config::Credential,
    entity::ScmHost,
    forge::{
        ArchiveFormat, CommitId, FileChange, FileRead, Forge, ForgeErrorKind, GitHost, NewCommit,
        NewPullRequest, NewRepository, PullRequestChange, PullRequestState, RepositoryId,
        Visibility, Written,
    },
};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path, query_param},
};

use crate::support::{
    START,
    hosts::{answer, body_of, forge, integration, json_of, token},
};

const SHA: &str = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
const ZERO: &str = "0000000000000000000000000000000000000000";
const AT: &str = "/acme/web/_apis/git/repositories/shop";

fn shop() -> RepositoryId {
    RepositoryId::new("acme/web", "shop")
}

fn azure(server: &MockServer, credentials: &[Credential]) -> Forge {
    let integration = integration(ScmHost::AzureRepos, &server.uri(), credentials);
    forge(&integration, &Clock::fixed(START))
}

fn with_token(server: &MockServer) -> Forge {
    azure(server, &[token("a-token")])
}

fn repository(branch: Option<&str>) -> Value {
    json!({
        "id": "r-1", "name": "shop", "defaultBranch": branch, "webUrl": "https://dev.azure.com/acme/web/_git/shop",
        "remoteUrl": "https://acme@dev.azure.com/acme/web/_git/shop", "project": { "visibility": "private" },
    })
}

fn pull_request(status: &str) -> Value {
    json!({
        "pullRequestId": 4, "title": "Add", "description": "So", "status": status, "mergeStatus": "conflicts",
        "sourceRefName": "refs/heads/feature/x", "targetRefName": "refs/heads/main",
        "createdBy": { "uniqueName": "ana@acme.example" },
    })
}

/// An Azure with the repository `acme/web/shop`, whose branch `main` has `a.md`.
async fn with_shop() -> MockServer {
    let server = MockServer::start().await;
    answer(
        &server,
        "GET",
        AT,
        json_of(200, repository(Some("refs/heads/main"))),
    )
    .await;
    let main = json!({ "name": "refs/heads/main", "objectId": SHA });
    let other = json!({ "name": "refs/heads/main-2", "objectId": ZERO });
    Mock::given(path(format!("{AT}/refs")))
        .and(query_param("filter", "heads/main"))
        .respond_with(json_of(200, json!({ "value": [other, main] })))
        .mount(&server)
        .await;
    let signature =
        json!({ "name": "Ana", "email": "a@b.example", "date": "2026-01-01T00:00:00Z" });
    let commit = json!({
        "commitId": SHA, "treeId": "t1", "parents": [], "comment": "One", "author": signature, "committer": signature,
    });
    answer(
        &server,
        "GET",
        &format!("{AT}/commits/{SHA}"),
        json_of(200, commit),
    )
    .await;
    Mock::given(path(format!("{AT}/items")))
        .and(query_param("recursionLevel", "full"))
        .and(query_param("download", "true"))
        .respond_with(ResponseTemplate::new(200).set_body_string("PK"))
        .with_priority(1)
        .mount(&server)
        .await;
    let items = json!({ "value": [
        { "objectId": "t1", "gitObjectType": "tree", "path": "/" },
        { "objectId": "b1", "gitObjectType": "blob", "path": "/a.md" },
    ] });
    Mock::given(path(format!("{AT}/items")))
        .and(query_param("recursionLevel", "full"))
        .and(query_param("versionDescriptor.version", SHA))
        .respond_with(json_of(200, items))
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn a_stub_of_azure_is_read() {
    let server = with_shop().await;
    Mock::given(path(format!("{AT}/items")))
        .and(query_param("path", "/docs/a.md"))
        .and(query_param("versionDescriptor.versionType", "tag"))
        // `:a-token`
        .and(header("authorization", "Basic OmEtdG9rZW4="))
        .respond_with(ResponseTemplate::new(200).set_body_string("a"))
        .mount(&server)
        .await;
    let host = with_token(&server);
    let found = host
        .repository(&shop())
        .await
        .expect("asked")
        .expect("there");
    assert_eq!((found.id, found.default_branch.as_str()), (shop(), "main"));
    assert_eq!(
        found.clone_url.as_str(),
        "https://dev.azure.com/acme/web/_git/shop"
    );
    let found = host
        .commit(&shop(), "main")
        .await
        .expect("asked")
        .expect("there");
    assert_eq!(found.tree.as_deref(), Some("t1"));
    let tree = host.tree(&shop(), "main").await.expect("a tree");
    assert_eq!(tree.entries.len(), 1);
    assert_eq!(
        (tree.entries[0].path.as_str(), tree.entries[0].blob.as_str()),
        ("a.md", "b1")
    );
    let read = host.read_file(&shop(), "v1", "docs/a.md", None).await;
    assert!(matches!(read.expect("read"), FileRead::Found(file) if file.bytes == "a"));
    let missing = host.read_file(&shop(), "v1", "docs/b.md", None).await;
    assert_eq!(missing.expect_err("missing").kind, ForgeErrorKind::NotFound);
    let archive = host
        .archive(&shop(), &CommitId(SHA.to_owned()))
        .await
        .expect("packed");
    assert_eq!(archive.format, ArchiveFormat::Zip);
}

fn commit(files: &[(&str, Written)]) -> NewCommit {
    let file = |(path, written): &(&str, Written)| FileChange {
        path: (*path).to_owned(),
        written: written.clone(),
    };
    NewCommit {
        branch: "feature/x".to_owned(),
        new_branch_from: Some("main".to_owned()),
        expected_parent: None,
        message: "Change".to_owned(),
        author: None,
        committer: None,
        at: None,
        files: files.iter().map(file).collect(),
    }
}

#[tokio::test]
async fn many_files_are_pushed_at_once_to_a_stub_of_azure() {
    let server = with_shop().await;
    let pushed = json!({ "commits": [{ "commitId": SHA }] });
    answer(
        &server,
        "POST",
        &format!("{AT}/pushes"),
        json_of(201, pushed),
    )
    .await;
    let host = with_token(&server);
    let update = |blob: Option<&str>| Written::Update {
        content: "b".into(),
        replaces: blob.map(str::to_owned),
    };
    let files = [
        ("a.md", update(Some("b1"))),
        ("b.md", Written::Create("b".into())),
    ];
    host.commit_files(&shop(), &commit(&files))
        .await
        .expect("pushed");
    let body = body_of(&server, "POST", &format!("{AT}/pushes")).await;
    assert_eq!(
        body.get("refUpdates"),
        Some(&json!([{ "name": "refs/heads/feature/x", "oldObjectId": SHA }]))
    );
    let content = json!({ "content": "Yg==", "contentType": "base64encoded" });
    assert_eq!(
        body.pointer("/commits/0/changes"),
        Some(&json!([
            { "changeType": "edit", "item": { "path": "/a.md" }, "newContent": content },
            { "changeType": "add", "item": { "path": "/b.md" }, "newContent": content },
        ]))
    );
    for (file, kind) in [
        (("a.md", update(Some("b0"))), ForgeErrorKind::Conflict),
        (
            ("a.md", Written::Create("b".into())),
            ForgeErrorKind::Conflict,
        ),
        (("b.md", Written::Delete), ForgeErrorKind::NotFound),
    ] {
        let made = host.commit_files(&shop(), &commit(&[file])).await;
        assert_eq!(made.expect_err("refused").kind, kind);
    }
}

#[tokio::test]
async fn branches_and_pull_requests_of_a_stub_of_azure() {
    let server = with_shop().await;
    let refused = json!({ "value": [{ "success": false, "updateStatus": "staleOldObjectId" }] });
    answer(
        &server,
        "POST",
        &format!("{AT}/refs"),
        json_of(200, refused),
    )
    .await;
    let all = format!("{AT}/pullrequests");
    answer(&server, "POST", &all, json_of(201, pull_request("active"))).await;
    let listed = json!({ "value": [pull_request("abandoned")] });
    answer(&server, "GET", &all, json_of(200, listed)).await;
    answer(
        &server,
        "PATCH",
        &format!("{all}/4"),
        json_of(200, pull_request("abandoned")),
    )
    .await;
    let host = with_token(&server);
    let made = host.create_branch(&shop(), "feature/x", "main").await;
    assert_eq!(made.expect_err("refused").kind, ForgeErrorKind::Conflict);
    let new = NewPullRequest {
        title: "Add".to_owned(),
        head: "feature/x".to_owned(),
        base: "main".to_owned(),
        ..NewPullRequest::default()
    };
    let made = host
        .create_pull_request(&shop(), &new)
        .await
        .expect("opened");
    assert_eq!(
        (made.head.as_str(), made.is_mergeable),
        ("feature/x", Some(false))
    );
    assert!(
        made.web_url
            .path()
            .ends_with("/acme/web/_git/shop/pullrequest/4"),
        "{}",
        made.web_url
    );
    let found = host
        .pull_requests_of(&shop(), "feature/x")
        .await
        .expect("listed");
    assert_eq!(found[0].state, PullRequestState::Closed);
    let close = PullRequestChange {
        open: Some(false),
        ..PullRequestChange::default()
    };
    host.update_pull_request(&shop(), 4, &close)
        .await
        .expect("closed");
    let body = body_of(&server, "PATCH", &format!("{all}/4")).await;
    assert_eq!(body, json!({ "status": "abandoned" }));
}

#[tokio::test]
async fn a_repository_of_a_stub_of_azure_is_made_once() {
    let server = MockServer::start().await;
    let place = "/acme/web/_apis/git/repositories";
    Mock::given(method("POST"))
        .and(path(place))
        .and(query_param("api-version", "7.1"))
        .respond_with(json_of(201, repository(None)))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let taken = json_of(
        409,
        json!({ "message": "TF400948: A Git repository with the name shop already exists." }),
    );
    answer(&server, "POST", place, taken).await;
    let new = NewRepository {
        id: shop(),
        description: String::new(),
        visibility: Visibility::Private,
        default_branch: None,
        with_readme: false,
        project: None,
    };
    let host = with_token(&server);
    assert!(host.create_repository(&new).await.expect("made").is_empty);
    let fault = host.create_repository(&new).await.expect_err("taken");
    assert_eq!(fault.kind, ForgeErrorKind::Conflict);
    assert!(fault.to_string().contains("already exists"), "{fault}");
}

#[tokio::test]
async fn the_sign_in_page_of_a_stub_of_azure_is_a_token_that_is_refused() {
    let server = MockServer::start().await;
    let page =
        ResponseTemplate::new(203).set_body_raw("<html>Sign in</html>", "text/html; charset=utf-8");
    answer(&server, "GET", AT, page).await;
    let fault = with_token(&server)
        .repository(&shop())
        .await
        .expect_err("refused");
    assert_eq!(fault.kind, ForgeErrorKind::Unauthorized);
    assert!(
        fault.to_string().contains("integrations.example[0]"),
        "{fault}"
    );
}

#[tokio::test]
async fn an_organization_of_a_stub_of_azure_is_asked_with_its_own_token() {
    let server = with_shop().await;
    let mut of_acme = token("acme-token");
    of_acme.owners = vec!["Acme".to_owned()];
    let host = azure(&server, &[token("any-token"), of_acme]);
    host.repository(&shop())
        .await
        .expect("asked")
        .expect("there");
    let requests = server.received_requests().await.expect("recorded");
    // `:acme-token`
    let sent = requests[0].headers.get("authorization");
    assert_eq!(sent.expect("let in"), "Basic OmFjbWUtdG9rZW4=");
}
