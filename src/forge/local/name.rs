//! Names of repositories: folders on disk, so they are few letters, and one name has one spelling.

use std::fmt;

use crate::error::{Error, Result};

/// As Gitea's.
const MAX_NAME: usize = 100;

/// `{owner}/{name}`, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryName {
    owner: String,
    name: String,
}

impl RepositoryName {
    /// From an address; capitals mean the same as small letters, an ending `.git` counts for nothing.
    ///
    /// [`Error::Input`] for what can be no folder everywhere.
    pub fn parse(owner: &str, name: &str) -> Result<Self> {
        let name = name.strip_suffix(".git").unwrap_or(name);
        for part in [owner, name] {
            if !is_name(part) {
                return Err(Error::Input(format!(
                    "“{}” is no name for a repository or its owner. Use up to {MAX_NAME} letters, digits, “-”, “_” and “.”, a letter or digit first and last.",
                    part.chars()
                        .take(MAX_NAME)
                        .collect::<String>()
                        .escape_debug()
                )));
            }
        }
        Ok(Self {
            owner: owner.to_ascii_lowercase(),
            name: name.to_ascii_lowercase(),
        })
    }

    /// Whose it is: a user or a group.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let at_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let lower = text.to_ascii_lowercase();
    bytes.len() <= MAX_NAME
        && at_end(bytes.first())
        && at_end(bytes.last())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
        && !lower.contains("..")
        && lower.strip_suffix(".git").is_none()
        && lower.strip_suffix(".lock").is_none()
}

#[cfg(test)]
mod tests {
    use super::RepositoryName;

    #[test]
    fn a_name_has_one_spelling_and_stays_in_its_folder() {
        for (owner, name, expected) in [
            ("rail", "tickets", Some("rail/tickets")),
            ("Rail", "Tickets.git", Some("rail/tickets")),
            ("a-b_c.d", "1", Some("a-b_c.d/1")),
            ("..", "x", None),
            ("a", "..", None),
            ("a/b", "x", None),
            ("a", "x/../y", None),
            ("a", ".git", None),
            ("a", "x.git.git", None),
            ("a", ".new-1", None),
            ("-a", "x", None),
            ("a", "", None),
            ("a", "x\0", None),
            ("ä", "x", None),
            ("a", "con.lock", None),
        ] {
            let parsed = RepositoryName::parse(owner, name).ok();
            let shown = parsed.map(|parsed| parsed.to_string());
            assert_eq!(shown.as_deref(), expected, "{owner}/{name}");
        }
    }
}
