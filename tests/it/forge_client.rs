//! How a host is asked: retries, rate limits, redirects, bounds. The host is a stub; real ones are in `gitea`.

use std::time::{Duration, Instant};

use callboard::{
    clock::{Clock, UnixMillis},
    forge::{Address, FileRead, Forge, ForgeErrorKind, Forges, GitHost, NewCommit, RepositoryId},
};
use serde_json::json;
use url::Url;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path, query_param},
};

use crate::support::gitea::{forge, integration};

const COMMIT: &str = "/api/v1/repos/o/r/git/commits/main";

fn shop() -> RepositoryId {
    RepositoryId::new("o", "r")
}

fn head() -> ResponseTemplate {
    let signature = json!({"name": "a", "email": "a@b", "date": "2026-01-01T00:00:00Z"});
    ResponseTemplate::new(200).set_body_json(json!({
        "sha": "0123456789012345678901234567890123456789", "parents": [],
        "commit": {"message": "m", "author": signature, "committer": signature, "tree": {"sha": "1"}},
    }))
}

async fn answers(server: &MockServer, first: ResponseTemplate, times: u64) {
    Mock::given(path(COMMIT))
        .respond_with(first)
        .up_to_n_times(times)
        .mount(server)
        .await;
    Mock::given(path(COMMIT))
        .respond_with(head())
        .mount(server)
        .await;
}

fn client(server: &MockServer) -> Forge {
    forge(&integration(&server.uri(), Some("t0ken")))
}

async fn asked(server: &MockServer) -> usize {
    server.received_requests().await.expect("recorded").len()
}

#[tokio::test]
async fn a_passing_fault_is_asked_over() {
    let server = MockServer::start().await;
    answers(&server, ResponseTemplate::new(503), 2).await;
    let found = client(&server)
        .commit(&shop(), "main")
        .await
        .expect("the third time");
    assert!(found.is_some());
    assert_eq!(asked(&server).await, 3);
    let gone = MockServer::start().await;
    Mock::given(path(COMMIT))
        .respond_with(ResponseTemplate::new(502))
        .mount(&gone)
        .await;
    let fault = client(&gone)
        .commit(&shop(), "main")
        .await
        .expect_err("it does not pass");
    assert_eq!(
        (fault.kind, fault.status),
        (ForgeErrorKind::Broken, Some(502))
    );
    assert_eq!(asked(&gone).await, 3);
}

#[tokio::test]
async fn what_may_have_been_done_is_not_asked_over() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(503))
        .mount(&server)
        .await;
    let new = NewCommit {
        branch: "main".to_owned(),
        new_branch_from: None,
        expected_parent: None,
        message: "m".to_owned(),
        author: None,
        committer: None,
        at: None,
        files: Vec::new(),
    };
    let fault = client(&server)
        .commit_files(&shop(), &new)
        .await
        .expect_err("it broke");
    assert!(fault.may_be_done());
    assert_eq!(asked(&server).await, 1);
}

#[tokio::test]
async fn a_short_wait_is_waited_for_by_every_call() {
    let server = MockServer::start().await;
    answers(
        &server,
        ResponseTemplate::new(429).insert_header("retry-after", "1"),
        1,
    )
    .await;
    let client = client(&server);
    let began = Instant::now();
    let id = shop();
    let (one, two) = tokio::join!(client.commit(&id, "main"), client.commit(&id, "main"));
    assert!(one.expect("in the end").is_some() && two.expect("in the end").is_some());
    assert!(
        began.elapsed() >= Duration::from_millis(900),
        "it waited {:?}",
        began.elapsed()
    );
    assert!(asked(&server).await <= 4);
}

#[tokio::test]
async fn a_long_wait_fails_at_once_and_nobody_hammers() {
    let server = MockServer::start().await;
    let now = UnixMillis(1_767_225_600_000);
    let reset = (now.0 / 1000 + 1800).to_string();
    let limited = ResponseTemplate::new(403)
        .insert_header("x-ratelimit-remaining", "0")
        .insert_header("x-ratelimit-reset", reset.as_str());
    answers(&server, limited, 1).await;
    let clock = Clock::fixed(now);
    let forges = Forges::new(&[integration(&server.uri(), None)], &clock);
    let client = forges.host(&server.address().to_string()).expect("there");
    for _ in 0..5 {
        let fault = client
            .commit(&shop(), "main")
            .await
            .expect_err("half an hour to wait");
        assert_eq!(
            fault.kind,
            ForgeErrorKind::RateLimited {
                until: UnixMillis(now.0 + 1_800_000)
            }
        );
        assert!(fault.reason.contains("rate limit exceeded"), "{fault}");
    }
    assert_eq!(asked(&server).await, 1, "asked once, then left alone");
    clock.advance(1_800_001);
    assert!(
        client
            .commit(&shop(), "main")
            .await
            .expect("allowed again")
            .is_some()
    );
}

#[tokio::test]
async fn a_token_goes_to_its_host_and_nowhere_else() {
    let (server, other) = (MockServer::start().await, MockServer::start().await);
    Mock::given(path(COMMIT))
        .and(header("authorization", "token t0ken"))
        .respond_with(head())
        .mount(&server)
        .await;
    assert!(
        client(&server)
            .commit(&shop(), "main")
            .await
            .expect("let in")
            .is_some()
    );
    let away = ResponseTemplate::new(302).insert_header("location", format!("{}/x", other.uri()));
    Mock::given(path("/api/v1/repos/o/r/raw/a.yaml"))
        .respond_with(away)
        .mount(&server)
        .await;
    let fault = client(&server)
        .read_file(&shop(), "main", "a.yaml", None)
        .await
        .expect_err("it leads away");
    assert_eq!(fault.kind, ForgeErrorKind::NotTheApi);
    assert!(
        fault.reason.contains(&other.address().to_string()),
        "{fault}"
    );
    assert_eq!(asked(&other).await, 0);
    let moved =
        ResponseTemplate::new(307).insert_header("location", "/api/v1/repos/o/renamed/raw/b.yaml");
    Mock::given(path("/api/v1/repos/o/r/raw/b.yaml"))
        .respond_with(moved)
        .mount(&server)
        .await;
    Mock::given(path("/api/v1/repos/o/renamed/raw/b.yaml"))
        .and(header("authorization", "token t0ken"))
        .respond_with(ResponseTemplate::new(200).set_body_string("kind: X"))
        .mount(&server)
        .await;
    let read = client(&server)
        .read_file(&shop(), "main", "b.yaml", None)
        .await
        .expect("on the same host");
    assert!(matches!(read, FileRead::Found(_)));
}

#[tokio::test]
async fn answers_are_bounded_and_understood_or_refused() {
    let server = MockServer::start().await;
    let endless = ResponseTemplate::new(200).set_body_bytes(vec![b'#'; 11 * 1024 * 1024]);
    Mock::given(path("/api/v1/repos/o/r/raw/big.yaml"))
        .respond_with(endless)
        .mount(&server)
        .await;
    let fault = client(&server)
        .read_file(&shop(), "main", "big.yaml", None)
        .await
        .expect_err("too large");
    assert_eq!(fault.kind, ForgeErrorKind::TooLarge);
    assert!(fault.reason.contains("10 MiB"), "{fault}");
    let page =
        ResponseTemplate::new(200).set_body_raw("<html>sign in</html>", "text/html; charset=utf-8");
    Mock::given(path("/api/v1/repos/o/r"))
        .respond_with(page)
        .mount(&server)
        .await;
    let fault = client(&server)
        .repository(&shop())
        .await
        .expect_err("a page");
    assert_eq!(fault.kind, ForgeErrorKind::NotTheApi);
    assert!(fault.mend.contains("integrations.gitea[0]"), "{fault}");
    let said = ResponseTemplate::new(401).set_body_json(json!({"message": "bad token t0ken\u{7}"}));
    Mock::given(path(COMMIT))
        .respond_with(said)
        .mount(&server)
        .await;
    let fault = client(&server)
        .commit(&shop(), "main")
        .await
        .expect_err("refused");
    assert!(
        !fault.to_string().contains("t0ken") && fault.reason.contains("bad token ***"),
        "{fault}"
    );
}

#[tokio::test]
async fn a_host_that_is_down_is_left_alone_for_a_moment() {
    let clock = Clock::fixed(UnixMillis(0));
    let nobody = "http://127.0.0.1:9";
    let forges = Forges::new(&[integration(nobody, None)], &clock);
    let client = forges.host("127.0.0.1:9").expect("there");
    let fault = client
        .commit(&shop(), "main")
        .await
        .expect_err("nobody listens");
    assert_eq!(fault.kind, ForgeErrorKind::Unreachable);
    assert!(!fault.may_be_done());
    let again = client.commit(&shop(), "main").await.expect_err("not tried");
    assert!(again.reason.contains("a moment ago"), "{again}");
    clock.advance(5_001);
    let later = client.commit(&shop(), "main").await.expect_err("tried");
    assert!(!later.reason.contains("a moment ago"), "{later}");
}

#[tokio::test]
async fn a_list_is_read_to_its_end_though_the_server_gives_less_than_was_asked() {
    let server = MockServer::start().await;
    for (page, names) in [
        ("1", vec!["A", "B"]),
        ("2", vec!["C", "D"]),
        ("3", vec!["E"]),
    ] {
        let names = names.into_iter();
        let listed: Vec<_> = names
            .map(|name| json!({"name": name, "data": "x"}))
            .collect();
        Mock::given(path("/api/v1/repos/o/r/actions/variables"))
            .and(query_param("page", page))
            .respond_with(
                ResponseTemplate::new(200)
                    .insert_header("x-total-count", "5")
                    .set_body_json(listed),
            )
            .mount(&server)
            .await;
    }
    let found = client(&server).variables(&shop()).await.expect("listed");
    let names: Vec<_> = found.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(names, ["A", "B", "C", "D", "E"]);
    assert_eq!(asked(&server).await, 3);
}

#[tokio::test]
async fn a_page_with_nothing_on_it_ends_a_list_that_counts_what_it_leaves_out() {
    let server = MockServer::start().await;
    let answer = |names: &[&str]| {
        let names = names.iter();
        let listed: Vec<_> = names.map(|name| json!({"name": name})).collect();
        ResponseTemplate::new(200)
            .insert_header("x-total-count", "5")
            .set_body_json(listed)
    };
    for (page, names) in [("1", &["A", "B"][..]), ("2", &[])] {
        Mock::given(path("/api/v1/repos/o/r/actions/secrets"))
            .and(query_param("page", page))
            .respond_with(answer(names))
            .mount(&server)
            .await;
    }
    let found = client(&server).secrets(&shop()).await.expect("listed");
    assert_eq!(found, ["A", "B"]);
    assert_eq!(asked(&server).await, 2);
}

#[test]
fn addresses_are_taken_apart_and_put_together() {
    let integration = integration("https://git.example.com/forge", None);
    let address = |url: &str| Address::parse(&integration, &Url::parse(url).expect("a URL"));
    let url = "https://git.example.com/forge/o/r/src/branch/feature%2Fx/a%20b/c.yaml";
    let found = address(url).expect("an address");
    assert_eq!(found.repository, RepositoryId::new("o", "r"));
    assert_eq!(
        (found.revision.as_deref(), found.path.as_str()),
        (Some("feature/x"), "a b/c.yaml")
    );
    assert_eq!(found.view_url(&integration), url);
    for (url, revision, file) in [
        ("https://git.example.com/forge/o/r.git", None, ""),
        (
            "https://git.example.com/forge/o/r/src/commit/abc/x",
            Some("abc"),
            "x",
        ),
        (
            "https://git.example.com/forge/o/r/raw/tag/v1/x",
            Some("v1"),
            "x",
        ),
        (
            "https://git.example.com/forge/o/r/src/branch/main/",
            Some("main"),
            "",
        ),
    ] {
        let found = address(url).unwrap_or_else(|| panic!("{url}"));
        assert_eq!(
            (found.revision.as_deref(), found.path.as_str()),
            (revision, file),
            "{url}"
        );
        assert_eq!(found.repository.name, "r");
    }
    for url in [
        "https://git.example.com/o/r/src/branch/main/x",
        "https://git.example.com/forge/o/r/src/branch/main/a%2F..%2Fb",
        "https://git.example.com/forge/o/r/issues/1",
        "https://git.example.com/forge",
    ] {
        assert_eq!(address(url), None, "{url}");
    }
}
