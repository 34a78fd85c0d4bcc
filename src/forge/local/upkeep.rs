//! What a process that was killed left behind in its repositories.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::LocalHost;

/// A `git` that outlived the portal is done within this.
const SETTLES_WITHIN: Duration = Duration::from_secs(20);

impl LocalHost {
    /// Removes, a little after the start, what was half made when the portal last ended: locks nobody holds any more,
    /// objects of broken pushes, repositories without a name. What has changed since the start is left alone.
    pub async fn tidy_after_start(self) {
        let root = self.inner.root.clone();
        let find = move || {
            tokio::task::spawn_blocking({
                let root = root.clone();
                move || left_behind(&root)
            })
        };
        let before = find().await.unwrap_or_default();
        if before.is_empty() {
            return;
        }
        tokio::time::sleep(SETTLES_WITHIN).await;
        let after = find().await.unwrap_or_default();
        for found in after.iter().filter(|found| before.contains(found)) {
            let removed = remove(&found.path).await;
            match removed {
                Ok(()) => tracing::info!(
                    "Removed {}, left behind by a push or a start that was broken off",
                    found.path.display()
                ),
                Err(fault) => tracing::warn!("{} cannot be removed: {fault}", found.path.display()),
            }
        }
    }
}

/// Something that may be left behind, as it was.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    path: PathBuf,
    modified: Option<SystemTime>,
}

async fn remove(path: &Path) -> std::io::Result<()> {
    if path.is_dir() {
        tokio::fs::remove_dir_all(path).await
    } else {
        tokio::fs::remove_file(path).await
    }
}

fn left_behind(root: &Path) -> Vec<Found> {
    let mut found = Vec::new();
    for (path, name) in entries(root) {
        if name.starts_with(".new-") {
            found.push(path);
            continue;
        }
        for (repository, _) in entries(&path)
            .into_iter()
            .filter(|(_, name)| name.strip_suffix(".git").is_some())
        {
            in_repository(&repository, &mut found);
        }
    }
    found
        .into_iter()
        .map(|path| Found {
            modified: path
                .metadata()
                .and_then(|metadata| metadata.modified())
                .ok(),
            path,
        })
        .collect()
}

fn in_repository(repository: &Path, found: &mut Vec<PathBuf>) {
    let is_lock = |name: &str| name.strip_suffix(".lock").is_some();
    found.extend(
        entries(repository)
            .into_iter()
            .filter(|(_, name)| is_lock(name))
            .map(|(path, _)| path),
    );
    let objects = entries(&repository.join("objects")).into_iter();
    found.extend(
        objects
            .filter(|(_, name)| name.starts_with("incoming-") || name.starts_with("tmp_objdir-"))
            .map(|(path, _)| path),
    );
    let packs = entries(&repository.join("objects/pack")).into_iter();
    found.extend(
        packs
            .filter(|(_, name)| name.starts_with("tmp_"))
            .map(|(path, _)| path),
    );
    let mut folders = vec![repository.join("refs")];
    while let Some(folder) = folders.pop() {
        for (path, name) in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if is_lock(&name) {
                found.push(path);
            }
        }
    }
}

fn entries(folder: &Path) -> Vec<(PathBuf, String)> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    entries
        .filter_map(|entry| Some((entry.path(), entry.file_name().into_string().ok()?)))
        .collect()
}
