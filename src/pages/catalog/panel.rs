//! The filters of the list: tabs of the kinds, values with counts, chips of what is chosen.

use std::{cmp::Reverse, sync::Arc};

use super::{
    super::{link::plural, number::grouped},
    property::Facet,
    query::{EVERY_KIND, ListQuery},
    selection::Selection,
};
use crate::{
    catalog::{FacetValue, Snapshot},
    entity::EntityRef,
    urls,
};

/// Values shown without asking.
const SHOWN: usize = 7;
/// Values shown at all: rarer ones are found by typing, so that the page stays small.
const LISTED: usize = 60;

/// A kind to list.
pub(super) struct KindTab {
    pub(super) label: String,
    pub(super) href: String,
    pub(super) count: String,
    pub(super) is_current: bool,
}

/// The values of one facet.
pub(super) struct FacetPanel {
    pub(super) label: &'static str,
    pub(super) param: &'static str,
    /// The chosen and the most used ones.
    pub(super) shown: Vec<Choice>,
    /// The rest.
    pub(super) more: Vec<Choice>,
    /// How many are not listed at all.
    pub(super) unlisted: usize,
}

/// A value to choose.
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) label: String,
    pub(super) count: String,
    pub(super) is_chosen: bool,
}

/// A choice, and how to take it back.
pub(super) struct Chip {
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) href: String,
}

/// The name of the list.
pub(super) fn heading(kinds: &[FacetValue], kind: &str) -> String {
    if kind == EVERY_KIND {
        return "Catalog".to_owned();
    }
    let authored = kinds.iter().find(|k| k.value.eq_ignore_ascii_case(kind));
    match authored {
        Some(found) => plural(&found.value),
        None => {
            let mut letters = kind.chars();
            let first = letters.next().map(|c| c.to_uppercase().to_string());
            plural(&(first.unwrap_or_default() + letters.as_str()))
        }
    }
}

/// A tab for each kind, and one for all.
pub(super) fn tabs(selection: &Selection<'_>, query: &ListQuery) -> Vec<KindTab> {
    let all: u64 = selection.kinds.iter().map(|kind| kind.count).sum();
    let tab = |label: String, kind: &str, count: u64| KindTab {
        label,
        href: query.of_kind(kind).url(urls::CATALOG),
        count: grouped(usize::try_from(count).unwrap_or(usize::MAX)),
        is_current: selection.kind.eq_ignore_ascii_case(kind),
    };
    let mut tabs = vec![tab("All".to_owned(), EVERY_KIND, all)];
    for kind in &selection.kinds {
        tabs.push(tab(plural(&kind.value), &kind.value, kind.count));
    }
    if !tabs.iter().any(|tab| tab.is_current) {
        let label = heading(&selection.kinds, &selection.kind);
        tabs.insert(1, tab(label, &selection.kind, 0));
    }
    tabs
}

/// The panels of the facets that have values.
pub(super) fn panels(
    catalog: &Snapshot<'_>,
    facets: &[(Facet, Arc<[FacetValue]>)],
    query: &ListQuery,
) -> Vec<FacetPanel> {
    facets
        .iter()
        .map(|(facet, values)| panel(catalog, *facet, values, query))
        .filter(|panel| !panel.shown.is_empty())
        .collect()
}

fn panel(
    catalog: &Snapshot<'_>,
    facet: Facet,
    values: &[FacetValue],
    query: &ListQuery,
) -> FacetPanel {
    let is_chosen = |value: &str| query.chosen(facet).any(|c| c.eq_ignore_ascii_case(value));
    let mut listed: Vec<(&str, u64)> = values
        .iter()
        .map(|value| (value.value.as_str(), value.count))
        .collect();
    // What is chosen stays in sight, even where nothing has it.
    for chosen in query.chosen(facet) {
        if !listed.iter().any(|(v, _)| v.eq_ignore_ascii_case(chosen)) {
            listed.push((chosen, 0));
        }
    }
    let chosen = listed.iter().filter(|(v, _)| is_chosen(v)).count();
    let unlisted = listed.len().saturating_sub(LISTED);
    // The chosen ones, then the most used ones. Of thousands of owners only those are put in order.
    let rank = |(value, count): &(&str, u64)| (!is_chosen(value), Reverse(*count));
    let order = |a: &(&str, u64), b: &(&str, u64)| rank(a).cmp(&rank(b)).then_with(|| a.0.cmp(b.0));
    if unlisted > 0 {
        listed.select_nth_unstable_by(LISTED, order);
        listed.truncate(LISTED);
    }
    listed.sort_unstable_by(order);
    let mut choices = listed.into_iter().map(|(value, count)| Choice {
        id: format!("{}={value}", facet.param()),
        label: label(catalog, facet, value),
        count: grouped(usize::try_from(count).unwrap_or(usize::MAX)),
        is_chosen: is_chosen(value),
        value: value.to_owned(),
    });
    FacetPanel {
        label: facet.label(),
        param: facet.param(),
        shown: choices.by_ref().take(SHOWN.max(chosen)).collect(),
        more: choices.collect(),
        unlisted,
    }
}

/// What is chosen, each with the list without it.
pub(super) fn chips(catalog: &Snapshot<'_>, query: &ListQuery) -> Vec<Chip> {
    let mut chips: Vec<Chip> = query
        .all_chosen()
        .iter()
        .map(|(facet, value)| Chip {
            label: facet.label(),
            value: label(catalog, *facet, value),
            href: query.without(*facet, value).url(urls::CATALOG),
        })
        .collect();
    if query.orphans {
        chips.push(Chip {
            label: "Only",
            value: "orphans".to_owned(),
            href: query.with_all().url(urls::CATALOG),
        });
    }
    if !query.text.is_empty() {
        chips.push(Chip {
            label: "Text",
            value: query.text.clone(),
            href: query.without_text().url(urls::CATALOG),
        });
    }
    chips
}

/// Owners are shown by their title, other values as authored.
fn label(catalog: &Snapshot<'_>, facet: Facet, value: &str) -> String {
    match facet {
        Facet::Owner => {
            let owner = EntityRef::from_canonical(&value.to_lowercase());
            let title = catalog.title(owner.as_str());
            title.unwrap_or_else(|| owner.name()).to_owned()
        }
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_named_after_its_kind() {
        let kinds = [FacetValue {
            value: "API".to_owned(),
            count: 3,
        }];
        assert_eq!(heading(&kinds, "api"), "APIs");
        assert_eq!(heading(&kinds, "all"), "Catalog");
        assert_eq!(heading(&kinds, "runbook"), "Runbooks");
    }
}
