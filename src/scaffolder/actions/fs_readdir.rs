//! `fs:readdir`: lists files and folders of the workspace.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{About, Action, ActionCall, Outcome, schema};
use crate::{
    error::{Error, Result},
    scaffolder::workspace::EntryKind,
};

pub(super) struct FsReaddir;

impl Action for FsReaddir {
    fn about(&self) -> About {
        let input = "
            paths*: string(minLength 1)[] -- The folders
            recursive: boolean = false -- Whether folders in them are looked into
        ";
        let output = "
            files*: {name*: string, path*: string, fullPath*: string}[] -- The files
            folders*: {name*: string, path*: string, fullPath*: string}[] -- The folders
        ";
        About::new(
            "fs:readdir",
            "Lists files and folders of the workspace.",
            schema::fields(input),
        )
        .output(schema::fields(output))
        .example("List what was fetched", "paths: [docs]\nrecursive: true\n")
        .in_dry_runs()
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let is_recursive = call.flag("recursive").unwrap_or(false);
            let manifest = call.workspace.manifest().await?;
            let (mut files, mut folders) = (Vec::new(), Vec::new());
            for written in call.texts("paths") {
                let place = call.workspace.place(&written)?;
                if !place.is_dir() {
                    return Err(Error::Template(
                        "Error",
                        format!("ENOENT: no such directory, “{written}”"),
                    ));
                }
                let above = call.workspace.written(&place);
                for entry in &manifest.0 {
                    if !lies_in(&entry.path, &above, is_recursive) {
                        continue;
                    }
                    let shown = shown(call, &entry.path);
                    match entry.kind {
                        EntryKind::Folder => folders.push(shown),
                        _ => files.push(shown),
                    }
                }
            }
            call.log.info(&format!(
                "Read {} files and {} folders",
                files.len(),
                folders.len()
            ));
            Ok(Outcome::output(json!({"files": files, "folders": folders})))
        })
    }
}

fn lies_in(path: &str, folder: &str, is_recursive: bool) -> bool {
    let inner = match folder {
        "" => Some(path),
        folder => path
            .strip_prefix(folder)
            .and_then(|rest| rest.strip_prefix('/')),
    };
    inner.is_some_and(|inner| is_recursive || !inner.contains('/'))
}

fn shown(call: &ActionCall<'_>, path: &str) -> Value {
    let name = path.rsplit('/').next().unwrap_or(path);
    let whole = call.workspace.root().join(path);
    json!({"name": name, "path": path, "fullPath": whole.to_string_lossy()})
}
