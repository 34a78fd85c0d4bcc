//! Reads one configuration file.

use std::path::Path;

use serde_json::{Map, Value};

use super::{
    environment::Environment,
    problem::Problems,
    transform::{Transform, Unset},
};
use crate::entity::{RawDocument, parse_document, split_documents};

/// A file, read and transformed.
pub(super) struct ConfigFile {
    pub(super) text: String,
    pub(super) value: Value,
    pub(super) unset: Unset,
}

/// Reads a file, and fills in its variables and includes. Problems are noted; `None` if nothing can be read.
pub(super) fn read(
    path: &Path,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<ConfigFile> {
    let name = path.display().to_string();
    if name.contains("://") {
        problems.add_at(
            &name,
            "",
            "configuration is not read from URLs. Download it, and name the file.".to_owned(),
        );
        return None;
    }
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(fault) => {
            problems.add_at(
                &name,
                "",
                format!("cannot be read: {fault}. Check the path given with --config."),
            );
            return None;
        }
    };
    let parsed = parse(&name, &text, problems)?;
    let mut transform = Transform::new(environment);
    match transform.file(path, parsed) {
        Ok(value) => Some(ConfigFile {
            text,
            value,
            unset: transform.unset,
        }),
        Err(fault) => {
            problems.add_at(&name, &fault.key, fault.message);
            None
        }
    }
}

/// Parses a text. An empty one is an empty configuration.
pub(super) fn parse(name: &str, text: &str, problems: &mut Problems) -> Option<Value> {
    match parse_one(text) {
        Ok(Value::Null) => Some(Value::Object(Map::new())),
        Ok(value @ Value::Object(_)) => Some(value),
        Ok(_) => {
            problems.add_at(
                name,
                "",
                "is no mapping. Write `key: value` lines.".to_owned(),
            );
            None
        }
        Err((line, fault)) => {
            problems.add_at(&format!("{name}:{line}"), "", fault);
            None
        }
    }
}

/// The only document of a YAML or JSON text; line and message of what is wrong.
pub(super) fn parse_one(text: &str) -> Result<Value, (u32, String)> {
    let mut found = Value::Null;
    for raw in split_documents(text) {
        let parsed = parse_document(&RawDocument { ..raw }, true);
        match parsed {
            Ok(None) => {}
            Ok(Some(value)) if found.is_null() => found = value,
            Ok(Some(_)) => {
                return Err((
                    raw.first_line,
                    "a second document. Put it into a file of its own.".to_owned(),
                ));
            }
            Err(fault) => {
                let line = fault
                    .position
                    .map_or(raw.first_line, |position| position.line);
                return Err((line, format!("{} {}", fault.reason, fault.mend)));
            }
        }
    }
    Ok(found)
}
