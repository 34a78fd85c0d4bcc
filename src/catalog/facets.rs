//! Counts of values by key (`catalog-api.md` §4.8).

use hashbrown::HashMap;

use super::{FacetValue, Which, select::Selection, table::Table, text::TextId};

/// Keys with more values are counted entity by entity.
const MAX_VALUES: usize = 4_000;

/// For each key its values as authored, in byte order, with the number of entities that have them.
pub(super) fn facets(
    table: &Table,
    keys: &[String],
    which: Which<'_>,
) -> Vec<(String, Vec<FacetValue>)> {
    let selection = table.select_which(which, &[]);
    keys.iter()
        .map(|key| (key.clone(), facet(table, key, &selection)))
        .collect()
}

fn facet(table: &Table, key: &str, selection: &Selection<'_>) -> Vec<FacetValue> {
    let Some(key) = table.keys.find(&key.to_lowercase()) else {
        return Vec::new();
    };
    let postings = table.postings(key);
    let counts: Vec<(TextId, u64)> = if postings.by_value.len() <= MAX_VALUES {
        postings
            .by_value
            .iter()
            .map(|(value, posting)| (*value, posting.len_within(selection)))
            .collect()
    } else {
        let mut counts: HashMap<TextId, u64> = HashMap::new();
        for slot in selection.iter() {
            for value in table
                .rows_of(slot, key)
                .iter()
                .filter_map(|(_, value)| *value)
            {
                *counts.entry(value).or_default() += 1;
            }
        }
        counts.into_iter().collect()
    };
    let mut values: Vec<FacetValue> = counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(value, count)| FacetValue {
            value: table.texts.get(value).to_owned(),
            count,
        })
        .collect();
    values.sort_unstable_by(|a, b| a.value.cmp(&b.value));
    values
}
