//! The verdict and the message of the model on every document of real catalogs, against the recording of what
//! Backstage says of them. The files are no part of this project: the folder is named by `CALLBOARD_SHARED`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use callboard::entity::{
    self, Diagnostic, Kinds, LocationRef, Provenance, check_envelope, fill, parse_document,
    placeholders, prepare, relations, source_links, split_documents, validate,
};
use serde_json::Value;

use crate::support::shared;

#[test]
#[ignore = "reads the folder that CALLBOARD_SHARED names"]
fn documents_of_real_catalogs_are_judged_as_backstage_judges_them() {
    let corpus = Corpus::open();
    let mut compared = BTreeMap::<&str, usize>::new();
    let mut differences = Vec::new();
    for record in recording() {
        let Some(expected) = record.get("validate").map(Outcome::recorded) else {
            continue;
        };
        let Some(expected) = expected else {
            // A target or a placeholder that Backstage could not read: not the model's to judge.
            *compared.entry("not the model's").or_default() += 1;
            continue;
        };
        let id = record["id"].as_str().expect("records have ids");
        let found = corpus.judge(id);
        *compared.entry(expected.name()).or_default() += 1;
        if found != expected {
            differences.push(format!(
                "{id}\n  Backstage: {expected:?}\n  here:      {found:?}"
            ));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(
        compared["valid"] > 300 && compared["refused"] > 60,
        "{compared:?}"
    );
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Valid,
    Refused(String, String),
}

impl Outcome {
    fn recorded(record: &Value) -> Option<Self> {
        let errors = record["errors"].as_array().expect("a list");
        let Some(first) = errors.first() else {
            return Some(Self::Valid);
        };
        let (name, message) = (first[0].as_str()?, first[1].as_str()?);
        let is_reading =
            message.contains("Unable to read url") || message.contains("Placeholder $");
        (!is_reading).then(|| Self::Refused(name.to_owned(), message.to_owned()))
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Refused(..) => "refused",
        }
    }
}

/// The files by repository, as the recording had them.
struct Corpus {
    repositories: BTreeMap<String, BTreeMap<String, PathBuf>>,
}

impl Corpus {
    fn open() -> Self {
        let top = shared("corpus");
        let mut repositories = BTreeMap::<String, BTreeMap<String, PathBuf>>::new();
        for group in ["catalog", "templates"] {
            for repository in folders(&top.join(group)) {
                let name = repository.file_name().expect("a name").to_string_lossy();
                let files = repositories.entry(name.into_owned()).or_default();
                collect(&repository, &repository, files);
            }
        }
        Self { repositories }
    }

    /// `catalog/owner__repo/path#2`: the third document of that file.
    fn judge(&self, id: &str) -> Outcome {
        let (file, number) = id.rsplit_once('#').expect("a document");
        let (_, path) = file.split_once('/').expect("a group");
        let (repository, path) = path.split_once('/').expect("a repository");
        let location = LocationRef {
            kind: "url".to_owned(),
            target: format!("http://{repository}.example/{path}"),
        };
        let text = self
            .read(&location.target)
            .unwrap_or_else(|| panic!("{id} is not there"));
        let documents = split_documents(&text);
        let is_blank = |text: &str| {
            text.lines().all(|line| {
                let line = line.strip_prefix("---").unwrap_or(line).trim();
                line.is_empty() || line.starts_with('#')
            })
        };
        let number: usize = number.parse().expect("a number");
        let raw = documents
            .iter()
            .filter(|raw| !is_blank(raw.text))
            .nth(number)
            .expect("the document");
        let value = match parse_document(raw, false) {
            Ok(Some(value)) => value,
            other => panic!("{id}: {other:?}"),
        };
        match self.check(value, &location) {
            Ok(()) => Outcome::Valid,
            Err(fault) => Outcome::Refused(fault.name, fault.message),
        }
    }

    fn check(&self, value: Value, location: &LocationRef) -> Result<(), Diagnostic> {
        check_envelope(&value)?;
        let mut value = prepare(
            value,
            &Provenance {
                location,
                origin: location,
                links: source_links(&location.target, None),
            },
        );
        for placeholder in placeholders(&value) {
            let written = placeholder.target.as_str().expect("a text");
            let target = entity::resolve_url(written, &location.target, None).expect("a URL");
            let text = self
                .read(&target)
                .unwrap_or_else(|| "not in the corpus".to_owned());
            let filled = match placeholder.key.as_str() {
                "$text" => Value::from(text),
                _ => parse_document(&split_documents(&text)[0], false)
                    .expect("the file is YAML")
                    .expect("there is something"),
            };
            fill(&mut value, &placeholder.pointer, filled);
        }
        let kinds = Kinds::builtin();
        let entity_ref = validate(&value, &kinds)?;
        relations(&value, &entity_ref, &kinds)?;
        Ok(())
    }

    /// Reads `http://<repository>.example/<path>`.
    fn read(&self, url: &str) -> Option<String> {
        let rest = url.strip_prefix("http://")?;
        let (host, path) = rest.split_once('/')?;
        // Host names lose their capitals on the way.
        let repository = host.strip_suffix(".example")?;
        let files = self
            .repositories
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(repository))?
            .1;
        let bytes = std::fs::read(files.get(path)?).expect("a file");
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn folders(top: &Path) -> Vec<PathBuf> {
    let entries = top.read_dir().expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.is_dir()).collect()
}

fn collect(top: &Path, folder: &Path, files: &mut BTreeMap<String, PathBuf>) {
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(top, &path, files);
        } else {
            let name = path.strip_prefix(top).expect("inside").to_string_lossy();
            files.insert(name.into_owned(), path.clone());
        }
    }
}

fn recording() -> Vec<Value> {
    let file = shared("rig/corpus/expected/catalog.jsonl.gz");
    let output = Command::new("gzip").arg("-dc").arg(file).output();
    let text = String::from_utf8(output.expect("gzip runs").stdout).expect("UTF-8");
    let records = text.lines().map(serde_json::from_str);
    records.collect::<Result<_, _>>().expect("JSON lines")
}
