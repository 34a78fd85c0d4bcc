//! A run as it goes on: what it says and the parts of its page that changed, as server-sent events of ready HTML.
//!
//! An event's id is that of the last line in it, so that a browser that comes back goes on behind it. All viewers of a
//! run share its rendered parts; each reads only the lines it has not seen.

use std::{
    collections::HashMap,
    fmt::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use askama::Template;
use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;

use super::{
    super::{error::PageError, params::Params},
    asked::Asked,
    line::LogLine,
    loaded::Loaded,
    log::{CHUNK, log_of},
    parts,
};
use crate::{
    error::{Error, Result},
    http::AppState,
    scaffolder::spec::{Step, TaskSpec},
    store::{self, RunEvent, RunStatus},
};

/// Streams at once; who comes later reloads the page by hand.
const MAX_STREAMS: usize = 500;
/// Runs whose parts are remembered.
const MAX_KEPT: usize = 200;
/// Nothing is sent more often: a chatty run costs no more than a calm one.
const GAP: Duration = Duration::from_millis(400);
/// Other nodes do not tell: look so often.
const POLL: Duration = Duration::from_secs(1);
/// After so much silence a comment shows that the stream lives.
const SILENCE: Duration = Duration::from_secs(15);

/// Who watches runs. Cheap to clone.
#[derive(Clone)]
pub(super) struct Viewers(Arc<Shared>);

struct Shared {
    places: Arc<Semaphore>,
    /// The parts of a run's page, and when they hold.
    parts: Mutex<HashMap<String, (Stage, Arc<str>)>>,
}

/// How far a run is: its parts do not change between two of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stage {
    status: RunStatus,
    is_unwanted: bool,
    attempt: i64,
    last_event: i64,
    /// When the hosts of its pipelines were last asked.
    looked_at: i64,
}

impl Default for Viewers {
    fn default() -> Self {
        Self(Arc::new(Shared {
            places: Arc::new(Semaphore::new(MAX_STREAMS)),
            parts: Mutex::default(),
        }))
    }
}

impl Viewers {
    fn parts(&self) -> MutexGuard<'_, HashMap<String, (Stage, Arc<str>)>> {
        // What is in there is whole after every change.
        self.0.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, id: &str, stage: Stage) -> Option<Arc<str>> {
        let kept = self.parts();
        let (at, html) = kept.get(id)?;
        (*at == stage).then(|| Arc::clone(html))
    }

    fn keep(&self, id: &str, stage: Stage, html: &Arc<str>) {
        let mut kept = self.parts();
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(id.to_owned(), (stage, Arc::clone(html)));
    }
}

/// Where a stream is.
struct Watch {
    state: AppState,
    viewers: Viewers,
    id: String,
    steps: Vec<Step>,
    /// The last line that was sent.
    after: i64,
    /// The parts as they were sent last.
    sent: Arc<str>,
    changed: watch::Receiver<u64>,
    is_over: bool,
    _place: OwnedSemaphorePermit,
}

/// Answers [`crate::urls::RUN_LIVE`]: lines behind `after`, or behind the last one a returning browser has seen.
pub(super) async fn stream(
    State(state): State<AppState>,
    Extension(viewers): Extension<Viewers>,
    asked: Asked,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, PageError> {
    let place = Arc::clone(&viewers.0.places).try_acquire_owned();
    let place = place.map_err(|_| {
        Error::ServiceUnavailable(
            "So many people watch runs that this one has to be reloaded by hand.".to_owned(),
        )
    })?;
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let seen = seen.and_then(|id| id.parse().ok());
    let watch = Watch {
        changed: state.runs.changed(),
        viewers,
        steps: TaskSpec::parse(&asked.run.spec)?.steps(),
        id: asked.run.id,
        after: seen.unwrap_or_else(|| params.number("after", 0)),
        sent: Arc::from(""),
        is_over: false,
        _place: place,
        state,
    };
    let stop = watch.state.background.stopping();
    let frames = stream::unfold((watch, stop), |(watch, stop)| next(watch, stop));
    // Whoever compresses asks once more behind the end.
    let mut response = Body::from_stream(frames.fuse()).into_response();
    let headers = response.headers_mut();
    let events = HeaderValue::from_static("text/event-stream");
    headers.insert(header::CONTENT_TYPE, events);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that buffer would show a run when it is over.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

async fn next(
    mut watch: Watch,
    stop: CancellationToken,
) -> Option<(Result<Bytes>, (Watch, CancellationToken))> {
    if watch.is_over {
        return None;
    }
    let frame = tokio::select! {
        () = stop.cancelled() => return None,
        frame = tokio::time::timeout(SILENCE, watch.frame()) => frame,
    };
    let frame = frame.unwrap_or_else(|_| Ok(":\n\n".to_owned()));
    watch.is_over |= frame.is_err();
    Some((frame.map(Bytes::from), (watch, stop)))
}

impl Watch {
    /// What is new, when there is something.
    async fn frame(&mut self) -> Result<String> {
        loop {
            self.changed.mark_unchanged();
            // Read first: all lines of a run that has ended are there.
            let run = self.state.runs.run(&self.id).await?;
            let events =
                store::run_events_after(&self.state.store, &self.id, self.after, CHUNK).await?;
            let pipelines = store::run_pipelines(&self.state.store, &self.id).await?;
            let looks = pipelines.iter().filter_map(|pipeline| pipeline.looked_at);
            let is_pending = pipelines
                .iter()
                .any(|pipeline| pipeline.next_look_at.is_some());
            let last_event = events.last().map_or(self.after, |event| event.id);
            let stage = Stage {
                status: run.status,
                is_unwanted: run.cancel_requested,
                attempt: run.attempt,
                last_event,
                looked_at: looks.map(|at| at.0).max().unwrap_or_default(),
            };
            let (lines, parts) = self.html(&events, stage).await?;
            let is_ended = run.status.is_ended() && events.len() < CHUNK as usize;
            let is_over = is_ended && !is_pending;
            let is_new = *parts != *self.sent;
            if is_over || is_new || !lines.is_empty() {
                self.after = last_event;
                let frame = framed(
                    last_event,
                    &lines,
                    if is_new { &parts } else { "" },
                    is_over,
                );
                self.sent = parts;
                self.is_over = is_over;
                return Ok(frame);
            }
            tokio::time::sleep(GAP).await;
            // Nothing told is no failure: the next look tells.
            let _ = tokio::time::timeout(POLL, self.changed.changed()).await;
        }
    }

    /// The new lines, and the parts as they are now.
    async fn html(&self, events: &[RunEvent], stage: Stage) -> Result<(String, Arc<str>)> {
        let mut lines = String::new();
        for event in events {
            let body: Value = serde_json::from_str(&event.body).map_err(Error::internal)?;
            let into = log_of(&self.steps, &body);
            let line = LogLine::new(event, &body, into);
            lines += &line.render().map_err(Error::internal)?;
        }
        if let Some(parts) = self.viewers.known(&self.id, stage) {
            return Ok((lines, parts));
        }
        let loaded = Loaded::read(&self.state, &self.id).await?;
        let now = self.state.clock.now();
        let parts: Arc<str> = parts::render(&self.state, &loaded, now)?.into();
        self.viewers.keep(&self.id, stage, &parts);
        Ok((lines, parts))
    }
}

/// As server-sent events: HTML of several lines is several `data` fields.
fn framed(id: i64, lines: &str, parts: &str, is_over: bool) -> String {
    let mut frame = format!("id: {id}\n");
    for line in lines.lines().chain(parts.lines()) {
        // Writing to a text cannot fail.
        let _ = writeln!(frame, "data: {line}");
    }
    frame.push('\n');
    if is_over {
        frame += "event: end\ndata: over\n\n";
    }
    frame
}

#[cfg(test)]
mod tests {
    use super::framed;

    #[test]
    fn html_of_several_lines_stays_one_event() {
        assert_eq!(
            framed(7, "<li>a\nb</li>", "<p>c</p>", true),
            "id: 7\ndata: <li>a\ndata: b</li>\ndata: <p>c</p>\n\nevent: end\ndata: over\n\n"
        );
        assert_eq!(framed(0, "", "", false), "id: 0\n\n");
    }
}
