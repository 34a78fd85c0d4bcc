//! Names that come from outside: commits, branches, paths. Checked once, here.

use std::fmt;

use super::error::{GitError, Result};

/// Most file systems take no longer name.
const MAX_COMPONENT: usize = 255;
/// Nor longer path.
const MAX_PATH: usize = 4096;
/// Leaves room for `refs/heads/` and `.lock` in a file name.
const MAX_BRANCH: usize = 200;

/// The whole hash of a commit, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CommitId(String);

impl CommitId {
    /// Takes 40 (SHA-1) or 64 (SHA-256) hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_hash = matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
        is_hash.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The hash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its first letters, as people write it.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.0[..8]
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a branch or tag that Git takes (`git check-ref-format`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BranchName(String);

impl BranchName {
    /// [`GitError::BadName`] if Git would not take it, or would take it for something else.
    pub fn parse(text: &str) -> Result<Self> {
        let forbidden = |letter: char| letter.is_control() || " ~^:?*[\\".contains(letter);
        let is_good = !text.is_empty()
            && text.len() <= MAX_BRANCH
            && !text.starts_with('-')
            && !text.ends_with('.')
            && !text.contains("..")
            && !text.contains("@{")
            && text != "@"
            && text != "HEAD"
            && !text.starts_with("refs/")
            && !text.contains(forbidden)
            && text.split('/').all(is_ref_part)
            && CommitId::parse(text).is_none();
        if is_good {
            return Ok(Self(text.to_owned()));
        }
        Err(GitError::BadName(format!(
            "“{}” is no name for a branch. Use letters, digits, “-”, “_”, “.” and “/”, such as `main` or `feature/search`.",
            text.escape_debug()
        )))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `refs/heads/<name>`
    pub(super) fn reference(&self) -> String {
        format!("refs/heads/{}", self.0)
    }
}

impl fmt::Display for BranchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_ref_part(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('.')
        && !part
            .rsplit_once('.')
            .is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("lock"))
}

/// Whether a path may stand in a repository: relative, no `..`, nothing that is `.git` on any file system.
///
/// [`GitError::BadName`] says which part is wrong.
pub fn check_path(path: &str) -> Result<()> {
    let wrong = |why: &str| {
        Err(GitError::BadName(format!(
            "The path “{}” cannot be committed: {why}.",
            path.chars().take(200).collect::<String>().escape_debug()
        )))
    };
    if path.is_empty() || path.len() > MAX_PATH {
        return wrong("it is empty, or longer than 4096 bytes");
    }
    if path.chars().any(char::is_control) {
        return wrong("it has control characters");
    }
    // A backslash separates on some file systems.
    for part in path.split(['/', '\\']) {
        if part.is_empty() {
            return wrong("it is absolute, or has an empty part");
        }
        if part == "." || part == ".." {
            return wrong("“.” and “..” lead elsewhere");
        }
        if part.len() > MAX_COMPONENT {
            return wrong("a part of it is longer than 255 bytes");
        }
        if is_dot_git(part) {
            return wrong("“.git”, however it is spelt, is Git's own");
        }
    }
    Ok(())
}

/// Whether a name is `.git` to Git, NTFS (`GIT~1`, `.git .`, `.git::$DATA`) or HFS+ (invisible letters).
pub(super) fn is_dot_git(name: &str) -> bool {
    let visible: String = name
        .chars()
        .filter(|letter| !is_ignored_by_hfs(*letter))
        .collect();
    let lower = visible.to_lowercase();
    let stem = lower.split(':').next().unwrap_or_default();
    let stem = stem.trim_end_matches([' ', '.']);
    stem == ".git" || stem == "git~1"
}

fn is_ignored_by_hfs(letter: char) -> bool {
    matches!(letter, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_out_or_into_gits_own_are_refused() {
        for good in [
            "a",
            "a/b.txt",
            ".gitignore",
            ".github/x",
            "git/x",
            "ä ö/…",
            "a.git/x",
            ".gitx",
        ] {
            assert!(check_path(good).is_ok(), "{good}");
        }
        let long = format!("a/{}", "x".repeat(256));
        let deep = "a/".repeat(2048) + "x";
        for bad in [
            "",
            "/a",
            "a//b",
            "a/",
            "../a",
            "a/../b",
            "./a",
            "a\\..\\b",
            ".git/config",
            ".GIT/config",
            "a/.Git",
            "git~1/x",
            "GIT~1",
            ".git./x",
            ".git /x",
            ".git::$INDEX_ALLOCATION/x",
            ".g\u{200c}it/config",
            "\u{feff}.git",
            "a\nb",
            "a\0b",
            &long,
            &deep,
        ] {
            assert!(check_path(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn branches_are_as_git_takes_them() {
        for good in ["main", "feature/search", "a.b", "ümlaut", "v1.2"] {
            assert!(BranchName::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "-x",
            "a..b",
            ".a",
            "a/.b",
            "a.lock",
            "a.LOCK/b",
            "a b",
            "a~1",
            "a^",
            "a:b",
            "a?",
            "a*",
            "a[b",
            "a\\b",
            "a/",
            "/a",
            "a//b",
            "a.",
            "@",
            "a@{1}",
            "HEAD",
            "refs/heads/x",
            "a\nb",
            "0123456789012345678901234567890123456789",
        ] {
            assert!(BranchName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn commits_are_whole_hashes() {
        let hash = "0123456789ABCDEF0123456789abcdef01234567";
        assert_eq!(CommitId::parse(hash).unwrap().short(), "01234567");
        assert!(CommitId::parse("0123456").is_none());
        assert!(CommitId::parse(&"g".repeat(40)).is_none());
    }
}
