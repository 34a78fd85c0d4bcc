//! Stands between the portal and a server, writes down every request, and can break one.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::{Request, StatusCode},
    response::Response,
};
use futures_util::stream;

use super::gitea::http;

/// Called with each request, `METHOD /path?query`, before it is sent on.
type Watch = Box<dyn Fn(&str) + Send + Sync>;

/// A server that sends everything on to another.
#[derive(Clone)]
pub(crate) struct Recorder {
    /// Where it is, without a slash at its end.
    pub(crate) url: String,
    inner: Arc<Inner>,
}

struct Inner {
    target: String,
    http: reqwest::Client,
    requests: Mutex<Vec<String>>,
    watch: Mutex<Option<Watch>>,
}

impl Recorder {
    /// Begins to stand before `target`, for as long as the test's runtime lives.
    pub(crate) async fn before(target: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let inner = Arc::new(Inner {
            target: target.to_owned(),
            http: http(),
            requests: Mutex::new(Vec::new()),
            watch: Mutex::new(None),
        });
        let router = Router::new()
            .fallback(pass_on)
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, inner }
    }

    /// Has every request from now on looked at before it is sent on.
    pub(crate) fn watch(&self, watch: impl Fn(&str) + Send + Sync + 'static) {
        *self.inner.watch.lock().expect("no panic") = Some(Box::new(watch));
    }

    /// The requests since the last time.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.inner.requests.lock().expect("no panic"))
    }
}

async fn pass_on(State(inner): State<Arc<Inner>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let told = format!("{} {path}", parts.method);
    inner.requests.lock().expect("no panic").push(told.clone());
    if let Some(watch) = &*inner.watch.lock().expect("no panic") {
        watch(&told);
    }
    let body = to_bytes(body, usize::MAX).await.expect("the body is read");
    let mut headers = parts.headers;
    headers.remove("host");
    let sent = inner
        .http
        .request(parts.method, format!("{}{path}", inner.target));
    let Ok(answer) = sent.headers(headers).body(body).send().await else {
        return cut_off();
    };
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if !matches!(
            name.as_str(),
            "transfer-encoding" | "content-length" | "connection"
        ) {
            response = response.header(name, value);
        }
    }
    match answer.bytes().await {
        Ok(bytes) => response.body(Body::from(bytes)).expect("an answer"),
        Err(_) => cut_off(),
    }
}

/// A connection that ends before the answer does.
fn cut_off() -> Response {
    let broken = stream::iter([Err::<Vec<u8>, _>(std::io::Error::other("cut off"))]);
    let mut response = Response::new(Body::from_stream(broken));
    *response.status_mut() = StatusCode::OK;
    response
}
