//! What there is to say about an entity beyond its head and its relations.

use serde_json::Value;

use super::{
    super::link::EntityLink,
    document::Document,
    spec::{Shown, is_web_address, label_of},
};
use crate::{catalog::Snapshot, entity::EntityRef};

/// Relations that are tried for a text of a declared kind; beyond it texts stay texts.
const MAX_TARGETS: usize = 200;

/// Fields of `spec` that other parts of the page show.
const ELSEWHERE: [&str; 22] = [
    "owner",
    "system",
    "domain",
    "type",
    "lifecycle",
    "definition",
    "subcomponentOf",
    "subdomainOf",
    "providesApis",
    "consumesApis",
    "dependsOn",
    "dependencyOf",
    "parent",
    "children",
    "members",
    "memberOf",
    "profile",
    "target",
    "targets",
    "parameters",
    "steps",
    "output",
];
/// Annotations that the portal writes itself, or that other parts of the page show.
const INTERNAL: [&str; 6] = [
    "backstage.io/managed-by-location",
    "backstage.io/managed-by-origin-location",
    "backstage.io/view-url",
    "backstage.io/edit-url",
    "backstage.io/source-location",
    "backstage.io/orphan",
];

/// A name and a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    /// What it is.
    pub(super) label: String,
    /// How it is.
    pub(super) value: Shown,
}

impl Fact {
    fn new(label: impl Into<String>, value: Shown) -> Self {
        Self {
            label: label.into(),
            value,
        }
    }
}

/// A link of `metadata.links`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WebLink {
    /// Where it leads.
    pub(super) href: String,
    /// Its title, or where it leads.
    pub(super) text: String,
}

/// The facts of an entity: its profile, what only its kind has, labels.
pub(super) fn facts(
    catalog: &Snapshot<'_>,
    document: &Document,
    own: &EntityRef,
    is_built_in: bool,
) -> Vec<Fact> {
    let targets = targets(document);
    let link = |text: &str| {
        let target = targets.iter().find(|target| {
            EntityRef::parse(text, Some(target.kind()), own.namespace()).as_ref() == Ok(*target)
        })?;
        Some(EntityLink::find(catalog, target))
    };
    let mut facts = profile(document);
    facts.extend(
        document
            .fields("/spec")
            .filter(|(name, _)| !is_elsewhere(name, own.kind(), is_built_in))
            .map(|(name, value)| Fact::new(label_of(name), Shown::new(value, &link)))
            // They are among the relations, with the line that says so.
            .filter(|fact| !fact.value.is_only_entities()),
    );
    let labels = document.fields("/metadata/labels");
    facts.extend(labels.map(|(name, value)| Fact::new(name, Shown::new(value, &|_| None))));
    facts
}

/// A declared kind has a page of its own for no field but those of the head.
fn is_elsewhere(field: &str, kind: &str, is_built_in: bool) -> bool {
    match field {
        "owner" | "type" | "lifecycle" => true,
        "definition" => kind == "api",
        _ => is_built_in && ELSEWHERE.contains(&field),
    }
}

fn profile(document: &Document) -> Vec<Fact> {
    document
        .fields("/spec/profile")
        .filter(|(name, value)| *name != "displayName" && value.as_str() != Some(""))
        .map(|(name, value)| {
            let shown = match (name, value.as_str()) {
                ("email", Some(address)) => Shown::Mail(address.to_owned()),
                _ => Shown::new(value, &|_| None),
            };
            Fact::new(label_of(name), shown)
        })
        .collect()
}

fn targets(document: &Document) -> Vec<EntityRef> {
    document
        .list("/relations")
        .iter()
        .filter_map(|relation| relation["targetRef"].as_str())
        .take(MAX_TARGETS)
        .map(EntityRef::from_canonical)
        .collect()
}

/// Annotations people wrote, for other tools to read.
pub(super) fn annotations(document: &Document) -> Vec<Fact> {
    document
        .fields("/metadata/annotations")
        .filter(|(key, _)| !INTERNAL.contains(key))
        .map(|(key, value)| {
            let shown = match (key, value.as_str()) {
                ("github.com/project-slug", Some(slug)) if is_slug(slug) => {
                    Shown::Out(format!("https://github.com/{slug}"))
                }
                _ => Shown::new(value, &|_| None),
            };
            Fact::new(key, shown)
        })
        .collect()
}

fn is_slug(text: &str) -> bool {
    text.split('/').count() == 2
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.'))
}

/// The links of an entity. What is no web address is no link.
pub(super) fn links(document: &Document) -> Vec<WebLink> {
    document
        .list("/metadata/links")
        .iter()
        .filter_map(|link| {
            let href = link["url"].as_str().filter(|url| is_web_address(url))?;
            let title = link["title"].as_str().filter(|title| !title.is_empty());
            Some(WebLink {
                href: href.to_owned(),
                text: title.unwrap_or(href).to_owned(),
            })
        })
        .collect()
}

/// Whether `metadata.annotations` marks an orphan.
pub(super) fn is_orphan(document: &Document) -> bool {
    document.annotation("backstage.io/orphan") == "true"
}

/// Whether the newest text of an entity was refused.
pub(super) fn is_refused(document: &Document) -> bool {
    document
        .list("/status/items")
        .iter()
        .any(|item| item.get("level").and_then(Value::as_str) == Some("error"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{annotations, is_elsewhere, is_refused, links};
    use crate::pages::entity::{document::Document, spec::Shown};

    #[test]
    fn links_lead_only_to_the_web() {
        let document = Document::from(json!({"metadata": {"links": [
            {"url": "https://a.b", "title": "Board"},
            {"url": "javascript:alert(1)", "title": "x"},
            {"url": "https://c.d"},
        ]}}));
        let texts: Vec<String> = links(&document).into_iter().map(|link| link.text).collect();
        assert_eq!(texts, ["Board", "https://c.d"]);
    }

    #[test]
    fn annotations_are_those_people_wrote() {
        let document = Document::from(json!({"metadata": {"annotations": {
            "backstage.io/managed-by-location": "file:/x",
            "github.com/project-slug": "rail/fares",
            "rail/cost-centre": "4100",
        }}}));
        let found = annotations(&document);
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0].value,
            Shown::Out("https://github.com/rail/fares".to_owned())
        );
    }

    #[test]
    fn a_declared_kind_shows_fields_that_built_in_kinds_show_elsewhere() {
        assert!(is_elsewhere("steps", "template", true));
        assert!(!is_elsewhere("steps", "runbook", false));
        assert!(is_elsewhere("owner", "runbook", false));
    }

    #[test]
    fn a_refused_text_is_known_by_its_status() {
        let with = |level| Document::from(json!({"status": {"items": [{"level": level}]}}));
        assert!(is_refused(&with("error")));
        assert!(!is_refused(&with("warning")));
    }
}
