//! `fetch:plain` and `fetch:plain:file`: files as they are.

use futures_util::future::BoxFuture;

use super::{About, Action, ActionCall, Outcome, schema};
use crate::{
    error::{Error, Result},
    scaffolder::{
        fetch::{self, Fetched},
        workspace::{EntryKind, Workspace},
    },
};

pub(super) struct FetchPlain;
pub(super) struct FetchPlainFile;

impl Action for FetchPlain {
    fn about(&self) -> About {
        let input = "
            url*: string -- The folder: an address, or a path beside the template
            targetPath: string -- Where it goes in the workspace; default: its root
            token: string -- A token to read with, in place of the configured one
        ";
        About::new(
            "fetch:plain",
            "Fetches a folder, as it is, into the workspace.",
            schema::fields(input),
        )
        .example(
            "Fetch a folder beside the template",
            "url: ./files\ntargetPath: ./config\n",
        )
        .example(
            "Fetch a folder of another repository, at one of its tags",
            "url: https://github.com/acme/standards/tree/v3/licences\ntargetPath: ./LICENSES\n",
        )
        .in_dry_runs()
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            call.log.info("Fetching plain content from remote URL");
            let target = place_of(call, call.text("targetPath").unwrap_or("."))?;
            let fetched = fetch::tree(call, required(call, "url")?).await?;
            lay_all(call.workspace.clone(), target, fetched).await?;
            Ok(Outcome::nothing())
        })
    }
}

impl Action for FetchPlainFile {
    fn about(&self) -> About {
        let input = "
            url*: string -- The file: an address, or a path beside the template
            targetPath*: string -- Where it goes in the workspace
            token: string -- A token to read with, in place of the configured one
        ";
        About::new(
            "fetch:plain:file",
            "Fetches one file, as it is, into the workspace.",
            schema::fields(input),
        )
        .example(
            "Fetch one file",
            "url: https://github.com/acme/standards/blob/main/.editorconfig\ntargetPath: .editorconfig\n",
        )
        .in_dry_runs()
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            call.log.info("Fetching plain content from remote URL");
            let path = place_of(call, required(call, "targetPath")?)?;
            let content = fetch::file(call, required(call, "url")?).await?;
            let file = Fetched {
                path: String::new(),
                kind: EntryKind::File,
                content,
            };
            lay_all(call.workspace.clone(), path, vec![file]).await?;
            Ok(Outcome::nothing())
        })
    }
}

/// A path of the input, checked, as the workspace writes it.
pub(super) fn place_of(call: &ActionCall<'_>, written: &str) -> Result<String> {
    let place = call.workspace.place(written)?;
    Ok(call.workspace.written(&place))
}

pub(super) fn required<'a>(call: &'a ActionCall<'_>, key: &str) -> Result<&'a str> {
    call.text(key)
        .ok_or_else(|| Error::Input(format!("The input “{key}” is empty. Give it a value.")))
}

/// A path below another; either may be empty.
pub(super) fn joined(above: &str, inner: &str) -> String {
    match (above, inner) {
        ("", inner) => inner.to_owned(),
        (above, "") => above.to_owned(),
        (above, inner) => format!("{above}/{inner}"),
    }
}

async fn lay_all(workspace: Workspace, target: String, fetched: Vec<Fetched>) -> Result<()> {
    let laid = tokio::task::spawn_blocking(move || {
        for file in fetched {
            workspace.lay(&joined(&target, &file.path), file.kind, &file.content)?;
        }
        Ok(())
    });
    laid.await.map_err(Error::internal)?
}
