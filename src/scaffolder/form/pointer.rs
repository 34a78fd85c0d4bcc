//! JSON pointers (RFC 6901) into answers: fields of a form are named by them.

use serde_json::{Map, Value};

/// The pointer of what is in something, by key or index.
pub(super) fn below(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The keys and indexes of a pointer.
pub(super) fn parts(pointer: &str) -> impl Iterator<Item = String> {
    let parts = pointer.split('/').skip(1);
    parts.map(|part| part.replace("~1", "/").replace("~0", "~"))
}

/// The last key of a pointer.
pub(super) fn last(pointer: &str) -> String {
    parts(pointer).last().unwrap_or_default()
}

/// The pointer of what something is in; empty for the whole.
pub(super) fn above(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(above, _)| above)
}

/// What a pointer names; an empty place of a list is nothing.
pub(super) fn get<'v>(values: &'v Map<String, Value>, pointer: &str) -> Option<&'v Value> {
    let mut parts = parts(pointer);
    let first = values.get(&parts.next()?)?;
    let found = parts.try_fold(first, |value, part| match value {
        Value::Object(map) => map.get(&part),
        Value::Array(list) => list.get(part.parse::<usize>().ok()?),
        _ => None,
    })?;
    Some(found).filter(|value| !value.is_null())
}

/// Sets what a pointer names; objects on the way are made. In a list, nothing leaves an empty place. What cannot be
/// reached, because something else stands in the way, is left as it is.
pub(super) fn set(values: &mut Map<String, Value>, pointer: &str, value: Option<Value>) {
    let keys: Vec<String> = parts(pointer).collect();
    let Some((end, way)) = keys.split_last() else {
        return;
    };
    let Some((first, way)) = way.split_first() else {
        put(values, end, value);
        return;
    };
    let mut at = values.entry(first.clone()).or_insert_with(object);
    for key in way {
        let next = match at {
            Value::Object(map) => Some(map.entry(key.clone()).or_insert_with(object)),
            Value::Array(list) => key.parse().ok().and_then(|at: usize| list.get_mut(at)),
            _ => None,
        };
        let Some(next) = next else { return };
        if next.is_null() {
            *next = object();
        }
        at = next;
    }
    match at {
        Value::Object(map) => put(map, end, value),
        Value::Array(list) => {
            let place = end.parse().ok().and_then(|at: usize| list.get_mut(at));
            if let Some(place) = place {
                *place = value.unwrap_or_default();
            }
        }
        _ => {}
    }
}

fn put(map: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(map.insert(key.to_owned(), value)),
        None => drop(map.shift_remove(key)),
    }
}

fn object() -> Value {
    Value::Object(Map::new())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn values_are_set_where_pointers_lead() {
        let mut values = Map::new();
        set(&mut values, "/a~1b/c", Some(json!(1)));
        set(&mut values, "/list", Some(json!([null, "x"])));
        set(&mut values, "/list/0/name", Some(json!("y")));
        set(&mut values, "/list/1", None);
        set(&mut values, "/list/7", Some(json!("nowhere")));
        assert_eq!(
            Value::Object(values.clone()),
            json!({"a/b": {"c": 1}, "list": [{"name": "y"}, null]})
        );
        set(&mut values, "/a~1b/c", None);
        set(&mut values, "/list", None);
        assert_eq!(Value::Object(values), json!({"a/b": {}}));
    }

    #[test]
    fn pointers_are_made_and_taken_apart() {
        assert_eq!(below("/a", "b/~c"), "/a/b~1~0c");
        assert_eq!(last("/a/b~1~0c"), "b/~c");
        assert_eq!((above("/a/b"), above("/a")), ("/a", ""));
    }
}
