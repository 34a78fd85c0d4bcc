//! The files a run makes: a folder that nothing leads out of, kept in the database after each step.

mod paths;
mod snapshot;

use std::path::{Path, PathBuf};

pub use snapshot::{Entry, EntryKind, Manifest};

use crate::error::{Error, Result};

/// All files of a run together: 64 MiB.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// Files and folders of a run.
pub const MAX_ENTRIES: usize = 20_000;

/// The folder of a run. Cheap to clone; the folder goes with [`Workspace::remove`].
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// An empty folder at a place; what was there goes.
    pub async fn make(root: PathBuf) -> Result<Self> {
        let made = async {
            if root.exists() {
                tokio::fs::remove_dir_all(&root).await?;
            }
            tokio::fs::create_dir_all(&root).await?;
            root.canonicalize()
        };
        let root = made.await.map_err(Error::internal)?;
        Ok(Self { root })
    }

    /// A folder that is there, to be read as if it were one.
    #[must_use]
    pub(super) fn over(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Removes the folder; one that is gone is no error.
    pub async fn remove(&self) {
        if let Err(fault) = tokio::fs::remove_dir_all(&self.root).await
            && fault.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!("{} cannot be removed: {fault}", self.root.display());
        }
    }
}
