//! `fields`: the parts of an entity that are asked for (`catalog-api.md` §3.4).

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// The parts that are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Projection {
    paths: Vec<Vec<String>>,
}

impl Projection {
    /// From repeated, comma-separated parameters. Empty: the whole entity.
    pub fn parse(fields: &[String]) -> Result<Self> {
        let written = fields
            .iter()
            .flat_map(|field| field.split(','))
            .map(str::trim)
            .filter(|field| !field.is_empty());
        Self::of_paths(written)
    }

    /// From a list of paths. Empty: the whole entity.
    pub fn of(fields: &[String]) -> Result<Self> {
        Self::of_paths(fields.iter().map(String::as_str))
    }

    fn of_paths<'a>(written: impl Iterator<Item = &'a str>) -> Result<Self> {
        let mut paths = Vec::new();
        for path in written {
            if path.contains('[') {
                return Err(Error::Input(format!(
                    "Invalid field \"{path}\", array type fields are not supported"
                )));
            }
            paths.push(path.split('.').map(str::to_owned).collect());
        }
        Ok(Self { paths })
    }

    /// Whether there is nothing to leave out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.paths.is_empty()
    }

    /// The parts of one entity's JSON.
    #[must_use]
    pub fn apply(&self, entity: &Bytes) -> Bytes {
        if self.is_whole() {
            return entity.clone();
        }
        let Ok(value) = serde_json::from_slice::<Value>(entity) else {
            return entity.clone();
        };
        let mut projected = Value::Object(Map::new());
        for path in &self.paths {
            copy(&value, &mut projected, path);
        }
        projected.to_string().into()
    }
}

/// Copies what a path leads to. A segment that is not there is joined with the next, for keys with dots in them.
fn copy(from: &Value, to: &mut Value, path: &[String]) {
    let (Value::Object(from), Value::Object(to)) = (from, to) else {
        return;
    };
    let mut key = String::new();
    for (index, segment) in path.iter().enumerate() {
        if index > 0 {
            key.push('.');
        }
        key.push_str(segment);
        let Some(found) = from.get(&key) else {
            continue;
        };
        let rest = &path[index + 1..];
        if rest.is_empty() {
            to.insert(key, found.clone());
            return;
        }
        if !leads_on(found, rest) {
            return;
        }
        let inner = to.entry(key).or_insert_with(|| Value::Object(Map::new()));
        copy(found, inner, rest);
        return;
    }
}

fn leads_on(value: &Value, path: &[String]) -> bool {
    let Value::Object(map) = value else {
        return false;
    };
    let mut key = String::new();
    for (index, segment) in path.iter().enumerate() {
        if index > 0 {
            key.push('.');
        }
        key.push_str(segment);
        if let Some(found) = map.get(&key) {
            let rest = &path[index + 1..];
            return rest.is_empty() || leads_on(found, rest);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_copied_in_their_place() {
        let entity = Bytes::from(
            r#"{"kind":"A","metadata":{"name":"x","annotations":{"a.b/c":"1","d":"2"},"tags":["t"]},"spec":{"type":"s"}}"#,
        );
        for (fields, expected) in [
            ("kind", r#"{"kind":"A"}"#),
            (
                "metadata.name,kind",
                r#"{"metadata":{"name":"x"},"kind":"A"}"#,
            ),
            (
                "metadata.annotations.a.b/c",
                r#"{"metadata":{"annotations":{"a.b/c":"1"}}}"#,
            ),
            (
                "metadata.tags, spec",
                r#"{"metadata":{"tags":["t"]},"spec":{"type":"s"}}"#,
            ),
            ("spec.nope,nope,kind.x", "{}"),
            (
                "",
                r#"{"kind":"A","metadata":{"name":"x","annotations":{"a.b/c":"1","d":"2"},"tags":["t"]},"spec":{"type":"s"}}"#,
            ),
        ] {
            let projection = Projection::parse(&[fields.to_owned()]).expect("fields");
            assert_eq!(projection.apply(&entity), expected, "{fields}");
        }
        assert!(Projection::parse(&["a[0]".to_owned()]).is_err());
    }
}
