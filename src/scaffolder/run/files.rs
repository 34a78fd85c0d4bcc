//! The files of a run in the database: kept after each step, laid down again where a run goes on.

use std::collections::HashMap;

use super::{journal::RunJournal, made::FileContent};
use crate::{
    auth::Seal,
    error::{Error, Result},
    scaffolder::{
        Workspace,
        workspace::{EntryKind, MAX_BYTES, Manifest},
    },
    store::{self, Db, RunBlob, Tx, put_run_blob, put_run_manifest, run_blob, run_blob_sizes},
};

/// The files as they are, ready to be kept.
pub(super) struct Snapshot {
    manifest: String,
    blobs: Vec<RunBlob>,
}

/// Looks at the files. With a seal, contents are encrypted: the run carries secrets, and a file may hold one.
pub(super) async fn snapshot(
    journal: &RunJournal<'_>,
    workspace: &Workspace,
    seal: Option<&Seal>,
) -> Result<Snapshot> {
    let manifest = workspace.manifest().await?;
    let known = run_blob_sizes(&journal.services.db, journal.run_id).await?;
    let mut known: HashMap<String, i64> = known.into_iter().collect();
    let mut blobs = Vec::new();
    for entry in &manifest.0 {
        if entry.kind == EntryKind::Folder || known.contains_key(&entry.hash) {
            continue;
        }
        let content = workspace.content(entry).await?;
        let blob = packed(journal.run_id, &entry.hash, &content, seal)?;
        known.insert(blob.hash.clone(), blob.size_bytes);
        blobs.push(blob);
    }
    let total: i64 = known.values().sum();
    if u64::try_from(total).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(Error::Input(format!(
            "The files of all steps of this run together are more than {} MiB. Fetch less, or delete what is not needed.",
            MAX_BYTES / (1024 * 1024)
        )));
    }
    Ok(Snapshot {
        manifest: serde_json::to_string(&manifest).map_err(Error::internal)?,
        blobs,
    })
}

impl Snapshot {
    /// Keeps it as the files after a step.
    pub(super) async fn put(
        &self,
        tx: &mut Tx,
        journal: &RunJournal<'_>,
        step_key: &str,
    ) -> Result<()> {
        for blob in &self.blobs {
            put_run_blob(tx, journal.run_id, blob).await?;
        }
        let now = journal.now();
        put_run_manifest(tx, journal.run_id, step_key, &self.manifest, now).await
    }
}

/// Lays down the files as they were after a step.
///
/// [`Error::NotFound`] if they are not kept any more: seven days after the end of a run they go.
pub(super) async fn restore(
    journal: &RunJournal<'_>,
    workspace: &Workspace,
    step_key: &str,
    seal: Option<&Seal>,
) -> Result<()> {
    let db = &journal.services.db;
    let gone = || {
        Error::NotFound(
            "The files of this run are not kept any more. Run the template again.".to_owned(),
        )
    };
    let manifest = store::run_manifest(db, journal.run_id, step_key).await?;
    let manifest: Manifest =
        serde_json::from_str(&manifest.ok_or_else(gone)?).map_err(Error::internal)?;
    for entry in manifest.0 {
        let content = match entry.kind {
            EntryKind::Folder => Vec::new(),
            _ => {
                let blob = run_blob(db, journal.run_id, &entry.hash).await?;
                unpacked(journal.run_id, &blob.ok_or_else(gone)?, seal)?
            }
        };
        let workspace = workspace.clone();
        let laid =
            tokio::task::spawn_blocking(move || workspace.lay(&entry.path, entry.kind, &content));
        laid.await.map_err(Error::internal)??;
    }
    Ok(())
}

/// The content of a file as it is kept; `None` if it is not kept any more.
pub(super) async fn kept(db: &Db, run_id: &str, hash: &str) -> Result<Option<FileContent>> {
    let Some(blob) = run_blob(db, run_id, hash).await? else {
        return Ok(None);
    };
    if blob.is_sealed {
        return Ok(Some(FileContent::Secret));
    }
    unpacked(run_id, &blob, None).map(|bytes| Some(FileContent::Bytes(bytes)))
}

fn purpose(run_id: &str, hash: &str) -> String {
    format!("run {run_id} file {hash}")
}

/// A content, ready to be kept.
pub(super) fn packed(
    run_id: &str,
    hash: &str,
    content: &[u8],
    seal: Option<&Seal>,
) -> Result<RunBlob> {
    let mut packed = lz4_flex::compress_prepend_size(content);
    if let Some(seal) = seal {
        packed = seal.seal(&purpose(run_id, hash), &packed)?.into_bytes();
    }
    Ok(RunBlob {
        hash: hash.to_owned(),
        size_bytes: i64::try_from(content.len()).map_err(Error::internal)?,
        is_sealed: seal.is_some(),
        content: packed,
    })
}

fn unpacked(run_id: &str, blob: &RunBlob, seal: Option<&Seal>) -> Result<Vec<u8>> {
    if !blob.is_sealed {
        return lz4_flex::decompress_size_prepended(&blob.content).map_err(Error::internal);
    }
    let sealed = String::from_utf8_lossy(&blob.content);
    let opened = seal.and_then(|seal| seal.open(&purpose(run_id, &blob.hash), &sealed));
    let opened = opened.ok_or_else(|| {
        Error::ServiceUnavailable(
            "The files of this run were encrypted with another key. Set callboard.encryptionKey, or put the key file back."
                .to_owned(),
        )
    })?;
    lz4_flex::decompress_size_prepended(&opened).map_err(Error::internal)
}
