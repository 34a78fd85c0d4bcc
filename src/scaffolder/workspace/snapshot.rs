//! What lies in the folder, by hash: kept after a step, laid down again on any node.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};

use super::{MAX_BYTES, MAX_ENTRIES, Workspace, paths::inside};
use crate::{
    error::{Error, Result},
    store::text_hash,
};

/// Everything in a workspace, in order of the paths.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest(pub Vec<Entry>);

/// One thing in a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// From the workspace, with `/`.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Of its content, or of where a link leads; empty for a folder.
    pub hash: String,
    /// How much it holds.
    pub size_bytes: u64,
}

/// What something in a workspace is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A file that can be run.
    Executable,
    /// A symbolic link; nobody follows it.
    Link,
}

impl Workspace {
    /// Looks at everything. [`Error::Input`] if it is too much.
    pub async fn manifest(&self) -> Result<Manifest> {
        let root = self.root.clone();
        let found = tokio::task::spawn_blocking(move || {
            let mut walk = Walk::default();
            walk.folder(&root, "")?;
            walk.found.sort_by(|a, b| a.path.cmp(&b.path));
            Ok(Manifest(walk.found))
        });
        found.await.map_err(Error::internal)?
    }

    /// The content of an entry, or where a link leads.
    pub async fn content(&self, entry: &Entry) -> Result<Vec<u8>> {
        let place = self.root.join(inside(&entry.path)?);
        let kind = entry.kind;
        let read = tokio::task::spawn_blocking(move || content_of(&place, kind));
        read.await
            .map_err(Error::internal)?
            .map_err(Error::internal)
    }

    /// Lays something down; a file or a link with its content. For blocking threads.
    pub fn lay(&self, path: &str, kind: EntryKind, content: &[u8]) -> Result<()> {
        let place = self.place(path)?;
        lay_down(&place, kind, content).map_err(|fault| {
            let told = path.chars().take(200).collect::<String>();
            Error::Input(format!(
                "{} cannot be written: {fault}.",
                told.escape_debug()
            ))
        })
    }
}

#[derive(Default)]
struct Walk {
    found: Vec<Entry>,
    bytes: u64,
}

impl Walk {
    fn folder(&mut self, folder: &Path, above: &str) -> Result<()> {
        for entry in fs::read_dir(folder).map_err(Error::internal)? {
            let entry = entry.map_err(Error::internal)?;
            let name = entry.file_name().into_string().map_err(|name| {
                Error::Input(format!(
                    "The file name {} is no UTF-8; rename it.",
                    name.to_string_lossy()
                ))
            })?;
            // Git's own, beside a template; a workspace has none.
            if name == ".git" {
                continue;
            }
            let path = if above.is_empty() {
                name
            } else {
                format!("{above}/{name}")
            };
            self.entry(&entry.path(), &path)?;
        }
        Ok(())
    }

    fn entry(&mut self, place: &Path, path: &str) -> Result<()> {
        let metadata = place.symlink_metadata().map_err(Error::internal)?;
        let kind = if metadata.is_dir() {
            EntryKind::Folder
        } else if metadata.is_symlink() {
            EntryKind::Link
        } else if is_executable(&metadata) {
            EntryKind::Executable
        } else {
            EntryKind::File
        };
        if !metadata.is_dir() {
            self.bytes += metadata.len();
        }
        if self.found.len() >= MAX_ENTRIES || self.bytes > MAX_BYTES {
            return Err(Error::Input(format!(
                "The workspace holds too much: at most {MAX_ENTRIES} files and folders and {} MiB are taken. Fetch less, or delete what is not needed.",
                MAX_BYTES / (1024 * 1024)
            )));
        }
        let (hash, size_bytes) = if kind == EntryKind::Folder {
            (String::new(), 0)
        } else {
            let content = content_of(place, kind).map_err(Error::internal)?;
            (text_hash(&content), content.len() as u64)
        };
        self.found.push(Entry {
            path: path.to_owned(),
            kind,
            hash,
            size_bytes,
        });
        if kind == EntryKind::Folder {
            self.folder(place, path)?;
        }
        Ok(())
    }
}

fn content_of(place: &Path, kind: EntryKind) -> std::io::Result<Vec<u8>> {
    match kind {
        EntryKind::Folder => Ok(Vec::new()),
        EntryKind::Link => {
            let target = fs::read_link(place)?;
            Ok(target.to_string_lossy().into_owned().into_bytes())
        }
        EntryKind::File | EntryKind::Executable => fs::read(place),
    }
}

fn lay_down(place: &Path, kind: EntryKind, content: &[u8]) -> std::io::Result<()> {
    if kind == EntryKind::Folder {
        return fs::create_dir_all(place);
    }
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    match kind {
        EntryKind::Link => link(place, content),
        _ => {
            fs::write(place, content)?;
            if kind == EntryKind::Executable {
                make_executable(place)?;
            }
            Ok(())
        }
    }
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(unix)]
fn make_executable(place: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(place, fs::Permissions::from_mode(0o755))
}

#[cfg(unix)]
fn link(place: &Path, target: &[u8]) -> std::io::Result<()> {
    std::os::unix::fs::symlink(String::from_utf8_lossy(target).as_ref(), place)
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn link(place: &Path, target: &[u8]) -> std::io::Result<()> {
    fs::write(place, target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_laid_down_again_is_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let from = Workspace::make(folder.path().join("a"))
            .await
            .expect("made");
        fs::create_dir_all(from.root().join("empty")).expect("made");
        fs::create_dir_all(from.root().join("bin")).expect("made");
        fs::write(from.root().join("bin/run"), "#!").expect("written");
        make_executable(&from.root().join("bin/run")).expect("changed");
        fs::write(from.root().join("README"), [0, 255]).expect("written");
        link(&from.root().join("l"), b"/etc/passwd").expect("linked");
        let manifest = from.manifest().await.expect("looked at");
        let to = Workspace::make(folder.path().join("b"))
            .await
            .expect("made");
        for entry in &manifest.0 {
            let content = from.content(entry).await.expect("read");
            to.lay(&entry.path, entry.kind, &content).expect("laid");
        }
        assert_eq!(to.manifest().await.expect("looked at"), manifest);
        assert_eq!(manifest.0.len(), 5);
        let refused = to.place("l/x").expect_err("over a link");
        assert!(refused.to_string().contains("symbolic link"), "{refused}");
    }
}
