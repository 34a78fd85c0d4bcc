//! What a cursor must look like, checked in the order and words of Backstage.

use serde_json::Value;

use super::predicate_shape::predicate_issues;
use crate::input::{Issue, Outcome, Step};

/// What is wrong with a cursor; nothing, if its shape is right. Its legacy `filter` is looked at by who reads it.
pub(super) fn cursor_issues(cursor: &Value) -> Vec<Issue> {
    let mut outcome = Outcome::of_type(Some(cursor), "object", &[]);
    if outcome.is_aborted {
        return outcome.issues;
    }
    outcome.add(list_of(cursor, "orderFields", order_field));
    if let Some(found) = cursor.get("fullTextFilter") {
        outcome.add(full_text(found));
    }
    outcome.add(list_of(cursor, "orderFieldValues", text_or_null));
    let is_previous = cursor.get("isPrevious");
    outcome.add(Outcome::of_type(
        is_previous,
        "boolean",
        &[key("isPrevious")],
    ));
    if let Some(query) = cursor.get("query") {
        outcome
            .issues
            .extend(predicate_issues(query, &[key("query")]));
    }
    if cursor.get("firstSortFieldValues").is_some() {
        outcome.add(list_of(cursor, "firstSortFieldValues", text_or_null));
    }
    if let Some(total) = cursor.get("totalItems") {
        outcome.add(Outcome::of_type(
            Some(total),
            "number",
            &[key("totalItems")],
        ));
    }
    outcome.issues
}

fn key(key: &str) -> Step {
    Step::Key(key.to_owned())
}

fn list_of(parent: &Value, name: &str, look: fn(&Value, &[Step]) -> Outcome) -> Outcome {
    let Some(Value::Array(items)) = parent.get(name) else {
        return Outcome::of_type(parent.get(name), "array", &[key(name)]);
    };
    let mut outcome = Outcome::default();
    for (index, item) in items.iter().enumerate() {
        outcome.add(look(item, &[key(name), Step::Index(index)]));
    }
    outcome
}

fn order_field(value: &Value, path: &[Step]) -> Outcome {
    let mut outcome = Outcome::of_type(Some(value), "object", path);
    if outcome.is_aborted {
        return outcome;
    }
    let field = [path, &[key("field")]].concat();
    let order = [path, &[key("order")]].concat();
    outcome.add(Outcome::of_type(value.get("field"), "string", &field));
    outcome.add(Outcome::of_words(
        value.get("order"),
        &["asc", "desc"],
        &order,
    ));
    outcome
}

fn text_or_null(value: &Value, path: &[Step]) -> Outcome {
    let options = ["string", "null"].map(|expected| Outcome::of_type(Some(value), expected, path));
    Outcome::of_union(options.to_vec(), path)
}

fn full_text(value: &Value) -> Outcome {
    let path = [key("fullTextFilter")];
    let mut outcome = Outcome::of_type(Some(value), "object", &path);
    if outcome.is_aborted {
        return outcome;
    }
    let term = [path[0].clone(), key("term")];
    outcome.add(Outcome::of_type(value.get("term"), "string", &term));
    if let Some(fields) = value.get("fields") {
        let path = [path[0].clone(), key("fields")];
        outcome.add(Outcome::of_type(Some(fields), "array", &path));
    }
    outcome
}
