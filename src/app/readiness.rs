//! When the portal may be asked.

use std::time::Duration;

use tokio::sync::watch;

use crate::{catalog::Catalog, ingest::Ingest};

/// A first start serves what it has after this long, even if a source is slow.
const FIRST_START_WITHIN: Duration = Duration::from_secs(10);

/// Ready: what SQL holds is loaded; and where that was nothing, the sources were read once, and what they hold is seen.
pub(super) async fn tell_when_ready(
    mut loaded: watch::Receiver<bool>,
    catalog: Catalog,
    ingest: Ingest,
    ready: watch::Sender<bool>,
) {
    if loaded.wait_for(|is_loaded| *is_loaded).await.is_err() {
        return;
    }
    if catalog.read().is_empty() {
        // Slow sources are no reason to stay silent for longer.
        let is_read = async {
            let mut first_walk = ingest.first_walk();
            let _ = first_walk.wait_for(|is_over| *is_over).await;
            ingest.all_seen().await;
        };
        let _ = tokio::time::timeout(FIRST_START_WITHIN, is_read).await;
    }
    ready.send_replace(true);
    ready.closed().await; // the handle lives as long as somebody looks
}
