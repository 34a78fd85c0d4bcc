//! A real Gitea on a free port, with a folder of its own: started once a test process, ended with it.
//!
//! The program is built by `tests/real/build gitea gitea-runner`; tests that need it are ignored by default
//! and asked for by `cargo test --test it -- --ignored gitea::`, as `tests/run` does.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, OnceLock},
    time::{Duration, Instant},
};

use callboard::{
    clock::Clock,
    config::{Credential, CredentialKind, Integration, RetryPolicy, Secret},
    entity::ScmHost,
    forge::{Forge, Forges},
};
use serde_json::{Value, json};
use url::Url;

/// The administrator, whose token the portal has.
pub(crate) const PORTAL: &str = "portal";
/// Nothing takes longer to start, unless it is broken.
const PATIENCE: Duration = Duration::from_mins(1);
/// Runs the server until the pipe to it closes, however the test process ends.
const KEEPER: &str = r#"
"$1" -c "$2/app.ini" web >>"$2/gitea.log" 2>&1 &
echo $!
read -r word
kill $! 2>/dev/null
wait
[ "$word" = keep ] || rm -rf "$2"
"#;

/// A Gitea server.
pub(crate) struct Gitea {
    /// Where it is, without a slash at its end.
    pub(crate) url: String,
    /// The administrator's token.
    pub(crate) token: String,
    folder: PathBuf,
    running: Mutex<Option<Running>>,
}

struct Running {
    keeper: Child,
    pid: u32,
}

/// The folder of a program that `tests/real/build` made.
pub(crate) fn program(name: &str) -> PathBuf {
    let environment = |wanted: &str| {
        std::env::vars()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value)
    };
    let tools = environment("CALLBOARD_TOOLS").map_or_else(
        || {
            let cache = environment("XDG_CACHE_HOME").map(PathBuf::from);
            let home = || PathBuf::from(environment("HOME").unwrap_or_default()).join(".cache");
            cache.unwrap_or_else(home).join("callboard/tools")
        },
        PathBuf::from,
    );
    let module = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/real")
        .join(name);
    let mut sums = std::fs::read(module.join("go.mod")).expect("go.mod is there");
    sums.extend(std::fs::read(module.join("go.sum")).expect("go.sum is there"));
    let digest = ring::digest::digest(&ring::digest::SHA256, &sums);
    let first: [u8; 8] = digest.as_ref()[..8].try_into().expect("it has 32");
    let hash = format!("{:016x}", u64::from_be_bytes(first));
    let folder = tools.join(format!("{name}-{hash}"));
    assert!(
        folder.join(name).exists(),
        "{name} is not built: run `tests/real/build {name}`, which needs Go"
    );
    folder
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

impl Gitea {
    /// The one all tests of this process share.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Gitea> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// One of its own, for a test that kills it.
    pub(crate) fn start() -> Self {
        let (made, token) = made();
        let server = Self::in_new_folder();
        copy_database(made.path(), &server.folder);
        let server = Self::with_token(server, token);
        server.run();
        server
    }

    /// Configured, but not running.
    fn in_new_folder() -> Self {
        let port = free_port();
        let folder = tempfile::tempdir().expect("a folder").keep();
        let user = Command::new("id")
            .arg("-un")
            .output()
            .expect("id runs")
            .stdout;
        let user = String::from_utf8_lossy(&user);
        let ini = configuration(&folder, &program("gitea").join("static"), port, user.trim());
        std::fs::write(folder.join("app.ini"), ini).expect("written");
        Self {
            url: format!("http://127.0.0.1:{port}"),
            token: String::new(),
            folder,
            running: Mutex::new(None),
        }
    }

    fn with_token(mut server: Self, token: &str) -> Self {
        token.clone_into(&mut server.token);
        server
    }

    /// Makes a user; answers a token of theirs.
    pub(crate) fn new_user(&self, name: &str, options: &[&str]) -> String {
        let email = format!("{name}@example.com");
        let mut arguments = vec![
            "admin",
            "user",
            "create",
            "--username",
            name,
            "--email",
            &email,
        ];
        arguments.extend([
            "--password",
            "gitea-pass-word",
            "--must-change-password=false",
        ]);
        arguments.extend([
            "--access-token",
            "--access-token-name",
            "test",
            "--access-token-scopes",
            "all",
        ]);
        arguments.extend(options);
        let told = self.command(&arguments);
        let is_token =
            |word: &&str| word.len() == 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let token = told.split_whitespace().rfind(is_token);
        token
            .unwrap_or_else(|| panic!("no token: {told}"))
            .to_owned()
    }

    fn command(&self, arguments: &[&str]) -> String {
        let program = program("gitea").join("gitea");
        let ini = self.folder.join("app.ini");
        let output = Command::new(program)
            .arg("-c")
            .arg(ini)
            .args(arguments)
            .output()
            .expect("gitea runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "gitea {arguments:?}: {told}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        told
    }

    /// Runs it, and waits until it is well.
    pub(crate) fn run(&self) {
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(program("gitea").join("gitea"))
            .arg(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh runs");
        let mut line = String::new();
        let told = keeper.stdout.take().expect("piped");
        BufReader::new(told)
            .read_line(&mut line)
            .expect("the pid is told");
        let pid = line.trim().parse().expect("a pid");
        *self.running.lock().expect("no panic") = Some(Running { keeper, pid });
        let began = Instant::now();
        while !self.is_well() {
            assert!(
                began.elapsed() < PATIENCE,
                "Gitea does not start: {}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it as a power failure does.
    pub(crate) fn kill(&self) {
        let Some(mut running) = self.running.lock().expect("no panic").take() else {
            return;
        };
        let killed = Command::new("kill")
            .args(["-9", &running.pid.to_string()])
            .status();
        assert!(killed.expect("kill runs").success());
        let mut pipe = running.keeper.stdin.take().expect("piped");
        pipe.write_all(b"keep\n").expect("the keeper listens");
        running.keeper.wait().expect("the keeper ends");
    }

    fn is_well(&self) -> bool {
        let address = self.url.trim_start_matches("http://");
        let Ok(mut stream) = TcpStream::connect(address) else {
            return false;
        };
        let asked = stream.write_all(b"GET /api/healthz HTTP/1.0\r\n\r\n");
        let mut answer = String::new();
        asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.contains(" 200 ")
    }

    /// What it wrote to its log.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("gitea.log")).unwrap_or_default()
    }

    /// Where a repository lies.
    pub(crate) fn repository_folder(&self, owner: &str, name: &str) -> PathBuf {
        self.folder.join(format!("repositories/{owner}/{name}.git"))
    }

    /// How it is configured, reached at `base_url`, with the administrator's token.
    pub(crate) fn integration_at(&self, base_url: &str) -> Integration {
        integration(base_url, Some(&self.token))
    }

    /// The portal's client of it.
    pub(crate) fn forge(&self) -> Forge {
        forge(&self.integration_at(&self.url))
    }

    /// Calls its API as the administrator.
    pub(crate) async fn api(&self, method: &str, path: &str, body: Value) -> Value {
        let http = http();
        let method = method.parse().expect("a method");
        let request = http.request(method, format!("{}/api/v1/{path}", self.url));
        let request = request.header("authorization", format!("token {}", self.token));
        let answer = request.json(&body).send().await.expect("an answer");
        let (status, text) = (answer.status(), answer.text().await.expect("a body"));
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Makes an organisation.
    pub(crate) async fn new_organisation(&self, name: &str) {
        self.api("POST", "orgs", json!({ "username": name })).await;
    }
}

impl Drop for Gitea {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.lock().expect("no panic").take() {
            // The pipe closes, the keeper ends the server and removes its folder.
            drop(running.keeper.stdin.take());
            running.keeper.wait().expect("the keeper ends");
        } else {
            // Killed: nobody is left who could remove it.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// A folder with a database that every server begins with, and the administrator's token: making it takes seconds.
fn made() -> &'static (tempfile::TempDir, String) {
    static MADE: OnceLock<(tempfile::TempDir, String)> = OnceLock::new();
    MADE.get_or_init(|| {
        let server = Gitea::in_new_folder();
        server.command(&["migrate"]);
        let token = server.new_user(PORTAL, &["--admin"]);
        let folder = tempfile::tempdir().expect("a folder");
        copy_database(&server.folder, folder.path());
        (folder, token)
    })
}

/// With what is not yet written into the file itself.
fn copy_database(from: &Path, to: &Path) {
    for name in ["gitea.db", "gitea.db-wal"] {
        if from.join(name).exists() {
            std::fs::copy(from.join(name), to.join(name)).expect("copied");
        }
    }
}

/// A client of HTTP, for what the portal does not do itself.
pub(crate) fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().build().expect("a client")
}

/// A Gitea at an address, as the configuration has it.
pub(crate) fn integration(base_url: &str, token: Option<&str>) -> Integration {
    let base_url = Url::parse(base_url).expect("an address");
    let api_base_url = Url::parse(&format!(
        "{}/api/v1",
        base_url.as_str().trim_end_matches('/')
    ));
    let credential = |token: &str| Credential {
        owners: Vec::new(),
        kind: CredentialKind::Token(Secret::new(token)),
    };
    Integration {
        key: "integrations.gitea[0]".to_owned(),
        host: callboard::forge::authority(&base_url),
        product: ScmHost::Gitea,
        api_base_url: api_base_url.expect("an address"),
        raw_base_url: None,
        clone_base_url: None,
        credentials: token.map(credential).into_iter().collect(),
        retry: RetryPolicy::default(),
        commit_signing_key: None,
        disable_edit_url: false,
        base_url,
    }
}

/// The client of an integration.
pub(crate) fn forge(integration: &Integration) -> Forge {
    let forges = Forges::new(std::slice::from_ref(integration), &Clock::system());
    forges.host(&integration.host).expect("the host is there")
}

fn configuration(folder: &Path, data: &Path, port: u16, user: &str) -> String {
    let (folder, data) = (folder.display(), data.display());
    format!(
        "I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
RUN_USER = {user}
WORK_PATH = {folder}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = http://127.0.0.1:{port}/
DISABLE_SSH = true
OFFLINE_MODE = true
STATIC_ROOT_PATH = {data}
[database]
DB_TYPE = sqlite3
PATH = {folder}/gitea.db
SQLITE_JOURNAL_MODE = WAL
[repository]
ROOT = {folder}/repositories
[security]
INSTALL_LOCK = true
SECRET_KEY = a-key-of-a-test
INTERNAL_TOKEN = eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJuYmYiOjE3MDAwMDAwMDB9.uSyqGmK9wYzjq3o0zIY7gnPzG7cnSYJx5kYpBIxWdvY
PASSWORD_HASH_ALGO = argon2$2$8192$1$50
[webhook]
ALLOWED_HOST_LIST = *
[actions]
ENABLED = true
[indexer]
ISSUE_INDEXER_TYPE = db
[cron]
ENABLED = false
[session]
PROVIDER = memory
[log]
LEVEL = Warn
"
    )
}
