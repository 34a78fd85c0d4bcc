//! Filters that make texts of texts. Numbers, booleans and lists are refused; nothing is mostly an empty text.

use std::rc::Rc;

use super::{
    Dialect,
    arguments::Values,
    coerce::{to_number, to_shown, to_text},
    error::{Fault, Result},
    evaluate::Tools,
    json::stringify,
    number::{self, of_length},
    utf16,
    value::Value,
};

/// Longest padding, in characters.
const MAX_PADDING: f64 = 1_000_000.0;

/// The input as a text, and whether it counts as escaped.
struct Input {
    text: Rc<str>,
    is_safe: bool,
}

impl Input {
    /// A text; nothing, and false, is an empty one.
    fn lenient(value: &Value) -> Result<Self> {
        match value {
            Value::Undefined | Value::Null | Value::Bool(false) => Ok(Self {
                text: "".into(),
                is_safe: false,
            }),
            _ => Self::strict(value),
        }
    }

    fn strict(value: &Value) -> Result<Self> {
        match value {
            Value::Text(text) => Ok(Self {
                text: Rc::clone(text),
                is_safe: false,
            }),
            Value::Safe(text) => Ok(Self {
                text: Rc::clone(text),
                is_safe: true,
            }),
            _ => Err(Fault::new(format!(
                "a text is needed, not {}",
                value.kind()
            ))),
        }
    }

    /// A text that stays escaped if the input was.
    fn answer(&self, text: String) -> Value {
        if self.is_safe {
            Value::Safe(text.into())
        } else {
            Value::text(text)
        }
    }
}

/// The text of an input that may be nothing.
pub(super) fn lenient_text(value: &Value) -> Result<Rc<str>> {
    Input::lenient(value).map(|input| input.text)
}

/// The text of an input that must be one.
pub(super) fn strict_text(value: &Value) -> Result<Rc<str>> {
    Input::strict(value).map(|input| input.text)
}

/// Charges what a change of case may make.
fn charge_case(text: &str, tools: &Tools<'_>) -> Result<()> {
    tools.budget.make(text.len() * 3)
}

pub(super) fn lower(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = lenient_text(value)?;
    charge_case(&text, tools)?;
    Ok(Value::text(text.to_lowercase()))
}

pub(super) fn upper(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = lenient_text(value)?;
    charge_case(&text, tools)?;
    Ok(Value::text(text.to_uppercase()))
}

pub(super) fn capitalize(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let input = Input::lenient(value)?;
    charge_case(&input.text, tools)?;
    Ok(input.answer(capitalized(&input.text)))
}

fn capitalized(word: &str) -> String {
    let lower = word.to_lowercase();
    let mut chars = lower.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// Words are what stands between spaces.
pub(super) fn title(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let input = Input::lenient(value)?;
    charge_case(&input.text, tools)?;
    let words: Vec<String> = input.text.split(' ').map(capitalized).collect();
    Ok(input.answer(words.join(" ")))
}

pub(super) fn trim(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let input = Input::strict(value)?;
    tools.budget.make(input.text.len())?;
    Ok(input.answer(number::trim(&input.text).to_owned()))
}

pub(super) fn string(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    match value {
        Value::Undefined | Value::Null => Err(Fault::new(format!(
            "a value is needed, not {}",
            value.kind()
        ))),
        Value::Safe(_) => Ok(value.clone()),
        _ => to_text(value, &tools.budget).map(Value::Text),
    }
}

/// `dump(indent)`: JSON.
pub(super) fn dump(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let indent = match values.get(0) {
        Value::Number(width) => " ".repeat(number::small(width.clamp(0.0, 10.0)) as usize),
        Value::Text(indent) => indent.chars().take(10).collect(),
        _ => String::new(),
    };
    let json = stringify(value, &indent, &tools.budget)?;
    Ok(json.map_or(Value::Undefined, Value::text))
}

/// `dump` under its name in cookiecutter templates.
pub(super) fn jsonify(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    if tools.dialect == Dialect::Backstage {
        return Err(Fault::new(
            "it exists only in cookiecutter templates; use `dump`",
        ));
    }
    dump(value, values, tools)
}

/// `center(width = 80)`
pub(super) fn center(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = match value {
        Value::Bool(false) => "".into(),
        value => to_shown(value, &tools.budget)?,
    };
    let length = match value {
        Value::Undefined | Value::Null | Value::Bool(false) => 0.0,
        Value::Text(text) | Value::Safe(text) => of_length(utf16::length(text)),
        Value::List(list) => of_length(list.len()),
        // What has no length is not padded.
        _ => return Ok(Value::Text(text)),
    };
    let spaces = width_of(values, 80.0, tools)? - length;
    if spaces <= 0.0 || spaces.is_nan() {
        return Ok(if length > 0.0 {
            value.clone()
        } else {
            Value::text("")
        });
    }
    if spaces > MAX_PADDING {
        return Err(Fault::new(format!(
            "at most {MAX_PADDING} blanks can be added"
        )));
    }
    let (left, right) = ((spaces / 2.0 - spaces % 2.0).ceil(), (spaces / 2.0).ceil());
    let blanks = |count: f64| " ".repeat(number::small(count.max(0.0)) as usize);
    tools
        .budget
        .make(text.len() + number::small(left + right) as usize)?;
    Ok(Value::text(blanks(left) + &text + &blanks(right)))
}

/// The first argument as a number; the usual one stands for what is falsy.
fn width_of(values: &Values, usual: f64, tools: &Tools<'_>) -> Result<f64> {
    match values.get(0) {
        width if width.is_truthy() => to_number(&width, &tools.budget),
        _ => Ok(usual),
    }
}

/// `indent(width = 4, first = false)`
pub(super) fn indent(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let input = Input::lenient(value)?;
    if input.text.is_empty() {
        return Ok(Value::text(""));
    }
    let width = width_of(values, 4.0, tools)?;
    if width > MAX_PADDING {
        return Err(Fault::new(format!(
            "at most {MAX_PADDING} blanks can be added"
        )));
    }
    let blanks = " ".repeat(number::small(width.max(0.0)) as usize);
    let lines = input.text.matches('\n').count() + 1;
    tools.budget.make(input.text.len() + lines * blanks.len())?;
    let indented = input.text.replace('\n', &format!("\n{blanks}"));
    let first = if values.get(1).is_truthy() {
        blanks
    } else {
        String::new()
    };
    Ok(input.answer(first + &indented))
}

/// `truncate(length = 255, killwords = false, end = "...")`
pub(super) fn truncate(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let input = Input::lenient(value)?;
    let text = &input.text;
    let length = width_of(values, 255.0, tools)?;
    let units = utf16::length(text);
    if of_length(units) <= length {
        return Ok(value.as_text().map_or(Value::text(""), |_| value.clone()));
    }
    let length = number::small(length.clamp(0.0, of_length(units))) as usize;
    let end = if values.get(1).is_truthy() {
        utf16::byte_of(text, length)
    } else {
        let last = utf16::byte_of(text, length);
        let space = text.bytes().take(last + 1).rposition(|byte| byte == b' ');
        space.unwrap_or(last)
    };
    let ending = match values.get(2) {
        Value::Undefined | Value::Null => "...".into(),
        ending => to_text(&ending, &tools.budget)?,
    };
    tools.budget.make(end + ending.len())?;
    Ok(input.answer(text[..end].to_owned() + &ending))
}

/// Words are runs of ASCII letters, digits and `_`; there is no count where there are none.
pub(super) fn wordcount(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    if !value.is_truthy() {
        return Ok(Value::Null);
    }
    let text = strict_text(value)?;
    tools.budget.work(text.len() / 64)?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let count = text
        .split(|c| !is_part(c))
        .filter(|word| !word.is_empty())
        .count();
    Ok(if count == 0 {
        Value::Null
    } else {
        Value::Number(of_length(count))
    })
}

/// `replace(old, new, count)`: every place, or the first so many. Lists and maps stay as they are.
pub(super) fn replace(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let budget = &tools.budget;
    let input = match value {
        Value::Undefined | Value::Null => Input::lenient(value)?,
        Value::Number(_) => Input {
            text: to_text(value, budget)?,
            is_safe: false,
        },
        Value::Text(_) | Value::Safe(_) => Input::strict(value)?,
        _ => return Ok(value.clone()),
    };
    let new = values.text(1, budget)?;
    let old = match values.get(0) {
        Value::Pattern(pattern) => {
            let text = pattern.replace(&input.text, &new, budget)?;
            return Ok(input.answer(text.to_string()));
        }
        old @ (Value::Number(_) | Value::Text(_) | Value::Safe(_)) => to_text(&old, budget)?,
        _ => return Ok(value.clone()),
    };
    let most = match values.number_or(2, -1.0, budget)? {
        -1.0 => usize::MAX,
        count => number::small(count.ceil().clamp(0.0, 4e9)) as usize,
    };
    let most = if old.is_empty() { usize::MAX } else { most };
    budget.work(input.text.len() / 64)?;
    let places = input.text.matches(&*old).count().min(most);
    budget.make(input.text.len() + places * new.len())?;
    Ok(input.answer(input.text.replacen(&*old, &new, most)))
}
