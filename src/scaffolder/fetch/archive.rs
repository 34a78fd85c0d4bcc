//! A packed commit, unpacked in memory.

use std::io::Read;

use bytes::Bytes;
use flate2::read::GzDecoder;

use super::Fetched;
use crate::{
    error::{Error, Result},
    scaffolder::workspace::{EntryKind, MAX_BYTES, MAX_ENTRIES},
};

/// What of a `.tar.gz` lies below `path`; its one top folder is the host's.
pub(super) fn unpack(packed: &Bytes, path: &str) -> Result<Vec<Fetched>> {
    let unpacked = GzDecoder::new(packed.as_ref()).take(MAX_BYTES + 1);
    let mut archive = tar::Archive::new(unpacked);
    let found = entries_below(&mut archive, path);
    // What was cut off looks broken, too.
    if archive.into_inner().limit() == 0 {
        return Err(too_much());
    }
    found
}

fn entries_below<R: Read>(archive: &mut tar::Archive<R>, path: &str) -> Result<Vec<Fetched>> {
    let mut found = Vec::new();
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let Some((kind, inner)) = described(&entry, path)? else {
            continue;
        };
        let content = match kind {
            EntryKind::Link => link_target(&entry)?,
            _ => {
                let mut content = Vec::new();
                entry.read_to_end(&mut content).map_err(broken)?;
                content
            }
        };
        found.push(Fetched {
            path: inner,
            kind,
            content,
        });
        if found.len() > MAX_ENTRIES {
            return Err(too_much());
        }
    }
    Ok(found)
}

/// What an entry is and where below `path` it lies; `None` for what is elsewhere, and for what is no file.
fn described<R: Read>(
    entry: &tar::Entry<'_, R>,
    path: &str,
) -> Result<Option<(EntryKind, String)>> {
    let header = entry.header();
    let kind = match header.entry_type() {
        tar::EntryType::Regular if header.mode().map_err(broken)? & 0o111 != 0 => {
            EntryKind::Executable
        }
        tar::EntryType::Regular => EntryKind::File,
        tar::EntryType::Symlink => EntryKind::Link,
        _ => return Ok(None),
    };
    let whole = entry.path().map_err(broken)?;
    let whole = whole.to_string_lossy().into_owned();
    let inner = whole.split_once('/').map(|(_, inner)| inner);
    Ok(inner
        .and_then(|inner| below(inner, path))
        .map(|inner| (kind, inner.to_owned())))
}

fn link_target<R: Read>(entry: &tar::Entry<'_, R>) -> Result<Vec<u8>> {
    let target = entry.link_name().map_err(broken)?;
    let target = target.map(|target| target.to_string_lossy().into_owned());
    Ok(target.unwrap_or_default().into_bytes())
}

/// The part of a path below a folder.
pub(super) fn below<'a>(whole: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(whole);
    }
    whole
        .strip_prefix(folder)?
        .strip_prefix('/')
        .filter(|inner| !inner.is_empty())
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` calls")]
fn broken(fault: std::io::Error) -> Error {
    Error::Template(
        "Error",
        format!("The archive the host sent cannot be unpacked: {fault}."),
    )
}

fn too_much() -> Error {
    Error::Input(format!(
        "What is fetched holds too much: at most {MAX_ENTRIES} files and {} MiB are taken. Fetch a smaller folder.",
        MAX_BYTES / (1024 * 1024)
    ))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn packed(files: &[(&str, u32, &[u8])]) -> Bytes {
        let mut archive = tar::Builder::new(Vec::new());
        for (path, mode, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(*mode);
            header.set_cksum();
            archive
                .append_data(&mut header, path, *content)
                .expect("packed");
        }
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&archive.into_inner().expect("packed"))
            .expect("compressed");
        gzip.finish().expect("compressed").into()
    }

    #[test]
    fn only_what_lies_below_the_path_is_unpacked() {
        let packed = packed(&[
            ("shop-abc/README", 0o644, b"no"),
            ("shop-abc/skeleton/run", 0o755, b"#!"),
            ("shop-abc/skeleton/a/b", 0o644, b"b"),
            ("shop-abc/skeleton-2/c", 0o644, b"c"),
        ]);
        let found = unpack(&packed, "skeleton").expect("unpacked");
        let told: Vec<_> = found
            .iter()
            .map(|file| (file.path.as_str(), file.kind, file.content.as_slice()))
            .collect();
        assert_eq!(
            told,
            [
                ("run", EntryKind::Executable, &b"#!"[..]),
                ("a/b", EntryKind::File, b"b")
            ]
        );
    }

    #[test]
    fn an_archive_that_swells_is_refused() {
        let swelling = vec![0; usize::try_from(MAX_BYTES).expect("it fits") + 1024];
        let refused = unpack(&packed(&[("x/big", 0o644, &swelling)]), "").expect_err("too much");
        assert!(refused.to_string().contains("64 MiB"), "{refused}");
    }
}
