//! `/api/user-settings`: what people keep in the portal (`other-plugins-api.md` §7). Users only, each their own.

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json as value};

use crate::{
    error::{Error, Result},
    http::{AppState, Call, empty, json},
    store::{self, SettingKey},
};

/// Values of one user at most; a stock frontend keeps under twenty.
const MAX_SETTINGS: i64 = 1_000;
/// Bytes of a bucket or key at most.
const MAX_NAME: usize = 500;

/// `POST /multiget` with `{items: [{bucket, key}]}`: what is kept there, in the same order.
pub(super) async fn settings(state: AppState, call: Call) -> Result<Response> {
    let user = call.viewer.user()?;
    let body = call.json()?;
    let items = body.get("items").and_then(Value::as_array);
    let items = items.ok_or_else(|| Error::Input("request/body/items must be array".to_owned()))?;
    let wanted: Vec<SettingKey> = items
        .iter()
        .enumerate()
        .map(wanted)
        .collect::<Result<_>>()?;
    let mut found = Vec::with_capacity(wanted.len());
    for at in &wanted {
        let kept = store::user_setting(&state.store, &user.entity_ref, at).await?;
        found.push(kept.map_or_else(
            || "null".to_owned(),
            |json| format!(r#"{{"value":{json}}}"#),
        ));
    }
    let body = format!(r#"{{"items":[{}]}}"#, found.join(","));
    Ok(json(body.into(), &call.headers))
}

fn wanted((index, item): (usize, &Value)) -> Result<SettingKey> {
    let text = |key: &str| {
        item[key]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| Error::Input(format!("request/body/items/{index}/{key} must be string")))
    };
    Ok(SettingKey {
        bucket: text("bucket")?,
        key: text("key")?,
    })
}

/// `GET /buckets/{bucket}/keys/{key}`
pub(super) async fn setting(state: AppState, call: Call) -> Result<Response> {
    let user = call.viewer.user()?;
    let at = place(&call)?;
    let kept = store::user_setting(&state.store, &user.entity_ref, &at).await?;
    let kept = kept.ok_or_else(|| {
        Error::NotFound(format!(
            "Unable to find '{}' in bucket '{}'",
            at.key, at.bucket
        ))
    })?;
    Ok(shown(&call, &at, &kept))
}

/// `PUT /buckets/{bucket}/keys/{key}` with `{value}`
pub(super) async fn keep_setting(state: AppState, call: Call) -> Result<Response> {
    let user = &call.viewer.user()?.entity_ref;
    let at = place(&call)?;
    let body = call.json()?;
    let kept = body
        .get("value")
        .ok_or_else(|| Error::Input("Missing required field \"value\"".to_owned()))?
        .to_string();
    let is_new = store::user_setting(&state.store, user, &at)
        .await?
        .is_none();
    if is_new && store::count_user_settings(&state.store, user).await? >= MAX_SETTINGS {
        return Err(Error::Input(format!(
            "A user keeps at most {MAX_SETTINGS} settings. Delete some first."
        )));
    }
    let mut tx = state.store.begin().await?;
    store::put_user_setting(&mut tx, user, &at, &kept, state.clock.now()).await?;
    tx.commit().await?;
    Ok(shown(&call, &at, &kept))
}

/// `DELETE /buckets/{bucket}/keys/{key}`: 204, also when there was nothing.
pub(super) async fn forget_setting(state: AppState, call: Call) -> Result<Response> {
    let user = &call.viewer.user()?.entity_ref;
    let at = place(&call)?;
    let mut tx = state.store.begin().await?;
    store::delete_user_setting(&mut tx, user, &at).await?;
    tx.commit().await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

fn place(call: &Call) -> Result<SettingKey> {
    let at = SettingKey {
        bucket: call.segment_from_end(2).into_owned(),
        key: call.segment_from_end(0).into_owned(),
    };
    if at.bucket.len() > MAX_NAME || at.key.len() > MAX_NAME {
        return Err(Error::Input(format!(
            "Buckets and keys have at most {MAX_NAME} bytes."
        )));
    }
    Ok(at)
}

fn shown(call: &Call, at: &SettingKey, kept: &str) -> Response {
    let (bucket, key) = (value!(at.bucket), value!(at.key));
    let body = format!(r#"{{"bucket":{bucket},"key":{key},"value":{kept}}}"#);
    json(body.into(), &call.headers)
}
