//! What is tried: a template read from its file as the catalog would read it, answers, and for whom.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::Bench;
use crate::{
    entity::{EntityRef, parse_document, split_documents},
    error::Error,
    ingest::NewLocation,
    scaffolder::{
        dry_run::{DryRunFault, check_values},
        preview::{Preview, preview},
        spec::{TaskSpec, TaskUser},
    },
    source::MAX_FILE_BYTES,
};

/// Where its files are, for a portal: here they are beside it.
const SOURCE_LOCATION: &str = "backstage.io/source-location";

/// Why there is nothing to see; a sentence.
#[derive(Debug)]
pub(super) enum Refused {
    /// The files are of no use.
    Unusable(String),
    /// The answers are not what the template asks for: one line a fault.
    Answers(Vec<String>),
}

/// The folders of templates: what lies below them may be read.
#[must_use]
pub fn folders_of(files: &[PathBuf]) -> Vec<PathBuf> {
    let absolute = files
        .iter()
        .filter_map(|path| std::path::absolute(path).ok());
    let folder = |path: PathBuf| match path.parent() {
        Some(above) if !path.is_dir() => above.to_owned(),
        _ => path,
    };
    absolute.map(folder).collect()
}

/// The only template of a file, with its placeholders filled in.
pub(super) async fn template(bench: Bench<'_>, file: &Path) -> Result<Value, Refused> {
    let shown = file.display();
    let target = std::path::absolute(file)
        .map_err(|fault| Refused::Unusable(format!("{shown}: {fault}")))?
        .display()
        .to_string();
    let location = NewLocation {
        kind: "file".to_owned(),
        target: target.clone(),
        presence: None,
    };
    let read = bench.services.ingest.preview_configured(location).await;
    let read =
        read.map_err(|refusal| Refused::Unusable(format!("{shown}: {}", told(&refusal.error))))?;
    let managed = Value::from(format!("file:{target}"));
    let mut templates = read.entities.into_iter().filter(|entity| {
        let annotations = &entity["metadata"]["annotations"];
        entity["kind"] == "Template" && annotations["backstage.io/managed-by-location"] == managed
    });
    match (templates.next(), templates.next()) {
        (Some(mut template), None) => {
            if let Some(map) = template["metadata"]["annotations"].as_object_mut() {
                map.shift_remove(SOURCE_LOCATION);
            }
            Ok(template)
        }
        (None, _) => Err(Refused::Unusable(format!("{shown}: no template is in it"))),
        (Some(_), Some(_)) => Err(Refused::Unusable(format!(
            "{shown}: there are several templates in it; give each a file of its own"
        ))),
    }
}

/// The text of a file, and the one object in it.
pub(super) fn object(file: &Path) -> Result<(String, Map<String, Value>), String> {
    let told = |what: String| format!("{}: {what}", file.display());
    let size = std::fs::metadata(file).map_err(|fault| told(fault.to_string()))?;
    if size.len() > MAX_FILE_BYTES {
        return Err(told(format!(
            "it is larger than {} MiB",
            MAX_FILE_BYTES >> 20
        )));
    }
    let text = std::fs::read_to_string(file).map_err(|fault| told(fault.to_string()))?;
    let mut found = Vec::new();
    for document in split_documents(&text) {
        let value = parse_document(&document, false).map_err(|fault| told(fault.message))?;
        found.extend(value);
    }
    match (found.pop(), found.is_empty()) {
        (None, _) => Ok((text, Map::new())),
        (Some(Value::Object(map)), true) => Ok((text, map)),
        _ => Err(told("it is not one object, `key: value`".to_owned())),
    }
}

/// What a template and answers come to.
pub(super) async fn try_out(
    bench: Bench<'_>,
    template: &Value,
    values: &Map<String, Value>,
    user: Option<&str>,
) -> Result<Preview, Refused> {
    let unusable = |fault: Error| Refused::Unusable(told(&fault));
    check_values(template, values).map_err(|fault| match fault {
        DryRunFault::Values(faults) => {
            Refused::Answers(faults.into_iter().map(|fault| fault.stack).collect())
        }
        DryRunFault::Error(fault) => unusable(fault),
    })?;
    let user = user.map(|text| EntityRef::parse(text, Some("user"), "default"));
    let user = user.transpose().map_err(Refused::Unusable)?;
    let shown_user = TaskUser {
        entity_ref: user.as_ref().map(|user| user.as_str().to_owned()),
        entity: None,
    };
    let spec = TaskSpec::new(template, values, &shown_user).map_err(unusable)?;
    preview(bench.services, bench.actions, &spec, user.as_ref())
        .await
        .map_err(unusable)
}

/// Whoever sits at the terminal may be told everything.
fn told(fault: &Error) -> String {
    match fault {
        Error::Internal(source) => source.to_string(),
        fault => fault.to_string(),
    }
}
