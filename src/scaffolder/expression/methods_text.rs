//! The methods of texts and patterns.

use std::rc::Rc;

use super::{
    arguments::Values,
    coerce::{to_number, to_text},
    error::Result,
    evaluate::Tools,
    methods::MethodEntry,
    number::{index, is_blank, of_length, trim},
    replacement::{Place, expand},
    sequence::units,
    utf16,
    value::Value,
};

type Call = fn(&Value, &Values, &Tools<'_>) -> Result<Value>;

const fn method(name: &'static str, arguments: (usize, usize), call: Call) -> MethodEntry {
    MethodEntry {
        name,
        arguments,
        call,
    }
}

pub(super) static METHODS: [MethodEntry; 17] = [
    method("charAt", (0, 1), char_at),
    method("charCodeAt", (0, 1), char_code_at),
    method("concat", (0, usize::MAX), concat),
    method("endsWith", (1, 2), ends_with),
    method("includes", (1, 2), includes),
    method("indexOf", (1, 2), index_of),
    method("lastIndexOf", (1, 2), last_index_of),
    method("replace", (2, 2), replace),
    method("slice", (0, 2), slice),
    method("split", (0, 2), split),
    method("startsWith", (1, 2), starts_with),
    method("substring", (0, 2), substring),
    method("toLowerCase", (0, 0), |value, _, tools| {
        mapped(value, tools, str::to_lowercase)
    }),
    method("toUpperCase", (0, 0), |value, _, tools| {
        mapped(value, tools, str::to_uppercase)
    }),
    method("trim", (0, 0), |value, _, tools| {
        mapped(value, tools, |text| trim(text).to_owned())
    }),
    method("trimEnd", (0, 0), |value, _, tools| {
        mapped(value, tools, |text| {
            text.trim_end_matches(is_blank).to_owned()
        })
    }),
    method("trimStart", (0, 0), |value, _, tools| {
        mapped(value, tools, |text| {
            text.trim_start_matches(is_blank).to_owned()
        })
    }),
];

pub(super) static OF_PATTERNS: [MethodEntry; 1] = [method("test", (1, 1), test)];

fn text_of(value: &Value) -> Rc<str> {
    value.as_text().map_or_else(|| "".into(), Rc::clone)
}

/// A new text as long as this one, more or less.
fn mapped(value: &Value, tools: &Tools<'_>, map: impl Fn(&str) -> String) -> Result<Value> {
    let text = text_of(value);
    // The longest lower or upper case form is three times as long.
    tools.budget.make(text.len() * 3)?;
    Ok(Value::text(map(&text)))
}

/// Bytes of the text are looked at: some steps.
fn looked_at(value: &Value, tools: &Tools<'_>) -> Result<Rc<str>> {
    let text = text_of(value);
    tools.budget.work(text.len() / 64)?;
    Ok(text)
}

/// The argument as a place in the text, in units.
fn unit(
    values: &Values,
    place: usize,
    default: f64,
    text: &str,
    tools: &Tools<'_>,
) -> Result<usize> {
    let at = values.number_or(place, default, &tools.budget)?;
    let at = usize::try_from(index(at)).unwrap_or(0);
    Ok(at.min(utf16::length(text)))
}

fn char_at(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = looked_at(value, tools)?;
    let at = index(values.number_or(0, 0.0, &tools.budget)?);
    let unit = usize::try_from(at)
        .ok()
        .and_then(|at| utf16::part_at(&text, at));
    Ok(Value::text(unit.unwrap_or_default()))
}

fn char_code_at(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = looked_at(value, tools)?;
    let at = index(values.number_or(0, 0.0, &tools.budget)?);
    let unit = usize::try_from(at)
        .ok()
        .and_then(|at| text.encode_utf16().nth(at));
    Ok(Value::Number(unit.map_or(f64::NAN, f64::from)))
}

fn concat(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let mut text = text_of(value).to_string();
    tools.budget.make(text.len())?;
    for part in &values.positional {
        let part = to_text(part, &tools.budget)?;
        tools.budget.make(part.len())?;
        text.push_str(&part);
    }
    Ok(Value::text(text))
}

fn ends_with(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let (text, part) = (looked_at(value, tools)?, values.text(0, &tools.budget)?);
    let end = utf16::byte_of(&text, unit(values, 1, f64::INFINITY, &text, tools)?);
    Ok(Value::Bool(text[..end].ends_with(&*part)))
}

fn starts_with(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let (text, part) = (looked_at(value, tools)?, values.text(0, &tools.budget)?);
    let start = utf16::byte_of(&text, unit(values, 1, 0.0, &text, tools)?);
    Ok(Value::Bool(text[start..].starts_with(&*part)))
}

fn includes(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let (text, part) = (looked_at(value, tools)?, values.text(0, &tools.budget)?);
    let start = utf16::byte_of(&text, unit(values, 1, 0.0, &text, tools)?);
    Ok(Value::Bool(text[start..].contains(&*part)))
}

fn index_of(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let (text, part) = (looked_at(value, tools)?, values.text(0, &tools.budget)?);
    let start = utf16::byte_of(&text, unit(values, 1, 0.0, &text, tools)?);
    let found = text[start..].find(&*part).map(|at| start + at);
    Ok(place_of(&text, found))
}

fn last_index_of(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let (text, part) = (looked_at(value, tools)?, values.text(0, &tools.budget)?);
    let from = match values.number_or(1, f64::NAN, &tools.budget)? {
        from if from.is_nan() => usize::MAX,
        from => usize::try_from(index(from)).unwrap_or(0),
    };
    let last = utf16::byte_of(&text, from)
        .saturating_add(part.len())
        .min(text.len());
    let found = text.get(..last).unwrap_or(&text).rfind(&*part);
    Ok(place_of(&text, found))
}

fn place_of(text: &str, byte: Option<usize>) -> Value {
    Value::Number(byte.map_or(-1.0, |byte| of_length(utf16::units_before(text, byte))))
}

/// A text replaces only its first place; a pattern as its flags say.
fn replace(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = looked_at(value, tools)?;
    let new = values.text(1, &tools.budget)?;
    if let Value::Pattern(pattern) = values.get(0) {
        return pattern.replace(&text, &new, &tools.budget).map(Value::Text);
    }
    let old = values.text(0, &tools.budget)?;
    let Some(start) = text.find(&*old) else {
        return Ok(Value::Text(text));
    };
    let found = start..start + old.len();
    tools.budget.make(text.len() + new.len())?;
    let mut out = text[..start].to_owned();
    let place = Place {
        text: &text,
        found: found.clone(),
        groups: None,
    };
    expand(&new, &place, &mut out, &tools.budget)?;
    out.push_str(&text[found.end..]);
    Ok(Value::text(out))
}

fn slice(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = looked_at(value, tools)?;
    let length = of_length(utf16::length(&text));
    let bound = |place, default| {
        let at = values.number_or(place, default, &tools.budget)?.trunc();
        let at = if at < 0.0 { at + length } else { at };
        let at = usize::try_from(index(at)).unwrap_or(0);
        Ok(at.min(utf16::length(&text)))
    };
    part(&text, bound(0, 0.0)?, bound(1, length)?, tools)
}

fn substring(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = looked_at(value, tools)?;
    let start = unit(values, 0, 0.0, &text, tools)?;
    let end = unit(values, 1, f64::INFINITY, &text, tools)?;
    part(&text, start.min(end), start.max(end), tools)
}

fn part(text: &str, start: usize, end: usize, tools: &Tools<'_>) -> Result<Value> {
    tools.budget.make(text.len())?;
    Ok(Value::text(utf16::part(text, start, end)))
}

fn split(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = looked_at(value, tools)?;
    let limit = match values.get(1) {
        Value::Undefined => usize::MAX,
        limit => usize::try_from(index(to_number(&limit, &tools.budget)?)).unwrap_or(usize::MAX),
    };
    let mut parts = match values.get(0) {
        Value::Undefined => vec![Value::Text(text)],
        Value::Pattern(pattern) => {
            let parts = pattern.split(&text, &tools.budget)?.into_iter();
            parts
                .map(|part| part.map_or(Value::Undefined, Value::text))
                .collect()
        }
        separator => {
            let separator = to_text(&separator, &tools.budget)?;
            if separator.is_empty() {
                units(&text, &tools.budget)?
            } else {
                let count = text.matches(&*separator).count() + 1;
                tools
                    .budget
                    .make(text.len() + count * (size_of::<Value>() + 32))?;
                text.split(&*separator).map(Value::text).collect()
            }
        }
    };
    parts.truncate(limit);
    Ok(Value::list(parts))
}

fn test(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let Value::Pattern(pattern) = value else {
        return Ok(Value::Bool(false));
    };
    let text = values.text(0, &tools.budget)?;
    pattern.test(&text, &tools.budget).map(Value::Bool)
}
