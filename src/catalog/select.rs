//! From a filter to the entities it selects.

use std::{borrow::Cow, sync::Arc};

use roaring::RoaringBitmap;

use super::{Filter, FullTextFilter, OrderField, Which, keys::KeyId, lately::Lately, table::Table};

/// Texts remembered: at most 12 KB each with 100,000 entities.
const KEPT: usize = 16;

/// A term in lower case, and the keys it is looked for under.
type Text = (String, Vec<KeyId>);

/// Which entities hold a text, of the texts looked for lately.
pub(super) type Found = Lately<Text, RoaringBitmap, KEPT>;

/// Selected entities.
pub(super) type Selection<'a> = Cow<'a, RoaringBitmap>;

impl Table {
    /// The entities a filter selects.
    pub(super) fn select(&self, filter: &Filter) -> Selection<'_> {
        match filter {
            Filter::All => Cow::Borrowed(&self.live),
            Filter::Never => Cow::Owned(RoaringBitmap::new()),
            Filter::Exists(key) => self
                .keys
                .find(key)
                .map_or_else(none, |key| Cow::Borrowed(&self.postings(key).existing)),
            Filter::In(key, values) => self.select_values(key, values),
            Filter::Prefix(key, prefix) => {
                let mut selection = RoaringBitmap::new();
                if let Some(key) = self.keys.find(key) {
                    self.postings(key).add_where(
                        &self.texts,
                        |value| value.starts_with(prefix.as_str()),
                        &mut selection,
                    );
                }
                Cow::Owned(selection)
            }
            Filter::Not(inner) => Cow::Owned(&self.live - &*self.select(inner)),
            Filter::AllOf(filters) => {
                let mut selections: Vec<_> =
                    filters.iter().map(|filter| self.select(filter)).collect();
                // The smallest first: what follows has less to do.
                selections.sort_by_key(|selection| selection.len());
                let mut selections = selections.into_iter();
                let first = selections.next().unwrap_or(Cow::Borrowed(&self.live));
                selections.fold(first, |all, selection| Cow::Owned(&*all & &*selection))
            }
            Filter::AnyOf(filters) => {
                let mut selection = RoaringBitmap::new();
                for filter in filters {
                    selection |= &*self.select(filter);
                }
                Cow::Owned(selection)
            }
        }
    }

    fn select_values(&self, key: &str, values: &[String]) -> Selection<'_> {
        let Some(key) = self.keys.find(key) else {
            return none();
        };
        let postings = self.postings(key);
        if let [only] = values {
            let Some(value) = self.texts.find(only) else {
                return none();
            };
            if let Some(slots) = postings.equal(value) {
                return Cow::Borrowed(slots);
            }
        }
        let mut selection = RoaringBitmap::new();
        for value in values.iter().filter_map(|value| self.texts.find(value)) {
            postings.add_equal(value, &mut selection);
        }
        Cow::Owned(selection)
    }

    /// The entities a filter and a text select. The text's field may come from the order.
    pub(super) fn select_which(&self, which: Which<'_>, order: &[OrderField]) -> Selection<'_> {
        let selection = self.select(which.filter);
        match which
            .full_text
            .and_then(|text| self.select_full_text(text, order))
        {
            Some(found) => Cow::Owned(&*selection & &*found),
            None => selection,
        }
    }

    /// The entities a full-text filter selects (§3.3); `None`: it is off.
    fn select_full_text(
        &self,
        full_text: &FullTextFilter,
        order: &[OrderField],
    ) -> Option<Arc<RoaringBitmap>> {
        let term = full_text.term.trim().to_lowercase();
        if term.is_empty() {
            return None;
        }
        let default = order
            .first()
            .map_or("metadata.uid", |order| order.field.as_str());
        let fields: Vec<&str> = if full_text.fields.is_empty() {
            vec![default]
        } else {
            full_text.fields.iter().map(String::as_str).collect()
        };
        let keys = fields
            .iter()
            .filter_map(|field| self.keys.find(&field.to_lowercase()));
        let text = (term, keys.collect());
        let find = |(term, keys): &Text| {
            let mut selection = RoaringBitmap::new();
            for key in keys {
                let postings = self.postings(*key);
                if term.contains(['%', '_']) {
                    postings.add_where(&self.texts, |value| is_like(value, term), &mut selection);
                } else {
                    postings.add_containing(&self.texts, term, &mut selection);
                }
            }
            Arc::new(selection)
        };
        Some(self.found.or_make(text, find, |_| true))
    }
}

fn none<'a>() -> Selection<'a> {
    Cow::Owned(RoaringBitmap::new())
}

/// Whether SQL's `value LIKE '%term%'` holds: `%` stands for anything, `_` for one letter.
fn is_like(value: &str, term: &str) -> bool {
    let value: Vec<char> = value.chars().collect();
    let pattern: Vec<char> = format!("%{term}%").chars().collect();
    let (mut at, mut in_pattern) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < value.len() {
        match pattern.get(in_pattern) {
            Some('%') => {
                retry = Some((in_pattern + 1, at));
                in_pattern += 1;
            }
            Some(letter) if *letter == '_' || *letter == value[at] => {
                at += 1;
                in_pattern += 1;
            }
            _ => match retry {
                Some((behind, from)) => {
                    retry = Some((behind, from + 1));
                    (in_pattern, at) = (behind, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[in_pattern..].iter().all(|letter| *letter == '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_has_two_wildcards() {
        for (value, term, expected) in [
            ("my-component", "comp", true),
            ("my-component", "m%c", true),
            ("my-component", "my_c", true),
            ("mycomponent", "my_om_", true),
            ("my-component", "x%", false),
            ("a", "_%", true),
            ("", "_", false),
        ] {
            assert_eq!(is_like(value, term), expected, "{value} {term}");
        }
    }
}
