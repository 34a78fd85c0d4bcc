//! The portal is killed while somebody pushes: the repository is sound, and the next push is taken.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use callboard::{
    clock::Clock,
    config::{Config, Environment},
    entity::EntityRef,
    forge::{GitHost, LocalHost, NewRepository, RepositoryId, Visibility},
    git::Git,
};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::client::{Person, command, run, said};
use crate::support::examples;

struct Portal {
    process: Child,
    address: String,
}

impl Portal {
    async fn start(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound").to_string();
        let port = listener.local_addr().expect("bound").port();
        drop(listener);
        let process = Command::new(env!("CARGO_BIN_EXE_callboard"))
            .args(["--config", "app-config.yaml"])
            .current_dir(folder)
            .env("APP_CONFIG_backend_listen_port", port.to_string())
            .env("LOG_LEVEL", "debug")
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.join("log")).expect("a file"))
            .spawn()
            .expect("the program starts");
        for _ in 0..500 {
            if TcpStream::connect(&address).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self { process, address }
    }

    fn url(&self) -> String {
        format!("http://{}/git/rail/tickets.git", self.address)
    }

    fn kill(mut self) {
        self.process.kill().expect("SIGKILL is sent");
        self.process.wait().expect("it ends");
    }
}

/// A repository of the guest, and a configuration; `is_open`: nobody has to say who they are.
async fn repository(folder: &Path, is_open: bool) {
    let data = folder.join("data");
    let config = Config::load_embedded(&data, &examples(), &Environment::new()).expect("sound");
    let integration = config.local_git().expect("it is on");
    let git = Git::new(data.join("git-home"), Vec::new());
    let host = LocalHost::new(data.join("git"), integration, git, Clock::system());
    let new = NewRepository {
        id: RepositoryId::new("rail", "tickets"),
        description: String::new(),
        visibility: Visibility::Private,
        default_branch: None,
        with_readme: true,
        project: None,
    };
    let guest = EntityRef::from_canonical("user:development/guest");
    let host = host.on_behalf_of(&guest);
    host.create_repository(&new).await.expect("made");
    let text = format!(
        "app:\n  baseUrl: http://localhost:7007\nbackend:\n  baseUrl: http://localhost:7007\n  listen:\n    host: 127.0.0.1\n    port: 7007\n  auth:\n    dangerouslyDisableDefaultAuthPolicy: {is_open}\n  database:\n    client: better-sqlite3\n    connection:\n      directory: ./data\nauth:\n  providers:\n    guest: {{}}\ncallboard:\n  localGit: true\n"
    );
    std::fs::write(folder.join("app-config.yaml"), text).expect("written");
}

/// Begins a push that stands still in the middle of its pack.
async fn half_a_push(portal: &Portal, old: &str) -> TcpStream {
    let line = format!("{old} {} refs/heads/main\0report-status", "a".repeat(40));
    let mut body = format!("{:04x}{line}0000", line.len() + 4).into_bytes();
    body.extend_from_slice(b"PACK\0\0\0\x02\0\0\0\x05");
    let head = format!(
        "POST /git/rail/tickets/git-receive-pack HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-git-receive-pack-request\r\ncontent-length: {}\r\n\r\n",
        body.len() + 1_000_000
    );
    let mut stream = TcpStream::connect(&portal.address)
        .await
        .expect("connected");
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.write_all(&body).await.expect("sent");
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_of_a_push_leaves_a_sound_repository() {
    let folder = tempfile::tempdir().expect("a folder");
    repository(folder.path(), true).await;
    let bare = folder.path().join("data/git/rail/tickets.git");
    let head = || async {
        let output = run(&bare, &["rev-parse", "refs/heads/main"]).await;
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let person = Person::new();
    let mut portal = Portal::start(folder.path()).await;
    let cloned = person.clone(&portal.url(), "c").await;
    assert!(cloned.status.success(), "{}", said(&cloned));
    for round in 0..6_u64 {
        let old = head().await;
        // Noise, which no packing makes smaller.
        let noise: Vec<u8> = (0..4_000_000_u64)
            .map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15 ^ (round << 7)) >> 23).to_le_bytes()[0])
            .collect();
        person.commit("c", "noise", &noise).await;
        let new = person.must("c", &["rev-parse", "HEAD"]).await;
        let url = portal.url();
        if round == 0 {
            let stream = half_a_push(&portal, &old).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            portal.kill();
            drop(stream);
            assert_eq!(head().await, old, "half a push counts for nothing");
        } else {
            let mut push = command(&person.path("c"), &["push", "--quiet", &url, "HEAD:main"])
                .stderr(Stdio::null())
                .spawn()
                .expect("git runs");
            tokio::time::sleep(Duration::from_millis(40 + round * 47)).await;
            portal.kill();
            let _ = push.wait().await;
        }
        portal = Portal::start(folder.path()).await;
        let now = head().await;
        assert!(now == old || now == new, "{now} is neither {old} nor {new}");
        let checked = run(&bare, &["fsck", "--full", "--no-dangling"]).await;
        assert!(
            checked.status.success(),
            "round {round}: {}",
            said(&checked)
        );
        person
            .must("c", &["push", "--quiet", &portal.url(), "HEAD:main"])
            .await;
        assert_eq!(head().await, new, "round {round}");
    }
    portal.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_in_no_log_and_on_no_page() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().expect("a folder");
    repository(folder.path(), false).await;
    let portal = Portal::start(folder.path()).await;
    let get = async |path: &str| {
        let answer = reqwest::get(format!("http://{}{path}", portal.address)).await;
        answer.expect("an answer").text().await.expect("text")
    };
    let session: serde_json::Value =
        serde_json::from_str(&get("/api/auth/guest/refresh").await).expect("JSON");
    let token = session["backstageIdentity"]["token"]
        .as_str()
        .expect("a token");
    let with_token =
        |token: &str| format!("http://me:{token}@{}/git/rail/tickets.git", portal.address);
    let person = Person::new();
    let cloned = person.clone(&with_token(token), "c").await;
    assert!(cloned.status.success(), "{}", said(&cloned));
    person.commit("c", "a.txt", b"x").await;
    person
        .must("c", &["push", "--quiet", &with_token(token), "HEAD:main"])
        .await;
    let refused = person
        .git(
            "c",
            &["push", &with_token("wrong-token-of-mine"), "HEAD:main"],
        )
        .await;
    assert!(!refused.status.success(), "{}", said(&refused));
    let mut told = String::new();
    for path in [
        "/git",
        "/git/rail/tickets",
        "/git/rail/tickets/commits/branch/main",
        "/",
    ] {
        told += &get(path).await;
    }
    portal.kill();
    told += &std::fs::read_to_string(folder.path().join("log")).expect("a log");
    assert!(told.contains("git-receive-pack of rail/tickets"), "{told}");
    assert!(
        !told.contains(token) && !told.contains("wrong-token-of-mine"),
        "a token was told"
    );
}
