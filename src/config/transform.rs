//! Fills in a file: `${VAR}`, `$env`, `$file`, `$include`. What names a variable that is not set is left out.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::{environment::Environment, file::parse_one};

/// Includes in includes go so deep.
const MAX_INCLUDES: usize = 8;

/// Keys that were left out, and the variable that is not set.
pub(super) type Unset = Vec<(String, String)>;

/// What cannot be filled in.
#[derive(Debug)]
pub(super) struct TransformFault {
    pub(super) key: String,
    pub(super) message: String,
}

/// Fills in one file and all it includes.
pub(super) struct Transform<'a> {
    environment: &'a Environment,
    pub(super) unset: Unset,
    /// The files on the way here.
    files: Vec<PathBuf>,
}

type Filled = Result<Option<Value>, TransformFault>;

impl<'a> Transform<'a> {
    pub(super) fn new(environment: &'a Environment) -> Self {
        Self {
            environment,
            unset: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Fills in the content of a file.
    pub(super) fn file(&mut self, path: &Path, parsed: Value) -> Result<Value, TransformFault> {
        self.files.push(path.to_path_buf());
        let filled = self.value(parsed, "")?;
        self.files.pop();
        Ok(filled.unwrap_or(Value::Object(Map::new())))
    }

    fn value(&mut self, value: Value, key: &str) -> Filled {
        match value {
            Value::String(text) => Ok(self.substitute(&text, key).map(Value::from)),
            Value::Array(list) => {
                let mut filled = Vec::with_capacity(list.len());
                for (index, item) in list.into_iter().enumerate() {
                    filled.extend(self.value(item, &format!("{key}[{index}]"))?);
                }
                Ok(Some(filled.into()))
            }
            Value::Object(map) => self.object(map, key),
            other => Ok(Some(other)),
        }
    }

    fn object(&mut self, map: Map<String, Value>, key: &str) -> Filled {
        if let Some(directive) = map
            .keys()
            .find(|name| ["$env", "$file", "$include"].contains(&name.as_str()))
        {
            let fault = |message: &str| TransformFault {
                key: key.to_owned(),
                message: message.to_owned(),
            };
            if map.len() > 1 {
                return Err(fault(
                    "a key that begins with $ must be the only one. Move the others away.",
                ));
            }
            let Some(text) = map[directive].as_str() else {
                return Err(fault("a key that begins with $ needs a text."));
            };
            let (directive, Some(text)) = (directive.clone(), self.substitute(text, key)) else {
                return Ok(None);
            };
            return self.directive(&directive, &text, key);
        }
        let mut filled = Map::with_capacity(map.len());
        for (name, value) in map {
            let inner = if key.is_empty() {
                name.clone()
            } else {
                format!("{key}.{name}")
            };
            if let Some(value) = self.value(value, &inner)? {
                filled.insert(name, value);
            }
        }
        Ok(Some(filled.into()))
    }

    fn directive(&mut self, directive: &str, text: &str, key: &str) -> Filled {
        if directive == "$env" {
            let found = self
                .environment
                .get(text)
                .map(|value| Value::from(value.trim()));
            if found.is_none() {
                self.unset.push((key.to_owned(), text.to_owned()));
            }
            return Ok(found);
        }
        let fault = |message: String| TransformFault {
            key: key.to_owned(),
            message,
        };
        let (name, inner) = match text.split_once('#').filter(|_| directive == "$include") {
            Some((name, inner)) => (name, Some(inner)),
            None => (text, None),
        };
        let folder = self
            .files
            .last()
            .and_then(|file| file.parent())
            .unwrap_or(Path::new(""));
        let path = folder.join(name);
        let read = std::fs::read_to_string(&path)
            .map_err(|cause| fault(format!("{} cannot be read: {cause}.", path.display())))?;
        if directive == "$file" {
            return Ok(Some(read.trim_end().into()));
        }
        if self.files.len() >= MAX_INCLUDES || self.files.contains(&path) {
            return Err(fault(format!(
                "{} is included in itself, or too deep.",
                path.display()
            )));
        }
        let parsed = parse_one(&read)
            .map_err(|(line, cause)| fault(format!("{}:{line}: {cause}", path.display())))?;
        let filled = self.file(&path, parsed)?;
        let Some(inner) = inner.filter(|inner| !inner.is_empty()) else {
            return Ok(Some(filled));
        };
        let mut found = &filled;
        for part in inner.split('.') {
            match found {
                Value::Object(map) => match map.get(part) {
                    Some(value) => found = value,
                    None => return Ok(None),
                },
                _ => {
                    return Err(fault(format!(
                        "{inner} leads through something that is no mapping in {}.",
                        path.display()
                    )));
                }
            }
        }
        Ok(Some(found.clone()))
    }

    /// Fills in `${VAR}` and `${VAR:-fallback}`; `$${` stands for `${`. `None` if a variable is not set.
    fn substitute(&mut self, text: &str, key: &str) -> Option<String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let Some(length) = rest[start..].find('}') else {
                break;
            };
            let (before, inner, after) = (
                &rest[..start],
                &rest[start + 2..start + length],
                &rest[start + length + 1..],
            );
            rest = after;
            if let Some(before) = before.strip_suffix('$') {
                filled.push_str(before);
                filled.push_str("${");
                filled.push_str(inner);
                filled.push('}');
                continue;
            }
            filled.push_str(before);
            let (name, fallback) = match inner.split_once(":-") {
                Some((name, fallback)) => (
                    name.trim(),
                    Some(fallback.trim()).filter(|text| !text.is_empty()),
                ),
                None => (inner.trim(), None),
            };
            let has_fallback = inner.contains(":-");
            let value = self.environment.get(name).map(|value| value.trim());
            match value
                .filter(|value| !has_fallback || !value.is_empty())
                .or(fallback)
            {
                Some(value) => filled.push_str(value),
                None => {
                    self.unset.push((key.to_owned(), name.to_owned()));
                    return None;
                }
            }
        }
        filled.push_str(rest);
        Some(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in() {
        let environment = Environment::from([
            ("A".to_owned(), " x ".to_owned()),
            ("EMPTY".to_owned(), String::new()),
        ]);
        for (text, expected) in [
            ("plain", Some("plain")),
            ("${A}", Some("x")),
            ("-${A}-${ A }-", Some("-x-x-")),
            ("$${A}", Some("${A}")),
            ("${MISSING}", None),
            ("a ${MISSING} b", None),
            ("${MISSING:-y}", Some("y")),
            ("${EMPTY:-y}", Some("y")),
            ("${EMPTY}", Some("")),
            ("${A:-y}", Some("x")),
            ("${MISSING:-}", None),
            ("${A", Some("${A")),
            ("$A", Some("$A")),
        ] {
            let filled = Transform::new(&environment).substitute(text, "k");
            assert_eq!(filled.as_deref(), expected, "{text}");
        }
    }
}
