//! How one kind of value becomes another, as JavaScript does it.

use std::{cmp::Ordering, rc::Rc};

use super::{
    budget::{Budget, MAX_VALUE_DEPTH},
    error::{Fault, Result},
    number,
    value::Value,
};

/// As `"" + value` prints it: a list is its items with commas between.
pub(super) fn to_text(value: &Value, budget: &Budget) -> Result<Rc<str>> {
    if let Some(text) = value.as_text() {
        return Ok(Rc::clone(text));
    }
    let mut text = String::new();
    write_text(value, &mut text, 0, budget)?;
    Ok(text.into())
}

/// As an output or `join` prints it: nothing prints nothing.
pub(super) fn to_shown(value: &Value, budget: &Budget) -> Result<Rc<str>> {
    if value.is_nullish() {
        return Ok("".into());
    }
    to_text(value, budget)
}

fn write_text(value: &Value, text: &mut String, depth: usize, budget: &Budget) -> Result<()> {
    budget.work(1)?;
    let piece: &str = match value {
        Value::Undefined => "undefined",
        Value::Null => "null",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Number(number) => &number::print(*number),
        Value::Text(text) | Value::Safe(text) => text,
        Value::Map(_) => "[object Object]",
        Value::Pattern(pattern) => &pattern.to_string(),
        Value::Function(_) => return Err(Fault::new("A function cannot be printed: call it")),
        Value::List(list) => {
            if depth == MAX_VALUE_DEPTH {
                return Err(too_deep());
            }
            for (index, item) in list.items().iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                if !item.is_nullish() {
                    write_text(item, text, depth + 1, budget)?;
                }
            }
            budget.make(list.len())?;
            ""
        }
    };
    budget.make(piece.len())?;
    text.push_str(piece);
    Ok(())
}

pub(super) fn too_deep() -> Fault {
    Fault::new(format!(
        "This value nests deeper than {MAX_VALUE_DEPTH} levels, or holds itself"
    ))
}

/// JavaScript's `Number(value)`.
pub(super) fn to_number(value: &Value, budget: &Budget) -> Result<f64> {
    Ok(match value {
        Value::Undefined => f64::NAN,
        Value::Null => 0.0,
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Number(number) => *number,
        _ => number::read(&to_text(value, budget)?),
    })
}

/// What `+` and comparisons work on: a text or a plain value.
pub(super) fn to_primitive(value: &Value, budget: &Budget) -> Result<Value> {
    match value {
        Value::Safe(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::Pattern(_)
        | Value::Function(_) => Ok(Value::Text(to_text(value, budget)?)),
        plain => Ok(plain.clone()),
    }
}

/// `===`
pub(super) fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Undefined, Value::Undefined) | (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Number(a), Value::Number(b)) => number::is_same(*a, *b),
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Safe(a), Value::Safe(b)) => Rc::ptr_eq(a, b),
        (Value::List(a), Value::List(b)) => a.is_same(b),
        (Value::Map(a), Value::Map(b)) => a.is_same(b),
        (Value::Pattern(a), Value::Pattern(b)) => Rc::ptr_eq(a, b),
        (Value::Function(a), Value::Function(b)) => a.is_same(b),
        _ => false,
    }
}

/// As `includes` compares: like `===`, but NaN is itself.
pub(super) fn is_same_or_nan(a: &Value, b: &Value) -> bool {
    let is_nan = |value: &Value| matches!(value, Value::Number(number) if number.is_nan());
    is_same(a, b) || (is_nan(a) && is_nan(b))
}

/// `==`
pub(super) fn is_equal(a: &Value, b: &Value, budget: &Budget) -> Result<bool> {
    let is_object = |value: &Value| {
        matches!(
            value,
            Value::Safe(_)
                | Value::List(_)
                | Value::Map(_)
                | Value::Pattern(_)
                | Value::Function(_)
        )
    };
    if a.is_nullish() || b.is_nullish() {
        return Ok(a.is_nullish() && b.is_nullish());
    }
    if is_object(a) && is_object(b) {
        return Ok(is_same(a, b));
    }
    let (a, b) = (to_primitive(a, budget)?, to_primitive(b, budget)?);
    if let (Value::Text(a), Value::Text(b)) = (&a, &b) {
        budget.work(a.len().min(b.len()) / 64)?;
        return Ok(a == b);
    }
    let (a, b) = (to_number(&a, budget)?, to_number(&b, budget)?);
    Ok(number::is_same(a, b))
}

/// How `<` and `>` order two values; `None`: not at all.
pub(super) fn compare(a: &Value, b: &Value, budget: &Budget) -> Result<Option<Ordering>> {
    let (a, b) = (to_primitive(a, budget)?, to_primitive(b, budget)?);
    if let (Value::Text(a), Value::Text(b)) = (&a, &b) {
        budget.work(a.len().min(b.len()) / 64)?;
        return Ok(Some(compare_texts(a, b)));
    }
    Ok(to_number(&a, budget)?.partial_cmp(&to_number(&b, budget)?))
}

/// By UTF-16 units.
pub(super) fn compare_texts(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}
