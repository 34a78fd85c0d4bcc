//! Who may clone and push where people have to say who they are.

use std::path::PathBuf;

use base64::{Engine, prelude::BASE64_STANDARD};
use callboard::config::{AccessRestriction, ExternalAccess, Secret, ServiceProof};

use super::client::{Host, Person, command, said};
use crate::support::TestApp;

const STATIC: &str = "static-token-of-a-pipeline";
const RESTRICTED: &str = "static-token-of-a-catalog-reader";

/// A portal that wants to know who calls, and two services that may.
async fn strict() -> Host {
    let service = |token: &str, restrictions| ExternalAccess {
        subject: "external:pipeline".to_owned(),
        proof: ServiceProof::Token(Secret::new(token)),
        restrictions,
    };
    let restriction = AccessRestriction {
        plugin: "catalog".to_owned(),
        permissions: Vec::new(),
        actions: Vec::new(),
    };
    let app = TestApp::builder().with(|config| {
        config.backend.auth.is_policy_disabled = false;
        config.backend.auth.external_access = vec![
            service(STATIC, None),
            service(RESTRICTED, Some(vec![restriction])),
        ];
    });
    let host = Host::of(app.start().await).await;
    host.repository("rail/tickets", "user:default/ana").await;
    host
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_pushes_and_others_are_refused() {
    let host = strict().await;
    let ana = host
        .token("user:default/ana", &["group:default/gates"])
        .await;
    let mara = host
        .token("user:default/mara", &["group:default/rail"])
        .await;
    let ben = host
        .token("user:default/ben", &["group:default/gates"])
        .await;
    let elsewhere = host.token("user:other/rail", &["group:other/rail"]).await;
    let person = Person::new();
    let cloned = person
        .clone(&host.url("rail/tickets", Some(&ben)), "c")
        .await;
    assert!(
        cloned.status.success(),
        "who is known reads: {}",
        said(&cloned)
    );
    for (who, token, may_push) in [
        ("who made it", &ana, true),
        ("a member of the group", &mara, true),
        ("a service", &STATIC.to_owned(), true),
        ("a stranger", &ben, false),
        ("a namesake of another namespace", &elsewhere, false),
        (
            "a service for something else",
            &RESTRICTED.to_owned(),
            false,
        ),
        ("nobody", &"no-token-of-anybody".to_owned(), false),
    ] {
        let before = host.head("rail/tickets", "main").await;
        person.commit("c", "a.txt", who.as_bytes()).await;
        let pushed = person
            .git(
                "c",
                &[
                    "push",
                    "--force",
                    &host.url("rail/tickets", Some(token)),
                    "HEAD:main",
                ],
            )
            .await;
        let told = said(&pushed);
        assert_eq!(pushed.status.success(), may_push, "{who}: {told}");
        let after = host.head("rail/tickets", "main").await;
        assert_eq!(after != before, may_push, "{who}");
        assert!(!told.contains("stack"), "{told}");
        if who == "a stranger" {
            assert!(told.contains("user:default/ben may not push to rail/tickets: user:default/ana, who made it, and members of group:default/rail may."), "{told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_nothing_is_asked_who_they_are() {
    let host = strict().await;
    let refs = "/git/rail/tickets/info/refs?service=git-upload-pack";
    let answer = host.app.get(refs).await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.headers["www-authenticate"],
        "Basic realm=\"Callboard\""
    );
    let person = Person::new();
    let cloned = person.clone(&host.url("rail/tickets", None), "c").await;
    assert!(!cloned.status.success(), "nobody reads");
    // What is not there is not told to who may not ask.
    let missing = host
        .app
        .get("/git/rail/nothing/info/refs?service=git-upload-pack")
        .await;
    assert_eq!(missing.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_told_to_nobody() {
    let host = strict().await;
    let token = host.token("user:default/ana", &[]).await;
    let person = Person::new();
    let url = host.url("rail/tickets", Some(&token));
    assert!(person.clone(&url, "c").await.status.success());
    person.commit("c", "noise", &vec![7; 1_000_000]).await;
    let seen = watched_push(&host, &person, &token).await;
    assert!(seen.is_empty(), "{seen:?}");
    let told = said(
        &person
            .git(
                "c",
                &["push", &host.url("rail/nothing", Some(&token)), "HEAD:main"],
            )
            .await,
    );
    assert!(told.contains("no repository"), "{told}");
    let files = files_below(vec![
        host.app.path("data/git"),
        host.app.path("data/git-home"),
    ]);
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let mut parts = bytes.windows(token.len());
        assert!(
            !parts.any(|part| part == token.as_bytes()),
            "{}",
            file.display()
        );
    }
}

/// Pushes, and answers with the arguments of the portal's programs that held the token meanwhile.
async fn watched_push(host: &Host, person: &Person, token: &str) -> Vec<String> {
    // The client is told the token by its environment, so that no argument of its own is taken for one of the portal's.
    let basic = BASE64_STANDARD.encode(format!("me:{token}"));
    let url = host.url("rail/tickets", None);
    let mut push = command(&person.path("c"), &["push", "--quiet", &url, "HEAD:main"]);
    push.env("GIT_CONFIG_COUNT", "1")
        .env(
            "GIT_CONFIG_KEY_0",
            format!("http.http://{}/.extraHeader", host.address),
        )
        .env(
            "GIT_CONFIG_VALUE_0",
            format!("Authorization: Basic {basic}"),
        );
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let secrets = [token.to_owned(), basic];
    let watched = std::thread::spawn(move || {
        let (mut seen, mut looked) = (Vec::new(), 0);
        while stopped.try_recv().is_err() {
            let children = children_of(std::process::id());
            looked += children.len();
            let tells = |args: &String| secrets.iter().any(|secret| args.contains(secret));
            seen.extend(children.into_iter().filter(tells));
        }
        assert!(looked > 0, "no program was seen");
        seen
    });
    let pushed = push.output().await.expect("git runs");
    stop.send(()).expect("it is watched");
    assert!(pushed.status.success(), "{}", said(&pushed));
    watched.join().expect("it looked")
}

fn files_below(mut folders: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files
}

/// The arguments of the programs a process has started, and of theirs.
fn children_of(process: u32) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(folders) = std::fs::read_dir("/proc") else {
        return found;
    };
    for folder in folders.flatten() {
        let stat = std::fs::read_to_string(folder.path().join("stat")).unwrap_or_default();
        let parent = stat
            .rsplit(')')
            .next()
            .and_then(|rest| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        if parent == Some(process) {
            let args = std::fs::read(folder.path().join("cmdline")).unwrap_or_default();
            found.push(String::from_utf8_lossy(&args).into_owned());
        }
    }
    found
}
