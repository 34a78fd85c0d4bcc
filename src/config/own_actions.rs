//! `callboard.scaffolder`: actions of one's own, and where they may call.

use std::path::{Path, PathBuf};

use globset::Glob;

use super::{AllowedHost, reader::Section, sections::allowed_host};

/// More files than these are a mistake.
const MAX_FILES: usize = 200;

/// A file that declares actions.
#[derive(Debug, Clone)]
pub struct ActionFile {
    /// As it was found, for messages.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

/// `callboard.scaffolder.manifests`: where manifests for clusters are proposed.
#[derive(Debug, Clone)]
pub struct Manifests {
    /// `repoUrl`, as templates write it.
    pub repo_url: String,
    /// `branch`: what pull requests are to be merged into; `None`: the one that counts.
    pub branch: Option<String>,
    /// `path`: the folder in the repository; empty: its root.
    pub path: String,
}

/// `callboard.scaffolder`
#[derive(Debug, Clone, Default)]
pub struct OwnActions {
    /// `actions`: the files, in the order they are listed.
    pub files: Vec<ActionFile>,
    /// `allow`: the hosts they may call.
    pub allow: Vec<AllowedHost>,
    /// `manifests`
    pub manifests: Option<Manifests>,
}

/// Reads the section; paths count from the configuration's folder.
pub(super) fn read(section: Section<'_>, folder: &Path) -> OwnActions {
    if section.is_absent() {
        return OwnActions::default();
    }
    let mut files = Vec::new();
    for written in section.texts("actions").unwrap_or_default() {
        let found = paths(folder, &written);
        if found.is_empty() {
            section.problem(
                "actions",
                format!("“{written}” names no file that is there."),
            );
        }
        for path in found {
            match std::fs::read_to_string(&path) {
                Ok(text) => files.push(ActionFile {
                    name: path.display().to_string(),
                    text,
                }),
                Err(fault) => {
                    let told = format!("{} cannot be read: {fault}.", path.display());
                    section.problem("actions", told);
                }
            }
        }
    }
    if files.len() > MAX_FILES {
        section.problem("actions", format!("These are more than {MAX_FILES} files."));
    }
    OwnActions {
        files,
        allow: section.sections("allow", allowed_host),
        manifests: section.section("manifests", |manifests| {
            if manifests.is_absent() {
                return None;
            }
            Some(Manifests {
                repo_url: manifests.required_text("repoUrl")?.to_owned(),
                branch: manifests.text("branch").map(str::to_owned),
                path: manifests.text("path").unwrap_or_default().to_owned(),
            })
        }),
    }
}

/// The files a path or a pattern of names in one folder stands for, in the order of their names.
fn paths(folder: &Path, written: &str) -> Vec<PathBuf> {
    let path = folder.join(written);
    if path.is_file() {
        return vec![path];
    }
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Vec::new();
    };
    let Ok(pattern) = Glob::new(&name.to_string_lossy()) else {
        return Vec::new();
    };
    let pattern = pattern.compile_matcher();
    let entries = parent.read_dir().into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| pattern.is_match(entry.file_name()))
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found
}
