//! An entity's final JSON, for the pages that show all of it.

use serde_json::{Map, Value};

use crate::{catalog::Snapshot, entity::EntityRef};

/// An entity as the catalog serves it.
#[derive(Debug, Clone)]
pub(in crate::pages) struct Document(Value);

impl Document {
    /// The entity with this ref; `None` if there is none.
    pub(in crate::pages) fn find(catalog: &Snapshot<'_>, entity_ref: &EntityRef) -> Option<Self> {
        let json = catalog.entity(entity_ref.as_str())?;
        serde_json::from_slice(&json).ok().map(Self)
    }

    /// The whole.
    pub(in crate::pages) fn value(&self) -> &Value {
        &self.0
    }

    /// A text by its JSON pointer; empty if there is none.
    pub(in crate::pages) fn text(&self, pointer: &str) -> &str {
        let value = self.0.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_default().trim()
    }

    /// A list by its JSON pointer; empty if there is none.
    pub(in crate::pages) fn list(&self, pointer: &str) -> &[Value] {
        let value = self.0.pointer(pointer).and_then(Value::as_array);
        value.map_or(&[], Vec::as_slice)
    }

    /// The fields of an object, in their order; none if there is no such object.
    pub(in crate::pages) fn fields(&self, pointer: &str) -> impl Iterator<Item = (&str, &Value)> {
        let fields = self.0.pointer(pointer).and_then(Value::as_object);
        fields
            .into_iter()
            .flat_map(Map::iter)
            .map(|(name, value)| (name.as_str(), value))
    }

    /// An annotation; empty if there is none.
    pub(in crate::pages) fn annotation(&self, key: &str) -> &str {
        let annotations = self.0.pointer("/metadata/annotations");
        let value = annotations.and_then(|annotations| annotations.get(key));
        value.and_then(Value::as_str).unwrap_or_default()
    }

    /// Location ref of the file it is read from; empty for what is generated.
    pub(in crate::pages) fn file(&self) -> &str {
        self.annotation("backstage.io/managed-by-location")
    }
}

#[cfg(test)]
impl From<Value> for Document {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Document;

    #[test]
    fn fields_of_any_shape_are_no_trouble() {
        let odd = Document::from(json!({"metadata": {"annotations": 7}, "spec": {"type": ["a"]}}));
        assert_eq!((odd.text("/spec/type"), odd.annotation("a/b")), ("", ""));
        assert_eq!(odd.list("/spec/type").len(), 1);
        assert_eq!(odd.fields("/metadata/annotations").count(), 0);
    }
}
