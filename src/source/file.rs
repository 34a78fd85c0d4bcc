//! Files on this machine, under the allowed roots.

use std::{
    fs::{File, Metadata},
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{Content, MAX_FILE_BYTES, SourceError, error::text_of};

/// A cheap sign of whether a file changed: its length and the time of its last change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    length: u64,
    modified: SystemTime,
}

/// The stamp of a file, if it is there.
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = path.metadata().ok()?;
    Some(Stamp {
        length: metadata.len(),
        modified: metadata.modified().ok()?,
    })
}

/// Reads a file whole, if it is a plain file under one of the roots, of bearable size, and text.
pub(super) fn read(roots: &[PathBuf], path: &Path) -> Result<Content, SourceError> {
    let shown = path.display().to_string();
    let real = allowed_path(roots, path)?;
    let failed = |source: std::io::Error| cannot_read(&shown, &source);
    // Looked at before it is opened: opening a pipe would wait for a writer.
    plain_file(&real.metadata().map_err(failed)?, &shown)?;
    let file = File::open(&real).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0).saturating_add(1));
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(SourceError::too_large(&shown));
    }
    Ok(Content {
        text: text_of(bytes, &shown)?,
        etag: None,
        revision: None,
        blob: None,
    })
}

/// The path with links resolved, if it lies under a root.
pub(super) fn allowed_path(roots: &[PathBuf], path: &Path) -> Result<PathBuf, SourceError> {
    let real = path
        .canonicalize()
        .map_err(|source| cannot_read(&path.display().to_string(), &source))?;
    if roots.iter().any(|root| real.starts_with(root)) {
        return Ok(real);
    }
    Err(SourceError::not_allowed(
        format!("file {} is outside the allowed folders", path.display()),
        "The file lies outside the folders this portal reads: those of the configured file locations, of the configuration, and the one it was started in.",
        "Move the file into one of them, or add a `file` location for its folder to `catalog.locations`.",
    ))
}

fn plain_file(metadata: &Metadata, shown: &str) -> Result<(), SourceError> {
    if metadata.is_dir() {
        return Err(SourceError::unreadable(
            format!(
                "file {shown} could not be read, Error: EISDIR: illegal operation on a directory, read"
            ),
            "The target is a folder, not a file.",
            format!(
                "Name the file, such as `{shown}/catalog-info.yaml`, or a pattern, such as `{shown}/**/catalog-info.yaml`."
            ),
        ));
    }
    if !metadata.is_file() {
        return Err(SourceError::unreadable(
            format!("file {shown} could not be read, it is no plain file"),
            "The target is a device, a pipe or a socket, not a file.",
            "Name a plain file.",
        ));
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(SourceError::too_large(shown));
    }
    Ok(())
}

fn cannot_read(shown: &str, source: &std::io::Error) -> SourceError {
    match source.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => SourceError::not_found(
            format!("file {shown} does not exist"),
            "There is no such file.",
            "Correct the path. A relative target counts from the file that names it.",
        ),
        ErrorKind::PermissionDenied => SourceError::unreadable(
            format!(
                "file {shown} could not be read, Error: EACCES: permission denied, open '{shown}'"
            ),
            "The portal may not read this file.",
            "Give the user the portal runs as the right to read it.",
        ),
        _ => SourceError::unreadable(
            format!("file {shown} could not be read, Error: {source}"),
            format!("The file could not be read: {source}."),
            "Check the disk, then refresh the location.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &Path, root: &Path) -> String {
        read(&[root.canonicalize().unwrap()], path)
            .unwrap_err()
            .reason
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::write(root.join("binary"), b"a\0b").unwrap();
        std::fs::write(root.join("latin1"), b"caf\xe9").unwrap();
        let huge = File::create(root.join("huge")).unwrap();
        huge.set_len(1 << 30).unwrap();
        for (name, expected) in [
            (
                "binary",
                "The file is no UTF-8 text: byte 1 does not belong to any character.",
            ),
            (
                "latin1",
                "The file is no UTF-8 text: byte 3 does not belong to any character.",
            ),
            (
                "huge",
                "The file is larger than 10 MiB, the limit for a descriptor.",
            ),
            (".", "The target is a folder, not a file."),
            ("nowhere", "There is no such file."),
            ("binary/below", "There is no such file."),
        ] {
            assert_eq!(refusal(&root.join(name), root), expected, "{name}");
        }
    }

    #[test]
    fn a_link_out_of_the_roots_is_not_followed() {
        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(outside.path().join("secret"), "x").unwrap();
        let link = inside.path().join("link");
        std::os::unix::fs::symlink(outside.path().join("secret"), &link).unwrap();
        assert!(refusal(&link, inside.path()).starts_with("The file lies outside"));
    }
}
