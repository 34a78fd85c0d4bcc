//! `/entities/unprocessed`: documents that never became entities (§4.13).
//!
//! Backstage tells them as rows of its processing table. Ours come from the verdicts on files; what only
//! Backstage's engine has (hashes, times of its queue) is `null`.

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json as value};

use super::changes::fault_of;
use crate::{
    entity::{RawDocument, parse_document},
    error::Result,
    http::{AppState, Call, empty, json},
    store::{self, File, FileDocument, FileFilter, FileState, Verdict},
};

/// Files that are looked through at most.
const MAX_FILES: u32 = 500;
/// Entities that are told at most.
const MAX_ENTITIES: usize = 1_000;

/// `GET /entities/unprocessed/failed`: stays empty in Backstage as well, for what fails is pending.
pub(in crate::api) async fn failed_entities(_: AppState, call: Call) -> Result<Response> {
    let none = value!({"type": "failed", "entities": []});
    Ok(json(none.to_string().into(), &call.headers))
}

/// `GET /entities/unprocessed/pending?owner=`
pub(in crate::api) async fn pending_entities(state: AppState, call: Call) -> Result<Response> {
    let owner = form_urlencoded::parse(call.uri.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "owner")
        .map(|(_, owner)| owner.into_owned());
    let broken = FileFilter {
        state: FileState::Broken,
        ..FileFilter::default()
    };
    let mut entities = Vec::new();
    for summary in store::files_matching(&state.store, &broken, 0, MAX_FILES).await? {
        if let Some(file) = store::file(&state.store, &summary.location_ref).await? {
            entities.extend(pending_of(&state, &file).await?);
        }
    }
    entities.retain(|pending| match &owner {
        Some(owner) => pending["unprocessed_entity"]["spec"]["owner"] == owner.as_str(),
        None => true,
    });
    entities.truncate(MAX_ENTITIES);
    let body = value!({"type": "pending", "entities": entities});
    Ok(json(body.to_string().into(), &call.headers))
}

/// The refused documents of a file whose entity nobody sees.
async fn pending_of(state: &AppState, file: &File) -> Result<Vec<Value>> {
    let text = match &file.text_hash {
        Some(hash) => store::text(&state.store, hash).await?.unwrap_or_default(),
        None => return Ok(Vec::new()),
    };
    let catalog = state.catalog.read();
    let never_seen = |document: &&FileDocument| {
        let named = document.entity_ref.as_ref();
        document.verdict == Verdict::Refused
            && named.is_some_and(|named| catalog.entity(named.as_str()).is_none())
    };
    let documents = file.documents.iter().filter(never_seen);
    Ok(documents
        .filter_map(|document| pending(file, document, &text))
        .collect())
}

fn pending(file: &File, document: &FileDocument, text: &str) -> Option<Value> {
    let skipped = usize::try_from(document.line).ok()?.checked_sub(1)?;
    let lines = text.split_inclusive('\n').skip(skipped);
    let own: String = lines.take(usize::try_from(document.lines).ok()?).collect();
    let raw = RawDocument {
        text: &own,
        first_line: document.line,
    };
    let entity = parse_document(&raw, false).ok()??;
    let errors: Vec<Value> = document.diagnostics.iter().map(fault_of).collect();
    Some(value!({
        "entity_id": null,
        "entity_ref": document.entity_ref,
        "unprocessed_entity": entity,
        "unprocessed_hash": document.hash,
        "processed_entity": null,
        "result_hash": null,
        "cache": {},
        "next_update_at": null,
        "last_discovery_at": file.read_at.to_string(),
        "errors": errors,
        "location_key": file.location_ref,
        "hash": null,
        "final_entity": null,
        "last_updated_at": null,
    }))
}

/// `DELETE /entities/unprocessed/delete/{entity_id}`
pub(in crate::api) async fn delete_unprocessed(state: AppState, call: Call) -> Result<Response> {
    let uid = call.segment_from_end(0);
    let by = call.viewer.actor();
    state.ingest.delete_entity(&uid, by).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
