//! What waits for somebody: files that are broken, removals that are held, orphans.
//!
//! Counting looks at the row of every file, so the result is kept until something was written, and for a few
//! seconds even then. One request pays; the others see what was known before.

use std::sync::Arc;

use tokio::sync::{Mutex, RwLock};

use super::catalog;
use crate::{
    catalog::Filter,
    clock::UnixMillis,
    error::Result,
    http::AppState,
    store::{self, FileFilter},
};

/// How long a count holds while things change.
const FRESH_MS: i64 = 5_000;

/// How much waits for somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Files that cannot be read or have refused documents.
    pub(crate) broken_files: usize,
    /// Files with documents that lost their ref to another file.
    pub(crate) conflicting_files: usize,
    /// Sources whose removals wait for somebody to agree.
    pub(crate) held_removals: usize,
    /// Entities nothing lists any more.
    pub(crate) orphans: usize,
    /// All files there are.
    pub(crate) files: usize,
}

/// Keeps the counts. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Attention(Arc<Kept>);

#[derive(Default)]
struct Kept {
    known: RwLock<Option<Known>>,
    counting: Mutex<()>,
}

#[derive(Clone, Copy)]
struct Known {
    counts: Counts,
    /// The commit they hold for.
    change_id: i64,
    at: UnixMillis,
}

impl Attention {
    /// The counts, at most a few seconds old. None that can be had is none to show: the rail must not fail.
    pub(super) async fn counts(&self, state: &AppState) -> Counts {
        let change_id = *state.ingest.committed().borrow();
        let now = state.clock.now();
        let known = *self.0.known.read().await;
        let is_fresh = known
            .is_some_and(|known| known.change_id == change_id || now.0 - known.at.0 < FRESH_MS);
        let last = known.map(|known| known.counts).unwrap_or_default();
        if is_fresh {
            return last;
        }
        let Ok(_counting) = self.0.counting.try_lock() else {
            return last;
        };
        match count(state).await {
            Ok(counts) => {
                *self.0.known.write().await = Some(Known {
                    counts,
                    change_id,
                    at: now,
                });
                counts
            }
            Err(error) => {
                tracing::warn!("Counting what is broken failed: {error}");
                last
            }
        }
    }
}

async fn count(state: &AppState) -> Result<Counts> {
    let files = store::count_files(&state.store, &FileFilter::default()).await?;
    let number = |count: i64| usize::try_from(count).unwrap_or_default();
    Ok(Counts {
        broken_files: number(files.broken),
        conflicting_files: number(files.conflicting),
        held_removals: store::held_removals(&state.store).await?.len(),
        orphans: state
            .catalog
            .read()
            .count(&Filter::equals(catalog::ORPHAN, "true")),
        files: number(files.files),
    })
}
