//! The methods cookiecutter's templates call on lists and maps.

use std::rc::Rc;

use super::{
    arguments::Values,
    coerce::{is_same, to_text},
    error::{Fault, Result},
    evaluate::Tools,
    methods::MethodEntry,
    methods_list::{admit, bound, on_list},
    number::{index, of_length},
    value::{List, Map, Value},
};

macro_rules! of_lists {
    ($($name:literal $least:literal..$most:literal => $call:expr,)*) => {
        [$(MethodEntry {
            name: $name,
            arguments: ($least, $most),
            call: |value, values, tools| on_list(value, values, tools, $call),
        }),*]
    };
}

macro_rules! of_maps {
    ($($name:literal $least:literal..$most:literal => $call:expr,)*) => {
        [$(MethodEntry {
            name: $name,
            arguments: ($least, $most),
            call: |value, values, tools| match value {
                Value::Map(map) => $call(map, values, tools),
                _ => Err(Fault::new("a map is needed")),
            },
        }),*]
    };
}

pub(super) static OF_LISTS: [MethodEntry; 7] = of_lists! {
    "append" 1..1 => append,
    "count" 1..1 => |list, values, _| Ok(count(list, &values.get(0))),
    "find" 1..1 => |list, values, _| Ok(find(list, &values.get(0))),
    "index" 1..1 => |list, values, _| Ok(find(list, &values.get(0))),
    "insert" 2..2 => insert,
    "pop" 0..1 => pop,
    "remove" 1..1 => |list, values, _| Ok(remove(list, &values.get(0))),
};

pub(super) static OF_MAPS: [MethodEntry; 5] = of_maps! {
    "get" 1..2 => get,
    "has_key" 1..1 => has_key,
    "items" 0..0 => items,
    "keys" 0..0 => keys,
    "values" 0..0 => all_values,
};

fn append(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    admit(list, &values.positional, &tools.budget)?;
    list.items_mut().extend(values.positional.iter().cloned());
    Ok(Value::Number(of_length(list.len())))
}

fn count(list: &List, wanted: &Value) -> Value {
    let items = list.items();
    let count = items.iter().filter(|item| is_same(item, wanted)).count();
    Value::Number(of_length(count))
}

fn find(list: &List, wanted: &Value) -> Value {
    let found = position(list, wanted);
    Value::Number(found.map_or(-1.0, of_length))
}

fn position(list: &List, wanted: &Value) -> Option<usize> {
    let items = list.items();
    items.iter().position(|item| is_same(item, wanted))
}

fn insert(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let value = values.get(1);
    admit(list, std::slice::from_ref(&value), &tools.budget)?;
    let at = bound(values, 0, 0, list.len(), &tools.budget)?;
    list.items_mut().insert(at, value);
    Ok(Value::Undefined)
}

fn pop(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let length = of_length(list.len());
    let at = match values.number_or(0, length - 1.0, &tools.budget)? {
        at if at < 0.0 => at + length,
        at => at,
    };
    let at = usize::try_from(index(at))
        .ok()
        .filter(|&at| at < list.len());
    Ok(at.map_or(Value::Undefined, |at| list.items_mut().remove(at)))
}

fn remove(list: &List, wanted: &Value) -> Value {
    let found = position(list, wanted);
    found.map_or(Value::Undefined, |at| list.items_mut().remove(at))
}

fn get(map: &Map, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let found = map.get(&values.text(0, &tools.budget)?).cloned();
    Ok(found.unwrap_or_else(|| values.get(1)))
}

fn has_key(map: &Map, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let key = to_text(&values.get(0), &tools.budget)?;
    Ok(Value::Bool(map.get(&key).is_some()))
}

fn items(map: &Map, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    tools.budget.make(map.len() * 4 * size_of::<Value>())?;
    let entries = map.entries();
    let entries =
        entries.map(|(key, value)| Value::list(vec![Value::Text(Rc::clone(key)), value.clone()]));
    Ok(Value::list(entries.collect()))
}

fn keys(map: &Map, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    tools.budget.make(map.len() * size_of::<Value>())?;
    Ok(Value::list(
        map.entries()
            .map(|(key, _)| Value::Text(Rc::clone(key)))
            .collect(),
    ))
}

fn all_values(map: &Map, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    tools.budget.make(map.len() * size_of::<Value>())?;
    Ok(Value::list(
        map.entries().map(|(_, value)| value.clone()).collect(),
    ))
}
