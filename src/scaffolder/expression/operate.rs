//! What the operators do.

use std::{cmp::Ordering, rc::Rc};

use super::{
    budget::Budget,
    coerce::{compare, is_equal, is_same, to_number, to_primitive, to_text},
    error::{Fault, Result},
    number::power,
    syntax::Operator,
    value::Value,
};

/// The value of `left operator right`, both known.
pub(super) fn operate(
    operator: Operator,
    left: &Value,
    right: &Value,
    budget: &Budget,
) -> Result<Value> {
    let is_ordered = |wanted: fn(Ordering) -> bool| {
        Ok(Value::Bool(
            compare(left, right, budget)?.is_some_and(wanted),
        ))
    };
    let calculated = |calculate: fn(f64, f64) -> f64| {
        let (a, b) = (to_number(left, budget)?, to_number(right, budget)?);
        Ok(Value::Number(calculate(a, b)))
    };
    match operator {
        Operator::Or => Ok(if left.is_truthy() { left } else { right }.clone()),
        Operator::And => Ok(if left.is_truthy() { right } else { left }.clone()),
        Operator::In => is_member(left, right, budget).map(Value::Bool),
        Operator::NotIn => Ok(Value::Bool(!is_member(left, right, budget)?)),
        Operator::Equal => is_equal(left, right, budget).map(Value::Bool),
        Operator::NotEqual => Ok(Value::Bool(!is_equal(left, right, budget)?)),
        Operator::Same => Ok(Value::Bool(is_same(left, right))),
        Operator::NotSame => Ok(Value::Bool(!is_same(left, right))),
        Operator::Less => is_ordered(Ordering::is_lt),
        Operator::LessOrEqual => is_ordered(Ordering::is_le),
        Operator::Greater => is_ordered(Ordering::is_gt),
        Operator::GreaterOrEqual => is_ordered(Ordering::is_ge),
        Operator::Add => add(left, right, budget),
        Operator::Join => join(left, right, budget),
        Operator::Subtract => calculated(|a, b| a - b),
        Operator::Multiply => calculated(|a, b| a * b),
        Operator::Divide => calculated(|a, b| a / b),
        Operator::DivideDown => calculated(|a, b| (a / b).floor()),
        Operator::Remainder => calculated(|a, b| a % b),
        Operator::Power => calculated(power),
    }
}

/// JavaScript's `+`: texts are joined, everything else is added.
pub(super) fn add(left: &Value, right: &Value, budget: &Budget) -> Result<Value> {
    let (left, right) = (to_primitive(left, budget)?, to_primitive(right, budget)?);
    if matches!(left, Value::Text(_)) || matches!(right, Value::Text(_)) {
        return join(&left, &right, budget);
    }
    let sum = to_number(&left, budget)? + to_number(&right, budget)?;
    Ok(Value::Number(sum))
}

fn join(left: &Value, right: &Value, budget: &Budget) -> Result<Value> {
    let (left, right) = (to_text(left, budget)?, to_text(right, budget)?);
    budget.make(left.len() + right.len())?;
    budget.work((left.len() + right.len()) / 64)?;
    Ok(Value::Text(Rc::from([&*left, &*right].concat())))
}

/// Whether a list has the item, a map the key, a text the part.
fn is_member(item: &Value, of: &Value, budget: &Budget) -> Result<bool> {
    match of {
        Value::List(list) => {
            budget.work(list.len())?;
            Ok(list.items().iter().any(|other| is_same(item, other)))
        }
        Value::Map(map) => Ok(map.get(&to_text(item, budget)?).is_some()),
        Value::Text(text) | Value::Safe(text) => {
            let part = to_text(item, budget)?;
            budget.work(text.len() / 64)?;
            Ok(text.contains(&*part))
        }
        _ => Err(Fault::new(format!(
            "`in` looks into a list, a map or a text, not {}",
            of.kind()
        ))),
    }
}
