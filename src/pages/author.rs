//! Who did something: a person with a page, a person without one, or the portal itself.

use askama::{Template, filters::HtmlSafe};

use super::link::EntityLink;
use crate::{catalog::Snapshot, entity::EntityRef, http::ANONYMOUS};

/// Who did it: `{{ by }}` in a template.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r#"{% match self %}{% when Self::Known with (link) %}{{ link }}{% when Self::Named { name, hint } %}<span title="{{ hint }}">{{ name }}</span>{% when Self::Portal %}<span class="soft">the portal</span>{% endmatch %}"#,
    ext = "html"
)]
pub(crate) enum Author {
    /// Somebody in the catalog.
    Known(EntityLink),
    /// Somebody who is not: a guest, a service, or gone since.
    Named {
        /// The end of the ref.
        name: String,
        /// The whole ref.
        hint: String,
    },
    /// Nobody asked for it.
    Portal,
}

impl HtmlSafe for Author {}

impl Author {
    /// From a user's ref, or `system`, as versions and tombstones have it.
    #[must_use]
    pub(crate) fn new(catalog: &Snapshot<'_>, by: &str) -> Self {
        if by == ANONYMOUS {
            return Self::Named {
                name: by.to_owned(),
                hint: "Somebody who had not signed in".to_owned(),
            };
        }
        if !by.contains(':') {
            return Self::Portal;
        }
        let entity_ref = EntityRef::from_canonical(by);
        let link = EntityLink::find(catalog, &entity_ref);
        if link.exists() {
            return Self::Known(link);
        }
        Self::Named {
            name: entity_ref.name().to_owned(),
            hint: by.to_owned(),
        }
    }

    /// Whether nobody asked for it.
    #[must_use]
    pub(crate) fn is_portal(&self) -> bool {
        *self == Self::Portal
    }
}

#[cfg(test)]
mod tests {
    use super::Author;

    #[test]
    fn somebody_without_a_page_is_no_broken_reference() {
        let guest = Author::Named {
            name: "<guest>".to_owned(),
            hint: "user:default/guest".to_owned(),
        };
        assert_eq!(
            guest.to_string(),
            "<span title=\"user:default/guest\">&#60;guest&#62;</span>"
        );
        assert!(Author::Portal.is_portal());
    }
}
