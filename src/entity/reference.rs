//! Entity references: `kind:namespace/name`, compared in lower case.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The namespace of what names none.
pub(super) const DEFAULT_NAMESPACE: &str = "default";

/// A canonical entity reference: `kind:namespace/name`, all lower case, all parts present.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntityRef(Arc<str>);

impl EntityRef {
    /// From the three parts; lower-cases them.
    #[must_use]
    pub fn new(kind: &str, namespace: &str, name: &str) -> Self {
        let mut text = format!("{kind}:{namespace}/{name}");
        if text.is_ascii() {
            text.make_ascii_lowercase();
        } else {
            text = text.to_lowercase();
        }
        Self(text.into())
    }

    /// Trusts that `text` is canonical already: a ref we wrote ourselves, from SQL.
    #[must_use]
    pub fn from_canonical(text: &str) -> Self {
        Self(text.into())
    }

    /// Parses `[kind:][namespace/]name`. The error is Backstage's message.
    ///
    /// Only empty parts and a missing kind are errors; characters and lengths are not looked at.
    /// Backstage: catalog-model, `parseEntityRef`.
    pub fn parse(
        text: &str,
        default_kind: Option<&str>,
        default_namespace: &str,
    ) -> Result<Self, String> {
        Self::read(text, default_kind, default_namespace).map_err(|fault| fault.message(text))
    }

    /// Like [`Self::parse`], with an error that can be told apart.
    pub(super) fn read(
        text: &str,
        default_kind: Option<&str>,
        default_namespace: &str,
    ) -> Result<Self, RefFault> {
        if text.is_empty() {
            return Err(RefFault::Empty);
        }
        let slash = text.find('/');
        // A colon after the slash belongs to the name.
        let colon = text
            .find(':')
            .filter(|colon| slash.is_none_or(|slash| *colon < slash));
        let after_colon = colon.map_or(0, |at| at + 1);
        let kind = colon.map(|at| &text[..at]);
        let namespace = slash.map(|at| &text[after_colon..at]);
        let name = &text[slash.map_or(after_colon, |at| at + 1)..];
        if kind == Some("") || namespace == Some("") || name.is_empty() {
            return Err(RefFault::Malformed);
        }
        let kind = kind.or(default_kind).filter(|kind| !kind.is_empty());
        let fallback = match default_namespace {
            "" => DEFAULT_NAMESPACE,
            given => given,
        };
        Ok(Self::new(
            kind.ok_or(RefFault::NoKind)?,
            namespace.unwrap_or(fallback),
            name,
        ))
    }

    /// The ref a document would have, if it has enough of an envelope.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let kind = value.get("kind")?.as_str()?;
        let metadata = value.get("metadata")?;
        let name = metadata.get("name")?.as_str()?;
        let namespace = match metadata.get("namespace") {
            None | Some(Value::Null) => DEFAULT_NAMESPACE,
            Some(namespace) => namespace.as_str()?,
        };
        if kind.is_empty() || name.is_empty() || namespace.is_empty() {
            return None;
        }
        Some(Self::new(kind, namespace, name))
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

/// Why a text is no entity reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RefFault {
    /// There is nothing.
    Empty,
    /// A part is empty: `a:`, `/x`.
    Malformed,
    /// No kind is written, and the field has no default.
    NoKind,
}

impl RefFault {
    /// Backstage's error name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Malformed => "TypeError",
            Self::Empty | Self::NoKind => "Error",
        }
    }

    /// Backstage's message about `text`.
    pub(super) fn message(self, text: &str) -> String {
        match self {
            Self::Empty => "Entity reference must not be empty".to_owned(),
            Self::Malformed => format!(
                "Entity reference \"{text}\" was not on the form [<kind>:][<namespace>/]<name>"
            ),
            Self::NoKind => format!(
                "Entity reference {} had missing or empty kind (e.g. did not start with \"component:\" or similar)",
                Value::from(text)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn references_parse_as_in_backstage() {
        // catalog-model.md §14.2
        for (text, alone, with_default) in [
            ("foo", None, Some("k:default/foo")),
            (
                "Component:foo",
                Some("component:default/foo"),
                Some("component:default/foo"),
            ),
            ("ns/foo", None, Some("k:ns/foo")),
            ("a:b/c:d", Some("a:b/c:d"), Some("a:b/c:d")),
            ("ns/a:b", None, Some("k:ns/a:b")),
            ("Component:", None, None),
            ("/foo", None, None),
            ("c:/foo", None, None),
            ("", None, None),
            ("a:b:c", Some("a:default/b:c"), Some("a:default/b:c")),
            ("a:b/c/d", Some("a:b/c/d"), Some("a:b/c/d")),
            (
                "Component:Default/MyName",
                Some("component:default/myname"),
                Some("component:default/myname"),
            ),
            (" a ", None, Some("k:default/ a ")),
        ] {
            let parsed = |kind| EntityRef::parse(text, kind, "").ok();
            assert_eq!(
                parsed(None).as_ref().map(EntityRef::as_str),
                alone,
                "{text}"
            );
            assert_eq!(
                parsed(Some("K")).as_ref().map(EntityRef::as_str),
                with_default,
                "{text}"
            );
        }
    }

    #[test]
    fn refusals_are_in_the_words_of_backstage() {
        for (text, message) in [
            ("", "Entity reference must not be empty"),
            (
                "c:/foo",
                "Entity reference \"c:/foo\" was not on the form [<kind>:][<namespace>/]<name>",
            ),
            (
                "pixlise-api",
                "Entity reference \"pixlise-api\" had missing or empty kind (e.g. did not start with \"component:\" or similar)",
            ),
        ] {
            assert_eq!(
                EntityRef::parse(text, None, "default"),
                Err(message.to_owned())
            );
        }
    }

    #[test]
    fn a_document_without_name_has_no_ref() {
        for (document, expected) in [
            (
                r#"{"kind":"Component","metadata":{"name":"A"}}"#,
                Some("component:default/a"),
            ),
            (
                r#"{"kind":"API","metadata":{"name":"a","namespace":"N"}}"#,
                Some("api:n/a"),
            ),
            (
                r#"{"kind":"API","metadata":{"name":"a","namespace":null}}"#,
                Some("api:default/a"),
            ),
            (
                r#"{"kind":"API","metadata":{"name":"a","namespace":7}}"#,
                None,
            ),
            (r#"{"kind":"API","metadata":{"name":""}}"#, None),
            (r#"{"kind":"API","metadata":{"name":7}}"#, None),
            (r#"{"kind":"API","metadata":[]}"#, None),
            (r#"{"metadata":{"name":"a"}}"#, None),
            (r#""text""#, None),
        ] {
            let value: Value = serde_json::from_str(document).unwrap();
            let found = EntityRef::of(&value);
            assert_eq!(
                found.as_ref().map(EntityRef::as_str),
                expected,
                "{document}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_ref_reads_back_as_itself(kind in "[^:/]{1,20}", namespace in "[^:/]{1,20}", name in ".{1,20}") {
            let made = EntityRef::new(&kind, &namespace, &name);
            prop_assert_eq!(EntityRef::parse(&made.to_string(), None, ""), Ok(made));
        }

        #[test]
        fn what_is_parsed_has_all_parts_in_lower_case(text in ".{0,30}") {
            if let Ok(parsed) = EntityRef::parse(&text, Some("K"), "n") {
                prop_assert!(!parsed.kind().is_empty());
                prop_assert!(!parsed.namespace().is_empty());
                prop_assert!(!parsed.name().is_empty());
                prop_assert_eq!(parsed.as_str().to_lowercase(), parsed.as_str());
            }
        }
    }
}
