//! What a run made, for people who look at it: its effects, and the files that went into them.

use serde_json::Value;

use super::{
    Runs,
    effect_rows::{effect_of, observed_of, outcome_of},
    files,
};
use crate::{
    error::{Error, Result},
    scaffolder::{
        effects::{CommittedFile, Effect, Undo},
        workspace::Manifest,
    },
    store::{self, RunEffect},
};

/// An effect of a run.
#[derive(Debug, Clone)]
pub struct Made {
    /// As the journal has it.
    pub row: RunEffect,
    /// What it is.
    pub effect: Effect,
    /// What it does; a sentence.
    pub what: String,
    /// How it can be taken back, with what was there before.
    pub undo: Undo,
    /// What came of it; null if that is not known.
    pub outcome: Value,
}

/// Files that went somewhere.
#[derive(Debug, Clone)]
pub struct MadeFiles {
    /// Where to, for people; `None`: nowhere yet, they lie in the run's folder.
    pub target: Option<String>,
    /// In the order of their paths.
    pub files: Vec<MadeFile>,
}

/// A file that was made, changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFile {
    /// From the root of the repository, or of the run's folder.
    pub path: String,
    /// What became of it.
    pub change: FileChange,
    /// Of its content; empty if it was deleted.
    pub hash: String,
    /// How much it holds.
    pub size_bytes: u64,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileChange {
    /// It was not there before.
    Added,
    /// It was there before.
    Changed,
    /// It is not there any more.
    Deleted,
}

/// The content of a file that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    /// What it holds.
    Bytes(Vec<u8>),
    /// The run carried secrets, and the file may hold one: only the run itself may read it.
    Secret,
}

impl Runs {
    /// The effects of a run, in the order they were meant.
    pub async fn made(&self, id: &str) -> Result<Vec<Made>> {
        let rows = store::run_effects(&self.services().db, id).await?;
        let made = |row: RunEffect| {
            let effect = effect_of(&row)?;
            Ok(Made {
                what: effect.planned().what,
                undo: effect.undo_of(&observed_of(&row)?),
                outcome: outcome_of(&row)?,
                effect,
                row,
            })
        };
        rows.into_iter().map(made).collect()
    }

    /// The files that a run committed; else those it had after the last step that kept some.
    pub async fn made_files(&self, id: &str, made: &[Made]) -> Result<Vec<MadeFiles>> {
        let commits = made.iter().filter_map(|made| match &made.effect {
            Effect::Commit(commit) => Some(MadeFiles {
                target: Some(made.row.target.clone()),
                files: commit.files.iter().map(committed).collect(),
            }),
            _ => None,
        });
        let mut found: Vec<MadeFiles> = commits.collect();
        if found.is_empty()
            && let Some(manifest) = store::last_run_manifest(&self.services().db, id).await?
        {
            let manifest: Manifest = serde_json::from_str(&manifest).map_err(Error::internal)?;
            found.push(in_folder(&manifest));
        }
        found.retain(|some| !some.files.is_empty());
        Ok(found)
    }

    /// What a file of a run holds, by its hash; `None` if it is not kept any more.
    pub async fn file(&self, id: &str, hash: &str) -> Result<Option<FileContent>> {
        files::kept(&self.services().db, id, hash).await
    }
}

fn committed(file: &CommittedFile) -> MadeFile {
    let change = match (&file.source, file.replaces) {
        (None, _) => FileChange::Deleted,
        (Some(_), true) => FileChange::Changed,
        (Some(_), false) => FileChange::Added,
    };
    let source = file.source.as_ref();
    MadeFile {
        path: file.path.clone(),
        change,
        hash: source.map(|entry| entry.hash.clone()).unwrap_or_default(),
        size_bytes: source.map_or(0, |entry| entry.size_bytes),
    }
}

fn in_folder(manifest: &Manifest) -> MadeFiles {
    let files = manifest.0.iter();
    let files = files.filter(|entry| CommittedFile::is_committed(entry));
    MadeFiles {
        target: None,
        files: files
            .map(|entry| MadeFile {
                path: entry.path.clone(),
                change: FileChange::Added,
                hash: entry.hash.clone(),
                size_bytes: entry.size_bytes,
            })
            .collect(),
    }
}
