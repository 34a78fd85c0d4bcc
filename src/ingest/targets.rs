//! Where a Location entity leads.

use futures_util::{StreamExt, stream};
use serde_json::Value;

use super::{context::Context, faults, outcome::FileSource};
use crate::{
    config::CatalogConfig,
    entity::{Diagnostic, LocationRef, SourceLinks, resolve_url, source_links},
    forge::authority,
    source::{Missing, SourceError, is_pattern},
};

/// Patterns that are looked for at once: hosts are asked for the files of many repositories.
const PARALLEL_EXPANSIONS: usize = 8;

/// Where a Location leads.
#[derive(Debug, Clone, Default)]
pub(super) struct Targets {
    /// The files, in their order.
    pub(super) files: Vec<FileSource>,
    /// What is wrong with targets that name no file.
    pub(super) errors: Vec<Diagnostic>,
    /// Targets that stand for many files.
    pub(super) patterns: Vec<String>,
}

/// The files a Location leads to, in their order, and what is wrong with its targets.
pub(super) async fn of_location(
    context: &Context,
    source: &FileSource,
    value: &Value,
) -> Result<Targets, Diagnostic> {
    let spec = &value["spec"];
    let kind = spec["type"].as_str().unwrap_or(&source.location.kind);
    if kind != source.location.kind && kind != "url" {
        return Err(faults::target_type_not_allowed(kind));
    }
    let optional = spec["presence"] == "optional";
    let single = spec.get("target").into_iter();
    let several = spec["targets"].as_array().into_iter().flatten();
    let base = LocationRef {
        kind: kind.to_owned(),
        target: source.location.target.clone(),
    };
    let written = single.chain(several).filter_map(Value::as_str);
    // A target that cannot be resolved is read as written, so that the reader can say what is wrong with it.
    let resolved = written.map(|written| {
        let target = context.resolve(&base, written);
        FileSource {
            location: target.unwrap_or_else(|_| LocationRef {
                kind: kind.to_owned(),
                target: written.to_owned(),
            }),
            origin: source.origin.clone(),
            optional,
        }
    });
    let resolved: Vec<FileSource> = resolved.collect();
    let mut targets = Targets::default();
    let mut expanded = stream::iter(resolved)
        .map(|target| expand(context, target))
        .buffered(PARALLEL_EXPANSIONS);
    while let Some((target, found)) = expanded.next().await {
        targets.take(&target, found);
    }
    Ok(targets)
}

/// The files a target stands for, and the target.
async fn expand(
    context: &Context,
    target: FileSource,
) -> (FileSource, Result<Vec<LocationRef>, SourceError>) {
    let found = context.reader.expand(&target.location).await;
    (target, found)
}

impl Targets {
    /// Adds a target: the file it is, or the files its pattern matches.
    pub(super) async fn add(&mut self, context: &Context, target: FileSource) {
        let (target, found) = expand(context, target).await;
        self.take(&target, found);
    }

    fn take(&mut self, target: &FileSource, found: Result<Vec<LocationRef>, SourceError>) {
        if is_pattern(&target.location.target) {
            self.patterns.push(target.location.target.clone());
        }
        match found {
            Ok(found) => {
                self.files
                    .extend(found.into_iter().map(|location| FileSource {
                        location,
                        ..target.clone()
                    }));
            }
            Err(fault) if target.optional && fault.missing == Missing::NotFound => {}
            Err(fault) => self
                .errors
                .push(faults::target_unreadable(&target.location, &fault)),
        }
    }
}

impl Context {
    /// A path or URL, as it stands in a file, made absolute.
    pub(super) fn resolve(&self, base: &LocationRef, written: &str) -> Result<LocationRef, String> {
        if base.kind == "file" && !written.contains("://") {
            let folder = std::path::Path::new(&base.target)
                .parent()
                .unwrap_or_else(|| std::path::Path::new("/"));
            return Ok(LocationRef {
                kind: "file".to_owned(),
                target: clean_path(&folder.join(written)),
            });
        }
        let host = url::Url::parse(&base.target)
            .ok()
            .and_then(|url| (self.hosts)(&authority(&url)));
        let target = resolve_url(written, &base.target, host)?;
        Ok(LocationRef {
            kind: "url".to_owned(),
            target,
        })
    }

    /// The addresses at which a file can be seen and edited.
    pub(super) fn source_links(&self, location: &LocationRef) -> Option<SourceLinks> {
        if location.kind != "url" {
            return None;
        }
        let host = url::Url::parse(&location.target)
            .ok()
            .and_then(|url| (self.hosts)(&authority(&url)));
        source_links(&location.target, host)
    }

    /// Whether the rules let this origin bring this entity.
    pub(super) fn allows(&self, value: &Value, origin: &LocationRef) -> bool {
        let kind = value["kind"].as_str().unwrap_or_default();
        CatalogConfig::allows(
            &self.options.rules,
            kind,
            value["spec"]["type"].as_str(),
            origin,
        )
    }
}

/// A path without `.` and `..`, links not looked at: two ways of writing a path are one file.
fn clean_path(path: &std::path::Path) -> String {
    use std::path::Component;
    let mut clean = std::path::PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::clean_path;
    use std::path::Path;

    #[test]
    fn two_ways_of_writing_a_path_are_one_file() {
        for (written, expected) in [
            ("/a/./b/../c.yaml", "/a/c.yaml"),
            ("/a//b.yaml", "/a/b.yaml"),
            ("/../a", "/a"),
        ] {
            assert_eq!(clean_path(Path::new(written)), expected);
        }
    }
}
