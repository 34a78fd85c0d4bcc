//! Counts of values by key (`catalog-api.md` §4.8).

use std::sync::Arc;

use hashbrown::HashMap;

use super::{
    FacetValue, Filter, FullTextFilter, Which, keys::KeyId, lately::Lately, select::Selection,
    table::Table, text::TextId,
};

/// Keys with more values are counted entity by entity.
const MAX_VALUES: usize = 4_000;
/// Longer counts are made anew each time: with [`KEPT`] of this length, 10 MB are kept.
const MAX_KEPT_VALUES: usize = 5_000;
const KEPT: usize = 32;

/// Counts made lately.
pub(super) type Counted = Lately<(KeyId, Filter, Option<FullTextFilter>), [FacetValue], KEPT>;

/// The values of a key as authored, in byte order, with the number of entities that have them.
pub(super) fn facet(table: &Table, key: &str, which: Which<'_>) -> Arc<[FacetValue]> {
    let Some(key) = table.keys.find(&key.to_lowercase()) else {
        return Arc::default();
    };
    let asked = (key, which.filter.clone(), which.full_text.cloned());
    let count = |_: &_| count(table, key, &table.select_which(which, &[])).into();
    let is_kept = |values: &[FacetValue]| values.len() <= MAX_KEPT_VALUES;
    table.counted.or_make(asked, count, is_kept)
}

fn count(table: &Table, key: KeyId, selection: &Selection<'_>) -> Vec<FacetValue> {
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
