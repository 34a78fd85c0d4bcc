//! What the catalog adds to an authored document before it is judged: where it comes from, its namespace, its order.

use serde_json::{Map, Value};

use super::{LocationRef, SourceLinks, envelope::is_nothing, reference::DEFAULT_NAMESPACE};

/// Where a document was read from.
#[derive(Debug, Clone)]
pub struct Provenance<'a> {
    /// Its file.
    pub location: &'a LocationRef,
    /// The root that led to it.
    pub origin: &'a LocationRef,
    /// Set for URLs.
    pub links: Option<SourceLinks>,
}

/// Arrays of `spec` that are sorted when all their items are texts.
const SORTED: [&str; 7] = [
    "providesApis",
    "consumesApis",
    "dependsOn",
    "dependencyOf",
    "memberOf",
    "children",
    "members",
];

/// Adds the default namespace and the annotations that say where the entity comes from, sorts lists of refs, and
/// puts the keys in the order Backstage stores (`catalog-api.md` §9). Wants a checked envelope; other values
/// come back as they are.
#[must_use]
pub fn prepare(value: Value, from: &Provenance<'_>) -> Value {
    let Value::Object(mut authored) = value else {
        return value;
    };
    let mut prepared = Map::with_capacity(authored.len());
    if let Some(metadata) = authored.shift_remove("metadata") {
        prepared.insert("metadata".to_owned(), prepare_metadata(metadata, from));
    }
    for key in ["apiVersion", "kind"] {
        if let Some(value) = authored.shift_remove(key) {
            prepared.insert(key.to_owned(), value);
        }
    }
    if let Some(mut spec) = authored.shift_remove("spec") {
        sort_lists(&mut spec);
        prepared.insert("spec".to_owned(), spec);
    }
    prepared.extend(authored);
    Value::Object(prepared)
}

fn prepare_metadata(metadata: Value, from: &Provenance<'_>) -> Value {
    let Value::Object(mut authored) = metadata else {
        return metadata;
    };
    let mut prepared = Map::with_capacity(authored.len() + 2);
    if authored.get("namespace").is_none_or(is_nothing) {
        authored.shift_remove("namespace");
        prepared.insert("namespace".to_owned(), DEFAULT_NAMESPACE.into());
    }
    let mut annotations = Map::new();
    annotations.insert(
        "backstage.io/managed-by-location".to_owned(),
        from.location.to_string().into(),
    );
    annotations.insert(
        "backstage.io/managed-by-origin-location".to_owned(),
        from.origin.to_string().into(),
    );
    if let Some(links) = &from.links {
        let source = links.source.as_ref().map(|source| format!("url:{source}"));
        let known = [
            ("view-url", Some(links.view.clone())),
            ("edit-url", links.edit.clone()),
            ("source-location", source),
        ];
        for (name, link) in known {
            if let Some(link) = link {
                annotations.insert(format!("backstage.io/{name}"), link.into());
            }
        }
    }
    for (key, value) in authored
        .shift_remove("annotations")
        .into_iter()
        .filter_map(into_object)
        .flatten()
    {
        // An author may say where a file is seen and edited, but not what manages it.
        if !key.starts_with("backstage.io/managed-by-") || !annotations.contains_key(&key) {
            annotations.insert(key, value);
        }
    }
    prepared.insert("annotations".to_owned(), annotations.into());
    prepared.extend(authored);
    Value::Object(prepared)
}

fn into_object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

/// Sorts the lists of refs.
pub(super) fn sort_lists(spec: &mut Value) {
    let Value::Object(spec) = spec else { return };
    for name in SORTED {
        if let Some(Value::Array(list)) = spec.get_mut(name)
            && list.iter().all(Value::is_string)
        {
            // JavaScript compares UTF-16 code units.
            list.sort_by(|a, b| {
                let (a, b) = (
                    a.as_str().unwrap_or_default(),
                    b.as_str().unwrap_or_default(),
                );
                a.encode_utf16().cmp(b.encode_utf16())
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn prepared(authored: Value) -> String {
        let location = LocationRef {
            kind: "file".to_owned(),
            target: "/a.yaml".to_owned(),
        };
        prepare(
            authored,
            &Provenance {
                location: &location,
                origin: &location,
                links: None,
            },
        )
        .to_string()
    }

    #[test]
    fn keys_stand_in_the_order_backstage_stores_them() {
        let authored = json!({
            "kind": "Group",
            "spec": {"type": "team", "children": ["b", "B", "a"]},
            "apiVersion": "backstage.io/v1alpha1",
            "metadata": {"name": "x", "annotations": {"a": "1", "backstage.io/managed-by-location": "mine"}, "tags": ["b", "a"]},
        });
        assert_eq!(
            prepared(authored),
            r#"{"metadata":{"namespace":"default","annotations":{"backstage.io/managed-by-location":"file:/a.yaml","backstage.io/managed-by-origin-location":"file:/a.yaml","a":"1"},"name":"x","tags":["b","a"]},"apiVersion":"backstage.io/v1alpha1","kind":"Group","spec":{"type":"team","children":["B","a","b"]}}"#
        );
    }

    #[test]
    fn an_authored_namespace_stays_where_it_is() {
        let told = prepared(json!({"metadata": {"name": "x", "namespace": "n"}}));
        assert!(told.ends_with(r#""name":"x","namespace":"n"}}"#), "{told}");
    }

    #[test]
    fn authors_may_say_where_an_entity_is_seen() {
        let location = LocationRef::parse("url:https://h/a/b.yaml").unwrap();
        let origin = LocationRef::parse("url:https://h/a/root.yaml").unwrap();
        let value = prepare(
            json!({"metadata": {"name": "x", "annotations": {"backstage.io/view-url": "https://mine"}}}),
            &Provenance {
                location: &location,
                origin: &origin,
                links: Some(SourceLinks {
                    view: "https://h/a/b.yaml".to_owned(),
                    edit: None,
                    source: Some("https://h/a/".to_owned()),
                }),
            },
        );
        assert_eq!(
            value["metadata"]["annotations"].to_string(),
            r#"{"backstage.io/managed-by-location":"url:https://h/a/b.yaml","backstage.io/managed-by-origin-location":"url:https://h/a/root.yaml","backstage.io/view-url":"https://mine","backstage.io/source-location":"url:https://h/a/"}"#
        );
    }

    #[test]
    fn lists_are_sorted_by_utf16_units_if_all_are_texts() {
        for (items, expected) in [
            (json!(["b", "a", "B"]), json!(["B", "a", "b"])),
            (json!(["b", 1, "a"]), json!(["b", 1, "a"])),
            // U+FFE6 sorts behind the surrogates of U+1F600 in UTF-16, before it in UTF-8.
            (
                json!(["\u{ffe6}", "\u{1f600}"]),
                json!(["\u{1f600}", "\u{ffe6}"]),
            ),
        ] {
            let mut spec = json!({"members": items});
            sort_lists(&mut spec);
            assert_eq!(spec["members"], expected);
        }
    }
}
