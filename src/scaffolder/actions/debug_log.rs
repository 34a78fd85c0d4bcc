//! `debug:log`: writes a message, and lists the files there are.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{About, Action, ActionCall, Outcome, schema};
use crate::{
    error::{Error, Result},
    scaffolder::workspace::EntryKind,
};

pub(super) struct DebugLog;

impl Action for DebugLog {
    fn about(&self) -> About {
        let input = r#"
            message: string -- What to say
            listWorkspace: boolean | "with-filenames" | "with-contents" -- Whether the files of the workspace are listed, and with what is in them
        "#;
        About::new(
            "debug:log",
            "Writes a message to the log, and lists the files of the workspace.",
            schema::fields(input),
        )
        .example("Say something", "message: Hello ${{ user.ref }}\n")
        .in_dry_runs()
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let input = serde_json::to_string_pretty(call.input).map_err(Error::internal)?;
            call.log.info(&input);
            if let Some(message) = call.text("message") {
                call.log.info(message);
            }
            match &call.input["listWorkspace"] {
                Value::Bool(true) => list(call, false).await?,
                Value::String(how) => list(call, how == "with-contents").await?,
                _ => {}
            }
            Ok(Outcome::nothing())
        })
    }
}

async fn list(call: &ActionCall<'_>, with_contents: bool) -> Result<()> {
    let manifest = call.workspace.manifest().await?;
    let mut told = Vec::new();
    for entry in manifest.0 {
        if entry.kind == EntryKind::Folder {
            continue;
        }
        if with_contents {
            let content = call.workspace.content(&entry).await?;
            let content = String::from_utf8_lossy(&content);
            told.push(format!(" - {}:\n\n  {content}", entry.path));
        } else {
            told.push(format!("  - {}", entry.path));
        }
    }
    call.log.info(&format!("Workspace:\n{}", told.join("\n")));
    Ok(())
}
