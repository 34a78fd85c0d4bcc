//! What happens in a task: read, waited for, or streamed (§3).

use std::{fmt::Write, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json as value};
use tokio::sync::watch;

use super::answer;
use crate::{
    clock::UnixMillis,
    error::{Error, Result},
    http::{AppState, Call},
    store::{self, RunEvent},
};

/// Events read at once.
const CHUNK: u32 = 500;
/// Whoever asks for events waits so long for one.
const PATIENCE: Duration = Duration::from_secs(30);
/// Other nodes do not tell: look so often.
const POLL: Duration = Duration::from_secs(1);
/// After so much silence a comment shows that the stream lives.
const SILENCE: Duration = Duration::from_secs(15);

fn shown(event: &RunEvent) -> Result<Value> {
    let body: Value = serde_json::from_str(&event.body).map_err(Error::internal)?;
    Ok(value!({
        "id": event.id,
        "isTaskRecoverable": false,
        "taskId": event.run_id,
        "body": body,
        "type": event.kind,
        "createdAt": UnixMillis(event.created_at).to_string(),
    }))
}

async fn asked(state: &AppState, call: &Call) -> Result<(String, i64)> {
    let id = call.segment_from_end(1).into_owned();
    let after = call.query(&["after"])?.integer("after")?;
    state.runs.run(&id).await?;
    let after = after.and_then(|after| i64::try_from(after).ok());
    Ok((id, after.unwrap_or_default()))
}

/// `GET /v2/tasks/{id}/events`: waits until there is one, half a minute at most.
pub(in crate::api) async fn events(state: AppState, call: Call) -> Result<Response> {
    let (id, after) = asked(&state, &call).await?;
    let mut changed = state.runs.changed();
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            let found = store::run_events(&state.store, &id, after, CHUNK).await?;
            if !found.is_empty() {
                return Ok::<_, Error>(found);
            }
            wait(&mut changed).await;
        }
    });
    let found: Result<Vec<RunEvent>> = found.await.unwrap_or_else(|_| Ok(Vec::new()));
    let list: Result<Vec<Value>> = found?.iter().map(shown).collect();
    Ok(answer(&call, StatusCode::OK, &list?.into()))
}

async fn wait(changed: &mut watch::Receiver<u64>) {
    // Nothing told is no failure: the next look tells.
    let _ = tokio::time::timeout(POLL, changed.changed()).await;
}

/// Where a stream is.
struct Stream {
    state: AppState,
    id: String,
    after: i64,
    changed: watch::Receiver<u64>,
    is_over: bool,
}

/// `GET /v2/tasks/{id}/eventstream`: what happened and what happens, until the task ends.
pub(in crate::api) async fn event_stream(state: AppState, call: Call) -> Result<Response> {
    let (id, after) = asked(&state, &call).await?;
    let stream = Stream {
        changed: state.runs.changed(),
        state,
        id,
        after,
        is_over: false,
    };
    let frames = stream::unfold(stream, next_frames).fuse();
    let mut response = Response::new(Body::from_stream(frames));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    // Proxies that buffer would show a run when it is over.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

async fn next_frames(mut stream: Stream) -> Option<(Result<Bytes>, Stream)> {
    if stream.is_over {
        return None;
    }
    let next = tokio::time::timeout(SILENCE, stream.frames()).await;
    let frames = next.unwrap_or_else(|_| Ok(":\n\n".to_owned()));
    stream.is_over |= frames.is_err();
    Some((frames.map(Bytes::from), stream))
}

impl Stream {
    /// The next events, when there are some.
    async fn frames(&mut self) -> Result<String> {
        loop {
            self.changed.mark_unchanged();
            let found = store::run_events(&self.state.store, &self.id, self.after, CHUNK).await?;
            let mut frames = String::new();
            for event in &found {
                let shown = shown(event)?;
                // Writing to a text cannot fail.
                let _ = write!(frames, "event: {}\ndata: {shown}\n\n", event.kind);
                self.after = self.after.max(event.id);
                self.is_over |= event.kind == "completion";
            }
            if !frames.is_empty() {
                return Ok(frames);
            }
            wait(&mut self.changed).await;
        }
    }
}
