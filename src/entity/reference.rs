//! Entity references: `kind:namespace/name`, compared in lower case.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

/// A canonical entity reference: `kind:namespace/name`, all lower case, all parts present.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntityRef(Arc<str>);

impl EntityRef {
    /// From the three parts; lower-cases them.
    #[must_use]
    pub fn new(kind: &str, namespace: &str, name: &str) -> Self {
        Self(format!("{kind}:{namespace}/{name}").to_lowercase().into())
    }

    /// Trusts that `text` is canonical already: a ref we wrote ourselves, from SQL.
    #[must_use]
    pub fn from_canonical(text: &str) -> Self {
        Self(text.into())
    }

    /// Parses `[kind:][namespace/]name`. The error is Backstage's message.
    pub fn parse(
        _text: &str,
        _default_kind: Option<&str>,
        _default_namespace: &str,
    ) -> Result<Self, String> {
        todo!()
    }

    /// The whole ref.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind, in lower case.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.0.split_once(':').map_or("", |(kind, _)| kind)
    }

    /// The namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        let rest = self.0.split_once(':').map_or(&*self.0, |(_, rest)| rest);
        rest.split_once('/').map_or("", |(namespace, _)| namespace)
    }

    /// The name, in lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, name)| name)
    }
}

impl fmt::Display for EntityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
