//! `POST /locations/by-query` (§4.12): ordered by id; the predicate knows `id`, `type`, `target` and `entityRef`.

use axum::{http::StatusCode, response::Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json as value};

use super::locations::{answer, shown};
use crate::{
    api::contract::catalog::QUERY_LOCATIONS,
    catalog::Filter,
    error::{Error, Result},
    http::{AppState, Call, JsonBody},
    input::{Outcome, Step, decode_base64, parse_json, tell_issues},
    store::{self, RegisteredLocation},
};

const DEFAULT_LIMIT: usize = 1000;
const FIELDS: [&str; 4] = ["id", "type", "target", "entityref"];

/// What is asked for.
struct LocationQuery {
    limit: usize,
    /// Id of the last location of the page before.
    after: String,
    predicate: Option<Value>,
}

/// `POST /locations/by-query`
pub(in crate::api) async fn query_locations(state: AppState, call: Call) -> Result<Response> {
    let query = asked(&QUERY_LOCATIONS.read(&call)?.body)?;
    let filter = match &query.predicate {
        Some(predicate) => Filter::from_predicate(predicate)?,
        None => Filter::All,
    };
    check_fields(&filter)?;
    let mut locations = store::locations(&state.store).await?;
    let is_everything = query.predicate.as_ref().is_none_or(is_empty);
    locations.retain(|location| is_everything || matches(&filter, location));
    locations.sort_by(|a, b| a.id.cmp(&b.id));
    let total = locations.len();
    locations.retain(|location| location.id > query.after);
    let has_more = locations.len() > query.limit;
    locations.truncate(query.limit);
    let mut page_info = value!({});
    if let Some(last) = locations.last().filter(|_| has_more) {
        let mut cursor = value!({"limit": query.limit, "afterId": last.id});
        if let Some(predicate) = query.predicate {
            cursor["query"] = predicate;
        }
        page_info["nextCursor"] = STANDARD.encode(cursor.to_string()).into();
    }
    let items: Value = locations.iter().map(shown).collect();
    let body = value!({"items": items, "totalItems": total, "pageInfo": page_info});
    Ok(answer(&call, StatusCode::OK, &body))
}

fn asked(body: &JsonBody) -> Result<LocationQuery> {
    if let Some(cursor) = body.text("cursor")? {
        return continued(cursor);
    }
    let limit = match body.get("limit") {
        None => Some(DEFAULT_LIMIT),
        Some(limit) => limit
            .as_u64()
            .and_then(|limit| usize::try_from(limit).ok())
            .filter(|limit| *limit > 0),
    };
    Ok(LocationQuery {
        limit: limit
            .ok_or_else(|| Error::Input("Limit must be a positive integer >= 1".to_owned()))?,
        after: String::new(),
        predicate: body.get("query").cloned(),
    })
}

fn continued(cursor: &str) -> Result<LocationQuery> {
    if cursor.is_empty() {
        return Err(Error::Input("Cursor cannot be empty".to_owned()));
    }
    let cursor = parse_json(&decode_base64(cursor))
        .map_err(|_| Error::Input("Malformed cursor, unknown encoding".to_owned()))?;
    let step = |key: &str| [Step::Key(key.to_owned())];
    let mut outcome = Outcome::of_type(Some(&cursor), "object", &[]);
    if outcome.is_good() {
        outcome.add(Outcome::of_type(
            cursor.get("limit"),
            "number",
            &step("limit"),
        ));
        if let Some(after) = cursor.get("afterId") {
            outcome.add(Outcome::of_type(Some(after), "string", &step("afterId")));
        }
    }
    if !outcome.is_good() {
        let told = tell_issues(&outcome.issues);
        return Err(Error::Input(format!("Malformed cursor: {told}")));
    }
    let limit = cursor["limit"].as_u64().unwrap_or_default();
    Ok(LocationQuery {
        limit: usize::try_from(limit).unwrap_or(DEFAULT_LIMIT).max(1),
        after: cursor["afterId"].as_str().unwrap_or_default().to_owned(),
        predicate: cursor.get("query").cloned(),
    })
}

fn is_empty(predicate: &Value) -> bool {
    predicate.as_object().is_some_and(serde_json::Map::is_empty)
}

fn check_fields(filter: &Filter) -> Result<()> {
    match filter {
        Filter::All | Filter::Never => Ok(()),
        Filter::Exists(key) | Filter::In(key, _) | Filter::Prefix(key, _) => {
            if FIELDS.contains(&key.as_str()) {
                return Ok(());
            }
            Err(Error::Input(format!(
                "Invalid filter predicate, expected key to be 'id', 'type', 'target', or 'entityRef', got '{key}'"
            )))
        }
        Filter::Not(inner) => check_fields(inner),
        Filter::AllOf(filters) | Filter::AnyOf(filters) => {
            filters.iter().try_for_each(check_fields)
        }
    }
}

/// In Backstage `$all: []` matches nothing here, as everything without a condition does.
fn matches(filter: &Filter, location: &RegisteredLocation) -> bool {
    let field = |key: &str| match key {
        "id" => Some(location.id.to_lowercase()),
        "type" => Some(location.kind.to_lowercase()),
        "target" => Some(location.target.to_lowercase()),
        "entityref" => Some(location.entity_ref.to_lowercase()),
        _ => None,
    };
    match filter {
        Filter::All | Filter::Never => false,
        Filter::Exists(key) => field(key).is_some(),
        Filter::In(key, values) => field(key).is_some_and(|found| values.contains(&found)),
        Filter::Prefix(key, prefix) => {
            field(key).is_some_and(|found| found.starts_with(prefix.as_str()))
        }
        Filter::Not(inner) => !matches(inner, location),
        Filter::AllOf(filters) => filters.iter().all(|filter| matches(filter, location)),
        Filter::AnyOf(filters) => filters.iter().any(|filter| matches(filter, location)),
    }
}
