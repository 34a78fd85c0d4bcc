//! `fs:delete`: removes files and folders of the workspace.

use std::path::Path;

use futures_util::future::BoxFuture;
use globset::GlobBuilder;

use super::{About, Action, ActionCall, Outcome, schema};
use crate::error::{Error, Result};

pub(super) struct FsDelete;

impl Action for FsDelete {
    fn about(&self) -> About {
        About::new(
            "fs:delete",
            "Removes files and folders of the workspace.",
            schema::fields("files*: string[] -- What is removed: paths or globs"),
        )
        .example(
            "Remove a folder and all temporary files",
            "files:\n  - scratch\n  - '**/*.tmp'\n",
        )
        .in_dry_runs()
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            for written in call.texts("files") {
                for path in matching(call, &written).await? {
                    remove(&call.workspace.place(&path)?).await?;
                    call.log.info(&format!("File {path} deleted successfully"));
                }
            }
            Ok(Outcome::nothing())
        })
    }
}

/// The paths a text means: itself if it is there, else what it matches as a glob. Links are not followed.
async fn matching(call: &ActionCall<'_>, written: &str) -> Result<Vec<String>> {
    let place = call.workspace.place(written);
    match place {
        Ok(place) if place == call.workspace.root() => {
            let all = call.workspace.manifest().await?.0.into_iter();
            return Ok(all.map(|entry| entry.path).collect());
        }
        Ok(place) if place.exists() => return Ok(vec![call.workspace.written(&place)]),
        Ok(_) => {}
        Err(fault) => return Err(fault),
    }
    let glob = GlobBuilder::new(written.trim_start_matches("./"))
        .literal_separator(true)
        .build()
        .map_err(|fault| Error::Input(format!("“{written}” is no pattern: {fault}")))?
        .compile_matcher();
    let all = call.workspace.manifest().await?.0.into_iter();
    Ok(all
        .map(|entry| entry.path)
        .filter(|path| glob.is_match(path))
        .collect())
}

/// Gone already is as good: a folder may have been removed with what lies in it.
async fn remove(place: &Path) -> Result<()> {
    let removed = match tokio::fs::symlink_metadata(place).await {
        Ok(found) if found.is_dir() => tokio::fs::remove_dir_all(place).await,
        Ok(_) => tokio::fs::remove_file(place).await,
        Err(fault) => Err(fault),
    };
    match removed {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => Err(Error::internal(fault)),
        _ => Ok(()),
    }
}
