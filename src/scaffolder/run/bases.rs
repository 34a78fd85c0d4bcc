//! What files were before a run commits over them: kept with the run's own, so that the difference can be seen when
//! the repository has moved on, or its host is away.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::{files::packed, journal::RunJournal};
use crate::{
    auth::Seal,
    error::Result,
    forge::{FileRead, ForgeError, GitHost},
    scaffolder::{actions::ActionCall, effects::CommitFiles, workspace::MAX_BYTES},
    store::{put_run_blob, run_blob_sizes, text_hash},
};

/// Under which name the journal has them, beside what else was there before.
pub(super) const BEFORE: &str = "files";

/// Files of a commit that are read.
const MAX_FILES: usize = 60;
/// A larger file is not kept.
const MAX_FILE_BYTES: usize = 512 * 1024;
/// All of a commit together.
const MAX_TOGETHER: usize = 4 * 1024 * 1024;
/// They never fill more than this of a run's room: the rest is for its own files.
const MAX_OF_RUN: u64 = MAX_BYTES / 2;
/// Read at once.
const READ_AT_ONCE: usize = 4;
/// No commit waits longer for them.
const PATIENCE: Duration = Duration::from_secs(10);

/// A text that is kept with a run's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptText {
    /// Of what it holds.
    pub hash: String,
    /// How much it holds.
    pub size_bytes: u64,
}

/// Keeps the texts that a commit changes or deletes, and answers them by the place of their file in the commit.
///
/// What cannot be read is left out: the commit does not depend on it. An error is one of the database.
pub(super) async fn keep(
    journal: &RunJournal<'_>,
    call: &ActionCall<'_>,
    commit: &CommitFiles,
    seal: Option<&Seal>,
) -> Result<BTreeMap<usize, KeptText>> {
    let mut kept = BTreeMap::new();
    let read = timeout(PATIENCE, read(call, commit)).await;
    let texts = read.unwrap_or_default();
    if texts.is_empty() {
        return Ok(kept);
    }
    let known = run_blob_sizes(&journal.services.db, journal.run_id).await?;
    let known: i64 = known.iter().map(|(_, size_bytes)| size_bytes).sum();
    let mut room = MAX_OF_RUN.saturating_sub(u64::try_from(known).unwrap_or(u64::MAX));
    let mut tx = journal.begin().await?;
    for (index, text) in texts {
        let size_bytes = text.len() as u64;
        if size_bytes > room {
            continue;
        }
        room -= size_bytes;
        let hash = text_hash(&text);
        let blob = packed(journal.run_id, &hash, &text, seal)?;
        put_run_blob(&mut tx, journal.run_id, &blob).await?;
        kept.insert(index, KeptText { hash, size_bytes });
    }
    journal.commit(tx).await?;
    Ok(kept)
}

/// The texts of the files that are there already, as far as they are to be had.
async fn read(call: &ActionCall<'_>, commit: &CommitFiles) -> Vec<(usize, Bytes)> {
    let mut there: Vec<(usize, &str)> = Vec::new();
    for (index, file) in commit.files.iter().enumerate() {
        if file.replaces && there.len() < MAX_FILES {
            there.push((index, &file.path));
        }
    }
    let mut found = Vec::new();
    let mut room = MAX_TOGETHER;
    for some in there.chunks(READ_AT_ONCE) {
        let reads = some.iter().map(|(_, path)| text_of(call, commit, path));
        let texts = join_all(reads).await;
        for ((index, _), text) in some.iter().zip(texts) {
            let Some(text) = text.filter(|text| text.len() <= room) else {
                continue;
            };
            room -= text.len();
            found.push((*index, text));
        }
    }
    found
}

async fn text_of(call: &ActionCall<'_>, commit: &CommitFiles, path: &str) -> Option<Bytes> {
    match read_file(call, commit, path).await {
        Ok(found) => found.filter(|text| text.len() <= MAX_FILE_BYTES && !text.contains(&b'\0')),
        Err(fault) => {
            tracing::debug!(host = commit.host, "What a file was is not known: {fault}");
            None
        }
    }
}

async fn read_file(
    call: &ActionCall<'_>,
    commit: &CommitFiles,
    path: &str,
) -> Result<Option<Bytes>, ForgeError> {
    let (token, user) = (call.token(), call.run.user.as_ref());
    let host = call.services.host(&commit.host, token.as_ref(), user);
    let (Ok(host), Some(base)) = (host, &commit.base) else {
        return Ok(None);
    };
    let revision = base.commit.as_str();
    match host
        .read_file(&commit.repository, revision, path, None)
        .await?
    {
        FileRead::Found(file) => Ok(Some(file.bytes)),
        FileRead::NotModified => Ok(None),
    }
}
