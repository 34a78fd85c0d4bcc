//! `fs:rename`: moves files and folders of the workspace.

use std::path::Path;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{About, Action, ActionCall, Outcome, schema};
use crate::error::{Error, Result};

pub(super) struct FsRename;

impl Action for FsRename {
    fn about(&self) -> About {
        let input =
            "files*: {from*: string, to*: string, overwrite: boolean}[] -- What is moved where";
        About::new(
            "fs:rename",
            "Moves files and folders within the workspace.",
            schema::fields(input),
        )
        .example(
            "Give a file its real name",
            "files:\n  - from: gitignore.txt\n    to: .gitignore\n",
        )
        .in_dry_runs()
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let files = call.input["files"].as_array().map(Vec::as_slice);
            for file in files.unwrap_or_default() {
                rename(call, file).await?;
            }
            Ok(Outcome::nothing())
        })
    }
}

async fn rename(call: &ActionCall<'_>, file: &Value) -> Result<()> {
    let text = |key: &str| file[key].as_str().unwrap_or_default();
    let (from, to) = (
        call.workspace.place(text("from"))?,
        call.workspace.place(text("to"))?,
    );
    if to.symlink_metadata().is_ok() && from != to {
        if file["overwrite"] != true {
            return Err(Error::Template("Error", "dest already exists.".to_owned()));
        }
        remove(&to).await.map_err(Error::internal)?;
    }
    if let Some(folder) = to.parent() {
        tokio::fs::create_dir_all(folder)
            .await
            .map_err(Error::internal)?;
    }
    tokio::fs::rename(&from, &to).await.map_err(|fault| {
        Error::Template(
            "Error",
            format!(
                "{} cannot be moved to {}: {fault}",
                text("from"),
                text("to")
            ),
        )
    })?;
    let (from, to) = (call.workspace.written(&from), call.workspace.written(&to));
    call.log
        .info(&format!("File {from} renamed to {to} successfully"));
    Ok(())
}

async fn remove(place: &Path) -> std::io::Result<()> {
    if place.is_dir() {
        tokio::fs::remove_dir_all(place).await
    } else {
        tokio::fs::remove_file(place).await
    }
}
