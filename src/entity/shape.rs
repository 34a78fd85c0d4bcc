//! A small schema language over JSON values, which finds the first fault in the order of ajv, the validator of
//! Backstage. Hand-made because it runs for every entity of every ingest.

use serde_json::Value;

use super::shape_fault::{ShapeFault, empty, lacking, not_allowed, surplus, too_long, wrong_type};

/// What a value must look like.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Anything.
    Any,
    /// A string, perhaps an empty one.
    Text,
    /// A string of at least one character.
    Filled,
    /// A string of one to so many characters.
    Short(usize),
    /// A string, or true or false.
    TextOrFlag,
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// An array of these.
    List(&'static Shape),
    /// An array of at least one of these.
    FilledList(&'static Shape),
    /// An object of these, whatever the keys.
    MapOf(&'static Shape),
    /// An object with these fields; others may be there.
    Map(&'static Fields),
    /// An object with these fields; others must look like this.
    MapWith(&'static Fields, &'static Shape),
    /// An object with these fields, or an array of such objects.
    MapOrMaps(&'static Fields),
    /// An object with these fields and no others.
    Closed(&'static Fields),
    /// A number.
    Number,
}

/// The fields of an object.
#[derive(Debug)]
pub struct Fields {
    /// Those that must be there, in the order in which they are missed.
    pub required: &'static [&'static str],
    /// Those that are looked at, in this order.
    pub known: &'static [(&'static str, Shape)],
}

impl Fields {
    /// Required and known fields.
    #[must_use]
    pub const fn of(
        required: &'static [&'static str],
        known: &'static [(&'static str, Shape)],
    ) -> Self {
        Self { required, known }
    }
}

/// The first fault of a value, as ajv and Backstage's validator of requests tell it: the JSON pointer of the faulty
/// value, and what it must be.
#[must_use]
pub fn first_fault(value: &Value, shape: Shape) -> Option<(String, String)> {
    let fault = check(value, shape, &mut String::new()).err()?;
    let message = match fault.parameters.strip_prefix("allowedValues: ") {
        Some(words) => format!("{}: {}", fault.message, words.replace(',', ", ")),
        None => fault.message,
    };
    Some((fault.path, message))
}

/// Finds the first fault. `path` is the JSON pointer of the value, and is as it was afterwards unless there is one.
pub(super) fn check(value: &Value, shape: Shape, path: &mut String) -> Result<(), ShapeFault> {
    match shape {
        Shape::Any => Ok(()),
        Shape::Text => match value {
            Value::String(_) => Ok(()),
            _ => Err(wrong_type(path, value, "string")),
        },
        Shape::Filled => match value {
            Value::String(text) if text.is_empty() => Err(empty(path, "characters")),
            Value::String(_) => Ok(()),
            _ => Err(wrong_type(path, value, "string")),
        },
        Shape::Short(limit) => {
            check(value, Shape::Filled, path)?;
            let length = value.as_str().map_or(0, |text| text.chars().count());
            if length > limit {
                return Err(too_long(path, limit));
            }
            Ok(())
        }
        Shape::TextOrFlag => match value {
            Value::String(_) | Value::Bool(_) => Ok(()),
            _ => Err(wrong_type(path, value, "string,boolean")),
        },
        Shape::OneOf(allowed) => match value {
            Value::String(text) if allowed.contains(&text.as_str()) => Ok(()),
            Value::String(_) => Err(not_allowed(path, allowed)),
            _ => Err(wrong_type(path, value, "string")),
        },
        Shape::List(item) => check_items(value, path, |value, path| check(value, *item, path)),
        Shape::FilledList(item) => match value {
            Value::Array(list) if list.is_empty() => Err(empty(path, "items")),
            _ => check(value, Shape::List(item), path),
        },
        Shape::MapOf(item) => {
            let Value::Object(map) = value else {
                return Err(wrong_type(path, value, "object"));
            };
            map.iter()
                .try_for_each(|(key, value)| within(path, key, |path| check(value, *item, path)))
        }
        Shape::MapOrMaps(fields) => match value {
            Value::Array(_) => check_items(value, path, |value, path| {
                check_fields(value, fields, None, path)
            }),
            _ => check_fields(value, fields, None, path),
        },
        Shape::Map(fields) => check_fields(value, fields, None, path),
        Shape::Closed(fields) => check_closed(value, fields, path),
        Shape::Number if value.is_number() => Ok(()),
        Shape::Number => Err(wrong_type(path, value, "number")),
        Shape::MapWith(fields, others) => check_fields(value, fields, Some(others), path),
    }
}

fn check_items(
    value: &Value,
    path: &mut String,
    check: impl Fn(&Value, &mut String) -> Result<(), ShapeFault>,
) -> Result<(), ShapeFault> {
    let Value::Array(list) = value else {
        return Err(wrong_type(path, value, "array"));
    };
    for (index, value) in list.iter().enumerate() {
        within(path, &index.to_string(), |path| check(value, path))?;
    }
    Ok(())
}

fn check_fields(
    value: &Value,
    fields: &Fields,
    others: Option<&Shape>,
    path: &mut String,
) -> Result<(), ShapeFault> {
    let Value::Object(map) = value else {
        return Err(wrong_type(path, value, "object"));
    };
    if let Some(missing) = fields
        .required
        .iter()
        .find(|name| !map.contains_key(**name))
    {
        return Err(lacking(path, missing));
    }
    if let Some(shape) = others {
        let is_known = |key: &str| fields.known.iter().any(|(name, _)| *name == key);
        for (key, value) in map.iter().filter(|(key, _)| !is_known(key)) {
            within(path, key, |path| check(value, *shape, path))?;
        }
    }
    for (name, shape) in fields.known {
        if let Some(value) = map.get(*name) {
            within(path, name, |path| check(value, *shape, path))?;
        }
    }
    Ok(())
}

fn check_closed(value: &Value, fields: &Fields, path: &mut String) -> Result<(), ShapeFault> {
    check_fields(value, fields, None, path)?;
    let is_known = |key: &str| fields.known.iter().any(|(name, _)| *name == key);
    let mut keys = value.as_object().into_iter().flat_map(|map| map.keys());
    match keys.find(|key| !is_known(key)) {
        Some(key) => Err(surplus(path, key)),
        None => Ok(()),
    }
}

fn within(
    path: &mut String,
    key: &str,
    inner: impl FnOnce(&mut String) -> Result<(), ShapeFault>,
) -> Result<(), ShapeFault> {
    let length = path.len();
    path.push('/');
    path.push_str(&pointer_token(key));
    let found = inner(path);
    path.truncate(length);
    found
}

/// A key as a JSON pointer has it (RFC 6901).
pub(super) fn pointer_token(key: &str) -> std::borrow::Cow<'_, str> {
    if key.contains(['~', '/']) {
        key.replace('~', "~0").replace('/', "~1").into()
    } else {
        key.into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PERSON: Shape = Shape::Map(&Fields {
        required: &["name", "age"],
        known: &[
            ("name", Shape::Filled),
            ("tags", Shape::List(&Shape::Text)),
            ("labels", Shape::MapOf(&Shape::Text)),
            ("note", Shape::Short(3)),
            ("pets", Shape::FilledList(&Shape::Filled)),
            ("steps", Shape::MapOrMaps(&STEP)),
            ("output", Shape::MapWith(&STEP, &Shape::Text)),
        ],
    });
    const STEP: Fields = Fields {
        required: &[],
        known: &[("if", Shape::TextOrFlag)],
    };

    #[test]
    fn the_first_fault_is_found_in_the_words_of_ajv() {
        for (value, expected) in [
            (json!("x"), "<root> must be object - type: object"),
            (
                json!({}),
                "<root> must have required property 'name' - missingProperty: name",
            ),
            (
                json!({"name": "a"}),
                "<root> must have required property 'age' - missingProperty: age",
            ),
            (
                json!({"name": "", "age": 1}),
                "/name must NOT have fewer than 1 characters - limit: 1",
            ),
            (
                json!({"name": 1, "age": 1}),
                "/name must be string - type: string",
            ),
            (
                json!({"name": "a", "age": 1, "tags": ["a", 1]}),
                "/tags/1 must be string - type: string",
            ),
            (
                json!({"name": "a", "age": 1, "labels": {"a/b~c": 5}}),
                "/labels/a~1b~0c must be string - type: string",
            ),
            (
                json!({"name": "a", "age": 1, "note": "ääää"}),
                "/note must NOT have more than 3 characters - limit: 3",
            ),
            (
                json!({"name": "a", "age": 1, "pets": []}),
                "/pets must NOT have fewer than 1 items - limit: 1",
            ),
            (
                json!({"name": "a", "age": 1, "steps": "x"}),
                "/steps must be object - type: object",
            ),
            (
                json!({"name": "a", "age": 1, "steps": [{"if": false}, {"if": 1}]}),
                "/steps/1/if must be string,boolean - type: string,boolean",
            ),
            (
                json!({"name": "a", "age": 1, "output": {"if": 1, "x": 1}}),
                "/output/x must be string - type: string",
            ),
        ] {
            let fault = check(&value, PERSON, &mut String::new()).expect_err("a fault");
            assert_eq!(fault.with_parameters(), expected);
        }
        assert!(
            check(
                &json!({"name": "a", "age": null, "more": []}),
                PERSON,
                &mut String::new()
            )
            .is_ok()
        );
    }
}
