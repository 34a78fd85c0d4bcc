//! `catalog.locations`: what the catalog begins with, and which folders that opens to reading.

use std::path::{Component, Path, PathBuf};

use super::{CatalogRule, LocationMatch, TargetMatch, reader::Section, rules::allowed_kinds};
use crate::entity::LocationRef;

/// What makes a target a pattern.
const PATTERN: [char; 2] = ['*', '{'];

/// Locations, the rules they bring, the folders they open, and types nobody here reads.
#[derive(Default)]
pub(super) struct Locations {
    pub(super) locations: Vec<LocationRef>,
    pub(super) rules: Vec<CatalogRule>,
    pub(super) folders: Vec<PathBuf>,
    pub(super) unread: Vec<String>,
}

pub(super) fn read(catalog: Section<'_>, working_folder: &Path) -> Locations {
    let mut found = Locations::default();
    let entries = catalog.sections("locations", |entry| {
        let (kind, target) = (entry.required_text("type")?, entry.required_text("target")?);
        let rules = entry.sections("rules", |rule| Some(allowed_kinds(rule)));
        Some((kind.to_owned(), target.to_owned(), rules))
    });
    for (kind, target, rules) in entries {
        let target = match kind.as_str() {
            "url" => target,
            "file" => {
                let path = absolute(working_folder, &target);
                let text = path.to_string_lossy().into_owned();
                found.folders.push(folder_of(&text));
                text
            }
            other => {
                found
                    .unread
                    .push(format!("catalog.locations (type {other})"));
                continue;
            }
        };
        let location = LocationRef { kind, target };
        for allow in rules {
            let exactly = LocationMatch {
                kind: location.kind.clone(),
                target: TargetMatch::Exact(location.target.clone()),
            };
            found.rules.push(CatalogRule {
                allow,
                locations: vec![exactly],
            });
        }
        found.locations.push(location);
    }
    found
}

/// A path as Backstage finds it: from the working folder; what is not there, from `packages/backend`, because
/// Backstage's own templates write it so.
fn absolute(working_folder: &Path, target: &str) -> PathBuf {
    let here = clean(&working_folder.join(target));
    let exists = |path: &Path| {
        folder_of(&path.to_string_lossy()).exists() && (target.contains(PATTERN) || path.exists())
    };
    if target.starts_with("..") && !exists(&here) {
        let there = clean(&working_folder.join("packages/backend").join(target));
        if exists(&there) {
            return there;
        }
    }
    here
}

/// The folder of a file, or the fixed part of a pattern.
fn folder_of(target: &str) -> PathBuf {
    let fixed = target
        .find(PATTERN)
        .map_or(target, |special| &target[..special]);
    let end = fixed.rfind('/').unwrap_or(0);
    if end == 0 {
        PathBuf::from("/")
    } else {
        PathBuf::from(&fixed[..end])
    }
}

/// Without `.` and `..`.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(clean.pop()),
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}
