//! Recordings of a real Backstage, replayed in this process. They are no part of this project: `CALLBOARD_SHARED`
//! names the folder, and without it only the page of differences is tested.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use axum::{body::Body, http::Request};
use callboard::{
    config::{AllowedKind, CatalogRule, FaultIsolation},
    entity::LocationRef,
};
use regex::Regex;
use serde_json::Value;

use crate::support::{TestApp, shared};

/// Where the recorded server had the files.
const RECORDED_AT: &str = "/tmp/rig-golden-fixture";
/// A server that only the recorder has.
const RECORDERS_SERVER: &str = ":7099";
const KINDS: [&str; 9] = [
    "Component",
    "API",
    "Resource",
    "System",
    "Domain",
    "Group",
    "User",
    "Location",
    "Template",
];

fn page() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/COMPATIBILITY.md");
    fs::read_to_string(page).expect("the page of differences")
}

/// The rows of the table: difference, why, recorded exchanges, tests.
fn differences(page: &str) -> Vec<Vec<String>> {
    let rows = page.lines().filter(|line| line.starts_with("| "));
    rows.skip(1)
        .map(|row| {
            row.trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().to_owned())
                .collect()
        })
        .collect()
}

fn names_in(cell: &str) -> Vec<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_deliberate_difference_is_shown_by_a_test() {
    let mut sources = String::new();
    for folder in ["src", "tests/it"] {
        read_all(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut sources,
        );
    }
    let rows = differences(&page());
    assert!(rows.len() > 10, "{rows:?}");
    for row in rows {
        assert_eq!(row.len(), 4, "{row:?}");
        assert!(!row[1].is_empty(), "a reason: {row:?}");
        let tests = names_in(&row[3]);
        assert!(!tests.is_empty(), "{row:?}");
        for test in tests {
            assert!(
                sources.contains(&format!("fn {test}(")),
                "there is no test {test}"
            );
        }
    }
}

fn read_all(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_all(&path, text);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            text.push_str(&fs::read_to_string(&path).expect("UTF-8"));
        }
    }
}

#[tokio::test]
#[ignore = "reads the folder that CALLBOARD_SHARED names"]
async fn recorded_exchanges_are_answered_alike_but_for_the_listed_differences() {
    let golden = shared("rig/golden");
    let app = portal(&golden.join("fixture")).await;
    let recorded = lines(&golden.join("expected/main.jsonl"));
    let recorded: BTreeMap<&str, &Value> = recorded
        .iter()
        .map(|record| (record["id"].as_str().expect("an id"), record))
        .collect();
    let mut saved: BTreeMap<String, String> = BTreeMap::new();
    let (mut count, mut different) = (0, BTreeSet::new());
    for request in lines(&golden.join("requests/main.jsonl")) {
        let expected = recorded[request["id"].as_str().expect("an id")];
        if !is_replayed(&request, expected, &saved) {
            continue;
        }
        let (answer, status) = answered(&app, &request, &mut saved).await;
        let id = request["id"].as_str().expect("an id");
        let mode = request["norm"].as_str();
        count += 1;
        let (ours, theirs) = (
            normal(&app, &answer, mode),
            normal(&app, &expected["body"], mode),
        );
        if u64::from(status) != expected["status"] || ours != theirs {
            different.insert(id.to_owned());
            println!("{id}: {status}\n  ours   {ours}\n  theirs {theirs}");
        }
    }
    println!("{} of {count} alike", count - different.len());
    assert!(count > 120, "only {count} exchanges could be replayed");
    let rows = differences(&page());
    let listed: BTreeSet<String> = rows.iter().flat_map(|row| names_in(&row[2])).collect();
    let unlisted: Vec<_> = different.difference(&listed).collect();
    assert!(
        unlisted.is_empty(),
        "not in docs/COMPATIBILITY.md: {unlisted:?}"
    );
}

async fn portal(fixture: &Path) -> TestApp {
    let mut builder = TestApp::builder().with(|config| {
        config.callboard.fault_isolation = FaultIsolation::Location;
        let allow = KINDS.map(|kind| AllowedKind {
            kind: kind.to_owned(),
            spec_type: None,
        });
        config.catalog.rules = vec![CatalogRule {
            allow: allow.into(),
            locations: Vec::new(),
        }];
    });
    let mut folders = vec![fixture.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path
                .strip_prefix(fixture)
                .expect("below")
                .to_str()
                .expect("UTF-8");
            builder = builder.file(name, fs::read(&path).expect("a file"));
        }
    }
    builder.location("all.yaml").start().await
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("recordings");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// The catalog's and the health checks; what needs the recorder's server, or what was not saved, is left out.
fn is_replayed(request: &Value, expected: &Value, saved: &BTreeMap<String, String>) -> bool {
    let path = request["path"].as_str().expect("a path");
    let told = format!("{request} {}", expected["body"]);
    let is_ours = path.starts_with("/api/catalog/") || path.starts_with("/.backstage/");
    let needs_others = [
        RECORDERS_SERVER,
        ".well-known",
        "jwks",
        "bearer",
        "\"poll\"",
    ];
    is_ours
        && !needs_others.iter().any(|part| told.contains(part))
        && variables(&request.to_string())
            .iter()
            .all(|name| saved.contains_key(name))
}

fn variables(text: &str) -> Vec<String> {
    let braces = Regex::new(r"(?:%7B|\{)(\w+)(?:%7D|\})").expect("a pattern");
    braces
        .captures_iter(text)
        .map(|found| found[1].to_owned())
        .collect()
}

async fn answered(
    app: &TestApp,
    request: &Value,
    saved: &mut BTreeMap<String, String>,
) -> (Value, u16) {
    let filled = |text: &str, encode: bool| {
        saved.iter().fold(text.to_owned(), |text, (name, value)| {
            let value: String = if encode {
                form_urlencoded::byte_serialize(value.as_bytes()).collect()
            } else {
                value.clone()
            };
            text.replace(&format!("%7B{name}%7D"), &value)
                .replace(&format!("{{{name}}}"), &value)
        })
    };
    let path = filled(request["path"].as_str().expect("a path"), true);
    let mut sent = Request::builder()
        .method(request["m"].as_str().expect("a method"))
        .uri(path);
    let mut body = Body::empty();
    if !request["body"].is_null() {
        sent = sent.header("content-type", "application/json");
        let text = filled(&request["body"].to_string(), false);
        body = text
            .replace(RECORDED_AT, &app.path("").display().to_string())
            .into();
    }
    let answer = app.call(sent.body(body).expect("a request")).await;
    let json: Value = serde_json::from_slice(&answer.body).unwrap_or_else(|_| answer.text().into());
    for (name, place) in request["save"].as_object().into_iter().flatten() {
        let place = place.as_str().expect("a place");
        let found = if let Some(parameter) = place.strip_prefix("link:") {
            let link = answer
                .headers
                .get("link")
                .and_then(|link| link.to_str().ok());
            let query = link
                .and_then(|link| link.split(['?', '>']).nth(1))
                .unwrap_or_default();
            form_urlencoded::parse(query.as_bytes())
                .find(|(found, _)| found == parameter)
                .map(|(_, value)| value.into_owned())
        } else {
            let pointer = format!("/{}", place.replace('.', "/"));
            json.pointer(&pointer)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        if let Some(found) = found {
            saved.insert(name.clone(), found);
        }
    }
    (json, answer.status.as_u16())
}

/// Without what no two runs have in common: ids, places, cursors, the order of what has none.
fn normal(app: &TestApp, value: &Value, mode: Option<&str>) -> Value {
    let place = app.path("all.yaml").display().to_string();
    let folder = place.trim_end_matches("/all.yaml");
    let generated = |target: String| {
        LocationRef {
            kind: "file".to_owned(),
            target,
        }
        .generated_name()
    };
    let mut text = value.to_string();
    for (ours, common) in [
        (generated(place.clone()), "<generated>"),
        (generated(format!("{RECORDED_AT}/all.yaml")), "<generated>"),
        (folder.to_owned(), "<fixture>"),
    ] {
        text = text.replace(&ours, common);
    }
    for (pattern, common) in [
        (
            r#""(uid|etag|nextCursor|prevCursor)":"[^"]*""#,
            r#""$1":"""#,
        ),
        (
            r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|<var:\w+>|<uuid>|<uid>",
            "<id>",
        ),
        (r"(cursor|after)=[^&\x22>]+", "$1="),
        (r"dup-[ab]\.yaml|dup-<either>\.yaml", "dup.yaml"),
    ] {
        let pattern = Regex::new(pattern).expect("a pattern");
        text = pattern.replace_all(&text, common).into_owned();
    }
    let mut value: Value = serde_json::from_str(&text).expect("JSON again");
    let has_no_order = mode.is_some() || text.contains("<generated>");
    for list in [
        value.is_array().then_some(""),
        Some("/items"),
        Some("/entities"),
    ]
    .into_iter()
    .flatten()
    {
        let Some(items) = value.pointer_mut(list) else {
            continue;
        };
        // A recording says only how many there were.
        if mode == Some("count") && items.is_array() {
            let count = items.as_array().map_or(0, Vec::len);
            *items = format!("<{count} items>").into();
        } else if let Some(items) = items.as_array_mut().filter(|_| has_no_order) {
            items.sort_by_key(ToString::to_string);
        }
    }
    value
}
