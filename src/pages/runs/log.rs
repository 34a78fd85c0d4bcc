//! What a run said: the end of it by step, for its page; all of it, as text.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde_json::Value;

use super::{
    super::error::PageError,
    asked::Asked,
    line::{LogLine, read},
};
use crate::{
    clock::UnixMillis,
    error::{Error, Result},
    http::AppState,
    scaffolder::spec::Step,
    store::{self, RunEvent},
};

/// Lines on a page.
const MAX_LINES: usize = 300;
/// Bytes of them; the log as text has the rest.
const MAX_BYTES: usize = 96 * 1024;
/// Events read at once.
pub(super) const CHUNK: u32 = 100;

/// The end of a log, by the id of the part of the page that shows it.
pub(super) struct Tail {
    pub(super) lines: BTreeMap<String, Vec<LogLine>>,
    /// The last event there is.
    pub(super) last: i64,
    /// Whether there is more before it.
    pub(super) is_cut: bool,
}

/// The id of the log of a step; of the run itself if no step says it.
pub(super) fn log_of(steps: &[Step], body: &Value) -> String {
    let id = body["stepId"].as_str();
    let at = id.and_then(|id| steps.iter().position(|step| step.id == id));
    at.map_or_else(|| "run-log".to_owned(), |at| format!("s{at}-log"))
}

impl Tail {
    /// Reads from the end, as much as a page can hold.
    pub(super) async fn read(state: &AppState, id: &str, steps: &[Step]) -> Result<Self> {
        let (mut events, is_cut) = newest(state, id).await?;
        let last = events.first().map_or(0, |event| event.id);
        events.reverse();
        let mut lines: BTreeMap<String, Vec<LogLine>> = BTreeMap::new();
        for event in &events {
            let body: Value = serde_json::from_str(&event.body).map_err(Error::internal)?;
            let into = log_of(steps, &body);
            let line = LogLine::new(event, &body, into.clone());
            lines.entry(into).or_default().push(line);
        }
        Ok(Self {
            lines,
            last,
            is_cut,
        })
    }
}

/// The newest events, newest first, and whether there are more.
async fn newest(state: &AppState, id: &str) -> Result<(Vec<RunEvent>, bool)> {
    let mut found: Vec<RunEvent> = Vec::new();
    let mut bytes = 0;
    loop {
        let before = found.last().map_or(i64::MAX, |event| event.id);
        let some = store::run_events_before(&state.store, id, before, CHUNK).await?;
        let is_last = some.len() < CHUNK as usize;
        for event in some {
            bytes += event.body.len();
            if found.len() >= MAX_LINES || bytes > MAX_BYTES && !found.is_empty() {
                return Ok((found, true));
            }
            found.push(event);
        }
        if is_last {
            return Ok((found, false));
        }
    }
}

/// Answers [`crate::urls::RUN_LOG`].
pub(super) async fn text(
    State(state): State<AppState>,
    asked: Asked,
) -> Result<Response, PageError> {
    let chunks = stream::try_unfold((state, asked.run.id, 0), |(state, id, after)| async move {
        let events = store::run_events_after(&state.store, &id, after, CHUNK).await?;
        let Some(last) = events.last().map(|event| event.id) else {
            return Ok::<_, Error>(None);
        };
        let text: String = events.iter().map(plain).collect();
        Ok(Some((text, (state, id, last))))
    });
    let mut response = Body::from_stream(chunks).into_response();
    let headers = response.headers_mut();
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, plain);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// `2026-11-24T12:00:00.000Z [step] warn: text`
fn plain(event: &RunEvent) -> String {
    let body: Value = serde_json::from_str(&event.body).unwrap_or_default();
    let message = body["message"].as_str().unwrap_or(&event.kind);
    let (level, text) = read(message, body["status"].as_str());
    let step = body["stepId"].as_str().unwrap_or("run");
    let level = match level {
        "info" | "state" => String::new(),
        level => format!("{level}: "),
    };
    format!("{} [{step}] {level}{text}\n", UnixMillis(event.created_at))
}
