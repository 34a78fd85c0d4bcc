//! The keys behind tokens: restarts, rotation, several nodes, and what must not be seen.

use std::{
    fs::File,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callboard::{
    config::{Database, Secret},
    store::{self, SigningKey},
};
use serde_json::Value;

use crate::support::{TestApp, reqwest_client};

const HOUR: i64 = 3_600_000;
const LIST: &str = "/api/catalog/entities";
const JWKS: &str = "/api/auth/.well-known/jwks.json";

async fn portal(key: Option<&str>) -> TestApp {
    let key = key.map(Secret::new);
    TestApp::builder()
        .with_policy()
        .with(|config| config.callboard.encryption_key = key)
        .start()
        .await
}

fn kid(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().expect("a header"));
    let header: Value = serde_json::from_slice(&header.expect("base64")).expect("JSON");
    header["kid"].as_str().expect("a kid").to_owned()
}

async fn published(app: &TestApp) -> Vec<String> {
    let keys = app.get(JWKS).await.json();
    let keys = keys["keys"].as_array().expect("a list").iter();
    keys.map(|key| key["kid"].as_str().expect("a kid").to_owned())
        .collect()
}

async fn stored(app: &TestApp) -> Vec<SigningKey> {
    store::signing_keys(&app.state().store, app.clock().now())
        .await
        .expect("the keys are read")
}

fn is_postgres(app: &TestApp) -> bool {
    matches!(
        app.state().config.backend.database,
        Database::Postgres { .. }
    )
}

#[tokio::test]
async fn a_restart_keeps_tokens_and_signs_on_with_the_same_key() {
    let mut app = portal(Some("a secret of more than 32 characters")).await;
    let token = app.guest_token().await;
    app.restart().await;
    assert_eq!(app.get_as(&token, LIST).await.status, StatusCode::OK);
    assert_eq!(kid(&app.guest_token().await), kid(&token));
    assert_eq!(published(&app).await.len(), 1);
}

#[tokio::test]
async fn without_a_configured_key_sqlite_has_a_key_file_and_postgres_keeps_private_keys_in_the_process()
 {
    let mut app = portal(None).await;
    let token = app.guest_token().await;
    let file = app.path("data").join("callboard.key");
    let sealed = stored(&app).await.remove(0).private_key;
    if is_postgres(&app) {
        assert_eq!(sealed, None);
        assert!(!file.exists());
    } else {
        assert!(sealed.is_some_and(|sealed| sealed.starts_with("1:")));
        assert!(file.exists());
    }
    app.restart().await;
    assert_eq!(
        app.get_as(&token, LIST).await.status,
        StatusCode::OK,
        "its public key is shared"
    );
    let same_key = kid(&app.guest_token().await) == kid(&token);
    assert_eq!(same_key, !is_postgres(&app));
}

#[tokio::test]
async fn another_secret_makes_a_new_key_and_leaves_tokens_good() {
    let mut app = portal(Some("a secret of more than 32 characters")).await;
    let token = app.guest_token().await;
    app.reconfigure(|config| {
        config.callboard.encryption_key = Some(Secret::new("another secret of over 32 characters"));
    });
    app.restart().await;
    assert_ne!(kid(&app.guest_token().await), kid(&token));
    assert_eq!(app.get_as(&token, LIST).await.status, StatusCode::OK);
    assert_eq!(published(&app).await.len(), 2);
}

#[tokio::test]
async fn keys_sign_for_one_lifetime_and_are_published_for_three() {
    let app = portal(None).await;
    let first = app.guest_token().await;
    app.clock().advance(HOUR - 1);
    let last = app.guest_token().await;
    assert_eq!(kid(&first), kid(&last));
    app.clock().advance(1);
    let second = app.guest_token().await;
    assert_ne!(kid(&second), kid(&first));
    assert_eq!(
        app.get_as(&first, LIST).await.status,
        StatusCode::UNAUTHORIZED,
        "it has ended"
    );
    assert_eq!(
        app.get_as(&last, LIST).await.status,
        StatusCode::OK,
        "its key is still known"
    );
    let keys = published(&app).await;
    assert_eq!(keys, [kid(&second), kid(&first)], "newest first");
    app.clock().advance(2 * HOUR);
    let keys = published(&app).await;
    assert!(
        !keys.contains(&kid(&first)) && keys.contains(&kid(&second)),
        "{keys:?}"
    );
    assert!(stored(&app).await.iter().all(|key| key.kid != kid(&first)));
}

#[tokio::test]
async fn nodes_know_each_others_tokens() {
    for (key, same_key) in [
        (None, false),
        (Some("a secret of more than 32 characters"), true),
    ] {
        let first = portal(key).await;
        let Some(second) = first.second_node().await else {
            return; // SQLite has one node
        };
        let (here, there) = (first.guest_token().await, second.guest_token().await);
        assert_eq!(kid(&here) == kid(&there), same_key);
        assert_eq!(second.get_as(&here, LIST).await.status, StatusCode::OK);
        assert_eq!(first.get_as(&there, LIST).await.status, StatusCode::OK);
        let mut keys = (published(&first).await, published(&second).await);
        keys.0.sort();
        keys.1.sort();
        assert_eq!(keys.0, keys.1);
        assert_eq!(keys.0.len(), if same_key { 1 } else { 2 });
    }
}

/// The program itself, ended with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Program {
    /// Starts it with a configuration in the folder, and answers where it listens. It logs to the file `log`.
    fn start(folder: &Path, config: &str) -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        drop(listener);
        std::fs::write(folder.join("app-config.yaml"), config).expect("written");
        let log = File::create(folder.join("log")).expect("a file");
        let process = Command::new(env!("CARGO_BIN_EXE_callboard"))
            .current_dir(folder)
            .env("APP_CONFIG_backend_listen_port", port.to_string())
            .env("LOG_LEVEL", "debug")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        (Self(process), format!("http://127.0.0.1:{port}"))
    }
}

/// Asks until somebody answers.
async fn fetched(client: &reqwest::Client, url: &str, token: &str) -> reqwest::Response {
    let started = Instant::now();
    loop {
        match client.get(url).bearer_auth(token).send().await {
            Ok(response) => return response,
            Err(fault) => assert!(started.elapsed() < Duration::from_mins(1), "{fault}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn neither_tokens_nor_secrets_reach_the_log() {
    const CONFIG: &str = "app: {baseUrl: http://127.0.0.1}\nbackend:\n  baseUrl: http://127.0.0.1\n  listen: {host: 127.0.0.1}\n  database: {client: better-sqlite3, connection: {directory: ./data}}\n  auth:\n    externalAccess:\n      - {type: static, options: {token: token-of-a-service, subject: ci}}\nauth: {providers: {guest: {}}}\ncallboard: {encryptionKey: a-secret-of-more-than-32-characters}\n";
    let folder = tempfile::tempdir().expect("a folder");
    let (program, origin) = Program::start(folder.path(), CONFIG);
    let client = reqwest_client();
    let session = fetched(&client, &format!("{origin}/api/auth/guest/refresh"), "none").await;
    let session: Value = session.json().await.expect("JSON");
    let token = session["backstageIdentity"]["token"]
        .as_str()
        .expect("a token");
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let cookie = format!("{origin}/api/catalog/.backstage/auth/v1/cookie");
    let cookie = fetched(&client, &cookie, token).await;
    let cookie = cookie.headers()["set-cookie"]
        .to_str()
        .expect("text")
        .to_owned();
    let limited = cookie.split(';').next().expect("a pair");
    let list = format!("{origin}{LIST}");
    let forged = format!("{signed}.forged-{signature}");
    for (token, expected) in [(token, 200), ("token-of-a-service", 200), (&forged, 401)] {
        assert_eq!(fetched(&client, &list, token).await.status(), expected);
    }
    drop(program);
    let log = std::fs::read_to_string(folder.path().join("log")).expect("UTF-8");
    assert!(
        log.contains("auth.providers.guest"),
        "the account is there: {log}"
    );
    assert!(
        log.contains(" DEBUG "),
        "and what is said at this level: {log}"
    );
    let limited = limited.rsplit('.').next().expect("a signature");
    for hidden in [signature, limited, "token-of-a-service", "a-secret-of-more"] {
        assert!(!log.contains(hidden), "{hidden}: {log}");
    }
}
