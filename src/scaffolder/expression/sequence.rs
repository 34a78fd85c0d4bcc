//! Values as sequences of others.

use super::{
    budget::Budget,
    error::{Fault, Result},
    utf16,
    value::Value,
};

/// What a text of one unit takes, with its place in a list.
const UNIT_BYTES: usize = size_of::<Value>() + 32;

/// The UTF-16 units of a text.
pub(super) fn units(text: &str, budget: &Budget) -> Result<Vec<Value>> {
    budget.make(text.len() * UNIT_BYTES)?;
    Ok(utf16::units(text).map(Value::text).collect())
}

/// A copy of the items.
pub(super) fn copied(items: &[Value], budget: &Budget) -> Result<Vec<Value>> {
    budget.work(items.len() / 16)?;
    budget.make(size_of_val(items))?;
    Ok(items.to_vec())
}

/// The items of a list or the units of a text. `None`: it is neither.
pub(super) fn items_of(value: &Value, budget: &Budget) -> Result<Option<Vec<Value>>> {
    match value {
        Value::List(list) => copied(&list.items(), budget).map(Some),
        Value::Text(text) | Value::Safe(text) => units(text, budget).map(Some),
        _ => Ok(None),
    }
}

/// As most filters see their input: what is no sequence is an empty one, but nothing is an error.
pub(super) fn sequence(value: &Value, budget: &Budget) -> Result<Vec<Value>> {
    if value.is_nullish() {
        return Err(Fault::new(format!(
            "a list or a text is needed, not {}",
            value.kind()
        )));
    }
    Ok(items_of(value, budget)?.unwrap_or_default())
}

/// As some filters see their input: nothing but a list will do.
pub(super) fn list(value: &Value, budget: &Budget) -> Result<Vec<Value>> {
    match value {
        Value::List(list) => copied(&list.items(), budget),
        _ => Err(Fault::new(format!(
            "a list is needed, not {}",
            value.kind()
        ))),
    }
}
