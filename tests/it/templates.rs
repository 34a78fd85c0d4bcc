//! Real templates of public repositories, checked. They are no part of this project: the folder is named by
//! `CALLBOARD_SHARED`, and without it these tests are left out.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use callboard::{
    entity::{RawDocument, Severity, parse_document, split_documents},
    scaffolder::{actions::Registry, check_template},
};
use serde_json::Value;

use crate::support::shared;

fn yaml_files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            yaml_files_below(&path, found);
        } else if path
            .extension()
            .is_some_and(|ending| ending == "yaml" || ending == "yml")
        {
            found.push(path);
        }
    }
}

/// A finding without the names in it, to count its kind.
fn kind_of(message: &str) -> String {
    let parts = message.split('`').enumerate();
    let kept = parts.map(|(index, part)| if index % 2 == 0 { part } else { "…" });
    kept.collect::<Vec<_>>().join("`")
}

#[test]
#[ignore = "reads the folder that CALLBOARD_SHARED names"]
fn real_templates_are_checked() {
    let corpus = shared("corpus/templates");
    let mut files = Vec::new();
    yaml_files_below(&corpus, &mut files);
    files.sort();
    let (mut templates, mut clean, mut only_warnings) = (0, 0, 0);
    let mut kinds: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for file in &files {
        let Ok(text) = std::fs::read_to_string(file) else {
            continue;
        };
        let lines = text.lines().count();
        for raw in split_documents(&text) {
            let Some(findings) = findings(&raw) else {
                continue;
            };
            templates += 1;
            let errors = findings
                .iter()
                .filter(|found| found.severity == Severity::Error)
                .count();
            clean += usize::from(findings.is_empty());
            only_warnings += usize::from(errors == 0 && !findings.is_empty());
            for found in findings {
                let at = found.position.expect("a place");
                assert!(at.line as usize <= lines, "{}: {found:?}", file.display());
                let severity = match found.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                };
                let shown = file.strip_prefix(&corpus).expect("inside").display();
                println!(
                    "{shown}:{}:{} {severity}: {} {}",
                    at.line, at.column, found.message, found.mend
                );
                *kinds
                    .entry((kind_of(&found.message), severity))
                    .or_default() += 1;
            }
        }
    }
    println!("{templates} templates: {clean} clean, {only_warnings} with warnings only");
    for ((kind, severity), count) in &kinds {
        println!("{count:>5} {severity:<7} {kind}");
    }
    assert!(templates > 50, "only {templates} templates were found");
}

/// The findings about a document, if it is a template that can be read.
fn findings(raw: &RawDocument<'_>) -> Option<Vec<callboard::entity::Diagnostic>> {
    let entity = parse_document(raw, false).ok()??;
    let is_template = entity["kind"] == "Template" && entity["spec"]["steps"].is_array();
    let version = entity.get("apiVersion").and_then(Value::as_str)?;
    (is_template && version == callboard::scaffolder::API_VERSION)
        .then(|| check_template(raw, &entity, &Registry::default()))
}
