//! Filters on lists and maps, and on values of any kind.

use std::{cmp::Ordering, rc::Rc};

use super::{
    arguments::Values,
    coerce::{compare, is_same, to_text},
    error::{Fault, Result},
    evaluate::Tools,
    lookup::member,
    methods_list::joined,
    number::{of_length, small},
    predicates,
    sequence::{items_of, list as list_only, sequence},
    sort::sorted,
    utf16,
    value::{Map, Value},
};

/// `default(value, for_all_falsy = false)`
pub(super) fn or_default(value: &Value, values: &Values) -> Value {
    let is_missing = if values.get(1).is_truthy() {
        !value.is_truthy()
    } else {
        matches!(value, Value::Undefined)
    };
    if is_missing {
        values.get(0)
    } else {
        value.clone()
    }
}

pub(super) fn length(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let length = match value {
        Value::Undefined | Value::Null | Value::Bool(false) => 0,
        Value::Text(text) | Value::Safe(text) => {
            tools.budget.work(text.len() / 64)?;
            utf16::length(text)
        }
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        _ => return Ok(Value::Undefined),
    };
    Ok(Value::Number(of_length(length)))
}

pub(super) fn first(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    match value {
        Value::List(list) => Ok(list.get(0).unwrap_or_default()),
        _ => Ok(sequence(value, &tools.budget)?
            .into_iter()
            .next()
            .unwrap_or_default()),
    }
}

pub(super) fn last(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    match value {
        Value::List(list) => Ok(list.items().last().cloned().unwrap_or_default()),
        _ => Ok(sequence(value, &tools.budget)?.pop().unwrap_or_default()),
    }
}

/// A text's units, a map's entries as `{key, value}`, a list as it is.
pub(super) fn list(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let Value::Map(map) = value else {
        return match items_of(value, &tools.budget)? {
            Some(items) => Ok(Value::list(items)),
            None => Err(Fault::new(format!(
                "a list, a map or a text is needed, not {}",
                value.kind()
            ))),
        };
    };
    tools.budget.make(map.len() * 8 * size_of::<Value>())?;
    let entry = |(key, value): (&Rc<str>, &Value)| {
        let pair = [
            ("key", Value::Text(Rc::clone(key))),
            ("value", value.clone()),
        ];
        Value::Map(
            pair.into_iter()
                .map(|(name, value)| (Rc::from(name), value))
                .collect(),
        )
    };
    Ok(Value::list(map.entries().map(entry).collect()))
}

pub(super) fn reverse(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let mut items = items_of(value, &tools.budget)?.unwrap_or_default();
    items.reverse();
    match value {
        Value::Text(_) | Value::Safe(_) => joined(&items, "", &tools.budget),
        _ => Ok(Value::list(items)),
    }
}

pub(super) fn random(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let items = sequence(value, &tools.budget)?;
    // xorshift64
    let mut state = tools.random.get();
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    tools.random.set(state);
    let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
    let at = state
        .checked_rem(count)
        .and_then(|at| usize::try_from(at).ok());
    Ok(at.and_then(|at| items.get(at)).cloned().unwrap_or_default())
}

/// `join(separator = "", attribute)`
pub(super) fn join(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let budget = &tools.budget;
    let attribute = values.get(1);
    let mut items = items_for(value, &attribute, tools)?;
    if attribute.is_truthy() {
        for item in &mut items {
            *item = attribute_of(item, &attribute, tools)?;
        }
    }
    let separator = values.get(0);
    let separator = if separator.is_truthy() {
        to_text(&separator, budget)?
    } else {
        "".into()
    };
    joined(&items, &separator, budget)
}

/// The items a filter works on that can be told an attribute: without one it takes nothing but a list.
pub(super) fn items_for(value: &Value, attribute: &Value, tools: &Tools<'_>) -> Result<Vec<Value>> {
    if attribute.is_truthy() {
        Ok(items_of(value, &tools.budget)?.unwrap_or_default())
    } else {
        list_only(value, &tools.budget)
    }
}

/// An attribute of an item, which must be something.
pub(super) fn attribute_of(item: &Value, attribute: &Value, tools: &Tools<'_>) -> Result<Value> {
    if item.is_nullish() {
        return Err(Fault::new(format!(
            "an item is {}, which has no attributes",
            item.kind()
        )));
    }
    tools.budget.work(1)?;
    member(item, attribute, tools.dialect, &tools.budget)
}

/// A count that must be a whole number above 0.
fn count_of(values: &Values, tools: &Tools<'_>) -> Result<usize> {
    let count = values.number(0, &tools.budget)?;
    if count >= 1.0 && count.is_finite() {
        return Ok(small(count) as usize);
    }
    Err(Fault::new("a whole number above 0 is needed"))
}

/// `batch(size, fill)`
pub(super) fn batch(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let items = sequence(value, &tools.budget)?;
    let size = count_of(values, tools)?;
    let fill = values.get(1);
    let mut batches = Vec::new();
    for chunk in items.chunks(size) {
        tools.budget.make(size_of::<Value>() * (chunk.len() + 2))?;
        let mut batch = chunk.to_vec();
        if fill.is_truthy() {
            tools.budget.work(size - chunk.len())?;
            batch.resize(size, fill.clone());
        }
        batches.push(Value::list(batch));
    }
    Ok(Value::list(batches))
}

/// `slice(count, fill)`: so many parts of about the same length, the longer ones first.
pub(super) fn slice(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let Some(items) = items_of(value, &tools.budget)? else {
        return Err(Fault::new(format!(
            "a list or a text is needed, not {}",
            value.kind()
        )));
    };
    let count = count_of(values, tools)?;
    let fill = values.get(1);
    tools.budget.work(count)?;
    tools
        .budget
        .make(count * 2 * size_of::<Value>() + size_of_val(&*items))?;
    let (length, longer) = (items.len() / count, items.len() % count);
    let mut rest = items.into_iter();
    let parts = (0..count).map(|part| {
        let length = length + usize::from(part < longer);
        let mut items: Vec<Value> = rest.by_ref().take(length).collect();
        if fill.is_truthy() && part >= longer {
            items.push(fill.clone());
        }
        Value::list(items)
    });
    Ok(Value::list(parts.collect()))
}

pub(super) fn select(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    tested(value, values, true, tools)
}

pub(super) fn reject(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    tested(value, values, false, tools)
}

/// The items for which a test answers what is wanted.
fn tested(value: &Value, values: &Values, wanted: bool, tools: &Tools<'_>) -> Result<Value> {
    let budget = &tools.budget;
    let predicate = match values.get(0) {
        Value::Undefined => predicates::Predicate::Truthy,
        name => {
            let name = to_text(&name, budget)?;
            predicates::named(&name)
                .ok_or_else(|| Fault::new(format!("there is no test `{name}`")))?
        }
    };
    let positional = values.positional.get(1..).unwrap_or_default().to_vec();
    let arguments = Values {
        positional,
        named: Vec::new(),
    };
    let mut kept = Vec::new();
    for item in sequence(value, budget)? {
        budget.work(1)?;
        if predicates::holds(predicate, &item, &arguments, budget)? == wanted {
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

pub(super) fn selectattr(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    with_attribute(value, values, true, tools)
}

pub(super) fn rejectattr(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    with_attribute(value, values, false, tools)
}

fn with_attribute(
    value: &Value,
    values: &Values,
    wanted: bool,
    tools: &Tools<'_>,
) -> Result<Value> {
    let attribute = values.get(0);
    let mut kept = Vec::new();
    for item in list_only(value, &tools.budget)? {
        if attribute_of(&item, &attribute, tools)?.is_truthy() == wanted {
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

/// `groupby(attribute)`: a map of lists.
pub(super) fn groupby(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let budget = &tools.budget;
    let attribute = values.get(0);
    let mut groups: indexmap::IndexMap<Rc<str>, Vec<Value>> = indexmap::IndexMap::new();
    for item in sequence(value, budget)? {
        let key = match attribute {
            Value::Undefined => item.clone(),
            _ => attribute_of(&item, &attribute, tools)?,
        };
        budget.make(4 * size_of::<Value>())?;
        groups.entry(to_text(&key, budget)?).or_default().push(item);
    }
    let groups = groups
        .into_iter()
        .map(|(key, items)| (key, Value::list(items)));
    Ok(Value::Map(groups.collect::<Map>()))
}

/// `sort(reverse, case_sensitive, attribute)`, also by these names.
pub(super) fn sort(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let budget = &tools.budget;
    let is_reversed = values.named_or("reverse", 0).is_truthy();
    let is_case_sensitive = values.named_or("case_sensitive", 1).is_truthy();
    let attribute = values.named_or("attribute", 2);
    let items = items_of(value, budget)?.unwrap_or_default();
    let (missing, items): (Vec<Value>, Vec<Value>) = items
        .into_iter()
        .partition(|item| matches!(item, Value::Undefined));
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        let key = if attribute.is_truthy() {
            attribute_of(&item, &attribute, tools)?
        } else {
            item.clone()
        };
        keyed.push((sort_key(key, is_case_sensitive, tools)?, item));
    }
    let sorted = sorted(keyed, &mut |a, b| {
        budget.work(1)?;
        let order = compare(&a.0, &b.0, budget)?.unwrap_or(Ordering::Equal);
        Ok(if is_reversed { order.reverse() } else { order })
    })?;
    let items = sorted.into_iter().map(|(_, item)| item);
    Ok(Value::list(items.chain(missing).collect()))
}

/// `dictsort(case_sensitive = false, by = "key")`: a list of `[key, value]`.
pub(super) fn dictsort(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let budget = &tools.budget;
    let Value::Map(map) = value else {
        return Err(Fault::new(format!("a map is needed, not {}", value.kind())));
    };
    let by_key = match values.get(1) {
        Value::Undefined => true,
        by => match &*to_text(&by, budget)? {
            "key" => true,
            "value" => false,
            _ => return Err(Fault::new("sorts by \"key\" or by \"value\"")),
        },
    };
    let is_case_sensitive = values.get(0).is_truthy();
    let mut keyed = Vec::with_capacity(map.len());
    budget.make(map.len() * 6 * size_of::<Value>())?;
    for (key, value) in map.entries() {
        let pair = [Value::Text(Rc::clone(key)), value.clone()];
        let by = pair[usize::from(!by_key)].clone();
        keyed.push((sort_key(by, is_case_sensitive, tools)?, pair));
    }
    let sorted = sorted(keyed, &mut |a, b| {
        budget.work(1)?;
        // Nunjucks takes what is neither more nor the same for less.
        Ok(match compare(&a.0, &b.0, budget)? {
            Some(Ordering::Greater) => Ordering::Greater,
            _ if is_same(&a.0, &b.0) => Ordering::Equal,
            _ => Ordering::Less,
        })
    })?;
    let pairs = sorted
        .into_iter()
        .map(|(_, pair)| Value::list(pair.to_vec()));
    Ok(Value::list(pairs.collect()))
}

fn sort_key(key: Value, is_case_sensitive: bool, tools: &Tools<'_>) -> Result<Value> {
    match &key {
        Value::Text(text) if !is_case_sensitive => {
            tools.budget.make(text.len() * 3)?;
            Ok(Value::text(text.to_lowercase()))
        }
        _ => Ok(key),
    }
}
