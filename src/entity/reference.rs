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

    /// Parses `[kind:][namespace/]name`. Characters and lengths are not checked, as in Backstage. The error is
    /// Backstage's message.
    pub fn parse(
        text: &str,
        default_kind: Option<&str>,
        default_namespace: &str,
    ) -> Result<Self, String> {
        let (kind, namespace, name) = split(text);
        let namespace = namespace.unwrap_or(default_namespace);
        if kind == Some("") || namespace.is_empty() || name.is_empty() {
            return Err(format!(
                "Entity reference \"{text}\" was not on the form [<kind>:][<namespace>/]<name>"
            ));
        }
        let Some(kind) = kind.or(default_kind) else {
            return Err(format!(
                "Entity reference \"{text}\" had missing or empty kind (e.g. did not start with \"component:\" or similar)"
            ));
        };
        Ok(Self::new(kind, namespace, name))
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

/// Kind, namespace and name as written. A colon behind the first slash belongs to the name.
fn split(text: &str) -> (Option<&str>, Option<&str>, &str) {
    let slash = text.find('/');
    let colon = text
        .find(':')
        .filter(|colon| slash.is_none_or(|slash| *colon < slash));
    let kind = colon.map(|colon| &text[..colon]);
    let rest = colon.map_or(0, |colon| colon + 1);
    match slash {
        Some(slash) => (kind, Some(&text[rest..slash]), &text[slash + 1..]),
        None => (kind, None, &text[rest..]),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// catalog-model.md §14.2
    #[test]
    fn refs_are_parsed_as_backstage_does() {
        for (text, bare, with_kind) in [
            ("foo", None, Some("k:default/foo")),
            (
                "Component:foo",
                Some("component:default/foo"),
                Some("component:default/foo"),
            ),
            ("ns/foo", None, Some("k:ns/foo")),
            ("a:b/c:d", Some("a:b/c:d"), Some("a:b/c:d")),
            ("ns/a:b", None, Some("k:ns/a:b")),
            (
                "Component:Default/MyName",
                Some("component:default/myname"),
                Some("component:default/myname"),
            ),
            ("Component:", None, None),
            ("/foo", None, None),
            ("c:/foo", None, None),
            ("", None, None),
        ] {
            let parse = |kind| EntityRef::parse(text, kind, "default").ok();
            assert_eq!(parse(None).as_ref().map(EntityRef::as_str), bare, "{text}");
            assert_eq!(
                parse(Some("K")).as_ref().map(EntityRef::as_str),
                with_kind,
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_ref_survives_being_written_and_read(kind in "[a-z]{1,9}", namespace in "[a-z]{1,9}", name in "[a-z0-9:/. ]{1,9}") {
            let written = EntityRef::new(&kind, &namespace, &name);
            let read = EntityRef::parse(written.as_str(), None, "other").expect("canonical refs are refs");
            prop_assert_eq!(&read, &written);
            prop_assert_eq!((read.kind(), read.namespace(), read.name()), (kind.as_str(), namespace.as_str(), name.as_str()));
        }

        #[test]
        fn no_text_makes_the_parser_fail(text in "\\PC*") {
            let _ = EntityRef::parse(&text, Some("k"), "default");
        }
    }
}
