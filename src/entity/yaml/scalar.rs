//! What a scalar's text means: the core schema of YAML 1.2 (§10.3), with numbers as JavaScript holds them.

use std::borrow::Cow;

use serde_json::{Number, Value};
use serde_saphyr::granit_parser::{ScalarStyle, Tag};

/// Up to here JavaScript tells one integer from the next.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// The value of a scalar. Quoted text is a string; a core tag wins over the style; an unknown tag does nothing.
pub(super) fn resolve(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let plain = || resolve_plain(&text);
    let found = match tag.map(|tag| (tag, tag.core_suffix())) {
        None if style == ScalarStyle::Plain => plain(),
        // As in Backstage's parser, text that does not fit its tag stays text.
        Some((_, Some("null"))) => plain().filter(Value::is_null),
        Some((_, Some("bool"))) => plain().filter(Value::is_boolean),
        Some((_, Some("int"))) => plain().filter(|_| is_integer(&text)),
        Some((_, Some("float"))) => plain().filter(|found| found.is_number() && !is_integer(&text)),
        None | Some(_) => None,
    };
    found.unwrap_or_else(|| Value::String(text.into_owned()))
}

/// `None`: a string.
fn resolve_plain(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "true" | "True" | "TRUE" => return Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Value::Bool(false)),
        _ => {}
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_infinite = matches!(unsigned, ".inf" | ".Inf" | ".INF");
    if is_infinite || matches!(text, ".nan" | ".NaN" | ".NAN") {
        // JSON has no word for these: JavaScript writes null.
        return Some(Value::Null);
    }
    if !is_decimal(unsigned) {
        return None;
    }
    text.parse().ok().map(number)
}

/// Digits with at most one point, at least one digit beside it, and perhaps an exponent.
fn is_decimal(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_mantissa =
        are_digits(whole) && are_digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    is_mantissa
        && exponent.is_none_or(|exponent| {
            let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            !digits.is_empty() && are_digits(digits)
        })
}

fn is_integer(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    (!unsigned.is_empty() && are_digits(unsigned))
        || text.starts_with("0o")
        || text.starts_with("0x")
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn radix(digits: &str, base: u32) -> Option<Value> {
    if digits.is_empty() {
        return None;
    }
    digits
        .chars()
        .try_fold(0.0, |sum, c| {
            Some(sum * f64::from(base) + f64::from(c.to_digit(base)?))
        })
        .map(number)
}

/// A JavaScript number as its JSON shows it: `1.0` is `1`, digits beyond the 17th are zeros, infinity is null.
pub(super) fn number(value: f64) -> Value {
    if value.fract() != 0.0 || !value.is_finite() {
        return Number::from_f64(value).map_or(Value::Null, Value::Number);
    }
    if value.abs() <= MAX_SAFE_INTEGER {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole, and within the range just checked"
        )]
        return Value::from(value as i64);
    }
    // Display writes the shortest digits that mean this number, then zeros: what JavaScript prints.
    let digits = value.to_string();
    if let Ok(whole) = digits.parse::<u64>() {
        return Value::from(whole);
    }
    digits
        .parse::<i64>()
        .map_or_else(|_| Value::from(value), Value::from)
}

/// A scalar as a key of an object, as JavaScript's `String(…)` writes it; null is the empty key.
pub(super) fn key_text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        Value::Array(_) | Value::Object(_) => flow_text(&value),
        other => other.to_string(),
    }
}

/// A collection as a key: Backstage's parser writes it as a flow collection.
fn flow_text(value: &Value) -> String {
    match value {
        Value::Array(items) if items.is_empty() => "[]".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(flow_text).collect();
            format!("[ {} ]", items.join(", "))
        }
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| match value {
                Value::Null => key.clone(),
                value => format!("{key}: {}", flow_text(value)),
            };
            let entries: Vec<String> = map.iter().map(entry).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
