//! Location references: `<type>:<target>`.

use std::fmt;

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
    pub fn parse(_text: &str) -> Result<Self, String> {
        todo!()
    }
    /// Name of the Location entity Backstage generates: `generated-<sha1>`.
    #[must_use]
    pub fn generated_name(&self) -> String {
        todo!()
    }
}

impl fmt::Display for LocationRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.target)
    }
}
