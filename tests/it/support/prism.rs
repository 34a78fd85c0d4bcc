//! GitHub's own description of its API, which judges every call.
//!
//! Prism answers by the description's examples. It is installed by `npm ci` in `tests/real/github`, as `tests/run`
//! does, started once a test process and ended with it.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

/// Reading the description takes a while.
const PATIENCE: Duration = Duration::from_mins(2);
/// Runs Prism until the pipe to it closes, however the test process ends.
const KEEPER: &str = r#"
node node_modules/.bin/prism mock -h 127.0.0.1 -p "$1" "$2" >/dev/null 2>&1 &
echo $!
read -r _
kill $! 2>/dev/null
wait
"#;

struct Prism {
    url: String,
    _keeper: Child,
}

/// A server between the portal and Prism, which writes down what the description forbids.
pub(crate) struct Contract {
    /// Where it is, without a slash at its end.
    pub(crate) url: String,
    inner: Arc<Inner>,
}

struct Inner {
    target: String,
    http: reqwest::Client,
    answers: HashMap<&'static str, Value>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    calls: Vec<String>,
    faults: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/github")
}

fn prism() -> &'static Prism {
    static SHARED: OnceLock<Prism> = OnceLock::new();
    SHARED.get_or_init(start)
}

fn start() -> Prism {
    let description = "node_modules/@octokit/openapi/generated/api.github.com.json";
    assert!(
        folder().join(description).exists(),
        "GitHub's description is not installed: run `npm ci` in tests/real/github"
    );
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let mut keeper = Command::new("sh")
        .args(["-c", KEEPER, "keeper"])
        .args([&address.port().to_string(), description])
        .current_dir(folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sh runs");
    let mut line = String::new();
    let told = keeper.stdout.take().expect("piped");
    BufReader::new(told).read_line(&mut line).expect("a pid");
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(began.elapsed() < PATIENCE, "Prism does not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    Prism {
        url: format!("http://{address}"),
        _keeper: keeper,
    }
}

impl Contract {
    /// Begins; `answers` are given in place of the examples, once Prism has judged the call: `GET /users/acme`. Null
    /// stands for what is not there.
    pub(crate) async fn begin<const N: usize>(answers: [(&'static str, Value); N]) -> Self {
        let target = tokio::task::spawn_blocking(|| prism().url.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let _ = rustls::crypto::ring::default_provider().install_default();
        let inner = Arc::new(Inner {
            target: target.await.expect("Prism starts"),
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .expect("a client"),
            answers: HashMap::from(answers),
            seen: Mutex::default(),
        });
        let router = Router::new()
            .fallback(pass_on)
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, inner }
    }

    /// Ends: every call was as described; answers which were made.
    #[track_caller]
    pub(crate) fn lawful(self) -> Vec<String> {
        let seen = self.inner.seen.lock().expect("no panic");
        assert!(seen.faults.is_empty(), "{}", seen.faults.join("\n"));
        seen.calls.clone()
    }

    /// Ends: every call was as described, and these were made, in this order.
    #[track_caller]
    pub(crate) fn expect(self, calls: &[&str]) {
        let seen = self.inner.seen.lock().expect("no panic");
        assert!(seen.faults.is_empty(), "{}", seen.faults.join("\n"));
        assert_eq!(seen.calls, calls);
    }
}

async fn pass_on(State(inner): State<Arc<Inner>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let call = format!("{} {path}", parts.method);
    let body = to_bytes(body, usize::MAX).await.expect("the body is read");
    let wants_raw = parts.headers.get(header::ACCEPT).is_some_and(is_raw);
    let (status, headers, bytes) = ask(&inner, &parts.method, path, parts.headers, body).await;
    {
        let mut seen = inner.seen.lock().expect("no panic");
        seen.faults.extend(fault(&call, status, &headers, &bytes));
        seen.calls.push(call.clone());
    }
    if let Some(answer) = inner.answers.get(call.as_str()) {
        if answer.is_null() {
            return StatusCode::NOT_FOUND.into_response();
        }
        return answer.to_string().into_response();
    }
    // Where GitHub leads elsewhere, what lies there is not described.
    if status.is_redirection() {
        return "what lies elsewhere".into_response();
    }
    let kind = if wants_raw {
        "application/vnd.github.raw+json"
    } else {
        "application/json"
    };
    (status, [(header::CONTENT_TYPE, kind)], bytes).into_response()
}

async fn ask(
    inner: &Inner,
    method: &Method,
    path: &str,
    mut headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, Bytes) {
    headers.remove(header::HOST);
    // The description knows GitHub's media types by this name alone.
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let request = inner
        .http
        .request(method.clone(), format!("{}{path}", inner.target));
    let answer = request.headers(headers).body(body).send().await;
    let answer = answer.expect("Prism answers");
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.bytes().await.expect("a body"))
}

fn is_raw(accept: &HeaderValue) -> bool {
    accept.as_bytes().ends_with(b"raw+json")
}

/// What the description forbids. It is not held against a call that GitHub's own examples break it too.
fn fault(call: &str, status: StatusCode, headers: &HeaderMap, bytes: &[u8]) -> Option<String> {
    if status.is_client_error() || status.is_server_error() {
        let said = String::from_utf8_lossy(bytes);
        return Some(format!("{call}: {status} {said}"));
    }
    let violations = headers.get(HeaderName::from_static("sl-violations"))?;
    let violations: Vec<Value> = serde_json::from_slice(violations.as_bytes()).expect("JSON");
    let of_request: Vec<&Value> = violations
        .iter()
        .filter(|violation| violation.pointer("/location/0") == Some(&Value::from("request")))
        .collect();
    (!of_request.is_empty()).then(|| format!("{call}: {of_request:?}"))
}
