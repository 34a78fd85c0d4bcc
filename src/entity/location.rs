//! Location references: `<type>:<target>`.

use std::fmt::{self, Write};

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// Where something is read from: `url:https://…` or `file:/…`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocationRef {
    /// Backstage's `type`: `url` or `file`.
    pub kind: String,
    /// A URL, or an absolute path.
    pub target: String,
}

impl LocationRef {
    /// Splits at the first colon. The error is Backstage's message.
    ///
    /// Backstage: catalog-model, `parseLocationRef`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text
            .split_once(':')
            .map(|(kind, target)| (kind.trim(), target.trim()));
        let Some((kind, target)) =
            parts.filter(|(kind, target)| !kind.is_empty() && !target.is_empty())
        else {
            return Err(format!(
                "Unable to parse location ref '{text}', expected '<type>:<target>', e.g. 'url:https://host/path'"
            ));
        };
        if kind == "http" || kind == "https" {
            return Err(format!(
                "Invalid location ref '{text}', please prefix it with 'url:', e.g. 'url:{text}'"
            ));
        }
        if is_script(target) {
            return Err(format!(
                "Invalid location ref '{text}', target is a javascript: URL"
            ));
        }
        Ok(Self {
            kind: kind.to_owned(),
            target: target.to_owned(),
        })
    }

    /// Name of the Location entity Backstage generates: `generated-<sha1>`.
    #[must_use]
    pub fn generated_name(&self) -> String {
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, self.to_string().as_bytes());
        let mut name = String::from("generated-");
        for byte in hash.as_ref() {
            let _ = write!(name, "{byte:02x}"); // writing to a String cannot fail
        }
        name
    }
}

impl fmt::Display for LocationRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.target)
    }
}

/// Whether following the target would run a script. Blanks and control characters inside do not help:
/// browsers drop them.
fn is_script(target: &str) -> bool {
    target
        .chars()
        .filter(|letter| *letter > ' ')
        .take("javascript:".len())
        .collect::<String>()
        .eq_ignore_ascii_case("javascript:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn location_refs_parse_as_in_backstage() {
        // catalog-model.md §14.3
        for (text, expected) in [
            ("url:https://a/b", Some(("url", "https://a/b"))),
            ("url: https://a", Some(("url", "https://a"))),
            ("a:b:c", Some(("a", "b:c"))),
            ("https://a", None),
            ("file:", None),
            (":x", None),
            ("foo", None),
            ("url:javascript:alert(1)", None),
            ("url:JAVA\tscript:alert(1)", None),
        ] {
            let parsed = LocationRef::parse(text).ok();
            let found = parsed.as_ref().map(|found| (&*found.kind, &*found.target));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn generated_names_are_those_of_backstage() {
        for (text, name) in [
            (
                "url:https://github.com/o/r/blob/main/catalog-info.yaml",
                "generated-7c55750a4675b0187bd394fa668346a2ab626ab7",
            ),
            (
                "file:/x/y.yaml",
                "generated-4bfc75766291158d48213bdd132d55c3c472d211",
            ),
        ] {
            assert_eq!(LocationRef::parse(text).unwrap().generated_name(), name);
        }
    }
}
