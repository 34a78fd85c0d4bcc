//! `/api/callboard`: what Backstage has no address for. Files and their findings, held removals, deletions, history.

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json as value};

use crate::{
    entity::EntityRef,
    error::{Error, Result},
    http::{AppState, Call, empty, json},
    store::{self, Verdict},
};

/// Entries of a list at most.
const MAX_ENTRIES: u32 = 1000;

/// `GET /files?locationRef=…`: what became of a file.
pub(super) async fn files(state: AppState, call: Call) -> Result<Response> {
    let query = call.query(&["locationRef"])?;
    let location_ref = query.one("locationRef").ok_or_else(|| {
        Error::Input("request/query must have required property 'locationRef'".to_owned())
    })?;
    let file = store::file(&state.store, location_ref).await?;
    let file = file
        .ok_or_else(|| Error::NotFound(format!("No location leads to the file {location_ref}")))?;
    let documents: Vec<Value> = file
        .documents
        .iter()
        .map(|document| {
            value!({
                "line": document.line,
                "lines": document.lines,
                "entityRef": document.entity_ref,
                "verdict": verdict(&document.verdict),
                "diagnostics": document.diagnostics,
            })
        })
        .collect();
    let body = value!({
        "locationRef": file.location_ref,
        "origin": file.origin,
        "revision": file.revision,
        "readAt": file.read_at.to_string(),
        "changedAt": file.changed_at.to_string(),
        "error": file.error,
        "documents": documents,
    });
    Ok(json(body.to_string().into(), &call.headers))
}

fn verdict(verdict: &Verdict) -> Value {
    match verdict {
        Verdict::Accepted => value!("accepted"),
        Verdict::Refused => value!("refused"),
        Verdict::Conflict { with } => value!({"conflictWith": with}),
        Verdict::Empty => value!("empty"),
    }
}

/// `POST /files/refresh` with `{locationRef}`: reads a file again.
pub(super) async fn refresh_file(state: AppState, call: Call) -> Result<Response> {
    let body = call.json()?;
    let location_ref = body.required_text("locationRef")?;
    if store::file(&state.store, location_ref).await?.is_none() {
        return Err(Error::NotFound(format!(
            "No location leads to the file {location_ref}"
        )));
    }
    state
        .ingest
        .refresh_file(location_ref, call.viewer.actor())
        .await?;
    Ok(empty(StatusCode::OK))
}

/// `GET /removals`: sources that shrank so much that somebody has to agree.
pub(super) async fn removals(state: AppState, call: Call) -> Result<Response> {
    let held = store::held_removals(&state.store).await?;
    let list: Vec<Value> = held
        .iter()
        .map(|held| value!({"origin": held.origin, "missing": held.missing, "total": held.total, "since": held.since.to_string()}))
        .collect();
    Ok(json(
        value!({ "removals": list }).to_string().into(),
        &call.headers,
    ))
}

/// `POST /removals/accept` with `{origin}`: lets what is missing go.
pub(super) async fn accept_removal(state: AppState, call: Call) -> Result<Response> {
    let body = call.json()?;
    let origin = body.required_text("origin")?;
    let removed = state
        .ingest
        .accept_removal(origin, call.viewer.actor())
        .await?;
    Ok(json(
        value!({ "removed": removed }).to_string().into(),
        &call.headers,
    ))
}

/// `GET /deletions`: what was deleted and can come back, newest first.
pub(super) async fn deletions(state: AppState, call: Call) -> Result<Response> {
    let deleted = store::deleted_entities(&state.store, MAX_ENTRIES).await?;
    let list: Vec<Value> = deleted
        .iter()
        .map(|row| {
            value!({
                "entityRef": row.entity_ref,
                "deletedAt": row.deleted_at.to_string(),
                "deletedBy": row.deleted_by,
            })
        })
        .collect();
    Ok(json(
        value!({ "deletions": list }).to_string().into(),
        &call.headers,
    ))
}

/// `POST /deletions/undo` with `{entityRef}`.
pub(super) async fn undo_deletion(state: AppState, call: Call) -> Result<Response> {
    let body = call.json()?;
    let entity_ref = EntityRef::from_canonical(&body.required_text("entityRef")?.to_lowercase());
    state
        .ingest
        .undo_delete(&entity_ref, call.viewer.actor())
        .await?;
    Ok(empty(StatusCode::OK))
}

/// `GET /history/{kind}/{namespace}/{name}`: the versions of an entity, newest first.
pub(super) async fn history(state: AppState, call: Call) -> Result<Response> {
    let (kind, namespace, name) = (
        call.segment_from_end(2),
        call.segment_from_end(1),
        call.segment_from_end(0),
    );
    let entity_ref = EntityRef::new(&kind, &namespace, &name);
    let versions = store::versions(&state.store, &entity_ref, MAX_ENTRIES).await?;
    if versions.is_empty() {
        return Err(Error::NotFound(format!("Nothing is known of {entity_ref}")));
    }
    let list: Vec<Value> = versions
        .iter()
        .map(|version| {
            value!({
                "id": version.id,
                "at": version.at.to_string(),
                "cause": version.cause,
                "by": version.caused_by,
                "deleted": version.deleted,
                "locationRef": version.location_key,
                "line": version.line,
            })
        })
        .collect();
    Ok(json(
        value!({ "versions": list }).to_string().into(),
        &call.headers,
    ))
}
