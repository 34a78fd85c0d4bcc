//! Location references: `<type>:<target>`.

use std::fmt;

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
    /// Splits at the first colon; both parts are trimmed and must not be empty. The error is Backstage's message.
    pub fn parse(text: &str) -> Result<Self, String> {
        let unparsable = || {
            format!(
                "Unable to parse location ref '{text}', expected '<type>:<target>', e.g. 'url:https://host/path'"
            )
        };
        let (kind, target) = text.split_once(':').ok_or_else(unparsable)?;
        let (kind, target) = (kind.trim(), target.trim());
        if kind.is_empty() || target.is_empty() {
            return Err(unparsable());
        }
        if kind == "http" || kind == "https" {
            return Err(format!(
                "Invalid location ref '{text}', please prefix it with 'url:', e.g. 'url:{text}'"
            ));
        }
        if target.to_ascii_lowercase().starts_with("javascript:") {
            return Err(format!(
                "Invalid location ref '{text}', script urls are not allowed"
            ));
        }
        Ok(Self {
            kind: kind.to_owned(),
            target: target.to_owned(),
        })
    }

    /// Name of the Location entity Backstage generates for it: `generated-` and the SHA-1 of the ref.
    #[must_use]
    pub fn generated_name(&self) -> String {
        use std::fmt::Write;
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, self.to_string().as_bytes());
        let mut name = String::from("generated-");
        for byte in hash.as_ref() {
            write!(name, "{byte:02x}").expect("text grows");
        }
        name
    }
}

impl fmt::Display for LocationRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// catalog-model.md §14.3
    #[test]
    fn refs_are_split_at_the_first_colon() {
        for (text, expected) in [
            ("url:https://a/b", Some(("url", "https://a/b"))),
            ("url: https://a", Some(("url", "https://a"))),
            ("a:b:c", Some(("a", "b:c"))),
            ("https://a", None),
            ("file:", None),
            ("foo", None),
            ("url:javascript:alert(1)", None),
        ] {
            let parsed = LocationRef::parse(text).ok();
            let parts = parsed
                .as_ref()
                .map(|parsed| (parsed.kind.as_str(), parsed.target.as_str()));
            assert_eq!(parts, expected, "{text}");
        }
    }

    #[test]
    fn generated_names_are_those_of_backstage() {
        for (text, expected) in [
            (
                "url:https://github.com/o/r/blob/main/catalog-info.yaml",
                "generated-7c55750a4675b0187bd394fa668346a2ab626ab7",
            ),
            (
                "file:/x/y.yaml",
                "generated-4bfc75766291158d48213bdd132d55c3c472d211",
            ),
        ] {
            let location = LocationRef::parse(text).expect("a location ref");
            assert_eq!(location.generated_name(), expected);
        }
    }
}
