//! The list as a file: the same choices and order, every row, written as it is read.

use std::io;

use axum::{
    body::Body,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde_json::json;

use super::{
    super::{csv, csv::download, error::PageError, summary::Summary},
    query::ListQuery,
    selection::Selection,
};
use crate::{
    error::{Error, Result},
    http::AppState,
};

/// Rows that are written at once.
const CHUNK: usize = 500;

const CSV_HEAD: &str = "ref,kind,name,title,description,owner,type,lifecycle,tags\r\n";

#[derive(Clone, Copy)]
enum Format {
    Csv,
    Json,
}

/// Answers [`crate::urls::CATALOG_CSV`].
pub(in crate::pages) async fn csv(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let response = export(state, query.as_deref(), Format::Csv)?;
    Ok(download(response, "text/csv; charset=utf-8", "catalog.csv"))
}

/// Answers [`crate::urls::CATALOG_JSON`].
pub(in crate::pages) async fn json(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let response = export(state, query.as_deref(), Format::Json)?;
    Ok(download(response, "application/json", "catalog.json"))
}

/// The first chunk is made before the answer begins, so that what is wrong can still be said.
fn export(state: AppState, query: Option<&str>, format: Format) -> Result<Response> {
    let query = ListQuery::parse(query.unwrap_or_default());
    let mut next = Some((0, chunk(&state, &query, format, 0)));
    if let Some((_, Err(error))) = next {
        return Err(error);
    }
    let chunks = std::iter::from_fn(move || {
        let (number, made) = next.take()?;
        Some(made.map_err(io::Error::other).map(|(text, is_last)| {
            let number = number + 1;
            next = (!is_last).then(|| (number, chunk(&state, &query, format, number)));
            text
        }))
    });
    Ok(Body::from_stream(stream::iter(chunks)).into_response())
}

/// One chunk, and whether it is the last. The snapshot is taken anew for each: a slow reader holds up no writer.
fn chunk(
    state: &AppState,
    query: &ListQuery,
    format: Format,
    number: usize,
) -> Result<(String, bool)> {
    let catalog = state.catalog.read();
    let rows = Selection::new(&catalog, query).rows(number * CHUNK, CHUNK)?;
    let is_last = rows.len() < CHUNK;
    let mut text = match (format, number) {
        (Format::Csv, 0) => CSV_HEAD.to_owned(),
        (Format::Json, 0) => "[".to_owned(),
        _ => String::new(),
    };
    let mut is_first = number == 0;
    for summary in rows.iter().filter_map(|json| Summary::read(json)) {
        match format {
            Format::Csv => text += &csv_line(&summary),
            Format::Json => {
                text += if is_first { "\n" } else { ",\n" };
                text += &serde_json::to_string(&object(&summary)).map_err(Error::internal)?;
            }
        }
        is_first = false;
    }
    if is_last && matches!(format, Format::Json) {
        text += "\n]\n";
    }
    Ok((text, is_last))
}

fn owner(summary: &Summary<'_>) -> String {
    summary.owner().map(|o| o.to_string()).unwrap_or_default()
}

fn object(summary: &Summary<'_>) -> serde_json::Value {
    json!({
        "ref": summary.entity_ref().as_str(),
        "kind": summary.kind,
        "name": summary.name(),
        "title": summary.title(),
        "description": summary.description(),
        "owner": owner(summary),
        "type": summary.spec_type(),
        "lifecycle": summary.lifecycle(),
        "tags": summary.tags(),
    })
}

fn csv_line(summary: &Summary<'_>) -> String {
    let cells = [
        summary.entity_ref().to_string(),
        summary.kind.to_string(),
        summary.name().to_owned(),
        summary.title().to_owned(),
        summary.description().to_owned(),
        owner(summary),
        summary.spec_type().to_owned(),
        summary.lifecycle().to_owned(),
        summary.tags().join(" "),
    ];
    csv::line(&cells)
}
