//! What came of a test, held against what was to come.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use similar::TextDiff;

use super::{
    case::{Expected, ExpectedEffect, ExpectedFile, PartOfFile},
    source::Refused,
};
use crate::scaffolder::preview::{Preview, PreviewFile};

/// Lines of a difference that are shown at most.
const MAX_LINES: usize = 60;

/// What came of a test.
pub(super) enum Found {
    /// The answers are refused: a line a fault.
    Refused(Vec<String>),
    /// It was tried out.
    Preview(Box<Preview>),
}

impl Found {
    /// Of what trying out answered. The error: it is no test at all.
    pub(super) fn of(tried: Result<Preview, Refused>) -> Result<Self, String> {
        match tried {
            Ok(preview) => Ok(Self::Preview(Box::new(preview))),
            Err(Refused::Answers(faults)) => Ok(Self::Refused(faults)),
            Err(Refused::Unusable(told)) => Err(told),
        }
    }
}

/// Everything that is not as expected: a paragraph each. None: all is.
pub(super) fn differences(expected: &Expected, found: &Found) -> Vec<String> {
    match (found, &expected.refused) {
        (Found::Refused(faults), None) => {
            vec![format!("the answers are refused:\n{}", faults.join("\n"))]
        }
        (Found::Refused(faults), Some(part)) => told_otherwise("refused", part, &faults.join("\n")),
        (Found::Preview(_), Some(part)) => {
            vec![format!(
                "the answers are taken; they were to be refused: {part}"
            )]
        }
        (Found::Preview(preview), None) => of_preview(expected, preview),
    }
}

fn of_preview(expected: &Expected, found: &Preview) -> Vec<String> {
    let mut told = match (&expected.stopped, &found.stopped) {
        (None, None) => Vec::new(),
        (None, Some(why)) => vec![format!("it is stopped: {why}")],
        (Some(part), None) => vec![format!("it gets to the end; it was to be stopped: {part}")],
        (Some(part), Some(why)) => told_otherwise("stopped", part, why),
    };
    if let Some(wanted) = &expected.effects {
        let (wanted, found) = (lines_of(wanted), lines_of(&effects_of(found)));
        told.extend(unless_equal("effects", &wanted, &found));
    }
    if let Some(wanted) = &expected.output {
        let (wanted, found) = (yaml(wanted), yaml(&found.output));
        told.extend(unless_equal("output", &wanted, &found));
    }
    if let Some(wanted) = &expected.files {
        told.extend(of_files(wanted, &named_files(&found.files)));
    }
    told
}

fn told_otherwise(key: &str, part: &str, found: &str) -> Vec<String> {
    if found.contains(part) {
        return Vec::new();
    }
    vec![format!("{key}: “{part}” is not told, but:\n{found}")]
}

/// The effects as tests have them.
pub(super) fn effects_of(found: &Preview) -> Vec<ExpectedEffect> {
    let effects = found.effects.iter().map(|effect| ExpectedEffect {
        step: effect.step_id.clone(),
        what: effect.what.clone(),
    });
    effects.collect()
}

fn lines_of(effects: &[ExpectedEffect]) -> String {
    let lines = effects
        .iter()
        .map(|effect| format!("{}: {}\n", effect.step, effect.what));
    lines.collect()
}

fn yaml(value: &Value) -> String {
    serde_saphyr::to_string(value).unwrap_or_else(|_| value.to_string())
}

/// The files by the names tests give them.
pub(super) fn named_files(files: &[PreviewFile]) -> BTreeMap<String, &PreviewFile> {
    let steps: BTreeSet<_> = files.iter().map(|file| &file.step_id).collect();
    let named = files.iter().map(|file| {
        let name = match &file.step_id {
            Some(step) if steps.len() > 1 => format!("{step}: {}", file.path),
            _ => file.path.clone(),
        };
        (name, file)
    });
    named.collect()
}

fn of_files(
    wanted: &BTreeMap<String, ExpectedFile>,
    found: &BTreeMap<String, &PreviewFile>,
) -> Vec<String> {
    let mut told = Vec::new();
    for (name, file) in wanted {
        match found.get(name) {
            None => told.push(format!("{name}: it is not there")),
            Some(found) => told.extend(of_file(name, file, found)),
        }
    }
    let extra = found.keys().filter(|name| !wanted.contains_key(*name));
    told.extend(extra.map(|name| format!("{name}: nobody expects it")));
    told
}

/// Whether a file is as expected.
pub(super) fn is_as_expected(wanted: &ExpectedFile, found: &PreviewFile) -> bool {
    of_file("", wanted, found).is_empty()
}

fn of_file(name: &str, wanted: &ExpectedFile, found: &PreviewFile) -> Vec<String> {
    let part = match wanted {
        ExpectedFile::Any(()) => return Vec::new(),
        ExpectedFile::Text(text) => &PartOfFile {
            text: Some(text.clone()),
            ..PartOfFile::default()
        },
        ExpectedFile::Part(part) => part,
    };
    let text = String::from_utf8_lossy(&found.content);
    let mut told = Vec::new();
    if let Some(wanted) = &part.text
        && wanted.as_bytes() != found.content.as_ref()
    {
        told.extend(unless_equal(name, wanted, &text));
    }
    let missing = part.contains.iter().filter(|part| !text.contains(*part));
    told.extend(missing.map(|part| format!("{name}: “{part}” is not in it")));
    if part.bytes.is_some_and(|bytes| bytes != found.content.len()) {
        told.push(format!("{name}: it has {} bytes", found.content.len()));
    }
    match part.executable {
        Some(true) if !found.is_executable => told.push(format!("{name}: it cannot be run")),
        Some(false) if found.is_executable => told.push(format!("{name}: it can be run")),
        _ => {}
    }
    told
}

/// The difference of two texts, as `diff -u` shows it.
fn unless_equal(name: &str, wanted: &str, found: &str) -> Option<String> {
    if wanted == found {
        return None;
    }
    let diff = TextDiff::from_lines(wanted, found);
    let shown = diff
        .unified_diff()
        .context_radius(2)
        .header("expected", "found")
        .to_string();
    let lines: Vec<&str> = shown.lines().take(MAX_LINES).collect();
    let more = shown.lines().count().saturating_sub(MAX_LINES);
    let rest = match more {
        0 => String::new(),
        more => format!("\n… and {more} lines more"),
    };
    Some(format!("{name}:\n{}{rest}", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::json;

    use super::*;

    fn preview(path: &str, content: &str) -> Found {
        Found::Preview(Box::new(Preview {
            files: vec![PreviewFile {
                step_id: None,
                path: path.to_owned(),
                is_executable: false,
                content: Bytes::from(content.to_owned()),
            }],
            ..Preview::default()
        }))
    }

    fn told(expected: Value, found: &Found) -> Vec<String> {
        let expected: Expected = serde_json::from_value(expected).unwrap();
        differences(&expected, found)
    }

    #[test]
    fn files_are_equal_or_hold_what_is_said() {
        let found = preview("a.txt", "one\ntwo\n");
        for good in [
            json!({}),
            json!({"files": {"a.txt": "one\ntwo\n"}}),
            json!({"files": {"a.txt": {"contains": ["two"], "executable": false, "bytes": 8}}}),
            json!({"files": {"a.txt": null}}),
        ] {
            assert_eq!(told(good.clone(), &found), [""; 0], "{good}");
        }
        for (bad, expected) in [
            (
                json!({"a.txt": "one\n2\n"}),
                "a.txt:\n--- expected\n+++ found\n@@ -1,2 +1,2 @@\n one\n-2\n+two",
            ),
            (
                json!({"a.txt": {"contains": ["three"]}}),
                "a.txt: “three” is not in it",
            ),
            (
                json!({"a.txt": {"executable": true}}),
                "a.txt: it cannot be run",
            ),
            (json!({}), "a.txt: nobody expects it"),
        ] {
            assert_eq!(told(json!({"files": bad}), &found), [expected]);
        }
        let missing = told(json!({"files": {"a.txt": null, "b": null}}), &found);
        assert_eq!(missing, ["b: it is not there"]);
    }

    #[test]
    fn refusals_are_expected_or_told() {
        let refused = Found::Refused(vec!["instance requires property \"name\"".to_owned()]);
        assert_eq!(
            told(json!({"refused": "requires property"}), &refused),
            [""; 0]
        );
        assert_eq!(told(json!({}), &refused).len(), 1);
        assert_eq!(told(json!({"refused": "x"}), &preview("a", "")).len(), 1);
        let mut stopped = preview("a", "");
        if let Found::Preview(preview) = &mut stopped {
            preview.stopped = Some("Step fetch (fetch:plain) cannot go on: no".to_owned());
        }
        assert_eq!(told(json!({"stopped": "Step fetch"}), &stopped), [""; 0]);
        assert_eq!(told(json!({}), &stopped).len(), 1);
    }
}
