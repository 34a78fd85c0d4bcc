//! The methods of numbers.

use super::{
    arguments::Values,
    decimal::{digit_count, to_exponential, to_fixed, to_precision, to_radix},
    error::{Fault, Result},
    evaluate::Tools,
    methods::MethodEntry,
    number::print,
    value::Value,
};

pub(super) static METHODS: [MethodEntry; 4] = [
    MethodEntry {
        name: "toFixed",
        arguments: (0, 1),
        call: |value, values, tools| {
            let digits = digits(values, tools, 0, 100)?.unwrap_or(0);
            Ok(Value::text(to_fixed(number_of(value), digits)))
        },
    },
    MethodEntry {
        name: "toExponential",
        arguments: (0, 1),
        call: |value, values, tools| {
            let number = number_of(value);
            if !number.is_finite() {
                return Ok(Value::text(print(number)));
            }
            let digits = digits(values, tools, 0, 100)?;
            Ok(Value::text(to_exponential(number, digits)))
        },
    },
    MethodEntry {
        name: "toPrecision",
        arguments: (0, 1),
        call: |value, values, tools| {
            let number = number_of(value);
            if !number.is_finite() {
                return Ok(Value::text(print(number)));
            }
            Ok(Value::text(match digits(values, tools, 1, 100)? {
                Some(digits) => to_precision(number, digits),
                None => print(number),
            }))
        },
    },
    MethodEntry {
        name: "toString",
        arguments: (0, 1),
        call: |value, values, tools| {
            let radix = digits(values, tools, 2, 36)?.unwrap_or(10);
            let radix = u32::try_from(radix).unwrap_or(10);
            Ok(Value::text(to_radix(number_of(value), radix)))
        },
    },
];

fn number_of(value: &Value) -> f64 {
    match value {
        Value::Number(number) => *number,
        _ => f64::NAN,
    }
}

/// The argument, a whole number within bounds; `None`: there is none.
fn digits(values: &Values, tools: &Tools<'_>, least: usize, most: usize) -> Result<Option<usize>> {
    // Writing all digits of a number takes about as long as so many steps.
    tools.budget.work(50)?;
    if matches!(values.get(0), Value::Undefined) {
        return Ok(None);
    }
    let number = values.number(0, &tools.budget)?;
    match digit_count(number, least, most) {
        Some(count) => Ok(Some(count)),
        None => Err(Fault::new(format!(
            "a number from {least} to {most} is needed"
        ))),
    }
}
