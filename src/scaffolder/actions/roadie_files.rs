//! `roadiehq:utils:fs:*`: files of the workspace, written, appended to, changed and read.
//!
//! Roadie's `scaffolder-backend-module-utils`, as real templates use it.

use futures_util::future::BoxFuture;
use regex::Regex;
use serde_json::{Value, json};

use super::{About, Action, ActionCall, Outcome, fetch_plain::required, schema};
use crate::{
    entity::{parse_document, split_documents},
    error::{Error, Result},
    scaffolder::workspace::EntryKind,
    source::MAX_FILE_BYTES,
};

pub(super) struct FsWrite;
pub(super) struct FsAppend;
pub(super) struct FsReplace;
pub(super) struct FsParse;

const CONTENT: &str = "
    path*: string -- The file in the workspace
    content*: string -- What is written
";
const PATH: &str = "path: string -- The file";

/// What all of them have in common.
fn about(id: &'static str, description: &'static str, input: &str) -> About {
    About::new(id, description, schema::fields(input))
        .in_dry_runs()
        .lenient()
}

impl Action for FsWrite {
    fn about(&self) -> About {
        about(
            "roadiehq:utils:fs:write",
            "Writes a file of the workspace, over what was there.",
            CONTENT,
        )
        .output(schema::fields(PATH))
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let path = required(call, "path")?;
            let content = call.input["content"].as_str().unwrap_or_default();
            write(call, path, content.to_owned()).await?;
            Ok(Outcome::output(json!({"path": path})))
        })
    }
}

impl Action for FsAppend {
    fn about(&self) -> About {
        about(
            "roadiehq:utils:fs:append",
            "Adds to the end of a file of the workspace, which is made if it is missing.",
            CONTENT,
        )
        .output(schema::fields(PATH))
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let path = required(call, "path")?;
            let mut content = if call.workspace.place(path)?.exists() {
                read(call, path).await?
            } else {
                String::new()
            };
            content.push_str(call.input["content"].as_str().unwrap_or_default());
            write(call, path, content).await?;
            Ok(Outcome::output(json!({"path": path})))
        })
    }
}

impl Action for FsReplace {
    fn about(&self) -> About {
        let input = "files*: {file*: string, find*: string, replaceWith*: string, matchRegex: boolean}[] -- What is replaced where";
        about(
            "roadiehq:utils:fs:replace",
            "Replaces texts in files of the workspace.",
            input,
        )
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let files = call.input["files"].as_array().map(Vec::as_slice);
            for file in files.unwrap_or_default() {
                let text = |key: &str| file[key].as_str().unwrap_or_default();
                let content = read(call, text("file")).await?;
                let changed = if file["matchRegex"] == true {
                    let pattern = Regex::new(text("find")).map_err(|fault| {
                        Error::Input(format!(
                            "“{}” is no regular expression: {fault}",
                            text("find")
                        ))
                    })?;
                    pattern
                        .replace_all(&content, text("replaceWith"))
                        .into_owned()
                } else {
                    content.replace(text("find"), text("replaceWith"))
                };
                write(call, text("file"), changed).await?;
            }
            Ok(Outcome::nothing())
        })
    }
}

impl Action for FsParse {
    fn about(&self) -> About {
        let input = r#"
            path*: string -- The file in the workspace
            parser: "yaml" | "json" | "multiyaml" -- How it is read; default: as text
        "#;
        about(
            "roadiehq:utils:fs:parse",
            "Reads a file of the workspace.",
            input,
        )
        .output(schema::fields("content: any -- What stands in it"))
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let path = required(call, "path")?;
            let text = read(call, path).await?;
            let content = match call.text("parser") {
                Some("json") => parse_json(path, &text)?,
                Some("yaml") => parse_yaml(path, &text)?
                    .into_iter()
                    .next()
                    .unwrap_or_default(),
                Some("multiyaml") => parse_yaml(path, &text)?.into(),
                _ => text.into(),
            };
            Ok(Outcome::output(json!({"content": content})))
        })
    }
}

/// A text file of the workspace.
pub(super) async fn read(call: &ActionCall<'_>, path: &str) -> Result<String> {
    let place = call.workspace.place(path)?;
    let size = tokio::fs::metadata(&place).await.map(|found| found.len());
    if size.is_ok_and(|size| size > MAX_FILE_BYTES) {
        return Err(Error::Input(format!(
            "{path} is larger than 10 MiB, the limit."
        )));
    }
    tokio::fs::read_to_string(&place)
        .await
        .map_err(|fault| Error::Template("Error", format!("{path} cannot be read: {fault}")))
}

pub(super) async fn write(call: &ActionCall<'_>, path: &str, content: String) -> Result<()> {
    let (workspace, path) = (call.workspace.clone(), path.to_owned());
    call.log.info(&format!("Writing {path}"));
    let written = tokio::task::spawn_blocking(move || {
        workspace.lay(&path, EntryKind::File, content.as_bytes())
    });
    written.await.map_err(Error::internal)?
}

pub(super) fn parse_json(path: &str, text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|fault| Error::Input(format!("{path} is no JSON: {fault}")))
}

/// The documents of a YAML text.
pub(super) fn parse_yaml(path: &str, text: &str) -> Result<Vec<Value>> {
    let mut documents = Vec::new();
    for raw in split_documents(text) {
        let parsed = parse_document(&raw, true);
        let parsed = parsed
            .map_err(|fault| Error::Input(format!("{path} is no YAML: {}", fault.message)))?;
        documents.extend(parsed);
    }
    Ok(documents)
}
