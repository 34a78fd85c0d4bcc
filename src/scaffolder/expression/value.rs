//! The values of the language: JavaScript's.

use std::{
    cell::{Ref, RefCell, RefMut},
    mem,
    rc::Rc,
};

use indexmap::IndexMap;

use super::{function::Function, pattern::Pattern};

/// A value. Lists are shared and can be changed by methods such as `push`; everything else is fixed.
#[derive(Debug, Clone, Default)]
pub(super) enum Value {
    #[default]
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Rc<str>),
    /// Text that `escape` leaves alone: an object in Backstage's engine, so `===` tells it from a text.
    Safe(Rc<str>),
    List(List),
    Map(Map),
    Pattern(Rc<Pattern>),
    Function(Function),
}

/// A list, shared by all who hold it.
#[derive(Debug, Clone)]
pub(super) struct List(Rc<Items>);

#[derive(Debug)]
struct Items(RefCell<Vec<Value>>);

/// A map in JavaScript's order: whole numbers first, rising; then the others as they came.
#[derive(Debug, Clone)]
pub(super) struct Map(Rc<Entries>);

#[derive(Debug, Default)]
struct Entries(IndexMap<Rc<str>, Value>);

impl Value {
    pub(super) fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn list(items: Vec<Value>) -> Self {
        Self::List(List::new(items))
    }

    /// The text, safe or not.
    pub(super) fn as_text(&self) -> Option<&Rc<str>> {
        match self {
            Self::Text(text) | Self::Safe(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_nullish(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }

    /// Whether a condition holds: false, 0, NaN, the empty text and nothing do not; an empty list does.
    pub(super) fn is_truthy(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            _ => true,
        }
    }

    /// As messages name it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) | Self::Safe(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Pattern(_) => "a pattern",
            Self::Function(_) => "a function",
        }
    }
}

impl List {
    pub(super) fn new(items: Vec<Value>) -> Self {
        Self(Rc::new(Items(RefCell::new(items))))
    }

    /// To be held no longer than a method works on it.
    pub(super) fn items(&self) -> Ref<'_, Vec<Value>> {
        self.0.0.borrow()
    }

    /// To be held only while no other value is looked at.
    pub(super) fn items_mut(&self) -> RefMut<'_, Vec<Value>> {
        self.0.0.borrow_mut()
    }

    pub(super) fn len(&self) -> usize {
        self.items().len()
    }

    pub(super) fn get(&self, index: usize) -> Option<Value> {
        self.items().get(index).cloned()
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Map {
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.0.0.get(key)
    }

    pub(super) fn entries(&self) -> impl ExactSizeIterator<Item = (&Rc<str>, &Value)> {
        self.0.0.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.0.0.len()
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl FromIterator<(Rc<str>, Value)> for Map {
    /// Of several entries with one key, the last counts, at the place of the first.
    fn from_iter<I: IntoIterator<Item = (Rc<str>, Value)>>(entries: I) -> Self {
        let mut entries: IndexMap<Rc<str>, Value> = entries.into_iter().collect();
        if entries.keys().any(|key| array_index(key).is_some()) {
            // Stable: what is no index keeps its order.
            entries.sort_by_key(|key, _| array_index(key).unwrap_or(u32::MAX));
        }
        Self(Rc::new(Entries(entries)))
    }
}

/// The number a text stands for as JavaScript writes indexes: no sign, no leading zero.
pub(super) fn array_index(key: &str) -> Option<u32> {
    let is_plain = key == "0" || !key.starts_with(['0', '+']);
    let index = key.parse().ok().filter(|_| is_plain)?;
    (index < u32::MAX).then_some(index)
}

impl Drop for Items {
    fn drop(&mut self) {
        dismantle(mem::take(self.0.get_mut()));
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        dismantle(mem::take(&mut self.0).into_values().collect());
    }
}

/// Drops values level by level: templates can nest them deeper than the stack would bear.
pub(super) fn dismantle(mut values: Vec<Value>) {
    while let Some(value) = values.pop() {
        match value {
            Value::List(list) => {
                if let Some(mut items) = Rc::into_inner(list.0) {
                    values.append(items.0.get_mut());
                }
            }
            Value::Map(map) => {
                if let Some(mut entries) = Rc::into_inner(map.0) {
                    values.extend(mem::take(&mut entries.0).into_values());
                }
            }
            Value::Function(function) => function.dismantle_into(&mut values),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Map, Value, array_index};

    #[test]
    fn whole_numbers_come_first_in_maps() {
        let map: Map = ["b", "10", "9", "01", "b"]
            .into_iter()
            .map(|key| (key.into(), Value::Null))
            .collect();
        let keys: Vec<&str> = map.entries().map(|(key, _)| &**key).collect();
        assert_eq!(keys, ["9", "10", "b", "01"]);
        assert_eq!(array_index("4294967295"), None);
    }

    #[test]
    fn deep_values_are_dropped_without_recursion() {
        let mut value = Value::Null;
        for _ in 0..300_000 {
            let map: Map = [("a".into(), value)].into_iter().collect();
            value = Value::list(vec![Value::Map(map)]);
        }
        drop(value);
    }
}
