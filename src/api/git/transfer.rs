//! The three requests of a clone or push.

use std::io;

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{RawPathParams, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio_util::{
    io::{ReaderStream, StreamReader},
    sync::CancellationToken,
};

use super::{caller::Caller, commands::Commands, refusal::Refusal, slots::Slots};
use crate::{
    error::Error,
    forge::{LocalHost, LocalRepository, RepositoryName},
    git::Service,
    http::AppState,
};

/// A repository that is larger takes no more: 2 GiB.
const MAX_REPOSITORY_KIB: u64 = 2 * 1024 * 1024;
/// Bytes that go to the client at once.
const CHUNK: usize = 64 * 1024;

/// `GET /git/{owner}/{repo}/info/refs?service=…`: where the branches are.
pub(super) async fn advertise(
    State(state): State<AppState>,
    params: RawPathParams,
    request: Request,
) -> Result<Response, Refusal> {
    let query = request.uri().query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let service = pairs.find(|(key, _)| key == "service");
    let service = service.and_then(|(_, name)| Service::parse(&name));
    let Some(service) = service else {
        return Err(Refusal::NotGit(
            StatusCode::FORBIDDEN,
            "This host speaks the smart protocol only: use Git 1.6.6 or later.",
        ));
    };
    let (_, found) = admitted(&state, &params, request.headers(), service).await?;
    let told = found
        .git
        .advertise(service, protocol(request.headers()))
        .await?;
    let kind = format!("application/x-{}-advertisement", service.name());
    Ok(answer(&kind, Body::from(told)))
}

/// `POST /git/{owner}/{repo}/git-upload-pack`: a clone or fetch.
pub(super) async fn upload_pack(
    State(state): State<AppState>,
    Extension(slots): Extension<Slots>,
    params: RawPathParams,
    request: Request,
) -> Result<Response, Refusal> {
    exchange(&state, &slots, &params, request, Service::UploadPack).await
}

/// `POST /git/{owner}/{repo}/git-receive-pack`: a push.
pub(super) async fn receive_pack(
    State(state): State<AppState>,
    Extension(slots): Extension<Slots>,
    params: RawPathParams,
    request: Request,
) -> Result<Response, Refusal> {
    exchange(&state, &slots, &params, request, Service::ReceivePack).await
}

async fn exchange(
    state: &AppState,
    slots: &Slots,
    params: &RawPathParams,
    request: Request,
    service: Service,
) -> Result<Response, Refusal> {
    check_content_type(request.headers(), service)?;
    let (host, found) = admitted(state, params, request.headers(), service).await?;
    let permit = slots.take(service).await?;
    let is_push = service == Service::ReceivePack;
    if is_push && found.git.size_kib().await? > MAX_REPOSITORY_KIB {
        let text = format!(
            "{} is larger than 2 GiB, the limit of this host.",
            found.name
        );
        return Err(Error::Input(text).into());
    }
    let mut exchange = found.git.exchange(service, protocol(request.headers()))?;
    let output = exchange.output();
    let client = CancellationToken::new();
    let is_here = client.clone().drop_guard();
    let input = input(request.into_body(), is_push);
    let stop = state.background.stopping();
    state.background.spawn(async move {
        let gone = async {
            tokio::select! {
                () = client.cancelled() => {}
                () = stop.cancelled() => {}
            }
        };
        let ended = exchange.finish(input, gone).await;
        drop(permit);
        match ended {
            Ok(()) => tracing::debug!("{} of {} is over", service.name(), found.name),
            Err(fault) => tracing::info!("{} of {} broke off: {fault}", service.name(), found.name),
        }
        if is_push {
            // Whether the push was reported as failed or not: what counts is where the branches are.
            host.changed(&found.name).await;
        }
    });
    // What Git refuses at once is known before the answer begins.
    let mut chunks = ReaderStream::with_capacity(output.expect("it is taken once"), CHUNK);
    let first = chunks.next().await;
    let chunks = stream::iter(first).chain(chunks).inspect(move |_| {
        // Dropped with the answer: then the client is gone, or has everything.
        let _ = &is_here;
    });
    let kind = format!("application/x-{}-result", service.name());
    Ok(answer(&kind, Body::from_stream(chunks)))
}

/// The repository, for somebody who may do this with it.
async fn admitted(
    state: &AppState,
    params: &RawPathParams,
    headers: &HeaderMap,
    service: Service,
) -> Result<(LocalHost, LocalRepository), Refusal> {
    let host = state.local_git.clone().ok_or_else(|| {
        Error::NotFound("There is no Git host here: callboard.localGit is off.".to_owned())
    })?;
    let caller = Caller::of(state, headers).await?;
    let part = |name: &str| {
        let found = params.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| value).unwrap_or_default()
    };
    let name = RepositoryName::parse(part("owner"), part("repo"))?;
    let found = host.find(&name).await?;
    let found = found.ok_or_else(|| {
        Error::NotFound(format!(
            "There is no repository {name}. Templates make repositories here, a push does not."
        ))
    })?;
    if service == Service::ReceivePack {
        let is_open = state.config.backend.auth.is_policy_disabled;
        caller.check_push(is_open, &found)?;
    }
    Ok((host, found))
}

/// A form of another site cannot have this content type: its browser would have to ask first.
fn check_content_type(headers: &HeaderMap, service: Service) -> Result<(), Refusal> {
    let expected = format!("application/x-{}-request", service.name());
    let told = headers.get(header::CONTENT_TYPE);
    if told.is_some_and(|told| told.as_bytes() == expected.as_bytes()) {
        return Ok(());
    }
    Err(Refusal::NotGit(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "Only Git clients can use this address.",
    ))
}

fn protocol(headers: &HeaderMap) -> Option<&str> {
    headers
        .get("git-protocol")
        .and_then(|told| told.to_str().ok())
}

fn input(body: Body, is_push: bool) -> impl tokio::io::AsyncRead + Unpin + Send {
    let mut commands = Commands::default();
    let chunks = body.into_data_stream().map_err(io::Error::other);
    let checked = chunks.map(move |chunk: io::Result<Bytes>| {
        let chunk = chunk?;
        if is_push {
            commands.follow(&chunk)?;
        }
        io::Result::Ok(chunk)
    });
    StreamReader::new(checked.boxed())
}

fn answer(kind: &str, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(kind) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}
