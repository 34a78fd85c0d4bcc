//! A test of a template: answers, and what is to come of them; `docs/TEMPLATES.md` describes the file.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::source::object;

/// The keys that say what is to come; `--update` writes them anew.
pub(super) const EXPECTATIONS: [&str; 5] = ["refused", "effects", "stopped", "output", "files"];

/// A test, as its file has it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Case {
    /// What it is about.
    #[serde(default)]
    pub(super) description: Option<String>,
    /// The answers.
    #[serde(default)]
    pub(super) values: Map<String, Value>,
    /// Who runs it.
    #[serde(default)]
    pub(super) user: Option<String>,
    #[serde(flatten)]
    pub(super) expected: Expected,
}

/// What is to come. What is left out may be anything; only `refused` and `stopped` are not to be then.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Expected {
    /// Why the answers are refused: a part of what is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refused: Option<String>,
    /// Every effect, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) effects: Option<Vec<ExpectedEffect>>,
    /// Why it does not get to the end: a part of what is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stopped: Option<String>,
    /// The whole output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<Value>,
    /// Every file by its path; behind `step: ` where several steps publish some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) files: Option<BTreeMap<String, ExpectedFile>>,
}

/// An effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedEffect {
    /// The id of its step.
    pub(super) step: String,
    /// What is done, as the preview says it.
    pub(super) what: String,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum ExpectedFile {
    /// These bytes exactly.
    Text(String),
    /// Something of it.
    Part(PartOfFile),
    /// Whatever it says, it is there.
    Any(()),
}

/// What is known of a file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartOfFile {
    /// Texts that are in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) contains: Vec<String>,
    /// Its size, of a file that is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<usize>,
    /// The whole text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// Whether it can be run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) executable: Option<bool>,
}

/// A test and its file.
#[derive(Debug)]
pub(super) struct Test {
    pub(super) file: PathBuf,
    pub(super) text: String,
    pub(super) case: Case,
}

impl Test {
    /// Reads a test. The error says what is wrong with the file.
    pub(super) fn read(file: &Path) -> Result<Self, String> {
        let (text, map) = object(file)?;
        let unknown = map.keys().find(|key| {
            let key = key.as_str();
            !EXPECTATIONS.contains(&key) && !["description", "values", "user"].contains(&key)
        });
        if let Some(key) = unknown {
            return Err(format!(
                "{}: `{key}` is no key of a test: there are description, values, user, {}",
                file.display(),
                EXPECTATIONS.join(", ")
            ));
        }
        let case = serde_json::from_value(Value::Object(map))
            .map_err(|fault| format!("{}: {fault}", file.display()))?;
        Ok(Self {
            file: file.to_owned(),
            text,
            case,
        })
    }
}

/// The tests beside a template, by name. The error says which folder cannot be read.
pub(super) fn tests_beside(template: &Path) -> Result<Vec<PathBuf>, String> {
    let folder = template.with_file_name("tests");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries =
        std::fs::read_dir(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|end| end == "yaml" || end == "yml")
        })
        .collect();
    found.sort();
    Ok(found)
}
