//! `fetch:template` and `fetch:template:file`: files with expressions in their contents and names.

use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::{
    About, Action, ActionCall, Outcome,
    fetch_plain::{joined, place_of, required},
    schema,
    skeleton::{Naming, Renderer, Skeleton},
};
use crate::{
    error::{Error, Result},
    scaffolder::{
        expression::{Dialect, Syntax},
        fetch::{self, Fetched},
        workspace::EntryKind,
    },
};

/// Where Backstage's log says the files of a run are. Where ours are is of no use to who reads the log.
const SHOWN_ABOVE: &str = "/tmp";

pub(super) struct FetchTemplate;
pub(super) struct FetchTemplateFile;

const FIELDS: &str = "
    url: string -- The folder or file: an address, or a path beside the template
    targetPath: string -- Where it goes in the workspace; default of a folder: its root
    values: {*: any} -- What expressions see as `values`
    copyWithoutRender: string[] -- Globs of what is copied with names and contents as they are (deprecated)
    copyWithoutTemplating: string[] -- Globs of files whose contents are copied as they are
    cookiecutterCompat: boolean -- Whether `{{ cookiecutter.x }}` is rendered in place of `${{ values.x }}`
    templateFileExtension: string | boolean -- Only files with this extension are rendered, and lose it; true: `.njk`
    replace: boolean -- Whether files that are there are written over; default: they stay
    trimBlocks: boolean -- Whether the end of the line behind a tag is dropped
    lstripBlocks: boolean -- Whether the blanks before a tag at the start of a line are dropped
    token: string -- A token to read with, in place of the configured one
";

const WORKFLOWS: &str = "\
url: ./skeleton
copyWithoutTemplating:
  - .github/workflows/*
values:
  name: ${{ parameters.name }}
  owner: ${{ parameters.owner | parseEntityRef | pick('name') }}
";

impl Action for FetchTemplate {
    fn about(&self) -> About {
        About::new(
            "fetch:template",
            "Fetches a folder into the workspace, with the expressions in its files and in their names rendered.",
            schema::chosen(
                FIELDS,
                "url* targetPath values copyWithoutRender copyWithoutTemplating cookiecutterCompat templateFileExtension replace trimBlocks lstripBlocks token",
            ),
        )
        .example(
            "Render a folder beside the template",
            "url: ./skeleton\nvalues:\n  name: ${{ parameters.name }}\n",
        )
        .example(
            "Keep the workflows as they are: GitHub's expressions look like those of templates",
            WORKFLOWS,
        )
        .example(
            "Render only files that end in .njk, over those an earlier step brought",
            "url: ./skeleton/${{ parameters.language }}\ntargetPath: ./service\ntemplateFileExtension: true\nreplace: true\nvalues:\n  name: ${{ parameters.name }}\n",
        )
        .in_dry_runs()
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            call.log.info("Fetching template content from remote URL");
            let target = place_of(call, call.text("targetPath").unwrap_or("."))?;
            let naming = naming(call)?;
            let fetched = fetch::tree(call, required(call, "url")?).await?;
            call.log.info("Listing files and directories in template");
            let skeleton = Skeleton::new(fetched);
            let values = sorted(call.input.get("values").unwrap_or(&Value::Null));
            call.log.info(&format!(
                "Processing {} template files/directories with input values {values}",
                skeleton.len(),
            ));
            render(call, target.clone(), skeleton, naming).await?;
            let told = joined(&call.run.id, &target);
            call.log
                .info(&format!("Template result written to {SHOWN_ABOVE}/{told}"));
            Ok(Outcome::nothing())
        })
    }
}

impl Action for FetchTemplateFile {
    fn about(&self) -> About {
        About::new(
            "fetch:template:file",
            "Fetches one file into the workspace, with the expressions in it rendered.",
            schema::chosen(
                FIELDS,
                "url* targetPath* values cookiecutterCompat replace trimBlocks lstripBlocks token",
            ),
        )
        .example(
            "Render one file",
            "url: ./readme.md\ntargetPath: README.md\nvalues:\n  name: ${{ parameters.name }}\n",
        )
        .in_dry_runs()
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            call.log
                .info("Fetching template file content from remote URL");
            let target = place_of(call, required(call, "targetPath")?)?;
            let is_there = call.workspace.place(&target)?.exists();
            if is_there && call.flag("replace") != Some(true) {
                call.log
                    .info("File already exists in workspace, not replacing.");
                return Ok(Outcome::nothing());
            }
            let content = fetch::file(call, required(call, "url")?).await?;
            let file = Fetched {
                path: String::new(),
                kind: EntryKind::File,
                content,
            };
            render(call, target, Skeleton::new(vec![file]), Naming::kept()).await?;
            Ok(Outcome::nothing())
        })
    }
}

/// On a blocking thread, few at once: a template may be hostile.
async fn render(
    call: &ActionCall<'_>,
    target: String,
    skeleton: Skeleton,
    naming: Naming,
) -> Result<()> {
    let is_cookiecutter = call.flag("cookiecutterCompat").unwrap_or(false);
    let name = if is_cookiecutter {
        "cookiecutter"
    } else {
        "values"
    };
    let values = call
        .input
        .get("values")
        .cloned()
        .unwrap_or_else(|| json!({}));
    let renderer = Renderer {
        variables: Map::from_iter([(name.to_owned(), values)]),
        hosts: call.services.repo_hosts.clone(),
        syntax: Syntax {
            dialect: if is_cookiecutter {
                Dialect::Cookiecutter
            } else {
                Dialect::Backstage
            },
            trim_blocks: call.flag("trimBlocks").unwrap_or(false),
            lstrip_blocks: call.flag("lstripBlocks").unwrap_or(false),
        },
        replaces: call.flag("replace").unwrap_or(false),
        naming,
        workspace: call.workspace.clone(),
        target,
        log: call.log.clone(),
    };
    let permit = call.services.rendering.clone().acquire_owned().await;
    let permit = permit.map_err(Error::internal)?;
    let laid = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        skeleton.lay(&renderer)
    });
    laid.await.map_err(Error::internal)?
}

/// Which names and contents are rendered.
fn naming(call: &ActionCall<'_>) -> Result<Naming> {
    let (whole, contents) = (
        call.texts("copyWithoutRender"),
        call.texts("copyWithoutTemplating"),
    );
    let extension = match &call.input["templateFileExtension"] {
        Value::Bool(true) => Some(".njk".to_owned()),
        Value::String(text) if text.starts_with('.') => Some(text.clone()),
        Value::String(text) if !text.is_empty() => Some(format!(".{text}")),
        _ => None,
    };
    if !whole.is_empty() && !contents.is_empty() {
        return Err(Error::Input(
            "Fetch action input copyWithoutRender and copyWithoutTemplating can not be used at the same time"
                .to_owned(),
        ));
    }
    if extension.is_some() && !(whole.is_empty() && contents.is_empty()) {
        return Err(Error::Input(
            "Fetch action input extension incompatible with copyWithoutRender/copyWithoutTemplating and cookiecutterCompat"
                .to_owned(),
        ));
    }
    Naming::new(&whole, &contents, extension)
}

/// A value as JSON with its keys in order, for the log.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries = entries
                .into_iter()
                .map(|(key, value)| (key.clone(), sorted(value)));
            Value::Object(entries.collect())
        }
        Value::Array(list) => list.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
