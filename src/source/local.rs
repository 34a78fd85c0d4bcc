//! Files of the Git host inside the portal, read in the process.

use url::Url;

use super::{Content, MAX_FILE_BYTES, SourceError, error::text_of};
use crate::forge::{FileRead, ForgeError, ForgeErrorKind, GitHost, LocalHost};

/// Reads a URL of that host; `None` if it is none.
pub(super) async fn read(
    host: &LocalHost,
    target: &str,
    etag: Option<&str>,
) -> Option<Result<Content, SourceError>> {
    let url = Url::parse(target).ok()?;
    let address = host.place(&url)?;
    let revision = match address.revision {
        Some(revision) => revision,
        None => match host.repository(&address.repository).await {
            Ok(Some(found)) => found.default_branch,
            Ok(None) => return Some(Err(not_there(target))),
            Err(fault) => return Some(Err(refused(target, &fault))),
        },
    };
    let read = host
        .read_file(&address.repository, &revision, &address.path, etag)
        .await;
    Some(match read {
        Ok(FileRead::NotModified) => Err(SourceError::not_modified()),
        Ok(FileRead::Found(file)) if file.bytes.len() as u64 > MAX_FILE_BYTES => {
            Err(SourceError::too_large(target))
        }
        Ok(FileRead::Found(file)) => text_of(file.bytes.to_vec(), target).map(|text| Content {
            text,
            etag: file.etag,
        }),
        Err(fault) => Err(refused(target, &fault)),
    })
}

fn not_there(target: &str) -> SourceError {
    SourceError::not_found(
        format!("could not read {target}, 404 Not Found"),
        "The local Git host has no such repository, branch or file.",
        "Correct the address, or set `presence: optional` on the Location if the file may be missing.",
    )
}

fn refused(target: &str, fault: &ForgeError) -> SourceError {
    match fault.kind {
        ForgeErrorKind::NotFound => not_there(target),
        ForgeErrorKind::TooLarge => SourceError::too_large(target),
        _ => SourceError::unreadable(
            format!("could not read {target}: {}", fault.reason),
            fault.reason.clone(),
            "It is read again at the next reconcile.",
        ),
    }
}
