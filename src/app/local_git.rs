//! The Git host inside the portal, and what it hands over.

use tracing::{error, info, warn};

use crate::{clock::Clock, config::Config, forge::LocalHost, git::Git, ingest::Ingest};

/// The host, where the configuration wants one.
pub(super) fn host(config: &Config, clock: &Clock) -> Option<LocalHost> {
    let integration = config.local_git()?;
    let folder = &config.callboard.data_dir;
    // Git is told of folders that are elsewhere: only a whole path means the same to it.
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
    let home = folder.join("git-home");
    // The folder is ours alone: what is in there was left behind by a process that was killed.
    let _ = std::fs::remove_dir_all(&home);
    let git = Git::new(home, config.program_environment.clone());
    Some(LocalHost::new(
        folder.join("git"),
        integration,
        git,
        clock.clone(),
    ))
}

/// What was pushed goes to the fast lane of the ingest.
pub(super) async fn hand_over(host: LocalHost, ingest: Ingest) {
    match host.git_version().await {
        Ok(version) => info!("Repositories are kept at {} ({version})", host.base_url()),
        Err(fault) => warn!("Repositories cannot be kept: {fault}"),
    }
    loop {
        for name in host.next_changes().await {
            let prefix = format!("url:{}/", host.address(&name));
            if let Err(fault) = ingest.refresh_below(&prefix, "system").await {
                error!("What was pushed to {name} is seen at the next reconcile only: {fault}");
            }
        }
    }
}
