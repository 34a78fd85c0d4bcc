//! Targets that stand for many files: `*`, `**`, `?` and `{a,b}` in a path.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::{SourceError, file::allowed_path};

/// No pattern is followed further than this.
pub(super) const MAX_MATCHES: usize = 20_000;
/// Nor deeper.
const MAX_DEPTH: usize = 24;

/// Whether a target is a pattern.
pub(super) fn is_pattern(target: &str) -> bool {
    target.contains(['*', '{']) && !target.contains("${")
}

/// The part of a pattern that is a plain folder.
pub(super) fn base(pattern: &str) -> &str {
    let special = pattern.find(['*', '?', '{', '[']).unwrap_or(pattern.len());
    let end = pattern[..special].rfind('/').unwrap_or(0);
    if end == 0 && pattern.starts_with('/') {
        "/"
    } else {
        &pattern[..end]
    }
}

/// A pattern, understood. `kind` is that of the location.
pub(super) fn matcher(pattern: &str, kind: &str) -> Result<GlobMatcher, SourceError> {
    let built = GlobBuilder::new(pattern).literal_separator(true).build();
    built.map(|glob| glob.compile_matcher()).map_err(|fault| {
        SourceError::unreadable(
            format!("Unable to read {kind}, {pattern} is no pattern: {fault}"),
            format!("The pattern cannot be understood: {fault}."),
            "Use `*` for a part of a name and `**` for any folders in between.",
        )
    })
}

/// The files that match, sorted. A pattern without a match is a missing target.
pub(super) fn expand(roots: &[PathBuf], pattern: &str) -> Result<Vec<String>, SourceError> {
    let glob = matcher(pattern, "file")?;
    let folder = Path::new(base(pattern));
    let mut found = Vec::new();
    if folder.exists() {
        allowed_path(roots, folder)?;
        walk(folder, 0, &mut |path| {
            if found.len() < MAX_MATCHES && glob.is_match(path) {
                found.push(path.to_owned());
            }
        });
    }
    if found.is_empty() {
        return Err(SourceError::not_found(
            format!("file {pattern} does not exist"),
            "No file matches this pattern.",
            "Correct the pattern, or set `presence: optional` on the Location if there may be none.",
        ));
    }
    found.sort();
    Ok(found)
}

/// Calls `visit` with every file below a folder; hidden folders and links to folders are left out.
fn walk(folder: &Path, depth: usize, visit: &mut dyn FnMut(&str)) {
    // A folder that cannot be listed has no files for us.
    let Ok(entries) = folder.read_dir() else {
        return;
    };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        let path = entry.path();
        if kind.is_dir() {
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".git");
            if !hidden && depth < MAX_DEPTH {
                walk(&path, depth + 1, visit);
            }
        } else if let Some(path) = path.to_str() {
            visit(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_the_folder_before_the_first_special_part() {
        for (pattern, expected) in [
            ("/a/b/*.yaml", "/a/b"),
            ("/a/**/x.yaml", "/a"),
            ("/*.yaml", "/"),
            ("/a/b{c,d}/x", "/a"),
        ] {
            assert_eq!(base(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn stars_stop_at_folders_and_double_stars_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for path in ["a.yaml", "x/b.yaml", "x/y/c.yaml", "x/y/c.txt"] {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), "").unwrap();
        }
        let names = |pattern: &str| -> Vec<String> {
            let found = expand(
                std::slice::from_ref(&root),
                &format!("{}/{pattern}", root.display()),
            )
            .unwrap_or_default();
            found
                .iter()
                .map(|path| path[root.to_str().unwrap().len() + 1..].to_owned())
                .collect()
        };
        assert_eq!(names("*.yaml"), ["a.yaml"]);
        assert_eq!(names("*/*.yaml"), ["x/b.yaml"]);
        assert_eq!(names("**/*.yaml"), ["a.yaml", "x/b.yaml", "x/y/c.yaml"]);
        assert_eq!(names("{a,z}.yaml"), ["a.yaml"]);
        assert!(names("none-*.yaml").is_empty());
    }
}
