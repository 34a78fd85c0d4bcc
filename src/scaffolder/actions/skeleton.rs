//! A fetched folder becomes files of the workspace: names and contents rendered, by Backstage's rules.
//!
//! Backstage: scaffolder-backend, `fetch:template` (`scaffolder-api.md` §7).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde_json::{Map, Value};

use super::{StepLog, fetch_plain::joined};
use crate::{
    error::{Error, Result},
    scaffolder::{
        expression::{RepoHosts, Setting, Syntax, Template},
        fetch::Fetched,
        workspace::{EntryKind, Workspace},
    },
};

/// So much of a file says whether it is text.
const LOOKED_AT: usize = 512;

/// Files and the folders they lie in; a folder's path ends with `/`.
pub(super) struct Skeleton(BTreeMap<String, Fetched>);

/// Which names and contents are rendered.
pub(super) struct Naming {
    /// Neither.
    as_it_is: GlobSet,
    /// Only names.
    contents_as_they_are: GlobSet,
    /// Contents only of such files.
    extension: Option<String>,
    renders_names: bool,
}

/// What a skeleton is rendered with.
pub(super) struct Renderer {
    pub(super) variables: Map<String, Value>,
    pub(super) hosts: Arc<RepoHosts>,
    pub(super) syntax: Syntax,
    pub(super) replaces: bool,
    pub(super) naming: Naming,
    pub(super) workspace: Workspace,
    pub(super) target: String,
    pub(super) log: StepLog,
}

impl Naming {
    /// The name is given, and the content is rendered.
    pub(super) fn kept() -> Self {
        Self {
            as_it_is: GlobSet::empty(),
            contents_as_they_are: GlobSet::empty(),
            extension: None,
            renders_names: false,
        }
    }

    pub(super) fn new(
        as_it_is: &[String],
        contents_as_they_are: &[String],
        extension: Option<String>,
    ) -> Result<Self> {
        Ok(Self {
            as_it_is: globs(as_it_is)?,
            contents_as_they_are: globs(contents_as_they_are)?,
            extension,
            renders_names: true,
        })
    }

    /// The path to render, whether it is rendered, and whether the content is.
    fn of<'a>(&self, path: &'a str) -> (&'a str, bool, bool) {
        if let Some(extension) = &self.extension {
            return match path.strip_suffix(extension.as_str()) {
                Some(plain) => (plain, true, true),
                None => (path, true, false),
            };
        }
        let bare = path.trim_end_matches('/');
        let is_kept = self.as_it_is.is_match(bare);
        let is_copied = is_kept || self.contents_as_they_are.is_match(bare);
        (path, self.renders_names && !is_kept, !is_copied)
    }
}

/// Patterns, each of which also means what lies below a folder of that name.
fn globs(patterns: &[String]) -> Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
        for pattern in [pattern.to_owned(), format!("{pattern}/**")] {
            let glob = GlobBuilder::new(&pattern).literal_separator(true).build();
            set.add(
                glob.map_err(|fault| Error::Input(format!("“{pattern}” is no pattern: {fault}")))?,
            );
        }
    }
    set.build().map_err(|fault| Error::Input(fault.to_string()))
}

impl Skeleton {
    pub(super) fn new(fetched: Vec<Fetched>) -> Self {
        let mut folders = BTreeSet::new();
        let mut all = BTreeMap::new();
        for file in fetched {
            let above = file
                .path
                .match_indices('/')
                .map(|(end, _)| &file.path[..=end]);
            folders.extend(above.map(str::to_owned));
            match file.kind {
                EntryKind::Folder => drop(folders.insert(format!("{}/", file.path))),
                _ => drop(all.insert(file.path.clone(), file)),
            }
        }
        for path in folders {
            let folder = Fetched {
                path: path.clone(),
                kind: EntryKind::Folder,
                content: Vec::new(),
            };
            all.insert(path, folder);
        }
        Self(all)
    }

    /// How many files and folders.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Renders all, into the workspace.
    pub(super) fn lay(self, renderer: &Renderer) -> Result<()> {
        for file in self.0.into_values() {
            renderer.lay(&file)?;
        }
        Ok(())
    }
}

impl Renderer {
    fn lay(&self, file: &Fetched) -> Result<()> {
        let (named, renders_name, renders_content) = self.naming.of(&file.path);
        let name = if renders_name {
            self.rendered(named)?
        } else {
            named.to_owned()
        };
        // So that a name that renders to nothing leaves the file out.
        if self.naming.renders_names
            && (name.is_empty() || name.starts_with('/') || name.contains("//"))
        {
            return Ok(());
        }
        let path = joined(&self.target, name.trim_end_matches('/'));
        let is_there = self.workspace.place(&path)?.symlink_metadata().is_ok();
        if is_there && !self.replaces && self.naming.renders_names {
            return Ok(());
        }
        let content = self.content(file, renders_content)?;
        self.workspace.lay(&path, file.kind, &content)
    }

    fn content(&self, file: &Fetched, renders: bool) -> Result<Vec<u8>> {
        let told = &file.path;
        if !renders && self.naming.extension.is_none() {
            self.log.info(&format!(
                "Copying file/directory {told} without processing."
            ));
        }
        if file.kind == EntryKind::Folder {
            self.log.info(&format!(
                "Writing directory {told} to template output path."
            ));
            return Ok(Vec::new());
        }
        if file.kind == EntryKind::Link || is_binary(&file.content) {
            self.log.info(&format!(
                "Copying binary file {told} to template output path."
            ));
            return Ok(file.content.clone());
        }
        let mode = match file.kind {
            EntryKind::Executable => 0o100_755,
            _ => 0o100_644,
        };
        self.log.info(&format!(
            "Writing file {told} to template output path with mode {mode}."
        ));
        if !renders {
            return Ok(file.content.clone());
        }
        self.rendered(&String::from_utf8_lossy(&file.content))
            .map(String::into_bytes)
    }

    fn rendered(&self, text: &str) -> Result<String> {
        let setting = Setting {
            variables: &self.variables,
            hosts: &self.hosts,
            outcome: None,
            seed: 1,
        };
        Template::parse(text, self.syntax)
            .and_then(|template| template.render(&setting))
            .map_err(|fault| Error::Template("TemplateRenderError", fault.to_string()))
    }
}

/// Whether the start of a file holds bytes that no text does.
fn is_binary(content: &[u8]) -> bool {
    let start = &content[..content.len().min(LOOKED_AT)];
    if start.starts_with(b"%PDF-") || start.contains(&0) {
        return true;
    }
    let is_odd = |byte: &u8| matches!(byte, 0..7 | 15..32 | 127);
    // A character may be cut at the end of what is looked at.
    let stray = match std::str::from_utf8(start) {
        Ok(_) => 0,
        Err(fault) if fault.error_len().is_none() => 0,
        Err(_) => start.iter().filter(|byte| **byte > 127).count(),
    };
    let odd = start.iter().filter(|byte| is_odd(byte)).count() + stray;
    odd * 10 > start.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaffolder::actions::{Lines, Mask};

    fn file(path: &str, kind: EntryKind, content: &str) -> Fetched {
        Fetched {
            path: path.to_owned(),
            kind,
            content: content.as_bytes().to_vec(),
        }
    }

    async fn rendered(files: Vec<Fetched>, naming: Naming) -> (tempfile::TempDir, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        let workspace = Workspace::make(folder.path().join("w"))
            .await
            .expect("made");
        std::fs::write(workspace.root().join("there"), "old").expect("written");
        let variables = serde_json::json!({"values": {"name": "shop", "no": ""}});
        let renderer = Renderer {
            variables: variables.as_object().expect("an object").clone(),
            hosts: Arc::new(RepoHosts::Any),
            syntax: Syntax::default(),
            replaces: false,
            naming,
            workspace: workspace.clone(),
            target: String::new(),
            log: StepLog::new(Lines::default(), Mask::default(), "s"),
        };
        Skeleton::new(files).lay(&renderer).expect("rendered");
        let manifest = workspace.manifest().await.expect("looked at");
        (
            folder,
            manifest.0.into_iter().map(|entry| entry.path).collect(),
        )
    }

    #[tokio::test]
    async fn names_are_rendered_and_may_leave_files_out() {
        let files = vec![
            file(
                "${{ values.name }}/a.txt",
                EntryKind::File,
                "${{ values.name }}",
            ),
            file("${{ values.no }}", EntryKind::File, "gone"),
            file("${{ values.no }}/b", EntryKind::File, "gone"),
            file("x/${{ values.no }}/c", EntryKind::File, "gone"),
            file("there", EntryKind::File, "new"),
            file(
                "raw/${{ values.name }}",
                EntryKind::File,
                "${{ values.name }}",
            ),
        ];
        let naming = Naming::new(&[], &["raw".to_owned()], None).expect("patterns");
        let (folder, paths) = rendered(files, naming).await;
        assert_eq!(
            paths,
            ["raw", "raw/shop", "shop", "shop/a.txt", "there", "x"]
        );
        let read =
            |path: &str| std::fs::read_to_string(folder.path().join("w").join(path)).expect("read");
        assert_eq!(read("shop/a.txt"), "shop");
        assert_eq!(read("there"), "old");
        assert_eq!(read("raw/shop"), "${{ values.name }}");
    }

    #[tokio::test]
    async fn with_an_extension_only_such_files_are_rendered() {
        let files = vec![
            file("a.txt.njk", EntryKind::File, "${{ values.name }}"),
            file("b.txt", EntryKind::File, "${{ values.name }}"),
        ];
        let naming = Naming::new(&[], &[], Some(".njk".to_owned())).expect("patterns");
        let (folder, paths) = rendered(files, naming).await;
        assert_eq!(paths, ["a.txt", "b.txt", "there"]);
        let read =
            |path: &str| std::fs::read_to_string(folder.path().join("w").join(path)).expect("read");
        assert_eq!(
            (read("a.txt").as_str(), read("b.txt").as_str()),
            ("shop", "${{ values.name }}")
        );
    }

    #[test]
    fn binary_files_are_told_by_their_start() {
        for (content, expected) in [
            (&b""[..], false),
            ("plain \u{1b}[32mtext\n, ä".as_bytes(), false),
            (b"\x89PNG\r\n\x1a\n\0", true),
            (b"%PDF-1.4", true),
            (b"\xff\xfe\xfa\xfb abc", true),
        ] {
            assert_eq!(is_binary(content), expected, "{content:?}");
        }
    }
}
