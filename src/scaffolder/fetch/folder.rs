//! Files beside a template: in its folder on this machine, or among those of a dry run.

use std::path::{Component, Path, PathBuf};

use super::{DryFiles, Fetched, archive::below};
use crate::{
    error::{Error, Result},
    scaffolder::workspace::{EntryKind, Manifest, Workspace},
};

/// All files below a folder beside the template.
pub(super) async fn tree(root: &Path, written: &str) -> Result<Vec<Fetched>> {
    let place = inside(root, written)?;
    if !place.is_dir() {
        return Err(missing(written));
    }
    let folder = Workspace::over(place);
    let Manifest(entries) = folder.manifest().await?;
    let mut found = Vec::with_capacity(entries.len());
    for entry in entries {
        let content = folder.content(&entry).await?;
        found.push(Fetched {
            path: entry.path,
            kind: entry.kind,
            content,
        });
    }
    Ok(found)
}

/// A file beside the template.
pub(super) async fn file(root: &Path, written: &str) -> Result<Vec<u8>> {
    let place = inside(root, written)?;
    let size = tokio::fs::metadata(&place).await;
    if size.is_ok_and(|found| found.len() > crate::source::MAX_FILE_BYTES) {
        return Err(Error::Input(format!(
            "{written} is larger than 10 MiB, the limit for a file."
        )));
    }
    tokio::fs::read(&place).await.map_err(|_| missing(written))
}

/// A place in the template's folder, also after every link is followed.
fn inside(root: &Path, written: &str) -> Result<PathBuf> {
    let place = root.join(plain(written)?);
    let root = root.canonicalize().map_err(|_| missing(written))?;
    let place = place.canonicalize().map_err(|_| missing(written))?;
    if place.starts_with(&root) {
        return Ok(place);
    }
    Err(outside())
}

/// All files below a folder of a dry run.
pub(super) fn dry_tree(files: &DryFiles, written: &str) -> Result<Vec<Fetched>> {
    let folder = plain(written)?;
    let inner = files.iter().filter_map(|(path, content)| {
        Some(Fetched {
            path: below(path, &folder)?.to_owned(),
            kind: EntryKind::File,
            content: content.clone(),
        })
    });
    let found: Vec<Fetched> = inner.collect();
    if found.is_empty() {
        return Err(missing(written));
    }
    Ok(found)
}

/// A file of a dry run.
pub(super) fn dry_file(files: &DryFiles, written: &str) -> Result<Vec<u8>> {
    let path = plain(written)?;
    files.get(&path).cloned().ok_or_else(|| missing(written))
}

/// A relative path without `.` and `..`, if it does not climb out.
fn plain(written: &str) -> Result<String> {
    let mut kept: Vec<String> = Vec::new();
    for part in Path::new(written).components() {
        match part {
            Component::CurDir => {}
            Component::Normal(part) => kept.push(part.to_string_lossy().into_owned()),
            Component::ParentDir if kept.pop().is_some() => {}
            _ => return Err(outside()),
        }
    }
    Ok(kept.join("/"))
}

fn outside() -> Error {
    Error::NotAllowed(
        "Relative path is not allowed to refer to a directory outside its parent".to_owned(),
    )
}

fn missing(written: &str) -> Error {
    Error::Template(
        "Error",
        format!("ENOENT: no such file or directory, “{written}” beside the template"),
    )
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use super::*;

    #[tokio::test]
    async fn nothing_outside_the_templates_folder_is_fetched() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("template");
        std::fs::create_dir_all(root.join("skeleton")).expect("made");
        std::fs::write(root.join("skeleton/a"), "a").expect("written");
        std::fs::write(folder.path().join("secret"), "s").expect("written");
        std::os::unix::fs::symlink(folder.path(), root.join("link")).expect("linked");
        assert_eq!(tree(&root, "./skeleton").await.expect("read").len(), 1);
        assert_eq!(file(&root, "skeleton/a").await.expect("read"), b"a");
        for written in [
            "../secret",
            "/etc/passwd",
            "link/secret",
            "skeleton/../../secret",
        ] {
            let refused = file(&root, written).await.expect_err(written);
            assert!(matches!(refused, Error::NotAllowed(_)), "{written}");
        }
        let refused = tree(&root, "link").await.expect_err("outside");
        assert!(matches!(refused, Error::NotAllowed(_)));
    }

    #[test]
    fn a_dry_run_sees_its_own_files_only() {
        let files: DryFiles = Arc::new(BTreeMap::from([
            ("skel/a.txt".to_owned(), b"a".to_vec()),
            ("template.yaml".to_owned(), Vec::new()),
        ]));
        assert_eq!(dry_tree(&files, "./skel/").expect("read")[0].path, "a.txt");
        assert_eq!(dry_file(&files, "skel/a.txt").expect("read"), b"a");
        let refused = dry_tree(&files, "../x").expect_err("outside");
        assert!(matches!(refused, Error::NotAllowed(_)));
        let refused = dry_tree(&files, "nothing").expect_err("missing");
        assert!(matches!(refused, Error::Template("Error", _)), "{refused}");
    }
}
