//! Members of values: `a.b`, `a[b]`, `a[1:3]`.

use std::rc::Rc;

use super::{
    Dialect,
    budget::Budget,
    coerce::{to_number, to_text},
    error::{Fault, Result},
    function::{Function, Method},
    methods,
    number::{index, of_length},
    parser::check_name,
    sequence::items_of,
    utf16,
    value::{Value, array_index},
};

/// The member of a value. What is not there is undefined; also the member of nothing.
pub(super) fn member(
    value: &Value,
    key: &Value,
    dialect: Dialect,
    budget: &Budget,
) -> Result<Value> {
    if value.is_nullish() {
        return Ok(Value::Undefined);
    }
    let key = to_text(key, budget)?;
    check_name(&key)?;
    let own = match value {
        Value::Text(text) | Value::Safe(text) => text_member(text, &key, budget)?,
        Value::List(list) => match &*key {
            "length" => Some(Value::Number(of_length(list.len()))),
            key => array_index(key).and_then(|index| list.get(index as usize)),
        },
        Value::Map(map) => map.get(&key).cloned(),
        Value::Function(function) => function.member(&key),
        _ => None,
    };
    Ok(own
        .or_else(|| method(value, &key, dialect))
        .unwrap_or(Value::Undefined))
}

fn text_member(text: &str, key: &str, budget: &Budget) -> Result<Option<Value>> {
    budget.work(text.len() / 64)?;
    if key == "length" {
        return Ok(Some(Value::Number(of_length(utf16::length(text)))));
    }
    let unit = array_index(key).map(|index| utf16::part_at(text, index as usize));
    Ok(unit.flatten().map(Value::text))
}

fn method(value: &Value, name: &str, dialect: Dialect) -> Option<Value> {
    let method = Method {
        receiver: value.clone(),
        entry: methods::named(value, name, dialect)?,
    };
    Some(Value::Function(Function::Method(Rc::new(method))))
}

/// `value[start:end:step]`, always a list.
pub(super) fn slice(value: &Value, parts: &[Option<Value>; 3], budget: &Budget) -> Result<Value> {
    let items = items_of(value, budget)?.unwrap_or_default();
    let length = of_length(items.len());
    let number = |part: &Option<Value>| match part {
        None | Some(Value::Null | Value::Undefined) => Ok(None),
        Some(value) => to_number(value, budget).map(Some),
    };
    let step = number(&parts[2])?.unwrap_or(1.0);
    if step == 0.0 || !step.is_finite() {
        return Err(Fault::new("The step of a slice is a number other than 0"));
    }
    let from_end = |at: f64| if at < 0.0 { at + length } else { at };
    let whole = if step < 0.0 {
        (length - 1.0, -1.0)
    } else {
        (0.0, length)
    };
    let start = number(&parts[0])?.map_or(whole.0, from_end);
    let end = number(&parts[1])?.map_or(whole.1, from_end);
    let mut taken = Vec::new();
    let mut at = start;
    // Written so that NaN ends it.
    while at >= 0.0 && at <= length && (if step > 0.0 { at < end } else { at > end }) {
        budget.work(1)?;
        budget.make(size_of::<Value>())?;
        let item = usize::try_from(index(at))
            .ok()
            .filter(|_| at.fract() == 0.0);
        taken.push(
            item.and_then(|at| items.get(at))
                .cloned()
                .unwrap_or(Value::Undefined),
        );
        at += step;
    }
    Ok(Value::list(taken))
}
