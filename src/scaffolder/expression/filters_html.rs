//! Filters for HTML and URLs.

use std::{fmt::Write, sync::LazyLock};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regex::Regex;

use super::{
    arguments::Values,
    coerce::{to_shown, to_text},
    error::{Fault, Result},
    evaluate::Tools,
    filters_text::{lenient_text, strict_text},
    lookup::member,
    number::{small, trim},
    sequence::copied,
    utf16,
    value::Value,
};

/// What JavaScript's `encodeURIComponent` leaves as it is, besides letters and digits.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

static TAGS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?is)</?[a-z][a-z0-9]*(?-u:\b)[^>]*>|<!--.*?-->").ok());
static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\A[a-z0-9_.!#$%&'*+\-/=?^`{|}~]+@[a-z0-9-]+(\.[a-z0-9-]+)+\z").ok()
});

/// Text that `escape` has been applied to is left alone.
pub(super) fn escape(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    match value {
        Value::Safe(_) => Ok(value.clone()),
        _ => force_escape(value, values, tools),
    }
}

pub(super) fn force_escape(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = to_shown(value, &tools.budget)?;
    let mut escaped = String::new();
    for c in text.chars() {
        let entity = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&#39;",
            '\\' => "&#92;",
            _ => {
                escaped.push(c);
                continue;
            }
        };
        tools.budget.make(entity.len())?;
        escaped.push_str(entity);
    }
    tools.budget.make(text.len())?;
    Ok(Value::Safe(escaped.into()))
}

pub(super) fn safe(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    Ok(Value::Safe(to_shown(value, &tools.budget)?))
}

pub(super) fn nl2br(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = if value.is_nullish() {
        "".into()
    } else {
        strict_text(value)?
    };
    tools
        .budget
        .make(text.len() + text.matches('\n').count() * "<br />".len())?;
    Ok(Value::text(
        text.replace("\r\n", "\n").replace('\n', "<br />\n"),
    ))
}

/// `striptags(preserve_linebreaks = false)`
pub(super) fn striptags(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = lenient_text(value)?;
    tools.budget.work(text.len() / 16)?;
    tools.budget.make(text.len() * 2)?;
    let stripped = match &*TAGS {
        Some(tags) => tags.replace_all(&text, ""),
        None => text.as_ref().into(),
    };
    let stripped = trim(&stripped);
    if !values.get(0).is_truthy() {
        return Ok(Value::text(collapsed(
            stripped,
            super::number::is_blank,
            " ",
        )));
    }
    let lines = stripped
        .split('\n')
        .map(|line| collapsed(line.trim_matches(' '), |c| c == ' ', " "));
    let lines: Vec<String> = lines.collect();
    let text = lines.join("\n").replace("\r\n", "\n");
    let mut out = String::new();
    let mut breaks = 0;
    for c in text.chars() {
        breaks = if c == '\n' { breaks + 1 } else { 0 };
        if breaks <= 2 {
            out.push(c);
        }
    }
    Ok(Value::text(out))
}

/// Runs of some characters become one text.
fn collapsed(text: &str, is_collapsed: impl Fn(char) -> bool, into: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_run = false;
    for c in text.chars() {
        let is_in_run = is_collapsed(c);
        if !is_in_run {
            out.push(c);
        } else if !in_run {
            out.push_str(into);
        }
        in_run = is_in_run;
    }
    out
}

/// A text as a component; a map or a list of pairs as a query.
pub(super) fn urlencode(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let budget = &tools.budget;
    let pairs = match value {
        Value::Text(text) | Value::Safe(text) => return encoded(text, tools).map(Value::text),
        Value::Map(map) => map
            .entries()
            .map(|(key, value)| (Value::Text(key.clone()), value.clone()))
            .collect(),
        Value::List(list) => {
            let mut pairs = Vec::new();
            for item in copied(&list.items(), budget)? {
                if item.is_nullish() {
                    return Err(Fault::new(format!(
                        "an item is {}, which is no pair",
                        item.kind()
                    )));
                }
                let of = |key: f64| member(&item, &Value::Number(key), tools.dialect, budget);
                pairs.push((of(0.0)?, of(1.0)?));
            }
            pairs
        }
        _ => Vec::new(),
    };
    let mut query = String::new();
    for (key, value) in pairs {
        let (key, value) = (to_text(&key, budget)?, to_text(&value, budget)?);
        let separator = if query.is_empty() { "" } else { "&" };
        let pair = format!(
            "{separator}{}={}",
            encoded(&key, tools)?,
            encoded(&value, tools)?
        );
        query.push_str(&pair);
    }
    Ok(Value::text(query))
}

fn encoded(text: &str, tools: &Tools<'_>) -> Result<String> {
    tools.budget.make(text.len() * 3)?;
    Ok(utf8_percent_encode(text, COMPONENT).to_string())
}

/// `urlize(length, nofollow = false)`: links what looks like a URL, a host or a mail address.
pub(super) fn urlize(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = strict_text(value)?;
    tools.budget.work(text.len() / 4)?;
    tools.budget.make(text.len() * 4)?;
    let length = values.number_or(0, f64::INFINITY, &tools.budget)?;
    let length = small(length.clamp(0.0, 4e9)) as usize;
    let no_follow = if values.get(1).is_truthy() {
        " rel=\"nofollow\""
    } else {
        ""
    };
    let mut out = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end_matches(char::is_whitespace);
        let address = bare.trim_start_matches(['(', '<']);
        let address = address.strip_suffix(['.', ',', ')']).unwrap_or(address);
        match link_of(address) {
            Some(scheme) => {
                let shown = utf16::part(address, 0, length.min(utf16::length(address)));
                let no_follow = if scheme == "mailto:" { "" } else { no_follow };
                let _ = write!(out, "<a href=\"{scheme}{address}\"{no_follow}>{shown}</a>");
                out.push_str(&word[bare.len()..]);
            }
            None => out.push_str(word),
        }
    }
    Ok(Value::text(out))
}

/// What to put before an address to make it a link. `None`: it is none.
fn link_of(address: &str) -> Option<&'static str> {
    if address.starts_with("http://") || address.starts_with("https://") {
        return Some("");
    }
    if address.starts_with("www.") {
        return Some("http://");
    }
    if EMAIL.as_ref().is_some_and(|email| email.is_match(address)) {
        return Some("mailto:");
    }
    let host = address.split([':', '/']).next().unwrap_or_default();
    let is_host = [".org", ".net", ".com"]
        .iter()
        .any(|end| host.ends_with(end));
    is_host.then_some("http://")
}
