//! Reading: one clone, fifty clones, one too many.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use callboard::forge::{FileRead, ForgeErrorKind, GitHost, NewPullRequest};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use super::client::{Host, Person, run, said};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repository_is_cloned_and_fetched() {
    let host = Host::new().await;
    let id = host.repository("rail/tickets", "user:default/ana").await;
    let first = host.commit(&id, "d/a.txt", "hello\n").await;
    let person = Person::new();
    let cloned = person.clone(&host.url("Rail/Tickets", None), "c").await;
    assert!(cloned.status.success(), "{}", said(&cloned));
    assert_eq!(person.must("c", &["rev-parse", "HEAD"]).await, first);
    assert_eq!(std::fs::read(person.path("c/d/a.txt")).unwrap(), b"hello\n");
    // Much is asked for at once: the client packs its request.
    for number in 0..40 {
        host.commit(&id, &format!("n/{number}"), "x").await;
    }
    person.must("c", &["pull", "--quiet"]).await;
    assert_eq!(
        person.must("c", &["rev-list", "--count", "HEAD"]).await,
        "42"
    );
    for options in [
        ["-c", "protocol.version=0"],
        ["-c", "protocol.version=1"],
        ["-c", "protocol.version=2"],
    ] {
        let url = host.url("rail/tickets", None);
        let name = options[1].replace(['.', '='], "-");
        let args = [
            options[0],
            options[1],
            "clone",
            "--quiet",
            "--filter=blob:none",
            &url,
            &name,
        ];
        let output = run(person.folder.path(), &args).await;
        assert!(output.status.success(), "{options:?}: {}", said(&output));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_clones_at_once_all_succeed() {
    let host = Host::new().await;
    let id = host.repository("rail/tickets", "user:default/ana").await;
    let last = host.commit(&id, "a.txt", &"line\n".repeat(10_000)).await;
    let started = Instant::now();
    let mut clones = JoinSet::new();
    for _ in 0..50 {
        let url = host.url("rail/tickets", None);
        clones.spawn(async move {
            let person = Person::new();
            let output = person.clone(&url, "c").await;
            assert!(output.status.success(), "{}", said(&output));
            person.must("c", &["rev-parse", "HEAD"]).await
        });
    }
    let heads = clones.join_all().await;
    println!("50 clones at once took {:?}", started.elapsed());
    assert_eq!(heads, vec![last; 50]);
}

/// Begins a fetch and never ends it.
async fn held(host: &Host) -> TcpStream {
    let mut stream = TcpStream::connect(host.address).await.expect("connected");
    let head = "POST /git/rail/tickets/git-upload-pack HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-git-upload-pack-request\r\ncontent-length: 1000\r\n\r\n0014";
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_clone_too_many_is_told_to_come_back() {
    let host = Host::new().await;
    host.repository("rail/tickets", "user:default/ana").await;
    let mut holding = Vec::new();
    for _ in 0..50 {
        holding.push(held(&host).await);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut refused = held(&host).await;
    let mut answer = vec![0; 4096];
    let read = refused.read(&mut answer).await.expect("an answer");
    let answer = String::from_utf8_lossy(&answer[..read]).to_lowercase();
    assert!(answer.starts_with("http/1.1 503"), "{answer}");
    assert!(answer.contains("retry-after: 5"), "{answer}");
    // Who goes away makes room.
    drop(holding);
    let person = Person::new();
    let started = Instant::now();
    loop {
        let cloned = person.clone(&host.url("rail/tickets", None), "c").await;
        if cloned.status.success() {
            break;
        }
        assert!(
            started.elapsed() < Duration::from_secs(15),
            "{}",
            said(&cloned)
        );
    }
}

#[tokio::test]
async fn what_is_no_clone_is_refused() {
    let host = Host::new().await;
    host.repository("rail/tickets", "user:default/ana").await;
    for (path, status) in [
        ("/git/rail/tickets/info/refs", StatusCode::FORBIDDEN),
        (
            "/git/rail/tickets/info/refs?service=git-archive",
            StatusCode::FORBIDDEN,
        ),
        (
            "/git/rail/nothing/info/refs?service=git-upload-pack",
            StatusCode::NOT_FOUND,
        ),
        (
            "/git/../tickets/info/refs?service=git-upload-pack",
            StatusCode::BAD_REQUEST,
        ),
        (
            "/git/%2e%2e/tickets/info/refs?service=git-upload-pack",
            StatusCode::BAD_REQUEST,
        ),
        (
            "/git/rail/tickets/info/refs?service=git-upload-pack",
            StatusCode::OK,
        ),
    ] {
        assert_eq!(host.app.get(path).await.status, status, "{path}");
    }
    // As a form of another site would send it.
    let form = host
        .app
        .submit("/git/rail/tickets/git-receive-pack", &[("a", "b")])
        .await;
    assert_eq!(form.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn the_interface_of_all_hosts_reads_it() {
    let host = Host::new().await;
    let id = host.repository("rail/tickets", "user:default/ana").await;
    let commit = host.commit(&id, "a.txt", "hello").await;
    let git = host.git();
    let told = git.repository(&id).await.unwrap().expect("it is there");
    assert_eq!(
        told.web_url.as_str(),
        "http://127.0.0.1:7007/git/rail/tickets"
    );
    assert_eq!(
        told.clone_url.as_str(),
        "http://127.0.0.1:7007/git/rail/tickets.git"
    );
    assert_eq!(
        (told.default_branch.as_str(), told.is_empty),
        ("main", false)
    );
    let tree = git.tree(&id, "main").await.unwrap();
    assert_eq!(tree.commit.as_str(), commit);
    assert_eq!(tree.entries.len(), 2);
    let FileRead::Found(file) = git.read_file(&id, "main", "a.txt", None).await.unwrap() else {
        panic!("it was never read");
    };
    assert_eq!(&file.bytes[..], b"hello");
    let unknown = git
        .read_file(&id, &"0".repeat(40), "a.txt", None)
        .await
        .unwrap_err();
    assert_eq!(unknown.kind, ForgeErrorKind::NotFound, "{unknown}");
    let again = git
        .read_file(&id, "main", "a.txt", file.etag.as_deref())
        .await;
    assert_eq!(again.unwrap(), FileRead::NotModified);
    assert!(
        !git.archive(&id, &tree.commit)
            .await
            .unwrap()
            .bytes
            .is_empty()
    );
    let made = git.create_branch(&id, "next/one", "main").await.unwrap();
    assert_eq!(made.commit.as_str(), commit);
    git.delete_branch(&id, "next/one").await.unwrap();
    assert!(git.branch(&id, "next/one").await.unwrap().is_none());
    let new = NewPullRequest {
        head: "next".to_owned(),
        base: "main".to_owned(),
        ..NewPullRequest::default()
    };
    let fault = git.create_pull_request(&id, &new).await.unwrap_err();
    assert_eq!(fault.kind, ForgeErrorKind::NotSupported, "{fault}");
}
