//! The rows of the list, and the heads that order it.

use std::collections::HashMap;

use bytes::Bytes;

use super::{
    super::{
        link::{EntityLink, Tag, shortened},
        summary::Summary,
    },
    Columns,
    property::Column,
    query::ListQuery,
};
use crate::{catalog::Snapshot, entity::EntityRef, urls};

/// Tags a row shows; the rest is counted.
const TAGS_SHOWN: usize = 3;
/// Characters of a description a row can use; the style cuts further.
const DESCRIPTION_CHARS: usize = 160;

/// One entity of the list.
pub(super) struct Row {
    pub(super) link: EntityLink,
    /// `metadata.name`, where it cannot be told from the title.
    pub(super) name: Option<String>,
    pub(super) description: String,
    pub(super) owner: Option<EntityLink>,
    pub(super) spec_type: String,
    pub(super) lifecycle: String,
    pub(super) tags: Vec<Tag>,
    pub(super) more_tags: usize,
}

/// The head of a column.
pub(super) struct Head {
    pub(super) label: &'static str,
    /// Its class.
    pub(super) class: &'static str,
    /// The list ordered by it; `None` where there is no order to it.
    pub(super) href: Option<String>,
    /// `ascending`, `descending`, or empty.
    pub(super) order: &'static str,
}

/// The heads of the columns there are.
pub(super) fn heads(columns: Columns, query: &ListQuery) -> Vec<Head> {
    let sortable = |label, class, column| Head {
        label,
        class,
        href: Some(query.sorted_by(column).url(urls::CATALOG)),
        order: match (query.sort == column, query.descending) {
            (false, _) => "",
            (true, false) => "ascending",
            (true, true) => "descending",
        },
    };
    let plain = |label, class| Head {
        label,
        class,
        href: None,
        order: "",
    };
    let mut heads = vec![sortable("Name", "c-name", Column::Name)];
    if columns.kind {
        heads.push(sortable("Kind", "c-kind", Column::Kind));
    }
    heads.push(plain("Description", "c-text"));
    if columns.owner {
        heads.push(sortable("Owner", "c-owner", Column::Owner));
    }
    if columns.spec_type {
        heads.push(sortable("Type", "c-type", Column::Type));
    }
    if columns.lifecycle {
        heads.push(sortable("Lifecycle", "c-life", Column::Lifecycle));
    }
    if columns.tags {
        heads.push(plain("Tags", "c-tags"));
    }
    heads
}

/// Rows of final JSON. Owners repeat, so each is looked up once.
pub(super) fn rows(catalog: &Snapshot<'_>, items: &[Bytes]) -> Vec<Row> {
    let mut owners: HashMap<EntityRef, EntityLink> = HashMap::new();
    items
        .iter()
        .filter_map(|json| Summary::read(json))
        .map(|summary| {
            let owner = summary.owner().map(|owner| {
                owners
                    .entry(owner)
                    .or_insert_with_key(|owner| {
                        EntityLink::find(catalog, owner).leading_to_team(owner)
                    })
                    .clone()
            });
            Row::new(&summary, owner)
        })
        .collect()
}

impl Row {
    fn new(summary: &Summary<'_>, owner: Option<EntityLink>) -> Self {
        let tags = summary.tags();
        Self {
            link: EntityLink::to(summary),
            name: is_another(summary.title(), summary.name()).then(|| summary.name().to_owned()),
            description: shortened(summary.description(), DESCRIPTION_CHARS),
            owner,
            spec_type: summary.spec_type().to_owned(),
            lifecycle: summary.lifecycle().to_owned(),
            more_tags: tags.len().saturating_sub(TAGS_SHOWN),
            tags: tags.iter().take(TAGS_SHOWN).map(|t| Tag::new(t)).collect(),
        }
    }
}

/// Whether a name says more than the title does: `ticket-signer` does not, beside "Ticket Signer".
fn is_another(title: &str, name: &str) -> bool {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    plain(title) != plain(name)
}

#[cfg(test)]
mod tests {
    use super::is_another;

    #[test]
    fn a_name_is_shown_where_it_cannot_be_told_from_the_title() {
        for (title, name, expected) in [
            ("tickets", "tickets", false),
            ("Ticket Signer", "ticket-signer", false),
            ("Booking API (v1)", "booking-api-v1", false),
            ("Coastline", "design-system", true),
        ] {
            assert_eq!(is_another(title, name), expected, "{title}");
        }
    }
}
