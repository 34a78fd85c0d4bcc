//! The Git host inside the portal, and what it hands over.

use tracing::error;

use crate::{clock::Clock, config::Config, forge::LocalHost, git::Git, ingest::Ingest};

/// The host, where the configuration wants one.
pub(super) fn host(config: &Config, clock: &Clock) -> Option<LocalHost> {
    let integration = config.local_git()?;
    let folder = &config.callboard.data_dir;
    // Git is told of folders that are elsewhere: only a whole path means the same to it.
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
    let git = Git::new(folder.join("git-home"), config.program_environment.clone());
    Some(LocalHost::new(
        folder.join("git"),
        integration,
        git,
        clock.clone(),
    ))
}

/// What was pushed goes to the fast lane of the ingest.
pub(super) async fn hand_over(host: LocalHost, ingest: Ingest) {
    loop {
        for name in host.next_changes().await {
            let prefix = format!("url:{}/", host.address(&name));
            if let Err(fault) = ingest.refresh_below(&prefix, "system").await {
                error!("What was pushed to {name} is seen at the next reconcile only: {fault}");
            }
        }
    }
}
