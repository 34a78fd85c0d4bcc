//! What can be chosen: `enum` with names, `oneOf` of constants, and schemas to choose among.

use serde_json::Value;

use super::{field::Choice, ui::Ui};

/// The constants a schema lets choose from, with their names; `None` if it lets answer freely.
pub(super) fn constants(schema: &Value) -> Option<Vec<(Value, String)>> {
    if let Some(values) = schema["enum"].as_array() {
        let called = names(schema);
        let found = values.iter().enumerate().map(|(index, value)| {
            let name = called.get(index).and_then(Value::as_str);
            (
                value.clone(),
                name.map_or_else(|| plain(value), str::to_owned),
            )
        });
        return Some(found.collect());
    }
    variants(schema)?.iter().map(constant).collect()
}

/// Yes and no, as the schema names them.
pub(super) fn yes_and_no(schema: &Value) -> Vec<(Value, String)> {
    let names = names(schema);
    let name = |index: usize, otherwise: &str| {
        let name = names.get(index).and_then(Value::as_str);
        name.unwrap_or(otherwise).to_owned()
    };
    vec![(true.into(), name(0, "Yes")), (false.into(), name(1, "No"))]
}

/// The schemas to choose among.
pub(super) fn variants(schema: &Value) -> Option<&[Value]> {
    let found = ["oneOf", "anyOf"]
        .iter()
        .find_map(|key| schema.get(*key)?.as_array());
    found.map(Vec::as_slice).filter(|found| !found.is_empty())
}

/// What a choice among schemas asks.
pub(super) fn question(schema: &Value, name: &str) -> String {
    let title = schema["title"].as_str().filter(|title| !title.is_empty());
    match (title, name) {
        (Some(title), _) => title.to_owned(),
        (None, "") => "Which of these".to_owned(),
        (None, name) => name.to_owned(),
    }
}

/// Schemas to choose among, by their titles.
pub(super) fn choices_among(options: &[Value], chosen: usize) -> Vec<Choice> {
    let choice = |(index, option): (usize, &Value)| Choice {
        key: index.to_string(),
        label: option["title"]
            .as_str()
            .map_or_else(|| format!("Option {}", index + 1), str::to_owned),
        value: index.into(),
        is_chosen: index == chosen,
    };
    options.iter().enumerate().map(choice).collect()
}

/// Constants as choices; `chosen` are those of the answer.
pub(super) fn choices(constants: Vec<(Value, String)>, chosen: &[Value]) -> Vec<Choice> {
    let choice = |(value, label): (Value, String)| Choice {
        key: plain(&value),
        label,
        // An answer that could not be understood is still there as text.
        is_chosen: chosen.contains(&value),
        value,
    };
    constants.into_iter().map(choice).collect()
}

/// A value as a form sends it.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn constant(schema: &Value) -> Option<(Value, String)> {
    let value = match schema["enum"].as_array().map(Vec::as_slice) {
        Some([one]) => one,
        _ => schema.get("const")?,
    };
    let title = schema["title"].as_str();
    let name = title.map_or_else(|| plain(value), str::to_owned);
    Some((value.clone(), name))
}

fn names(schema: &Value) -> Vec<Value> {
    let names = schema
        .get("enumNames")
        .or_else(|| Ui::of(schema).option("enumNames"));
    names.and_then(Value::as_array).cloned().unwrap_or_default()
}
