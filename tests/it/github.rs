//! GitHub as it behaves: pages, unchanged files, limits, refusals, failures, and tokens that expire.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use callboard::{
    clock::{Clock, UnixMillis},
    config::{Credential, Secret},
    entity::ScmHost,
    forge::{
        CommitId, FileChange, FileRead, Forge, ForgeErrorKind, GitHost, NewCommit, NewPullRequest,
        NewRepository, RepositoryId, Visibility, Written,
    },
};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use rustls::pki_types::{PrivatePkcs1KeyDer, pem::PemObject};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{body_partial_json, header, method, path, query_param},
};

use crate::support::{
    START,
    hosts::{APP_KEY, answer, app, asked, forge, integration, json_of, token},
};

const SHA: &str = "6dcb09b5b57875f334f61aebed695e2e4193db5e";

fn shop() -> RepositoryId {
    RepositoryId::new("acme", "shop")
}

fn github(server: &MockServer, clock: &Clock, credentials: &[Credential]) -> Forge {
    let integration = integration(ScmHost::GitHub, &server.uri(), credentials);
    forge(&integration, clock)
}

fn with_token(server: &MockServer) -> Forge {
    github(server, &Clock::fixed(START), &[token("a-token")])
}

#[tokio::test]
async fn a_list_is_followed_to_its_end() {
    let server = MockServer::start().await;
    let hook = |id: u64| json!({ "id": id, "active": true, "events": ["push"], "config": { "url": "https://a.example" } });
    let hooks = "/repos/acme/shop/hooks";
    for (page, next) in [("1", Some("2")), ("2", Some("3")), ("3", None)] {
        let mut answer = json_of(200, json!([hook(page.parse().expect("a number"))]));
        if let Some(next) = next {
            // Another host in it is never asked.
            let link = format!("<https://evil.example{hooks}?page={next}>; rel=\"next\"");
            answer = answer.insert_header("link", link.as_str());
        }
        Mock::given(path(hooks))
            .and(query_param("page", page))
            .and(header("authorization", "Bearer a-token"))
            .respond_with(answer)
            .expect(1)
            .mount(&server)
            .await;
    }
    let found = with_token(&server).webhooks(&shop()).await.expect("listed");
    let ids: Vec<&str> = found.iter().map(|hook| hook.id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "3"]);
}

#[tokio::test]
async fn a_list_without_an_end_is_cut() {
    let server = MockServer::start().await;
    let endless = json_of(200, json!({ "secrets": [{ "name": "A" }] }));
    let endless = endless.insert_header("link", "<https://a.example/?page=9>; rel=\"next\"");
    answer(&server, "GET", "/repos/acme/shop/actions/secrets", endless).await;
    let found = with_token(&server).secrets(&shop()).await.expect("listed");
    assert_eq!(found.len(), 20);
}

#[tokio::test]
async fn an_unchanged_file_is_not_sent_again() {
    let server = MockServer::start().await;
    let place = "/repos/acme/shop/contents/a.yaml";
    Mock::given(path(place))
        .and(header("if-none-match", "\"one\""))
        .respond_with(ResponseTemplate::new(304))
        .with_priority(1)
        .mount(&server)
        .await;
    let file = ResponseTemplate::new(200)
        .set_body_raw(
            "kind: Component",
            "application/vnd.github.raw+json; charset=utf-8",
        )
        .insert_header("etag", "\"one\"");
    Mock::given(path(place))
        .and(query_param("ref", "main"))
        .and(header("accept", "application/vnd.github.raw+json"))
        .respond_with(file)
        .mount(&server)
        .await;
    let github = with_token(&server);
    let read = github.read_file(&shop(), "main", "a.yaml", None).await;
    let FileRead::Found(file) = read.expect("read") else {
        panic!("it was not read before");
    };
    assert_eq!(file.bytes, "kind: Component");
    let etag = file.etag.as_deref();
    let again = github.read_file(&shop(), "main", "a.yaml", etag).await;
    assert_eq!(again.expect("asked"), FileRead::NotModified);
}

#[tokio::test]
async fn a_folder_is_no_file() {
    let server = MockServer::start().await;
    answer(
        &server,
        "GET",
        "/repos/acme/shop/contents/docs",
        json_of(200, json!([])),
    )
    .await;
    let read = with_token(&server)
        .read_file(&shop(), "main", "docs", None)
        .await;
    assert_eq!(read.expect_err("a folder").kind, ForgeErrorKind::NotFound);
}

#[tokio::test]
async fn without_a_token_files_are_read_beside_the_api() {
    let server = MockServer::start().await;
    answer(
        &server,
        "GET",
        "/raw/acme/shop/feature/x/a.yaml",
        ResponseTemplate::new(200).set_body_string("a"),
    )
    .await;
    let mut integration = integration(ScmHost::GitHub, &server.uri(), &[]);
    let raw = format!("{}/raw", server.uri());
    integration.raw_base_url = Some(raw.parse().expect("an address"));
    let github = forge(&integration, &Clock::fixed(START));
    let read = github.read_file(&shop(), "feature/x", "a.yaml", None).await;
    assert!(matches!(read.expect("read"), FileRead::Found(file) if file.bytes == "a"));
    let missing = github.read_file(&shop(), "feature/x", "b.yaml", None).await;
    assert_eq!(missing.expect_err("missing").kind, ForgeErrorKind::NotFound);
}

#[tokio::test]
async fn a_spent_limit_is_waited_for_and_nobody_asks_before() {
    let server = MockServer::start().await;
    let reset = START.0 / 1000 + 300;
    let spent = json_of(403, json!({ "message": "API rate limit exceeded" }))
        .insert_header("x-ratelimit-remaining", "0")
        .insert_header("x-ratelimit-reset", reset.to_string().as_str());
    Mock::given(path("/user"))
        .respond_with(spent)
        .up_to_n_times(1)
        .mount(&server)
        .await;
    answer(
        &server,
        "GET",
        "/user",
        json_of(200, json!({ "login": "ana" })),
    )
    .await;
    let clock = Clock::fixed(START);
    let github = github(&server, &clock, &[token("a-token")]);
    let until = UnixMillis(reset * 1000);
    for _ in 0..3 {
        let fault = github.current_user().await.expect_err("the limit is spent");
        assert_eq!(fault.kind, ForgeErrorKind::RateLimited { until }, "{fault}");
    }
    assert_eq!(asked(&server).await.len(), 1, "it is left alone");
    clock.advance(300_000);
    let user = github.current_user().await.expect("asked").expect("known");
    assert_eq!(user.login, "ana");
}

#[tokio::test]
async fn a_secondary_limit_is_one_whether_it_says_how_long_or_not() {
    for (seconds, said) in [
        (Some("90"), "slow down"),
        (None, "You have exceeded a secondary rate limit"),
    ] {
        let server = MockServer::start().await;
        let mut limited = json_of(403, json!({ "message": said }));
        if let Some(seconds) = seconds {
            limited = limited.insert_header("retry-after", seconds);
        }
        answer(&server, "GET", "/user", limited).await;
        let fault = with_token(&server)
            .current_user()
            .await
            .expect_err("limited");
        let wait = seconds.map_or(60, |seconds| seconds.parse().expect("a number"));
        let until = UnixMillis(START.0 + wait * 1000);
        assert_eq!(fault.kind, ForgeErrorKind::RateLimited { until }, "{fault}");
        assert_eq!(asked(&server).await.len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_that_is_no_limit_is_forbidden() {
    let server = MockServer::start().await;
    let refusal = json_of(
        403,
        json!({ "message": "Resource not accessible by personal access token" }),
    )
    .insert_header("x-ratelimit-remaining", "4999");
    answer(&server, "DELETE", "/repos/acme/shop", refusal).await;
    let fault = with_token(&server)
        .delete_repository(&shop())
        .await
        .expect_err("refused");
    assert_eq!(fault.kind, ForgeErrorKind::Forbidden);
    assert!(
        fault.to_string().contains("Resource not accessible"),
        "{fault}"
    );
}

#[tokio::test]
async fn what_is_not_there_is_none_and_an_empty_repository_has_no_commit() {
    let server = MockServer::start().await;
    let empty = json!({ "message": "Git Repository is empty." });
    answer(
        &server,
        "GET",
        "/repos/acme/empty/commits/main",
        json_of(409, empty),
    )
    .await;
    answer(
        &server,
        "GET",
        "/repos/acme/empty/branches",
        json_of(200, json!([])),
    )
    .await;
    answer(
        &server,
        "GET",
        "/repos/acme/empty",
        json_of(200, repository("empty")),
    )
    .await;
    let github = with_token(&server);
    assert_eq!(github.repository(&shop()).await.expect("asked"), None);
    let id = RepositoryId::new("acme", "empty");
    let found = github.repository(&id).await.expect("asked").expect("there");
    assert!(found.is_empty);
    assert_eq!(github.commit(&id, "main").await.expect("asked"), None);
    let fault = github
        .tree(&id, "main")
        .await
        .expect_err("nothing is there");
    assert_eq!(fault.kind, ForgeErrorKind::NotFound);
}

fn repository(name: &str) -> Value {
    json!({
        "id": 1, "name": name, "owner": { "login": "acme" }, "private": true, "size": 0,
        "html_url": format!("https://github.com/acme/{name}"),
        "clone_url": format!("https://github.com/acme/{name}.git"),
        "default_branch": "main",
    })
}

#[tokio::test]
async fn a_name_that_is_taken_is_a_conflict_and_other_refusals_say_why() {
    let server = MockServer::start().await;
    answer(
        &server,
        "GET",
        "/users/acme",
        json_of(200, json!({ "type": "Organization" })),
    )
    .await;
    let refusal = |said: &str| {
        json_of(
            422,
            json!({ "message": "Repository creation failed.", "errors": [{ "message": said }] }),
        )
    };
    for (said, kind) in [
        (
            "name already exists on this account",
            ForgeErrorKind::Conflict,
        ),
        ("name is too long", ForgeErrorKind::Invalid),
    ] {
        Mock::given(method("POST"))
            .respond_with(refusal(said))
            .up_to_n_times(1)
            .mount(&server)
            .await;
        let new = NewRepository {
            id: shop(),
            description: String::new(),
            visibility: Visibility::Private,
            default_branch: None,
            with_readme: false,
            project: None,
        };
        let fault = with_token(&server)
            .create_repository(&new)
            .await
            .expect_err("refused");
        assert_eq!(fault.kind, kind, "{fault}");
        assert!(fault.to_string().contains(said), "{fault}");
    }
}

#[tokio::test]
async fn a_failure_is_tried_again_where_that_does_nothing_twice() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(502))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    answer(
        &server,
        "GET",
        "/user",
        json_of(200, json!({ "login": "ana" })),
    )
    .await;
    answer(
        &server,
        "POST",
        "/repos/acme/shop/pulls",
        ResponseTemplate::new(502),
    )
    .await;
    let github = with_token(&server);
    github
        .current_user()
        .await
        .expect("the second answer counts");
    let new = NewPullRequest::default();
    let fault = github
        .create_pull_request(&shop(), &new)
        .await
        .expect_err("broken");
    assert!(fault.may_be_done(), "{fault}");
    assert_eq!(
        asked(&server).await,
        ["GET /user", "GET /user", "POST /repos/acme/shop/pulls"]
    );
}

#[tokio::test]
async fn a_renamed_repository_is_read_at_its_new_place_but_not_elsewhere() {
    let server = MockServer::start().await;
    let moved = |to: &str| ResponseTemplate::new(301).insert_header("location", to);
    answer(
        &server,
        "GET",
        "/repos/acme/shop/hooks",
        moved("/repositories/1/hooks"),
    )
    .await;
    answer(
        &server,
        "GET",
        "/repositories/1/hooks",
        json_of(200, json!([])),
    )
    .await;
    let tarball = format!("/repos/acme/shop/tarball/{SHA}");
    answer(
        &server,
        "GET",
        &tarball,
        moved("https://evil.example/a.tar.gz"),
    )
    .await;
    let github = with_token(&server);
    assert!(github.webhooks(&shop()).await.expect("listed").is_empty());
    let packed = github.archive(&shop(), &CommitId(SHA.to_owned())).await;
    let fault = packed.expect_err("it leads elsewhere");
    assert_eq!(fault.kind, ForgeErrorKind::NotTheApi);
    assert!(fault.to_string().contains("evil.example"), "{fault}");
}

fn commit(path: &str, written: Written) -> NewCommit {
    NewCommit {
        branch: "main".to_owned(),
        new_branch_from: None,
        expected_parent: None,
        message: "Change it".to_owned(),
        author: None,
        committer: None,
        at: None,
        files: vec![FileChange {
            path: path.to_owned(),
            written,
        }],
    }
}

/// A repository whose branch `main` has `a.sh`, executable, and where commits can be made.
async fn writable() -> MockServer {
    let server = MockServer::start().await;
    let at = |rest: &str| format!("/repos/acme/shop/{rest}");
    let head = json!({ "message": "One", "tree": { "sha": "t1" } });
    let head = json!({ "name": "main", "commit": { "sha": SHA, "parents": [], "commit": head } });
    answer(&server, "GET", &at("branches/main"), json_of(200, head)).await;
    let entry = json!({ "path": "a.sh", "mode": "100755", "type": "blob", "sha": "b1", "size": 1 });
    answer(
        &server,
        "GET",
        &at("git/trees/t1"),
        json_of(200, json!({ "tree": [entry] })),
    )
    .await;
    answer(
        &server,
        "POST",
        &at("git/trees"),
        json_of(201, json!({ "sha": "t2" })),
    )
    .await;
    let made = json!({ "sha": "c2", "message": "Change it", "tree": { "sha": "t2" }, "parents": [{ "sha": SHA }] });
    answer(&server, "POST", &at("git/commits"), json_of(201, made)).await;
    server
}

#[tokio::test]
async fn a_file_is_compared_before_it_is_written_and_keeps_its_mode() {
    let server = writable().await;
    let main = "/repos/acme/shop/git/refs/heads%2Fmain";
    answer(&server, "PATCH", main, json_of(200, json!({}))).await;
    let github = with_token(&server);
    let update = |blob: &str| Written::Update {
        content: "b".into(),
        replaces: Some(blob.to_owned()),
    };
    for (file, written, kind) in [
        (
            "a.sh",
            Written::Create("b".into()),
            ForgeErrorKind::Conflict,
        ),
        ("a.sh", update("b0"), ForgeErrorKind::Conflict),
        ("b.sh", update("b1"), ForgeErrorKind::Conflict),
        ("b.sh", Written::Delete, ForgeErrorKind::NotFound),
    ] {
        let made = github.commit_files(&shop(), &commit(file, written)).await;
        assert_eq!(made.expect_err("refused").kind, kind);
    }
    let made = github
        .commit_files(&shop(), &commit("a.sh", update("b1")))
        .await;
    assert_eq!(made.expect("made").id.as_str(), "c2");
    let requests = server.received_requests().await.expect("recorded");
    let tree = requests
        .iter()
        .find(|request| request.url.path().ends_with("/git/trees"));
    let tree: Value = tree.expect("a tree was made").body_json().expect("JSON");
    assert_eq!(tree.pointer("/base_tree"), Some(&json!("t1")));
    assert_eq!(tree.pointer("/tree/0/mode"), Some(&json!("100755")));
}

#[tokio::test]
async fn a_branch_that_moved_on_is_a_conflict_before_and_after_the_commit_is_made() {
    let server = writable().await;
    let moved = json_of(422, json!({ "message": "Update is not a fast forward" }));
    answer(
        &server,
        "PATCH",
        "/repos/acme/shop/git/refs/heads%2Fmain",
        moved,
    )
    .await;
    let github = with_token(&server);
    let mut new = commit("b.sh", Written::Create("b".into()));
    let made = github.commit_files(&shop(), &new).await;
    assert_eq!(made.expect_err("moved on").kind, ForgeErrorKind::Conflict);
    new.expected_parent = Some(CommitId("0".repeat(40)));
    let made = github.commit_files(&shop(), &new).await;
    let fault = made.expect_err("another parent");
    assert_eq!(fault.kind, ForgeErrorKind::Conflict);
    assert!(
        fault.to_string().contains("is at 6dcb09b5b5 now"),
        "{fault}"
    );
}

#[tokio::test]
async fn an_empty_repository_is_opened_and_gets_one_commit_without_parents() {
    let server = MockServer::start().await;
    let at = |rest: &str| format!("/repos/acme/shop/{rest}");
    answer(&server, "GET", &at("branches"), json_of(200, json!([]))).await;
    answer(
        &server,
        "PUT",
        &at("contents/.gitkeep"),
        json_of(201, json!({})),
    )
    .await;
    answer(
        &server,
        "POST",
        &at("git/trees"),
        json_of(201, json!({ "sha": "t1" })),
    )
    .await;
    let made =
        json!({ "sha": "c1", "message": "Change it", "tree": { "sha": "t1" }, "parents": [] });
    Mock::given(path(at("git/commits")))
        .and(body_partial_json(json!({ "parents": [] })))
        .respond_with(json_of(201, made))
        .mount(&server)
        .await;
    Mock::given(path(at("git/refs/heads%2Fmain")))
        .and(body_partial_json(json!({ "sha": "c1", "force": true })))
        .respond_with(json_of(200, json!({})))
        .expect(1)
        .mount(&server)
        .await;
    let new = commit("a.md", Written::Create("a".into()));
    let made = with_token(&server).commit_files(&shop(), &new).await;
    assert_eq!(made.expect("made").parents, []);
}

#[tokio::test]
async fn a_secret_is_sealed_for_the_key_of_the_repository() {
    let server = MockServer::start().await;
    let key = crypto_box::SecretKey::generate(&mut crypto_box::aead::OsRng);
    let public = base64(key.public_key().as_bytes());
    let place = "/repos/acme/shop/actions/secrets/public-key";
    answer(
        &server,
        "GET",
        place,
        json_of(200, json!({ "key_id": "7", "key": public })),
    )
    .await;
    let put = "/repos/acme/shop/actions/secrets/TOKEN";
    answer(&server, "PUT", put, ResponseTemplate::new(201)).await;
    let value = Secret::new("a-secret-value");
    with_token(&server)
        .set_secret(&shop(), "TOKEN", &value)
        .await
        .expect("set");
    let requests = server.received_requests().await.expect("recorded");
    let body: Value = requests[1].body_json().expect("JSON");
    assert_eq!(body.get("key_id"), Some(&json!("7")));
    let sealed = body
        .get("encrypted_value")
        .and_then(Value::as_str)
        .expect("a box");
    let opened = key.unseal(&unbase64(sealed)).expect("it opens");
    assert_eq!(opened, b"a-secret-value");
}

fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

fn unbase64(text: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(text).expect("Base64")
}

/// A server at which the app is installed for `acme`; every token lives for an hour of the clock.
async fn with_installation(clock: &Clock) -> MockServer {
    let server = MockServer::start().await;
    let installed = json!([
        { "id": 5, "account": { "login": "other" } },
        { "id": 6, "account": { "login": "Acme" }, "permissions": { "administration": "write" } },
        { "id": 7, "account": { "login": "asleep" }, "suspended_at": "2026-01-01T00:00:00Z" },
    ]);
    answer(
        &server,
        "GET",
        "/app/installations",
        json_of(200, installed),
    )
    .await;
    let clock = clock.clone();
    Mock::given(method("POST"))
        .and(path("/app/installations/6/access_tokens"))
        .respond_with(move |_: &Request| {
            let now = clock.now().0;
            let token = format!("ghs_{}", now / 1000);
            let ends = UnixMillis(now + 3_600_000).to_string();
            json_of(201, json!({ "token": token, "expires_at": ends }))
        })
        .mount(&server)
        .await;
    answer(
        &server,
        "GET",
        "/repos/acme/shop/hooks",
        json_of(200, json!([])),
    )
    .await;
    answer(
        &server,
        "GET",
        "/repos/nobody/shop/hooks",
        json_of(200, json!([])),
    )
    .await;
    server
}

async fn authorizations(server: &MockServer, place: &str) -> Vec<String> {
    let requests = server.received_requests().await.expect("recorded");
    let of_place = requests
        .iter()
        .filter(|request| request.url.path() == place);
    let header = |request: &Request| {
        let value = request.headers.get("authorization");
        value
            .map_or("none", |value| value.to_str().expect("text"))
            .to_owned()
    };
    of_place.map(header).collect()
}

#[tokio::test]
async fn the_token_of_an_app_is_kept_and_renewed_before_it_expires() {
    let clock = Clock::fixed(START);
    let server = with_installation(&clock).await;
    let github = github(&server, &clock, &[app(&[]), token("a-token")]);
    for advance in [0, 54 * 60_000, 2 * 60_000] {
        clock.advance(advance);
        github.webhooks(&shop()).await.expect("listed");
    }
    let (first, second) = (START.0 / 1000, START.0 / 1000 + 56 * 60);
    assert_eq!(
        authorizations(&server, "/repos/acme/shop/hooks").await,
        [
            format!("Bearer ghs_{first}"),
            format!("Bearer ghs_{first}"),
            format!("Bearer ghs_{second}"),
        ]
    );
    assert!(github.can_create_in("acme").await.expect("asked"));
}

#[tokio::test]
async fn a_token_that_is_refused_is_not_used_again() {
    let clock = Clock::fixed(START);
    let server = with_installation(&clock).await;
    answer(
        &server,
        "DELETE",
        "/repos/acme/shop",
        ResponseTemplate::new(401),
    )
    .await;
    let github = github(&server, &clock, &[app(&[])]);
    github.webhooks(&shop()).await.expect("listed");
    let fault = github
        .delete_repository(&shop())
        .await
        .expect_err("refused");
    assert_eq!(fault.kind, ForgeErrorKind::Unauthorized);
    clock.advance(1000);
    github.webhooks(&shop()).await.expect("listed");
    let used = authorizations(&server, "/repos/acme/shop/hooks").await;
    assert_ne!(used[0], used[1]);
}

#[tokio::test]
async fn an_app_asks_for_those_who_installed_it_and_whom_it_may_serve() {
    let clock = Clock::fixed(START);
    let server = with_installation(&clock).await;
    let nobody = RepositoryId::new("nobody", "shop");
    let both = github(&server, &clock, &[app(&[]), token("a-token")]);
    both.webhooks(&nobody).await.expect("listed");
    let narrow = github(&server, &clock, &[app(&["other"]), token("a-token")]);
    narrow.webhooks(&shop()).await.expect("listed");
    let alone = github(&server, &clock, &[app(&[])]);
    alone.webhooks(&nobody).await.expect("listed");
    assert_eq!(
        authorizations(&server, "/repos/nobody/shop/hooks").await,
        ["Bearer a-token", "none"]
    );
    assert_eq!(
        authorizations(&server, "/repos/acme/shop/hooks").await,
        ["Bearer a-token"]
    );
    let asleep = RepositoryId::new("asleep", "shop");
    let fault = both.webhooks(&asleep).await.expect_err("suspended");
    assert!(fault.to_string().contains("suspended"), "{fault}");
}

#[tokio::test]
async fn an_app_proves_itself_by_a_signature_of_its_key() {
    let clock = Clock::fixed(START);
    let server = with_installation(&clock).await;
    github(&server, &clock, &[app(&[])])
        .webhooks(&shop())
        .await
        .expect("listed");
    let proof = authorizations(&server, "/app/installations")
        .await
        .remove(0);
    let proof = proof.strip_prefix("Bearer ").expect("a bearer");
    let (signed, signature) = proof.rsplit_once('.').expect("three parts");
    let (head, claims) = signed.split_once('.').expect("three parts");
    let part = |text: &str| -> Value { serde_json::from_slice(&unbase64_url(text)).expect("JSON") };
    assert_eq!(part(head), json!({ "alg": "RS256", "typ": "JWT" }));
    let now = START.0 / 1000;
    assert_eq!(
        part(claims),
        json!({ "iat": now - 60, "exp": now + 540, "iss": "17" })
    );
    let der = PrivatePkcs1KeyDer::from_pem_slice(APP_KEY.as_bytes()).expect("PEM");
    let pair = ring::signature::RsaKeyPair::from_der(der.secret_pkcs1_der()).expect("a key");
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public())
        .verify(signed.as_bytes(), &unbase64_url(signature))
        .expect("the signature holds");
}

fn unbase64_url(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).expect("Base64")
}
