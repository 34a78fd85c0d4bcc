//! Filters that calculate.

use super::{
    arguments::Values,
    coerce::{to_number, to_text},
    error::Result,
    evaluate::Tools,
    filters_list::{attribute_of, items_for},
    number::{parse_float, parse_int, power, round as to_whole},
    operate::add,
    value::Value,
};

pub(super) fn abs(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    Ok(Value::Number(to_number(value, &tools.budget)?.abs()))
}

/// `int(default, base = 10)`
pub(super) fn int(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = to_text(value, &tools.budget)?;
    let base = match values.named_or("base", 1) {
        Value::Undefined => 10.0,
        base => to_number(&base, &tools.budget)?,
    };
    Ok(number_or_default(parse_int(&text, base), values))
}

/// `float(default)`
pub(super) fn float(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let text = to_text(value, &tools.budget)?;
    Ok(number_or_default(parse_float(&text), values))
}

fn number_or_default(number: f64, values: &Values) -> Value {
    if number.is_nan() {
        values.named_or("default", 0)
    } else {
        Value::Number(number)
    }
}

/// `round(digits = 0, method = "common")`
pub(super) fn round(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let number = to_number(value, &tools.budget)?;
    let digits = match values.get(0) {
        digits if digits.is_truthy() => to_number(&digits, &tools.budget)?,
        _ => 0.0,
    };
    let factor = power(10.0, digits);
    let rounded = match &*values.text(1, &tools.budget)? {
        "ceil" => (number * factor).ceil(),
        "floor" => (number * factor).floor(),
        _ => to_whole(number * factor),
    };
    Ok(Value::Number(rounded / factor))
}

/// `sum(attribute, start = 0)`, with JavaScript's `+`: texts are joined behind the numbers.
pub(super) fn sum(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let budget = &tools.budget;
    let attribute = values.get(0);
    let mut sum = Value::Number(0.0);
    for item in items_for(value, &attribute, tools)? {
        budget.work(1)?;
        let item = if attribute.is_truthy() {
            attribute_of(&item, &attribute, tools)?
        } else {
            item
        };
        sum = add(&sum, &item, budget)?;
    }
    let start = match values.get(1) {
        Value::Undefined => Value::Number(0.0),
        start => start,
    };
    // As it is written there: start + (0 + items). With a text among them, the start becomes one too.
    add(&start, &sum, budget)
}
