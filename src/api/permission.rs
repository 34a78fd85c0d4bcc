//! `/api/permission`, and what each plugin says of its permissions (`auth-permissions-api.md` §3).

use axum::{http::HeaderMap, response::Response};
use bytes::Bytes;
use serde_json::{Value, json as value};

use crate::{
    auth::Principal,
    error::{Error, Result},
    http::{AppState, Call, json},
    permission::{
        self, ConditionItem, Decision, authorize as decide, conditions_apply, read_authorize,
        read_conditions,
    },
};

/// `GET /health`
pub(super) async fn health(headers: HeaderMap) -> Response {
    json(Bytes::from_static(br#"{"status":"ok"}"#), &headers)
}

/// `POST /authorize`: may the caller do this? For users, and for nobody where the policy lets nobody in.
pub(super) async fn authorize(state: AppState, call: Call) -> Result<Response> {
    let caller: &Principal = &call.viewer;
    if matches!(caller, Principal::Service(_)) {
        return Err(caller.refused());
    }
    let items = read_authorize(&call.json()?.0)?;
    let decision = decide(caller, &items, state.config.backend.auth.is_policy_disabled)?;
    let answer = |id: &String| value!({"id": id, "result": decision.as_str()});
    let items: Vec<Value> = items.iter().map(|item| answer(&item.id)).collect();
    Ok(json(
        value!({ "items": items }).to_string().into(),
        &call.headers,
    ))
}

/// `GET /.well-known/backstage/permissions/metadata` of the catalog.
pub(super) async fn catalog_metadata(_: AppState, call: Call) -> Result<Response> {
    let body = value!({"permissions": permission::permissions(), "rules": permission::rules()});
    Ok(json(body.to_string().into(), &call.headers))
}

/// `POST /.well-known/backstage/permissions/apply-conditions` of the catalog: for services.
pub(super) async fn apply_catalog_conditions(state: AppState, call: Call) -> Result<Response> {
    call.viewer.service()?;
    let items = read_conditions(&call.json()?.0)?;
    let answered: Result<Vec<Value>> = items.iter().map(|item| apply(&state, item)).collect();
    Ok(json(
        value!({"items": answered?}).to_string().into(),
        &call.headers,
    ))
}

fn apply(state: &AppState, item: &ConditionItem) -> Result<Value> {
    let catalog = state.catalog.read();
    let mut results = Vec::with_capacity(item.resource_refs.len());
    for resource_ref in &item.resource_refs {
        let entity = catalog.entity(&resource_ref.to_lowercase());
        let entity: Option<Value> = entity
            .map(|json| serde_json::from_slice(&json).map_err(Error::internal))
            .transpose()?;
        let decision = if conditions_apply(&item.condition, entity.as_ref()) {
            Decision::Allow
        } else {
            Decision::Deny
        };
        results.push(decision.as_str());
    }
    let result = match (&*results, item.is_list) {
        ([one], false) => value!(one),
        (all, _) => value!(all),
    };
    Ok(value!({"id": item.id, "result": result}))
}
