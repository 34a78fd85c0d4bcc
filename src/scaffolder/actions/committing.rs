//! What actions that commit have in common: which files, by whom, saying what.

use std::collections::HashSet;

use super::ActionCall;
use crate::{
    error::{Error, Result},
    forge::Person,
    scaffolder::{
        effects::CommittedFile,
        workspace::{Entry, EntryKind},
    },
};

/// Whom Backstage names where nobody else is named.
const NOBODY: (&str, &str) = ("Scaffolder", "scaffolder@backstage.io");
/// `.gitignore` files are read up to this size.
const MAX_RULES: u64 = 1024 * 1024;

/// The files of `sourcePath`, without those its `.gitignore` files leave out; paths in the repository.
pub(super) async fn files(call: &ActionCall<'_>, target_path: &str) -> Result<Vec<CommittedFile>> {
    let source = call.text("sourcePath").unwrap_or(".");
    let place = call.workspace.place(source)?;
    if !place.is_dir() {
        return Err(Error::Input(format!(
            "The sourcePath “{source}” is no folder of the workspace."
        )));
    }
    let above = call.workspace.written(&place);
    let mut found: Vec<(String, Entry)> = Vec::new();
    for entry in call.workspace.manifest().await?.0 {
        if !CommittedFile::is_committed(&entry) {
            if entry.kind == EntryKind::Link {
                call.log.warn(&format!(
                    "{} is a symbolic link; it is left out.",
                    entry.path
                ));
            }
            continue;
        }
        if let Some(path) = below(&entry.path, &above) {
            found.push((path.to_owned(), entry));
        }
    }
    let ignored = ignored(call, &found).await?;
    found.retain(|(path, _)| !ignored.contains(path));
    let target_path = match target_path.trim_start_matches("./").trim_matches('/') {
        "." => "",
        path => path,
    };
    let committed = found.into_iter().map(|(path, entry)| CommittedFile {
        path: super::fetch_plain::joined(target_path, &path),
        source: Some(entry),
        replaces: false,
    });
    Ok(committed.collect())
}

/// The files a step would publish, as they are now, by their paths in the repository.
pub(in crate::scaffolder) async fn published_files(
    call: &ActionCall<'_>,
) -> Result<Vec<(String, Entry)>> {
    let committed = files(call, call.text("targetPath").unwrap_or("")).await?;
    let sources = committed
        .into_iter()
        .filter_map(|file| Some((file.path, file.source?)));
    Ok(sources.collect())
}

/// The files of what becomes a repository. [`Error::Input`] if there are none.
pub(super) async fn some_files(call: &ActionCall<'_>) -> Result<Vec<CommittedFile>> {
    let files = files(call, "").await?;
    if files.is_empty() {
        return Err(Error::Input(
            "There are no files to publish. Fetch some first.".to_owned(),
        ));
    }
    Ok(files)
}

async fn ignored(call: &ActionCall<'_>, found: &[(String, Entry)]) -> Result<HashSet<String>> {
    let is_rules = |path: &str| path.rsplit('/').next() == Some(".gitignore");
    let mut rules = Vec::new();
    for (path, entry) in found {
        if is_rules(path) && entry.size_bytes <= MAX_RULES {
            rules.push((path.as_str(), call.workspace.content(entry).await?));
        }
    }
    let rules: Vec<(&str, &[u8])> = rules
        .iter()
        .map(|(path, content)| (*path, content.as_slice()))
        .collect();
    let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    Ok(call.services.git.ignored(&rules, &paths).await?)
}

fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    match folder {
        "" => Some(path),
        folder => path.strip_prefix(folder)?.strip_prefix('/'),
    }
}

/// Who wrote it: the input says, else the configuration, else who runs the template.
pub(super) fn author(call: &ActionCall<'_>) -> Person {
    let config = &call.services.config;
    let profile = |key: &str| {
        let entity = call.run.user_entity.as_ref()?;
        entity["spec"]["profile"][key].as_str().map(str::to_owned)
    };
    let user_name = call.run.user.as_ref().map(|user| user.name().to_owned());
    let name = call.text("gitAuthorName").map(str::to_owned);
    let email = call.text("gitAuthorEmail").map(str::to_owned);
    Person {
        name: name
            .or_else(|| config.author_name.clone())
            .or_else(|| profile("displayName"))
            .or(user_name)
            .unwrap_or_else(|| NOBODY.0.to_owned()),
        email: email
            .or_else(|| config.author_email.clone())
            .or_else(|| profile("email"))
            .unwrap_or_else(|| NOBODY.1.to_owned()),
    }
}
