//! What a run made, for people who look at it: its effects, and the files that went into them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Runs,
    bases::{BEFORE, KeptText},
    effect_rows::{effect_of, observed_of, outcome_of},
    files,
};
use crate::{
    error::{Error, Result},
    scaffolder::{
        effects::{CommittedFile, Effect, Undo},
        workspace::{Entry, Manifest},
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
    /// How much it holds; if it was deleted, held.
    pub size_bytes: u64,
    /// What it was before, as far as that is kept; `None` for one that was added.
    pub base: Option<KeptText>,
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

    /// The files that a run committed; else those it had after the last step that kept some, compared with what the
    /// first such step brought.
    pub async fn made_files(&self, id: &str, made: &[Made]) -> Result<Vec<MadeFiles>> {
        let mut found = Vec::new();
        for made in made {
            if let Effect::Commit(commit) = &made.effect {
                found.push(in_commit(made, &commit.files)?);
            }
        }
        if found.is_empty()
            && let Some((first, last)) = store::run_manifest_ends(&self.services().db, id).await?
        {
            let read = |text: &str| serde_json::from_str(text).map_err(Error::internal);
            let (first, last): (Manifest, Manifest) = (read(&first)?, read(&last)?);
            found.push(in_folder(&first, &last));
        }
        found.retain(|some| !some.files.is_empty());
        Ok(found)
    }

    /// What a file of a run holds, by its hash; `None` if it is not kept any more.
    pub async fn file(&self, id: &str, hash: &str) -> Result<Option<FileContent>> {
        files::kept(&self.services().db, id, hash).await
    }
}

fn in_commit(made: &Made, files: &[CommittedFile]) -> Result<MadeFiles> {
    let mut observed = observed_of(&made.row)?;
    let mut bases: BTreeMap<usize, KeptText> = match observed[BEFORE].take() {
        // Of a run that kept none.
        Value::Null => BTreeMap::new(),
        bases => serde_json::from_value(bases).map_err(Error::internal)?,
    };
    let files = files.iter().enumerate();
    Ok(MadeFiles {
        target: Some(made.row.target.clone()),
        files: files
            .map(|(index, file)| committed(file, bases.remove(&index)))
            .collect(),
    })
}

fn committed(file: &CommittedFile, base: Option<KeptText>) -> MadeFile {
    match &file.source {
        Some(entry) => MadeFile {
            path: file.path.clone(),
            change: if file.replaces {
                FileChange::Changed
            } else {
                FileChange::Added
            },
            hash: entry.hash.clone(),
            size_bytes: entry.size_bytes,
            base,
        },
        None => MadeFile::deleted(&file.path, base),
    }
}

impl MadeFile {
    fn deleted(path: &str, base: Option<KeptText>) -> Self {
        Self {
            path: path.to_owned(),
            change: FileChange::Deleted,
            hash: String::new(),
            size_bytes: base.as_ref().map_or(0, |base| base.size_bytes),
            base,
        }
    }
}

/// What became of the files that were first in a folder, and which came to them.
fn in_folder(first: &Manifest, last: &Manifest) -> MadeFiles {
    let is_file = |entry: &&Entry| CommittedFile::is_committed(entry);
    let mut before: BTreeMap<&str, &Entry> = first
        .0
        .iter()
        .filter(is_file)
        .map(|entry| (entry.path.as_str(), entry))
        .collect();
    let mut files: Vec<MadeFile> = Vec::new();
    for entry in last.0.iter().filter(is_file) {
        let base = before.remove(entry.path.as_str());
        let base = base.filter(|base| base.hash != entry.hash).map(kept);
        files.push(MadeFile {
            path: entry.path.clone(),
            change: match base {
                Some(_) => FileChange::Changed,
                None => FileChange::Added,
            },
            hash: entry.hash.clone(),
            size_bytes: entry.size_bytes,
            base,
        });
    }
    let gone = before.into_values();
    files.extend(gone.map(|entry| MadeFile::deleted(&entry.path, Some(kept(entry)))));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    MadeFiles {
        target: None,
        files,
    }
}

fn kept(entry: &Entry) -> KeptText {
    KeptText {
        hash: entry.hash.clone(),
        size_bytes: entry.size_bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaffolder::workspace::EntryKind;

    fn manifest(files: &[(&str, &str)]) -> Manifest {
        let entry = |(path, hash): &(&str, &str)| Entry {
            path: (*path).to_owned(),
            kind: EntryKind::File,
            hash: (*hash).to_owned(),
            size_bytes: 1,
        };
        Manifest(files.iter().map(entry).collect())
    }

    #[test]
    fn a_folder_is_compared_with_what_was_first_in_it() {
        let first = manifest(&[("a", "1"), ("gone", "2"), ("same", "3")]);
        let last = manifest(&[("a", "4"), ("new", "5"), ("same", "3")]);
        let found = in_folder(&first, &last).files;
        let told: Vec<_> = found
            .iter()
            .map(|file| {
                let base = file.base.as_ref().map(|base| base.hash.as_str());
                (file.path.as_str(), file.change, base)
            })
            .collect();
        let expected = [
            ("a", FileChange::Changed, Some("1")),
            ("gone", FileChange::Deleted, Some("2")),
            ("new", FileChange::Added, None),
            ("same", FileChange::Added, None),
        ];
        assert_eq!(told, expected);
    }
}
