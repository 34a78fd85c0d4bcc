//! Says which files changed, as the operating system notices.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::UnboundedSender;
use tracing::warn;

/// Watches folders; every changed path is sent once an event.
pub struct Watcher {
    watcher: Option<RecommendedWatcher>,
    watched: HashSet<(PathBuf, bool)>,
}

impl Watcher {
    /// A watcher that sends changed paths to `changed`. Where the system has no events to give,
    /// changes are seen at the next reconcile instead; that is said once.
    #[must_use]
    pub fn new(changed: UnboundedSender<PathBuf>) -> Self {
        let seen = Arc::new(Mutex::new(changed));
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            if matches!(event.kind, EventKind::Access(_)) {
                return;
            }
            let Ok(changed) = seen.lock() else { return };
            for path in event.paths {
                // Nobody listens any more when the portal stops.
                let _ = changed.send(path);
            }
        });
        let watcher = watcher
            .inspect_err(|fault| warn!("Files are not watched: {fault}"))
            .ok();
        Self {
            watcher,
            watched: HashSet::new(),
        }
    }

    /// Watches a folder, with its subfolders or without; once is enough.
    pub fn watch(&mut self, folder: &Path, with_subfolders: bool) {
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        if !self.watched.insert((folder.to_owned(), with_subfolders)) {
            return;
        }
        let mode = if with_subfolders {
            RecursiveMode::Recursive
        } else {
            RecursiveMode::NonRecursive
        };
        if let Err(fault) = watcher.watch(folder, mode) {
            self.watched.remove(&(folder.to_owned(), with_subfolders));
            warn!(
                "{} is not watched: {fault}. Its changes show at the next reconcile.",
                folder.display()
            );
        }
    }
}
