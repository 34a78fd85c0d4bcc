//! From JSON and to JSON.

use std::rc::Rc;

use serde_json::Number;

use super::{
    budget::{Budget, MAX_VALUE_DEPTH},
    coerce::too_deep,
    error::{Fault, Result},
    number,
    value::{Map, Value},
};

/// A value of the language.
pub(super) fn from_json(json: &serde_json::Value, budget: &Budget) -> Result<Value> {
    let _level = budget.deeper()?;
    budget.make(size_of::<Value>())?;
    Ok(match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
        serde_json::Value::String(text) => {
            budget.make(text.len())?;
            Value::text(text.as_str())
        }
        serde_json::Value::Array(items) => {
            let items = items.iter().map(|item| from_json(item, budget));
            Value::list(items.collect::<Result<_>>()?)
        }
        serde_json::Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| {
                budget.make(key.len())?;
                Ok((Rc::from(key.as_str()), from_json(value, budget)?))
            });
            Value::Map(entries.collect::<Result<Map>>()?)
        }
    })
}

/// As JSON has it; `None` for undefined. What JSON does not know becomes null, as in `JSON.stringify`.
pub(super) fn to_json(value: &Value, budget: &Budget) -> Result<Option<serde_json::Value>> {
    convert(value, 0, budget)
}

fn convert(value: &Value, depth: usize, budget: &Budget) -> Result<Option<serde_json::Value>> {
    if depth > MAX_VALUE_DEPTH {
        return Err(too_deep());
    }
    budget.work(1)?;
    budget.make(size_of::<serde_json::Value>())?;
    Ok(Some(match value {
        Value::Undefined => return Ok(None),
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => number_of(*number),
        Value::Text(text) | Value::Safe(text) => {
            budget.make(text.len())?;
            text.as_ref().into()
        }
        Value::List(list) => {
            let items = list.items();
            let items = items.iter().map(|item| {
                let item = convert(item, depth + 1, budget)?;
                Ok(item.unwrap_or_default())
            });
            serde_json::Value::Array(items.collect::<Result<_>>()?)
        }
        Value::Map(map) => {
            let mut object = serde_json::Map::new();
            for (key, value) in map.entries() {
                budget.make(key.len())?;
                if let Some(value) = convert(value, depth + 1, budget)? {
                    object.insert(key.to_string(), value);
                }
            }
            object.into()
        }
        Value::Pattern(_) => serde_json::Map::new().into(),
        Value::Function(_) => return Err(Fault::new("A function is no value to pass on: call it")),
    }))
}

/// Whole numbers without a point, as JavaScript has only one kind of number.
fn number_of(number: f64) -> serde_json::Value {
    let is_whole = number.fract() == 0.0 && number.abs() < 9e15;
    if is_whole {
        return number::index(number).into();
    }
    Number::from_f64(number).map_or(serde_json::Value::Null, serde_json::Value::Number)
}

/// JavaScript's `JSON.stringify`; `None` for undefined. `indent` is put before each line once a level.
pub(super) fn stringify(value: &Value, indent: &str, budget: &Budget) -> Result<Option<String>> {
    if matches!(value, Value::Undefined) {
        return Ok(None);
    }
    let mut writer = Writer {
        out: String::new(),
        indent,
        budget,
    };
    writer.value(value, 0)?;
    Ok(Some(writer.out))
}

struct Writer<'a> {
    out: String,
    indent: &'a str,
    budget: &'a Budget,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, depth: usize) -> Result<()> {
        if depth > MAX_VALUE_DEPTH {
            return Err(too_deep());
        }
        self.budget.work(1)?;
        match value {
            Value::Undefined | Value::Null => self.put("null"),
            Value::Bool(value) => self.put(if *value { "true" } else { "false" }),
            Value::Number(number) if !number.is_finite() => self.put("null"),
            Value::Number(number) => self.put(&number::print(*number)),
            Value::Text(text) | Value::Safe(text) => self.text(text),
            Value::List(list) => {
                let items = list.items();
                let items = items.iter().map(|item| (None, item));
                self.collection(["[", "]"], items, depth)
            }
            Value::Map(map) => {
                let is_there = |(_, value): &(_, &Value)| !matches!(value, Value::Undefined);
                let entries = map.entries().filter(is_there);
                let entries = entries.map(|(key, value)| (Some(&**key), value));
                self.collection(["{", "}"], entries, depth)
            }
            Value::Pattern(_) => self.put("{}"),
            Value::Function(_) => Err(Fault::new("A function cannot be written as JSON: call it")),
        }
    }

    fn collection<'v>(
        &mut self,
        [open, close]: [&str; 2],
        items: impl Iterator<Item = (Option<&'v str>, &'v Value)>,
        depth: usize,
    ) -> Result<()> {
        self.put(open)?;
        let mut is_empty = true;
        for (key, item) in items {
            if !is_empty {
                self.put(",")?;
            }
            is_empty = false;
            self.new_line(depth + 1)?;
            if let Some(key) = key {
                self.text(key)?;
                self.put(if self.indent.is_empty() { ":" } else { ": " })?;
            }
            self.value(item, depth + 1)?;
        }
        if !is_empty {
            self.new_line(depth)?;
        }
        self.put(close)
    }

    fn new_line(&mut self, depth: usize) -> Result<()> {
        if self.indent.is_empty() {
            return Ok(());
        }
        self.put("\n")?;
        for _ in 0..depth {
            self.put(self.indent)?;
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<()> {
        self.put(&serde_json::Value::from(text).to_string())
    }

    fn put(&mut self, text: &str) -> Result<()> {
        self.budget.make(text.len())?;
        self.out.push_str(text);
        Ok(())
    }
}
