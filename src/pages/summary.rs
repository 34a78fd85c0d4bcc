//! The few parts of an entity that lists and links show, read from its final JSON.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::entity::EntityRef;

/// What a row or a link says of an entity. Fields of a declared kind may have any shape: what is not
/// a text is not shown.
#[derive(Debug, Deserialize)]
pub(crate) struct Summary<'a> {
    /// As authored.
    #[serde(borrow)]
    pub(crate) kind: Cow<'a, str>,
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(default)]
    spec: Spec,
    #[serde(borrow, default)]
    relations: Vec<RelationTo<'a>>,
}

#[derive(Debug, Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    namespace: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    title: String,
    #[serde(default, deserialize_with = "text_or_nothing")]
    description: String,
    #[serde(default, deserialize_with = "texts_or_nothing")]
    tags: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Spec {
    #[serde(default, deserialize_with = "text_or_nothing")]
    r#type: String,
    #[serde(default, deserialize_with = "text_or_nothing")]
    lifecycle: String,
    #[serde(default)]
    profile: Value,
}

#[derive(Debug, Deserialize)]
struct RelationTo<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(rename = "targetRef", borrow)]
    target: Cow<'a, str>,
}

impl<'a> Summary<'a> {
    /// From final JSON; `None` for what is no entity, which the read model never holds.
    #[must_use]
    pub(crate) fn read(json: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    /// Its ref.
    #[must_use]
    pub(crate) fn entity_ref(&self) -> EntityRef {
        let namespace = self.metadata.namespace.as_deref().unwrap_or("default");
        EntityRef::new(&self.kind, namespace, &self.metadata.name)
    }

    /// `metadata.name`
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        &self.metadata.name
    }

    /// Title, display name of a user or group, or name.
    #[must_use]
    pub(crate) fn title(&self) -> &str {
        if !self.metadata.title.is_empty() {
            return &self.metadata.title;
        }
        match self.profile("displayName") {
            "" => self.name(),
            name => name,
        }
    }

    /// `metadata.description`; empty if there is none.
    #[must_use]
    pub(crate) fn description(&self) -> &str {
        self.metadata.description.trim()
    }

    /// `metadata.tags`
    #[must_use]
    pub(crate) fn tags(&self) -> &[String] {
        &self.metadata.tags
    }

    /// `spec.type`; empty if there is none.
    #[must_use]
    pub(crate) fn spec_type(&self) -> &str {
        &self.spec.r#type
    }

    /// `spec.lifecycle`; empty if there is none.
    #[must_use]
    pub(crate) fn lifecycle(&self) -> &str {
        &self.spec.lifecycle
    }

    /// A text of `spec.profile`, such as `email`; empty if there is none.
    #[must_use]
    pub(crate) fn profile(&self, key: &str) -> &str {
        self.spec
            .profile
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The targets of its relations of one type, in their order.
    pub(crate) fn related<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = EntityRef> + 'b {
        self.relations
            .iter()
            .filter(move |relation| relation.kind == kind)
            .map(|relation| EntityRef::from_canonical(&relation.target))
    }

    /// Its first owner.
    #[must_use]
    pub(crate) fn owner(&self) -> Option<EntityRef> {
        self.related("ownedBy").next()
    }
}

fn text_or_nothing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        _ => String::new(),
    })
}

fn texts_or_nothing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let Value::Array(items) = Value::deserialize(deserializer)? else {
        return Ok(Vec::new());
    };
    Ok(items
        .into_iter()
        .filter_map(|item| match item {
            Value::String(text) => Some(text),
            _ => None,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn a_summary_says_who_owns_what() {
        let json = br#"{"apiVersion":"backstage.io/v1alpha1","kind":"Component","metadata":{"namespace":"rail","name":"Tickets","tags":["java"]},
            "spec":{"type":"service","lifecycle":"production"},
            "relations":[{"type":"ownedBy","targetRef":"group:default/gates"},{"type":"partOf","targetRef":"system:default/sales"}]}"#;
        let summary = Summary::read(json).expect("an entity");
        assert_eq!(summary.entity_ref().as_str(), "component:rail/tickets");
        assert_eq!(summary.title(), "Tickets");
        assert_eq!(
            (summary.spec_type(), summary.lifecycle()),
            ("service", "production")
        );
        assert_eq!(summary.tags(), ["java"]);
        assert_eq!(
            summary.owner().expect("an owner").as_str(),
            "group:default/gates"
        );
        assert_eq!(summary.related("partOf").count(), 1);
    }

    #[test]
    fn people_have_display_names() {
        let json = br#"{"kind":"User","metadata":{"name":"ana"},"spec":{"profile":{"displayName":"Ana Reis","email":"ana@rail.example"}}}"#;
        let summary = Summary::read(json).expect("an entity");
        assert_eq!(summary.title(), "Ana Reis");
        assert_eq!(summary.profile("email"), "ana@rail.example");
        assert_eq!(summary.entity_ref().as_str(), "user:default/ana");
    }

    #[test]
    fn fields_of_an_unexpected_shape_are_left_out() {
        let json = br#"{"kind":"Thing","metadata":{"name":"x","title":7,"tags":"a"},"spec":{"type":{"a":1},"lifecycle":[1],"profile":3}}"#;
        let summary = Summary::read(json).expect("an entity");
        assert_eq!(summary.title(), "x");
        assert_eq!((summary.spec_type(), summary.lifecycle()), ("", ""));
        assert!(summary.tags().is_empty());
    }
}
