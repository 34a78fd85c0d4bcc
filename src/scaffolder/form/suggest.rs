//! What a picker offers from the catalog: entities and tags, a bounded number of them (`host_list` is for Git hosts).

use serde::Deserialize;
use serde_json::Value;

use super::{
    picker::{EntityPicker, Picker},
    rules::Surroundings,
};
use crate::{
    catalog::{EntityQuery, Filter, FullTextFilter, OrderField},
    entity::EntityRef,
};

/// Where a text is looked for.
const TEXT_FIELDS: [&str; 3] = [
    "metadata.name",
    "metadata.title",
    "spec.profile.displayname",
];

/// Something to pick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The answer.
    pub value: String,
    /// What it is called.
    pub label: String,
}

/// What a picker offers for a text, at most so many; and whether there are more.
#[must_use]
pub fn suggestions(
    picker: &Picker,
    term: &str,
    limit: usize,
    around: &Surroundings<'_>,
) -> (Vec<Suggestion>, bool) {
    let mut found = match picker {
        Picker::Entity(entity) => entities(entity, term, limit, around),
        Picker::Tag { kinds } => tags(kinds, term, around),
        Picker::EntityName | Picker::RepoOwner { .. } | Picker::Branch => Vec::new(),
    };
    let are_more = found.len() > limit;
    found.truncate(limit);
    (found, are_more)
}

fn entities(
    picker: &EntityPicker,
    term: &str,
    limit: usize,
    around: &Surroundings<'_>,
) -> Vec<Suggestion> {
    let full_text = (!term.is_empty()).then(|| FullTextFilter {
        term: term.to_owned(),
        fields: TEXT_FIELDS.map(str::to_owned).to_vec(),
    });
    let page = around.catalog.query(&EntityQuery {
        filter: around.filter(picker),
        full_text,
        order: vec![OrderField {
            field: "metadata.name".to_owned(),
            descending: false,
        }],
        limit: limit + 1,
        offset: 0,
        with_total: false,
    });
    page.items
        .iter()
        .filter_map(|json| serde_json::from_slice(json).ok())
        .map(|entity: Named| entity.suggestion())
        .collect()
}

fn tags(kinds: &[String], term: &str, around: &Surroundings<'_>) -> Vec<Suggestion> {
    let kinds = kinds.iter().map(|kind| kind.to_lowercase());
    let filter = match kinds.collect::<Vec<_>>() {
        kinds if kinds.is_empty() => Filter::All,
        kinds => Filter::In("kind".to_owned(), kinds),
    };
    let term = term.to_lowercase();
    let mut values = around.catalog.facet("metadata.tags", &filter).to_vec();
    values.retain(|tag| tag.value.contains(&term));
    values.sort_by_key(|tag| std::cmp::Reverse(tag.count));
    let suggestion = |tag: crate::catalog::FacetValue| Suggestion {
        label: String::new(),
        value: tag.value,
    };
    values.into_iter().map(suggestion).collect()
}

/// The few parts of an entity that name it.
#[derive(Deserialize)]
struct Named {
    kind: String,
    metadata: Metadata,
    #[serde(default)]
    spec: Value,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
    #[serde(default)]
    namespace: Option<String>,
    #[serde(default)]
    title: Value,
}

impl Named {
    fn suggestion(self) -> Suggestion {
        let namespace = self.metadata.namespace.as_deref().unwrap_or("default");
        let named = EntityRef::new(&self.kind, namespace, &self.metadata.name);
        let display_name = self.spec.pointer("/profile/displayName");
        let titles = [Some(&self.metadata.title), display_name];
        let mut titles = titles.into_iter().flatten().filter_map(Value::as_str);
        let title = titles.find(|title| !title.is_empty());
        Suggestion {
            label: title.unwrap_or(&self.metadata.name).to_owned(),
            value: named.to_string(),
        }
    }
}
