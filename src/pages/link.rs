//! An entity as it is named everywhere: icon of the kind, title, link; a broken reference looks broken.

use askama::{Template, filters::HtmlSafe};

use super::{icons, summary::Summary};
use crate::{catalog::Snapshot, entity::EntityRef, urls};

/// A link to an entity: `{{ link }}` in a template.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "partial/entity_link.html")]
pub(crate) struct EntityLink {
    /// Its page; empty if there is no such entity.
    pub(crate) href: String,
    /// Title, or name.
    pub(crate) text: String,
    /// `component`, the name of the icon and of the colour.
    pub(crate) icon: &'static str,
    /// `Component`, for screen readers.
    pub(crate) kind: String,
    /// What is said on hover.
    pub(crate) hint: String,
}

impl HtmlSafe for EntityLink {}

impl EntityLink {
    /// The link to an entity that is at hand.
    #[must_use]
    pub(crate) fn to(summary: &Summary<'_>) -> Self {
        let entity_ref = summary.entity_ref();
        let mut hint = entity_ref.to_string();
        if !summary.description().is_empty() {
            hint.push('\n');
            hint.push_str(&shortened(summary.description(), 200));
        }
        Self {
            href: urls::entity(&entity_ref),
            text: summary.title().to_owned(),
            icon: icons::of_kind(&summary.kind),
            kind: summary.kind.to_string(),
            hint,
        }
    }

    /// The link to whatever is called so; says so if nothing is.
    #[must_use]
    pub(crate) fn find(catalog: &Snapshot<'_>, entity_ref: &EntityRef) -> Self {
        let head = catalog.entity_head(entity_ref.as_str());
        match head.as_deref().and_then(Summary::read) {
            Some(summary) => Self::to(&summary),
            None => Self::broken(entity_ref),
        }
    }

    /// A reference to what is not there.
    #[must_use]
    pub(crate) fn broken(entity_ref: &EntityRef) -> Self {
        Self {
            href: String::new(),
            text: entity_ref.name().to_owned(),
            icon: "broken",
            kind: format!("Missing {}", entity_ref.kind()),
            hint: format!("There is no {entity_ref} in the catalog."),
        }
    }

    /// The same, leading to the team's page instead of the Group's.
    #[must_use]
    pub(crate) fn leading_to_team(mut self, group: &EntityRef) -> Self {
        if !self.href.is_empty() && group.kind() == "group" {
            self.href = urls::team(group);
        }
        self
    }

    /// Whether there is such an entity.
    #[must_use]
    pub(crate) fn exists(&self) -> bool {
        !self.href.is_empty()
    }
}

/// A tag that leads to all that has it: `{{ tag }}` in a template.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r#"<a class="tag" href="{{ href }}">{{ text }}</a>"#,
    ext = "html"
)]
pub(crate) struct Tag {
    href: String,
    text: String,
}

impl HtmlSafe for Tag {}

impl Tag {
    /// From the tag as authored.
    #[must_use]
    pub(crate) fn new(tag: &str) -> Self {
        Self {
            href: urls::catalog_tagged(tag),
            text: tag.to_owned(),
        }
    }
}

/// `Components`, the name of a list of a kind.
#[must_use]
pub(crate) fn plural(kind: &str) -> String {
    match kind.to_ascii_lowercase().as_str() {
        "api" => "APIs".to_owned(),
        _ if kind.ends_with('s') => kind.to_owned(),
        lower if lower.ends_with('y') => format!("{}ies", &kind[..kind.len() - 1]),
        _ => format!("{kind}s"),
    }
}

/// At most so many characters, cut at a word.
#[must_use]
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(limit) else {
        return text.to_owned();
    };
    let cut = &text[..end];
    let at_word = cut.rfind(char::is_whitespace).unwrap_or(end);
    format!("{}…", cut[..at_word].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_shows_kind_and_title_and_escapes_both() {
        let json = br#"{"kind":"API","metadata":{"name":"fares","title":"Fares <3","description":"Say \"hello\""}}"#;
        let link = EntityLink::to(&Summary::read(json).expect("an entity"));
        let html = link.to_string();
        assert!(
            html.contains(r#"href="/catalog/default/api/fares""#),
            "{html}"
        );
        assert!(html.contains("Fares &#60;3"), "{html}");
        assert!(html.contains("#i-api"), "{html}");
        assert!(!html.contains("\"hello\""), "{html}");
    }

    #[test]
    fn a_broken_reference_is_no_link_and_says_why() {
        let link = EntityLink::broken(&EntityRef::new("group", "default", "nobody"));
        let html = link.to_string();
        assert!(!html.contains("<a"), "{html}");
        assert!(
            html.contains("There is no group:default/nobody in the catalog."),
            "{html}"
        );
        assert!(!link.exists());
    }

    #[test]
    fn kinds_have_plurals() {
        for (kind, expected) in [
            ("Component", "Components"),
            ("API", "APIs"),
            ("api", "APIs"),
            ("Library", "Libraries"),
            ("Kubernetes", "Kubernetes"),
        ] {
            assert_eq!(plural(kind), expected);
        }
    }

    #[test]
    fn long_texts_are_cut_between_words() {
        assert_eq!(shortened("one two three", 20), "one two three");
        assert_eq!(shortened("one two three", 9), "one two…");
        assert_eq!(shortened("ünbröken", 3), "ünb…");
    }
}
