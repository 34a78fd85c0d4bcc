//! `fs:rename`: moves files and folders of the workspace.

use std::path::Path;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{About, Action, ActionCall, Outcome, UnknownKeys, schema};
use crate::error::{Error, Result};

pub(super) struct FsRename;

impl Action for FsRename {
    fn about(&self) -> About {
        let file = schema::object([
            ("from*", schema::text("Where it is")),
            ("to*", schema::text("Where it goes")),
            (
                "overwrite",
                schema::flag("Whether what is there goes; default: no"),
            ),
        ]);
        About {
            id: "fs:rename",
            description: "Moves files and folders within the workspace.",
            input: schema::fields([(
                "files*",
                json!({"type": "array", "items": file, "description": "What is moved where"}),
            )]),
            output: None,
            examples: &[(
                "Give a file its real name",
                "steps:\n  - action: fs:rename\n    id: rename\n    input:\n      files:\n        - from: gitignore.txt\n          to: .gitignore\n",
            )],
            supports_dry_run: true,
            unknown_keys: UnknownKeys::Refused,
        }
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
