//! The methods of lists. Those that change a list change it for all who hold it.

use super::{
    arguments::Values,
    budget::{Budget, MAX_VALUE_DEPTH},
    coerce::{compare_texts, is_same, is_same_or_nan, to_shown, to_text, too_deep},
    error::{Fault, Result},
    evaluate::Tools,
    methods::MethodEntry,
    number::{index, of_length},
    sequence::copied,
    sort::sorted,
    value::{List, Value},
};

type Call = fn(&List, &Values, &Tools<'_>) -> Result<Value>;

macro_rules! methods {
    ($($name:literal $least:literal..$most:expr => $call:expr,)*) => {
        [$(MethodEntry {
            name: $name,
            arguments: ($least, $most),
            call: |value, values, tools| on_list(value, values, tools, $call),
        }),*]
    };
}

pub(super) static METHODS: [MethodEntry; 17] = methods! {
    "at" 1..1 => at,
    "concat" 0..usize::MAX => concat,
    "copyWithin" 1..3 => copy_within,
    "fill" 1..3 => fill,
    "flat" 0..1 => flat,
    "includes" 1..2 => includes,
    "indexOf" 1..2 => index_of,
    "join" 0..1 => join,
    "lastIndexOf" 1..2 => last_index_of,
    "pop" 0..0 => |list, _, _| Ok(list.items_mut().pop().unwrap_or_default()),
    "push" 0..usize::MAX => push,
    "reverse" 0..0 => |list, _, _| Ok(reversed(list)),
    "shift" 0..0 => |list, _, _| Ok(shifted(list)),
    "slice" 0..2 => slice,
    "sort" 0..0 => sort,
    "splice" 0..usize::MAX => splice,
    "unshift" 0..usize::MAX => unshift,
};

pub(super) fn on_list(
    value: &Value,
    values: &Values,
    tools: &Tools<'_>,
    call: Call,
) -> Result<Value> {
    match value {
        Value::List(list) => {
            tools.budget.work(list.len() / 16)?;
            call(list, values, tools)
        }
        _ => Err(Fault::new("a list is needed")),
    }
}

/// Checks that these values can become items of the list: no functions, and the list not in itself.
pub(super) fn admit(list: &List, values: &[Value], budget: &Budget) -> Result<()> {
    budget.make(size_of_val(values))?;
    values
        .iter()
        .try_for_each(|value| admit_value(list, value, 0, budget))
}

fn admit_value(list: &List, value: &Value, depth: usize, budget: &Budget) -> Result<()> {
    budget.work(1)?;
    if depth == MAX_VALUE_DEPTH {
        return Err(too_deep());
    }
    match value {
        Value::Function(_) => Err(Fault::new("a list cannot take a function")),
        Value::List(other) if other.is_same(list) => Err(Fault::new("a list cannot hold itself")),
        Value::List(other) => {
            let items = other.items();
            items
                .iter()
                .try_for_each(|item| admit_value(list, item, depth + 1, budget))
        }
        Value::Map(map) => {
            let mut entries = map.entries();
            entries.try_for_each(|(_, item)| admit_value(list, item, depth + 1, budget))
        }
        _ => Ok(()),
    }
}

/// An argument as a place in a list of this length; negative ones count from the end.
pub(super) fn bound(
    values: &Values,
    place: usize,
    default: usize,
    length: usize,
    budget: &Budget,
) -> Result<usize> {
    let at = values.number_or(place, of_length(default), budget)?.trunc();
    let at = if at < 0.0 { at + of_length(length) } else { at };
    Ok(usize::try_from(index(at)).unwrap_or(0).min(length))
}

fn at(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let at = index(values.number(0, &tools.budget)?);
    let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let at = if at < 0 {
        at.saturating_add(length)
    } else {
        at
    };
    Ok(usize::try_from(at)
        .ok()
        .and_then(|at| list.get(at))
        .unwrap_or_default())
}

fn concat(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let mut items = copied(&list.items(), &tools.budget)?;
    for value in &values.positional {
        match value {
            Value::List(other) => items.extend(copied(&other.items(), &tools.budget)?),
            other => items.push(other.clone()),
        }
    }
    tools.budget.make(size_of_val(&*values.positional))?;
    Ok(Value::list(items))
}

fn copy_within(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let length = list.len();
    let target = bound(values, 0, 0, length, &tools.budget)?;
    let start = bound(values, 1, 0, length, &tools.budget)?;
    let end = bound(values, 2, length, length, &tools.budget)?.max(start);
    let moved = copied(&list.items()[start..end], &tools.budget)?;
    for (place, item) in list.items_mut().iter_mut().skip(target).zip(moved) {
        *place = item;
    }
    Ok(Value::List(list.clone()))
}

fn fill(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let value = values.get(0);
    admit(list, std::slice::from_ref(&value), &tools.budget)?;
    let length = list.len();
    let start = bound(values, 1, 0, length, &tools.budget)?;
    let end = bound(values, 2, length, length, &tools.budget)?.max(start);
    list.items_mut()[start..end].fill(value);
    Ok(Value::List(list.clone()))
}

fn flat(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let depth = index(values.number_or(0, 1.0, &tools.budget)?);
    let mut items = Vec::new();
    flatten(list, depth.min(100), &mut items, &tools.budget)?;
    Ok(Value::list(items))
}

fn flatten(list: &List, depth: i64, into: &mut Vec<Value>, budget: &Budget) -> Result<()> {
    for item in list.items().iter() {
        budget.work(1)?;
        match item {
            Value::List(inner) if depth > 0 => flatten(inner, depth - 1, into, budget)?,
            item => {
                budget.make(size_of::<Value>())?;
                into.push(item.clone());
            }
        }
    }
    Ok(())
}

fn includes(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let wanted = values.get(0);
    let start = bound(values, 1, 0, list.len(), &tools.budget)?;
    let found = list
        .items()
        .iter()
        .skip(start)
        .any(|item| is_same_or_nan(item, &wanted));
    Ok(Value::Bool(found))
}

fn index_of(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let wanted = values.get(0);
    let start = bound(values, 1, 0, list.len(), &tools.budget)?;
    let found = list
        .items()
        .iter()
        .skip(start)
        .position(|item| is_same(item, &wanted));
    Ok(Value::Number(
        found.map_or(-1.0, |at| of_length(start + at)),
    ))
}

fn last_index_of(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let wanted = values.get(0);
    let length = list.len();
    let from = match values.get(1) {
        Value::Undefined => length,
        _ => bound(values, 1, 0, length, &tools.budget)? + 1,
    };
    let items = list.items();
    let found = items
        .iter()
        .take(from)
        .rposition(|item| is_same(item, &wanted));
    Ok(Value::Number(found.map_or(-1.0, of_length)))
}

fn join(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let separator = match values.get(0) {
        Value::Undefined => ",".into(),
        separator => to_text(&separator, &tools.budget)?,
    };
    joined(&list.items(), &separator, &tools.budget)
}

/// The items as text, with a separator between them.
pub(super) fn joined(items: &[Value], separator: &str, budget: &Budget) -> Result<Value> {
    let mut text = String::new();
    for (place, item) in items.iter().enumerate() {
        let item = to_shown(item, budget)?;
        budget.work(1)?;
        budget.make(separator.len() + item.len())?;
        text.push_str(if place > 0 { separator } else { "" });
        text.push_str(&item);
    }
    Ok(Value::text(text))
}

fn push(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    admit(list, &values.positional, &tools.budget)?;
    list.items_mut().extend(values.positional.iter().cloned());
    Ok(Value::Number(of_length(list.len())))
}

fn reversed(list: &List) -> Value {
    list.items_mut().reverse();
    Value::List(list.clone())
}

fn shifted(list: &List) -> Value {
    let mut items = list.items_mut();
    if items.is_empty() {
        return Value::Undefined;
    }
    items.remove(0)
}

fn slice(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let length = list.len();
    let start = bound(values, 0, 0, length, &tools.budget)?;
    let end = bound(values, 1, length, length, &tools.budget)?.max(start);
    copied(&list.items()[start..end], &tools.budget).map(Value::list)
}

/// By the items' text; what is undefined comes last.
fn sort(list: &List, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let budget = &tools.budget;
    let items = copied(&list.items(), budget)?;
    let (missing, items): (Vec<Value>, Vec<Value>) = items
        .into_iter()
        .partition(|item| matches!(item, Value::Undefined));
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        keyed.push((to_text(&item, budget)?, item));
    }
    let keyed = sorted(keyed, &mut |a, b| {
        budget.work(1)?;
        Ok(compare_texts(&a.0, &b.0))
    })?;
    let mut items: Vec<Value> = keyed.into_iter().map(|(_, item)| item).collect();
    items.extend(missing);
    *list.items_mut() = items;
    Ok(Value::List(list.clone()))
}

fn splice(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let length = list.len();
    let start = bound(values, 0, 0, length, &tools.budget)?;
    let rest = length - start;
    let count = match values.positional.len() {
        0 => 0,
        1 => rest,
        _ => usize::try_from(index(values.number(1, &tools.budget)?))
            .unwrap_or(0)
            .min(rest),
    };
    let new = values.positional.get(2..).unwrap_or_default();
    admit(list, new, &tools.budget)?;
    let removed = copied(&list.items()[start..start + count], &tools.budget)?;
    list.items_mut()
        .splice(start..start + count, new.iter().cloned());
    Ok(Value::list(removed))
}

fn unshift(list: &List, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    admit(list, &values.positional, &tools.budget)?;
    list.items_mut()
        .splice(0..0, values.positional.iter().cloned());
    Ok(Value::Number(of_length(list.len())))
}
