//! The files a run makes: a folder that nothing leads out of, kept in the database after each step.

mod paths;
mod snapshot;

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
};

pub use snapshot::{Entry, EntryKind, Manifest};
use tokio::runtime::Handle;

use crate::error::{Error, Result};

/// All files of a run together: 64 MiB.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// Files and folders of a run.
pub const MAX_ENTRIES: usize = 20_000;

/// The folder of a run. Cheap to clone; the folder goes with [`Workspace::remove`].
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
    /// Of a temporary one.
    _passing: Option<Arc<Passing>>,
}

/// A folder that goes with the last who has it.
#[derive(Debug)]
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        let folder = std::mem::take(&mut self.0);
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || remove(&folder))),
            Err(_) => remove(&folder),
        }
    }
}

/// Removes a folder; one that is gone is no error.
fn remove(folder: &Path) {
    if let Err(fault) = std::fs::remove_dir_all(folder)
        && fault.kind() != ErrorKind::NotFound
    {
        tracing::warn!("{} cannot be removed: {fault}", folder.display());
    }
}

fn make_empty(root: &Path) -> std::io::Result<PathBuf> {
    if root.exists() {
        std::fs::remove_dir_all(root)?;
    }
    std::fs::create_dir_all(root)?;
    root.canonicalize()
}

impl Workspace {
    /// An empty folder at a place; what was there goes.
    pub async fn make(root: PathBuf) -> Result<Self> {
        let made = tokio::task::spawn_blocking(move || make_empty(&root)).await;
        Ok(Self {
            root: made.map_err(Error::internal)?.map_err(Error::internal)?,
            _passing: None,
        })
    }

    /// The same, and the folder goes with the last clone: also where a request is dropped, once the threads that
    /// write for it are done.
    pub async fn temporary(root: PathBuf) -> Result<Self> {
        let passing = Arc::new(Passing(root.clone()));
        let kept = Arc::clone(&passing);
        let made = tokio::task::spawn_blocking(move || {
            let made = make_empty(&root);
            drop(kept);
            made
        });
        Ok(Self {
            root: made
                .await
                .map_err(Error::internal)?
                .map_err(Error::internal)?,
            _passing: Some(passing),
        })
    }

    /// A folder that is there, to be read as if it were one.
    #[must_use]
    pub(super) fn over(root: PathBuf) -> Self {
        Self {
            root,
            _passing: None,
        }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Removes the folder; one that is gone is no error.
    pub async fn remove(&self) {
        let folder = self.root.clone();
        // Of a thread that panicked, the next start removes what is left.
        let _ = tokio::task::spawn_blocking(move || remove(&folder)).await;
    }
}
