//! A whole portal in this process: a folder with files, a fresh database, a router that is called without a port.
//!
//! With `TEST_DATABASE_URL` set, every portal gets a schema of its own on that PostgreSQL; else a SQLite file.

pub(crate) mod answers;
pub(crate) mod fake_host;
pub(crate) mod gitea;
pub(crate) mod hosts;
pub(crate) mod kills;
pub(crate) mod log;
pub(crate) mod prism;
pub(crate) mod program;
pub(crate) mod recorder;
pub(crate) mod runner;
pub(crate) mod runs;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode},
};
use callboard::{
    app::App,
    clock::{Clock, UnixMillis, new_id},
    config::{AllowedHost, Config, Database, Environment, Integration},
    entity::LocationRef,
    error::Error,
    http::AppState,
};
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tower::ServiceExt;

/// The instant at which every test begins: 2026-01-01T00:00:00Z.
pub(crate) const START: UnixMillis = UnixMillis(1_767_225_600_000);
/// Nothing in a test takes longer, unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// A portal under test.
pub(crate) struct TestApp {
    app: Option<App>,
    router: Router,
    config: Config,
    clock: Clock,
    folder: TempDir,
}

/// What a request was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|fault| panic!("{fault}: {}", String::from_utf8_lossy(&self.body)))
    }
}

/// A portal about to be started.
pub(crate) struct TestAppBuilder {
    folder: TempDir,
    config: Config,
}

impl TestAppBuilder {
    /// Writes a file into the portal's folder.
    pub(crate) fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        write(&self.folder.path().join(name), text.as_ref());
        self
    }

    /// Where a file of the folder lies.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds a configured location: a file or pattern of the folder.
    pub(crate) fn location(mut self, name: &str) -> Self {
        let target = self.folder.path().join(name).to_string_lossy().into_owned();
        self.config.catalog.locations.push(LocationRef {
            kind: "file".to_owned(),
            target,
        });
        self
    }

    /// Lets the portal read from a host.
    pub(crate) fn reads_from(mut self, host: &str) -> Self {
        self.config.backend.reading_allow.push(AllowedHost {
            host: host.to_owned(),
            paths: None,
        });
        self
    }

    /// Configures a Git host.
    pub(crate) fn integration(mut self, integration: Integration) -> Self {
        self.config.integrations.insert(0, integration);
        self
    }

    /// Adds a configured location: a URL.
    pub(crate) fn url(mut self, target: impl Into<String>) -> Self {
        self.config.catalog.locations.push(LocationRef {
            kind: "url".to_owned(),
            target: target.into(),
        });
        self
    }

    /// Changes the configuration.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// Wants to know who calls, as a configuration that says nothing does.
    pub(crate) fn with_policy(self) -> Self {
        self.with(|config| config.backend.auth.is_policy_disabled = false)
    }

    /// Why the portal does not start.
    pub(crate) async fn refused(self) -> String {
        let started = App::start(self.config, Clock::fixed(START)).await;
        started.err().expect("it does not start").to_string()
    }

    /// Starts it, and waits until every source was read.
    pub(crate) async fn start(self) -> TestApp {
        let clock = Clock::fixed(START);
        let app = App::start(self.config.clone(), clock.clone())
            .await
            .expect("the portal starts");
        let test = TestApp {
            router: app.router(),
            app: Some(app),
            config: self.config,
            clock,
            folder: self.folder,
        };
        test.settled().await;
        test
    }
}

impl TestApp {
    /// A portal with an empty catalog, to be filled.
    pub(crate) fn builder() -> TestAppBuilder {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("the folder is there");
        let mut config = embedded(&root.join("data"));
        config.catalog.locations.clear();
        config.callboard.kinds.clear();
        config.catalog.processing_interval = None;
        config.callboard.file_roots = vec![root];
        if let Some(database) = postgres_schema() {
            config.backend.database = database;
        }
        TestAppBuilder { folder, config }
    }

    /// A portal with one file, `all.yaml`.
    pub(crate) async fn with_catalog(text: &str) -> Self {
        Self::builder()
            .file("all.yaml", text)
            .location("all.yaml")
            .start()
            .await
    }

    /// The portal with the examples.
    pub(crate) async fn with_examples() -> Self {
        Self::builder()
            .with(|config| {
                let with_examples = embedded(&config.callboard.data_dir);
                config.catalog.locations = with_examples.catalog.locations;
                config.catalog.rules = with_examples.catalog.rules;
                config.callboard.kinds = with_examples.callboard.kinds;
                config.callboard.file_roots.push(examples());
            })
            .start()
            .await
    }

    /// Another node on the same database, with a data folder of its own; `None` on SQLite, which has one.
    pub(crate) async fn second_node(&self) -> Option<Self> {
        if !matches!(self.config.backend.database, Database::Postgres { .. }) {
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = self.config.clone();
        config.callboard.data_dir = folder.path().join("data");
        let app = App::start(config.clone(), self.clock.clone())
            .await
            .expect("the second node starts");
        let node = Self {
            router: app.router(),
            app: Some(app),
            config,
            clock: self.clock.clone(),
            folder,
        };
        node.settled().await;
        Some(node)
    }

    /// Changes the configuration of the next start.
    pub(crate) fn reconfigure(&mut self, change: impl FnOnce(&mut Config)) {
        change(&mut self.config);
    }

    /// What answers, for a listener of the test's own.
    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    pub(crate) fn state(&self) -> &AppState {
        self.app.as_ref().expect("the portal runs").state()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder
            .path()
            .canonicalize()
            .expect("the folder is there")
            .join(name)
    }

    /// The location ref of a file of the folder.
    pub(crate) fn location_ref(&self, name: &str) -> String {
        format!("file:{}", self.path(name).display())
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        write(&self.path(name), text.as_ref());
    }

    pub(crate) fn remove(&self, name: &str) {
        std::fs::remove_file(self.path(name)).expect("the file is removed");
    }

    /// Compares everything with its source, and waits until that is seen.
    pub(crate) async fn reconcile(&self) {
        self.state()
            .ingest
            .reconcile()
            .await
            .expect("the reconcile succeeds");
    }

    /// Waits until the first walk is over and seen.
    async fn settled(&self) {
        let mut first_walk = self.state().ingest.first_walk();
        let waited = tokio::time::timeout(PATIENCE, first_walk.wait_for(|is_over| *is_over)).await;
        waited
            .expect("the first walk ends")
            .expect("the worker lives");
        let app = self.app.as_ref().expect("the portal runs");
        tokio::time::timeout(PATIENCE, app.ready())
            .await
            .expect("the portal becomes ready");
        let last = callboard::store::last_change_id(&self.state().store)
            .await
            .expect("the feed is read");
        self.state().ingest.seen(last).await;
    }

    /// Stops the portal and starts it again on the same database and folder.
    pub(crate) async fn restart(&mut self) {
        self.app.take().expect("the portal runs").stop().await;
        let app = self.start_again().await;
        self.router = app.router();
        self.app = Some(app);
        self.settled().await;
    }

    /// The lock of the data folder is open for a moment in every child another test starts meanwhile.
    async fn start_again(&self) -> App {
        let began = Instant::now();
        loop {
            let started = App::start(self.config.clone(), self.clock.clone()).await;
            match started {
                Err(Error::Conflict(_)) if began.elapsed() < PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                started => return started.expect("the portal starts again"),
            }
        }
    }

    /// Sends a request, from this machine unless it says otherwise.
    pub(crate) async fn call(&self, mut request: Request<Body>) -> Answer {
        if request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .is_none()
        {
            let here = SocketAddr::from(([127, 0, 0, 1], 50_000));
            request.extensions_mut().insert(ConnectInfo(here));
        }
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router answers");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX)
            .await
            .expect("the body is read")
            .to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Signs in as the guest, and answers with the token.
    pub(crate) async fn guest_token(&self) -> String {
        let session = self.get("/api/auth/guest/refresh").await.json();
        let token = session["backstageIdentity"]["token"].as_str();
        token.expect("a token").to_owned()
    }

    /// Sends a request with a token.
    pub(crate) async fn send_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(body.to_string()))
            .expect("a request");
        self.call(request).await
    }

    pub(crate) async fn get_as(&self, token: &str, path: &str) -> Answer {
        let request = Request::get(path)
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .expect("a request");
        self.call(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Request::get(path).body(Body::empty()).expect("a request"))
            .await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .expect("a request");
        self.call(request).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    /// Sends a form as a browser does, from the portal's own origin.
    pub(crate) async fn submit(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .expect("a request");
        self.call(request).await
    }

    /// The entity as the catalog serves it.
    pub(crate) fn entity(&self, entity_ref: &str) -> Option<Value> {
        let json = self.state().catalog.read().entity(entity_ref)?;
        Some(serde_json::from_slice(&json).expect("entities are JSON"))
    }

    /// Canonical refs of all entities but generated Locations, sorted.
    pub(crate) fn refs(&self) -> Vec<String> {
        let catalog = self.state().catalog.read();
        let list = callboard::catalog::EntityList {
            filter: callboard::catalog::Filter::All,
            full_text: None,
            order: Vec::new(),
            limit: None,
            offset: None,
            after: None,
        };
        let page = catalog.list(&list).expect("a list of everything");
        let mut refs: Vec<String> = page
            .items
            .iter()
            .map(|json| {
                let entity: Value = serde_json::from_slice(json).expect("entities are JSON");
                let part = |pointer: &str| {
                    entity
                        .pointer(pointer)
                        .and_then(Value::as_str)
                        .unwrap_or("default")
                        .to_lowercase()
                };
                format!(
                    "{}:{}/{}",
                    part("/kind"),
                    part("/metadata/namespace"),
                    part("/metadata/name")
                )
            })
            .filter(|named| !named.starts_with("location:default/generated-"))
            .collect();
        refs.sort();
        refs
    }

    /// Waits until a condition holds; for what the file system's events bring.
    pub(crate) async fn until(&self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let waited = tokio::time::timeout(PATIENCE, async {
            while !holds(self) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        assert!(waited.await.is_ok(), "{what}: not within {PATIENCE:?}");
    }
}

/// The examples in the checkout.
pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog-examples")
}

fn embedded(data_dir: &Path) -> Config {
    Config::load_embedded(data_dir, &examples(), &Environment::new())
        .expect("the embedded configuration is sound")
}

fn write(path: &Path, text: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a file has a folder"))
        .expect("the folder is made");
    std::fs::write(path, text).expect("the file is written");
}

/// For tests that run the program itself.
pub(crate) fn reqwest_client() -> reqwest::Client {
    // As the program does: no provider of cryptography is chosen by default.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(Duration::from_secs(5))
        .build()
        .expect("a client")
}

fn postgres_schema() -> Option<Database> {
    let url = std::env::vars()
        .find(|(name, _)| name == "TEST_DATABASE_URL")?
        .1;
    let options =
        PgConnectOptions::from_str(&url).expect("TEST_DATABASE_URL is a PostgreSQL address");
    let schema = format!("test_{}", new_id().replace('-', ""));
    Some(Database::Postgres {
        options: Box::new(options),
        create: false,
        schema: Some(schema),
    })
}

/// A folder of real files beside the project. Tests that need it are ignored by default and ask for it by name.
pub(crate) fn shared(name: &str) -> PathBuf {
    let folder = std::env::vars().find(|(name, _)| name == "CALLBOARD_SHARED");
    let folder = folder
        .expect("CALLBOARD_SHARED names the folder of real files")
        .1;
    Path::new(&folder)
        .join(name)
        .canonicalize()
        .expect("the folder is there")
}
