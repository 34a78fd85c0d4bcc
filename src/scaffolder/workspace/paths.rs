//! Paths that stay inside: no `..`, nothing absolute, no link on the way, nothing of Git's own.

use std::path::{Component, Path, PathBuf};

use super::Workspace;
use crate::{
    error::{Error, Result},
    git::check_path,
};

impl Workspace {
    /// The place a relative path means. It need not be there; the folder itself is `.` or empty.
    ///
    /// [`Error::NotAllowed`] if it leads out, over a symbolic link, or into `.git`.
    pub fn place(&self, written: &str) -> Result<PathBuf> {
        let relative = inside(written)?;
        let mut place = self.root.clone();
        for part in relative.components() {
            place.push(part);
            if place
                .symlink_metadata()
                .is_ok_and(|found| found.is_symlink())
            {
                return Err(refused(written, "a symbolic link is on the way"));
            }
        }
        Ok(place)
    }

    /// A place as written: relative, with `/`.
    #[must_use]
    pub fn written(&self, place: &Path) -> String {
        let relative = place.strip_prefix(&self.root).unwrap_or(place);
        let parts: Vec<_> = relative
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect();
        parts.join("/")
    }
}

/// A path without `.` and `..`, if it does not climb out.
pub(super) fn inside(written: &str) -> Result<PathBuf> {
    let mut kept = PathBuf::new();
    for part in Path::new(written).components() {
        match part {
            Component::CurDir => {}
            Component::Normal(part) => kept.push(part),
            Component::ParentDir if kept.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(Error::NotAllowed(
                    "Relative path is not allowed to refer to a directory outside its parent"
                        .to_owned(),
                ));
            }
        }
    }
    let whole = kept.to_string_lossy();
    if !whole.is_empty() && check_path(&whole).is_err() {
        return Err(refused(
            written,
            "it has a part no file may have, such as “.git”",
        ));
    }
    Ok(kept)
}

fn refused(written: &str, why: &str) -> Error {
    let shown: String = written.chars().take(200).collect();
    Error::NotAllowed(format!(
        "The path “{}” is not allowed: {why}.",
        shown.escape_debug()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_inside_are_taken() {
        for (written, expected) in [
            ("", ""),
            (".", ""),
            ("./a/b", "a/b"),
            ("a/../b", "b"),
            ("a//b/", "a/b"),
            (".gitignore", ".gitignore"),
        ] {
            assert_eq!(inside(written).expect(written), Path::new(expected));
        }
        for written in [
            "..",
            "a/../../b",
            "/etc/passwd",
            "//x",
            ".git/config",
            "a/.GIT/x",
            "git~1/x",
            "a\0b",
        ] {
            let refused = inside(written).expect_err(written);
            assert!(matches!(refused, Error::NotAllowed(_)), "{written}");
        }
    }
}
