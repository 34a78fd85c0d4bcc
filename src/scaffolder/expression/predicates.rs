//! What can stand behind `is`.

use super::{
    arguments::Values,
    budget::Budget,
    coerce::{compare, is_same, to_number},
    error::{Fault, Result},
    number,
    value::Value,
};

/// A test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Predicate {
    Callable,
    Defined,
    DivisibleBy,
    Equal,
    Escaped,
    Even,
    Falsy,
    Greater,
    GreaterOrEqual,
    Iterable,
    Less,
    LessOrEqual,
    Lower,
    Mapping,
    NotEqual,
    Null,
    Number,
    Odd,
    Text,
    Truthy,
    Undefined,
    Upper,
}

/// The test of this name.
pub(super) fn named(name: &str) -> Option<Predicate> {
    Some(match name {
        "callable" => Predicate::Callable,
        "defined" => Predicate::Defined,
        "divisibleby" => Predicate::DivisibleBy,
        "eq" | "equalto" | "sameas" => Predicate::Equal,
        "escaped" => Predicate::Escaped,
        "even" => Predicate::Even,
        "falsy" => Predicate::Falsy,
        "ge" => Predicate::GreaterOrEqual,
        "gt" | "greaterthan" => Predicate::Greater,
        "iterable" => Predicate::Iterable,
        "le" => Predicate::LessOrEqual,
        "lt" | "lessthan" => Predicate::Less,
        "lower" => Predicate::Lower,
        "mapping" => Predicate::Mapping,
        "ne" => Predicate::NotEqual,
        "null" | "none" => Predicate::Null,
        "number" => Predicate::Number,
        "odd" => Predicate::Odd,
        "string" => Predicate::Text,
        "truthy" => Predicate::Truthy,
        "undefined" => Predicate::Undefined,
        "upper" => Predicate::Upper,
        _ => return None,
    })
}

impl Predicate {
    fn takes_argument(self) -> bool {
        matches!(
            self,
            Self::DivisibleBy
                | Self::Equal
                | Self::Greater
                | Self::GreaterOrEqual
                | Self::Less
                | Self::LessOrEqual
                | Self::NotEqual
        )
    }
}

/// Whether the test holds for a value.
pub(super) fn holds(
    predicate: Predicate,
    value: &Value,
    values: &Values,
    budget: &Budget,
) -> Result<bool> {
    let count = usize::from(predicate.takes_argument());
    values.check_count(count, count)?;
    let other = values.get(0);
    let remainder = |by: f64| Ok(to_number(value, budget)? % by);
    Ok(match predicate {
        Predicate::Callable => matches!(value, Value::Function(_)),
        Predicate::Defined => !matches!(value, Value::Undefined),
        Predicate::DivisibleBy => remainder(to_number(&other, budget)?)? == 0.0,
        Predicate::Equal => is_same(value, &other),
        Predicate::Escaped => matches!(value, Value::Safe(_)),
        Predicate::Even => remainder(2.0)? == 0.0,
        Predicate::Falsy => !value.is_truthy(),
        Predicate::Greater => {
            compare(value, &other, budget)?.is_some_and(std::cmp::Ordering::is_gt)
        }
        Predicate::GreaterOrEqual => {
            compare(value, &other, budget)?.is_some_and(std::cmp::Ordering::is_ge)
        }
        Predicate::Iterable if value.is_nullish() => {
            return Err(Fault::new(format!(
                "a value is needed, not {}",
                value.kind()
            )));
        }
        Predicate::Iterable => matches!(value, Value::List(_) | Value::Text(_)),
        Predicate::Less => compare(value, &other, budget)?.is_some_and(std::cmp::Ordering::is_lt),
        Predicate::LessOrEqual => {
            compare(value, &other, budget)?.is_some_and(std::cmp::Ordering::is_le)
        }
        Predicate::Lower => is_in_case(value, str::to_lowercase, budget)?,
        Predicate::Mapping => matches!(value, Value::Map(_) | Value::Safe(_)),
        Predicate::NotEqual => !is_same(value, &other),
        Predicate::Null => matches!(value, Value::Null),
        Predicate::Number => matches!(value, Value::Number(_)),
        Predicate::Odd => number::is_same(remainder(2.0)?, 1.0),
        Predicate::Text => matches!(value, Value::Text(_)),
        Predicate::Truthy => value.is_truthy(),
        Predicate::Undefined => matches!(value, Value::Undefined),
        Predicate::Upper => is_in_case(value, str::to_uppercase, budget)?,
    })
}

fn is_in_case(value: &Value, change: impl Fn(&str) -> String, budget: &Budget) -> Result<bool> {
    match value {
        Value::Text(text) | Value::Safe(text) => {
            budget.make(text.len() * 3)?;
            Ok(change(text) == **text)
        }
        other => Err(Fault::new(format!(
            "a text is needed, not {}",
            other.kind()
        ))),
    }
}
