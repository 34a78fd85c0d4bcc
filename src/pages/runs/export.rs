//! The list of runs as a file: those that are asked for, newest first, written as they are read.

use std::io;

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use serde_json::json;

use super::{
    super::{
        csv::{self as cells, download},
        error::PageError,
        params::Params,
    },
    wanted::{MAX_ROWS, Wanted},
};
use crate::{
    error::{Error, Result},
    http::{AppState, Viewer},
    store::{self, Run, RunFilter},
};

/// Rows that are written at once.
const CHUNK: u32 = 200;
const CSV_HEAD: &str = "id,template,status,by,createdAt,endedAt,undoes\r\n";

#[derive(Clone, Copy)]
enum Format {
    Csv,
    Json,
}

/// Answers [`crate::urls::RUNS_CSV`].
pub(super) async fn csv(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
) -> Result<Response, PageError> {
    let response = export(state, &viewer, &params, Format::Csv);
    Ok(download(response, "text/csv; charset=utf-8", "runs.csv"))
}

/// Answers [`crate::urls::RUNS_JSON`].
pub(super) async fn json(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
) -> Result<Response, PageError> {
    let response = export(state, &viewer, &params, Format::Json);
    Ok(download(response, "application/json", "runs.json"))
}

/// Every run that is asked for, at most ten thousand, written as it is read.
fn export(state: AppState, viewer: &Viewer, params: &Params, format: Format) -> Response {
    let filter = Wanted::new(params).filter(viewer, state.clock.now());
    let chunks = stream::unfold(Some(0), move |offset| {
        let (state, filter) = (state.clone(), filter.clone());
        async move {
            let offset = offset?;
            let made = chunk(&state, &filter, format, offset).await;
            Some(match made {
                Ok((text, is_last)) => (Ok(text), (!is_last).then(|| offset + CHUNK)),
                Err(fault) => (Err(io::Error::other(fault)), None),
            })
        }
    });
    // Whoever compresses asks once more behind the end.
    Body::from_stream(chunks.fuse()).into_response()
}

/// One chunk, and whether it is the last.
async fn chunk(
    state: &AppState,
    filter: &RunFilter,
    format: Format,
    offset: u32,
) -> Result<(String, bool)> {
    let (runs, _) = store::runs(&state.store, filter, offset, Some(CHUNK)).await?;
    let is_last = runs.len() < CHUNK as usize || offset + CHUNK >= MAX_ROWS;
    let mut text = match (format, offset) {
        (Format::Csv, 0) => CSV_HEAD.to_owned(),
        (Format::Json, 0) => "[".to_owned(),
        _ => String::new(),
    };
    for (index, run) in runs.iter().enumerate() {
        match format {
            Format::Csv => text += &cells::line(&row(run)),
            Format::Json => {
                text += if offset == 0 && index == 0 {
                    "\n"
                } else {
                    ",\n"
                };
                text += &serde_json::to_string(&object(run)).map_err(Error::internal)?;
            }
        }
    }
    if is_last && matches!(format, Format::Json) {
        text += "\n]\n";
    }
    Ok((text, is_last))
}

fn row(run: &Run) -> [String; 7] {
    let ended = run.ended_at.map(|at| at.to_string());
    [
        run.id.clone(),
        run.template_ref.clone(),
        run.status.as_str().to_owned(),
        run.created_by.clone().unwrap_or_default(),
        run.created_at.to_string(),
        ended.unwrap_or_default(),
        run.undoes.clone().unwrap_or_default(),
    ]
}

fn object(run: &Run) -> serde_json::Value {
    json!({
        "id": run.id,
        "template": run.template_ref,
        "status": run.status.as_str(),
        "by": run.created_by,
        "createdAt": run.created_at.to_string(),
        "endedAt": run.ended_at.map(|at| at.to_string()),
        "undoes": run.undoes,
    })
}
