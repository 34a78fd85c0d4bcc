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
            .env("LOG_LEVEL", "error")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
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

async fn repository(folder: &Path) {
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
    };
    host.create_repository(&new).await.expect("made");
    let text = "app:\n  baseUrl: http://localhost:7007\nbackend:\n  baseUrl: http://localhost:7007\n  listen:\n    host: 127.0.0.1\n    port: 7007\n  auth:\n    dangerouslyDisableDefaultAuthPolicy: true\n  database:\n    client: better-sqlite3\n    connection:\n      directory: ./data\ncallboard:\n  localGit: true\n";
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
    repository(folder.path()).await;
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
            .map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15 ^ (round << 7)) >> 23) as u8)
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
