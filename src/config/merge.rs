//! Several sources become one: objects merge by key, all else is replaced, a null hides what is below.

use std::path::Path;

use serde_json::{Map, Value};

use super::{
    environment::{Environment, config_of},
    file,
    problem::Problems,
};
use crate::entity::{RawDocument, locate};

/// The merged configuration, and where each key came from.
#[derive(Debug)]
pub(super) struct Merged {
    /// All of it.
    pub(super) value: Value,
    sources: Vec<Source>,
    /// Keys left out because they name a variable that is not set.
    pub(super) unset: Vec<(String, String)>,
    /// The folders of the files.
    pub(super) folders: Vec<std::path::PathBuf>,
}

#[derive(Debug)]
struct Source {
    name: String,
    /// The text to find lines in; the environment has none.
    text: Option<String>,
    value: Value,
}

impl Default for Merged {
    fn default() -> Self {
        Self {
            value: Value::Object(Map::new()),
            sources: Vec::new(),
            unset: Vec::new(),
            folders: Vec::new(),
        }
    }
}

impl Merged {
    /// Reads a file over what is there.
    pub(super) fn add_file(
        &mut self,
        path: &Path,
        environment: &Environment,
        problems: &mut Problems,
    ) {
        let name = path.display().to_string();
        let Some(read) = file::read(path, environment, problems) else {
            return;
        };
        self.unset.extend(read.unset);
        let folder = path.parent().unwrap_or(Path::new("."));
        self.folders.push(if folder.as_os_str().is_empty() {
            ".".into()
        } else {
            folder.to_path_buf()
        });
        self.add(Source {
            name,
            text: Some(read.text),
            value: read.value,
        });
    }

    /// Takes a text over what is there, as it stands.
    pub(super) fn add_text(&mut self, name: &str, text: &str, problems: &mut Problems) {
        if let Some(value) = file::parse(name, text, problems) {
            self.add(Source {
                name: name.to_owned(),
                text: Some(text.to_owned()),
                value,
            });
        }
    }

    /// Takes the environment's part over what is there.
    pub(super) fn add_environment(&mut self, environment: &Environment, problems: &mut Problems) {
        let value = config_of(environment, problems);
        self.add(Source {
            name: "the environment (APP_CONFIG_…)".to_owned(),
            text: None,
            value,
        });
    }

    fn add(&mut self, source: Source) {
        merge(&mut self.value, &source.value);
        self.sources.push(source);
    }

    /// File and line of a dotted key, by the source that set it; of the nearest key above if nobody did.
    pub(super) fn place_of(&self, key: &str) -> String {
        let mut pointer = pointer_of(key);
        loop {
            let found = self
                .sources
                .iter()
                .rev()
                .find(|source| source.value.pointer(&pointer).is_some());
            if let Some(source) = found.filter(|_| !pointer.is_empty()) {
                return source.place_of(&pointer);
            }
            let Some(end) = pointer.rfind('/') else { break };
            pointer.truncate(end);
        }
        let last = self
            .sources
            .iter()
            .rev()
            .find(|source| source.text.is_some());
        last.map_or_else(
            || "the configuration".to_owned(),
            |source| source.name.clone(),
        )
    }
}

impl Source {
    fn place_of(&self, pointer: &str) -> String {
        let position = self.text.as_deref().and_then(|text| {
            locate(
                &RawDocument {
                    text,
                    first_line: 1,
                },
                pointer,
            )
        });
        position.map_or_else(
            || self.name.clone(),
            |position| format!("{}:{}", self.name, position.line),
        )
    }
}

/// `backend.cors.origin[0]` as a JSON pointer.
fn pointer_of(key: &str) -> String {
    let mut pointer = String::new();
    for part in key.split(['.', '[', ']']).filter(|part| !part.is_empty()) {
        pointer.push('/');
        pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

fn merge(below: &mut Value, above: &Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (key, value) in above {
                match below.get_mut(key) {
                    Some(existing) => merge(existing, value),
                    None => drop(below.insert(key.clone(), value.clone())),
                }
            }
        }
        (below, above) => *below = above.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_merge_and_all_else_is_replaced() {
        for (below, above, expected) in [
            (
                json!({"a": {"b": 1}}),
                json!({"a": {"c": 2}}),
                json!({"a": {"b": 1, "c": 2}}),
            ),
            (json!({"a": [1, 2]}), json!({"a": [3]}), json!({"a": [3]})),
            (
                json!({"a": {"b": 1}}),
                json!({"a": null}),
                json!({"a": null}),
            ),
            (
                json!({"a": 1}),
                json!({"a": {"b": 2}}),
                json!({"a": {"b": 2}}),
            ),
        ] {
            let mut merged = below;
            merge(&mut merged, &above);
            assert_eq!(merged, expected);
        }
    }
}
