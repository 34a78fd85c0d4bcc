//! Registered locations (§4.12).

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json as value};

use crate::{
    api::contract::catalog::{
        GET_LOCATION, LIST_LOCATIONS, LOCATION_OF_ENTITY, REGISTER_LOCATION, REPLACE_LOCATION,
        UNREGISTER_LOCATION,
    },
    error::{Error, Result},
    http::{AppState, Asked, Call, JsonBody, empty, json},
    ingest::{NewLocation, OnConflict},
    input::{Outcome, Step, list_issues},
    store::{self, RegisteredLocation},
};

/// What counts as yes in `dryRun`.
const TRUTHY: [&str; 5] = ["true", "1", "y", "yes", "on"];

/// A location as Backstage sends it.
pub(super) fn shown(location: &RegisteredLocation) -> Value {
    value!({
        "id": location.id,
        "type": location.kind,
        "target": location.target,
        "entityRef": location.entity_ref,
    })
}

/// JSON with a status.
pub(super) fn answer(call: &Call, status: StatusCode, body: &Value) -> Response {
    let mut response = json(body.to_string().into(), &call.headers);
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

/// `GET /locations`
pub(in crate::api) async fn list_locations(state: AppState, call: Call) -> Result<Response> {
    LIST_LOCATIONS.read(&call)?;
    let locations = store::locations(&state.store).await?;
    let list: Value = locations
        .iter()
        .map(|location| value!({"data": shown(location)}))
        .collect();
    Ok(answer(&call, StatusCode::OK, &list))
}

/// `GET /locations/{id}`
pub(in crate::api) async fn location(state: AppState, call: Call) -> Result<Response> {
    GET_LOCATION.read(&call)?;
    let id = call.segment_from_end(0);
    let found = store::location(&state.store, &id).await?;
    let location =
        found.ok_or_else(|| Error::NotFound(format!("Found no location with ID {id}")))?;
    Ok(answer(&call, StatusCode::OK, &shown(&location)))
}

/// `POST /locations`
pub(in crate::api) async fn register_location(state: AppState, call: Call) -> Result<Response> {
    let Asked { query, body } = REGISTER_LOCATION.read(&call)?;
    let is_dry_run = query
        .one("dryRun")
        .is_some_and(|text| TRUTHY.contains(&text.to_lowercase().as_str()));
    let refreshes = match query.choice("onConflict", &["reject", "refresh"])? {
        Some(asked) => asked == "refresh",
        None => state.config.catalog.conflict_refreshes,
    };
    let on_conflict = if refreshes {
        OnConflict::Refresh
    } else {
        OnConflict::Reject
    };
    let new = new_location(&body)?;
    if is_dry_run {
        let asked = new.clone();
        let found = state.ingest.dry_run(new).await?;
        let mut location = value!({"type": asked.kind, "target": asked.target});
        if let Some(presence) = asked.presence {
            location["presence"] = presence.into();
        }
        location["id"] = format!("{}:{}", asked.kind, asked.target).into();
        location["entityRef"] = found.entity_ref.into();
        let body = value!({
            "exists": found.exists,
            "location": location,
            "entities": found.entities,
        });
        return Ok(answer(&call, StatusCode::CREATED, &body));
    }
    let location = state
        .ingest
        .register(new, on_conflict, call.viewer.actor())
        .await?;
    Ok(answer(
        &call,
        StatusCode::CREATED,
        &value!({"location": shown(&location), "entities": []}),
    ))
}

/// `PUT /locations/{id}`
pub(in crate::api) async fn replace_location(state: AppState, call: Call) -> Result<Response> {
    let new = new_location(&REPLACE_LOCATION.read(&call)?.body)?;
    let id = call.segment_from_end(0).into_owned();
    let location = state
        .ingest
        .replace_location(&id, new, call.viewer.actor())
        .await?;
    Ok(answer(&call, StatusCode::OK, &shown(&location)))
}

/// `DELETE /locations/{id}`
pub(in crate::api) async fn unregister_location(state: AppState, call: Call) -> Result<Response> {
    UNREGISTER_LOCATION.read(&call)?;
    let id = call.segment_from_end(0);
    state.ingest.unregister(&id, call.viewer.actor()).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// `GET /locations/by-entity/{kind}/{namespace}/{name}`
pub(in crate::api) async fn location_of_entity(state: AppState, call: Call) -> Result<Response> {
    LOCATION_OF_ENTITY.read(&call)?;
    let (kind, namespace, name) = (
        call.segment_from_end(2),
        call.segment_from_end(1),
        call.segment_from_end(0),
    );
    let entity_ref = format!("{kind}:{namespace}/{name}").to_lowercase();
    let found = state.catalog.read().entity(&entity_ref);
    let found =
        found.ok_or_else(|| Error::NotFound(format!("found no entity for ref {entity_ref}")))?;
    let entity: Value = serde_json::from_slice(&found).map_err(Error::internal)?;
    let origin =
        entity["metadata"]["annotations"]["backstage.io/managed-by-origin-location"].as_str();
    let (kind, target) = origin
        .and_then(|origin| origin.split_once(':'))
        .unwrap_or_default();
    let location = state.ingest.registered(kind, target).await?;
    let location = location.ok_or_else(|| {
        Error::NotFound(format!(
            "Found no location with type {kind} and target {target}"
        ))
    })?;
    Ok(answer(&call, StatusCode::OK, &shown(&location)))
}

/// `{type, target, presence?}` and nothing else, with the faults Backstage's parser tells.
fn new_location(body: &JsonBody) -> Result<NewLocation> {
    const KNOWN: [&str; 3] = ["type", "target", "presence"];
    let mut outcome = Outcome::default();
    if let Some(presence) = body.get("presence") {
        let path = [Step::Key("presence".to_owned())];
        let options =
            ["required", "optional"].map(|word| Outcome::of_literal(presence, word, &path));
        outcome.add(Outcome::of_union(options.to_vec(), &path));
    }
    let is_unknown = |key: &&String| !KNOWN.contains(&key.as_str());
    let unknown = body.0.keys().filter(is_unknown).cloned().collect();
    outcome.add(Outcome::of_keys(unknown, &[]));
    if !outcome.is_good() {
        let issues = list_issues(&outcome.issues);
        return Err(Error::Input(format!("Malformed request: {issues}")));
    }
    Ok(NewLocation {
        kind: body.required_text("type")?.to_owned(),
        target: body.required_text("target")?.to_owned(),
        presence: body.text("presence")?.map(str::to_owned),
    })
}
