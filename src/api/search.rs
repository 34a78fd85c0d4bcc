//! `/api/search` (`search-api.md`).

use axum::response::Response;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json as value};

use crate::{
    config::SearchConfig,
    error::{Error, Result},
    http::{AppState, Call, json},
    input::{Outcome, Step, list_issues},
    search::{SearchRequest, SearchResult, TYPES},
};

const DEFAULT_LIMIT: usize = 25;

/// `GET /query`
pub(super) async fn query(state: AppState, call: Call) -> Result<Response> {
    let (request, page) = request_of(&state, &call)?;
    let limit = request.limit;
    let search = state.search.clone();
    let found = tokio::task::spawn_blocking(move || search.search(&request))
        .await
        .map_err(Error::internal)??;
    let total = found.total;
    let results: Vec<Value> = found.results.iter().map(shown).collect();
    let mut body = value!({"results": results, "numberOfResults": total});
    if total > (page + 1) * limit {
        body["nextPageCursor"] = STANDARD.encode((page + 1).to_string()).into();
    }
    if page > 0 {
        body["previousPageCursor"] = STANDARD.encode((page - 1).to_string()).into();
    }
    Ok(json(body.to_string().into(), &call.headers))
}

fn shown(result: &SearchResult) -> Value {
    let mut shown = value!({"type": result.kind, "document": result.document, "rank": result.rank});
    if !result.highlight.is_empty() {
        let marks = value!({"preTag": result.pre_tag, "postTag": result.post_tag, "fields": result.highlight});
        shown["highlight"] = marks;
    }
    shown
}

/// What is asked for, and which page of it.
fn request_of(state: &AppState, call: &Call) -> Result<(SearchRequest, usize)> {
    let config = &state.config.search;
    let (mut request, mut page) = (
        SearchRequest {
            limit: DEFAULT_LIMIT,
            ..SearchRequest::default()
        },
        0,
    );
    for (name, text) in form_urlencoded::parse(call.uri.query().unwrap_or_default().as_bytes()) {
        let (root, inner) = name
            .split_once('[')
            .map_or((&*name, None), |(root, inner)| (root, Some(inner)));
        match (root, inner) {
            ("term", None) => request.term = text.into_owned(),
            ("types", _) if !text.is_empty() => request.types.push(text.into_owned()),
            // A filter without a value does not filter.
            ("filters", Some(_)) if text.is_empty() => {}
            ("filters", Some(inner)) => {
                let field = inner.split(']').next().unwrap_or_default().to_owned();
                match request
                    .filters
                    .iter_mut()
                    .find(|(other, _)| *other == field)
                {
                    Some((_, values)) => values.push(text.into_owned()),
                    None => request.filters.push((field, vec![text.into_owned()])),
                }
            }
            ("pageCursor", None) => page = page_of(&text),
            ("pageLimit", None) => {
                let number = text.parse::<usize>();
                let number = number.map_err(|_| {
                    Error::Input("request/query/pageLimit must be integer".to_owned())
                })?;
                request.limit = if number == 0 { DEFAULT_LIMIT } else { number };
            }
            _ => {}
        }
    }
    check(&request, config)?;
    request.offset = page * request.limit;
    Ok((request, page))
}

fn check(request: &SearchRequest, config: &SearchConfig) -> Result<()> {
    let length = request.term.chars().count();
    if length > config.max_term_length {
        let message = format!(
            "The term length \"{length}\" is greater than \"{}\"",
            config.max_term_length
        );
        return Err(invalid(&Outcome::custom(message, &[key("term")])));
    }
    if request.limit > config.max_page_limit {
        let message = format!(
            "The page limit \"{}\" is greater than \"{}\"",
            request.limit, config.max_page_limit
        );
        return Err(invalid(&Outcome::custom(message, &[key("pageLimit")])));
    }
    let mut outcome = Outcome::default();
    for (index, kind) in request.types.iter().enumerate() {
        if !TYPES.contains(&kind.as_str()) {
            let path = [key("types"), Step::Index(index)];
            outcome.add(Outcome::custom("Invalid input", &path));
        }
    }
    if outcome.is_good() {
        Ok(())
    } else {
        Err(invalid(&outcome))
    }
}

/// The page a cursor names; anything else is the first.
fn page_of(cursor: &str) -> usize {
    let decoded = STANDARD
        .decode(cursor)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    decoded
        .and_then(|page| page.parse::<usize>().ok())
        .map_or(0, |page| page.min(1_000_000))
}

fn key(key: &str) -> Step {
    Step::Key(key.to_owned())
}

fn invalid(outcome: &Outcome) -> Error {
    let issues = list_issues(&outcome.issues);
    Error::Input(format!("Invalid query string: {issues}"))
}
