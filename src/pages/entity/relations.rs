//! The relations of an entity, both ways, by type, each with the line that declares it.

use super::{
    super::{
        link::{EntityLink, shortened},
        sources::place::Place,
        summary::Summary,
    },
    document::Document,
    provenance::{self, Declaration, FoundLines},
    spec::label_of,
};
use crate::{
    catalog::{RelationView, Snapshot},
    entity::EntityRef,
    error::Result,
    http::AppState,
    urls,
};

/// Rows of a type before "show all".
const SHOWN: usize = 12;
/// Rows of a type after it.
const ALL: usize = 1_000;

/// The types of relations in the order they are shown, with their headings; others come before the last two.
const TYPES: [(&str, &str); 15] = [
    ("hasPart", "Has parts"),
    ("providesApi", "Provides APIs"),
    ("apiProvidedBy", "Provided by"),
    ("consumesApi", "Consumes APIs"),
    ("apiConsumedBy", "Consumed by"),
    ("dependsOn", "Depends on"),
    ("dependencyOf", "Needed by"),
    ("hasMember", "Members"),
    ("memberOf", "Member of"),
    ("parentOf", "Subgroups"),
    ("childOf", "Part of group"),
    ("ownerOf", "Owns"),
    ("", ""),
    ("partOf", "Part of"),
    ("ownedBy", "Owned by"),
];

/// Relations of one type.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// `dependsOn`
    pub(super) kind: String,
    /// `Depends on`
    pub(super) heading: String,
    /// As far as they are shown.
    pub(super) rows: Vec<Row>,
    /// How many there are.
    pub(super) total: usize,
    /// The page that shows them all.
    pub(super) all: Option<String>,
}

/// One relation.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The other end.
    pub(super) link: EntityLink,
    /// Its type and description; for a broken reference what that means.
    pub(super) note: String,
    /// Where it is declared.
    pub(super) places: Vec<Place>,
    declarations: Vec<Declaration>,
}

/// The heading of a relation type.
pub(in crate::pages) fn heading_of(kind: &str) -> String {
    TYPES
        .iter()
        .find(|(known, _)| *known == kind)
        .map_or_else(|| label_of(kind), |(_, heading)| (*heading).to_owned())
}

/// The relations of an entity, without their places. `all` names the type that is shown whole.
pub(super) fn groups(
    catalog: &Snapshot<'_>,
    own: (&EntityRef, &Document),
    all: &str,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for relation in catalog.relations(own.0.as_str()) {
        if groups
            .last()
            .is_none_or(|group| group.kind != relation.kind)
        {
            groups.push(Group {
                heading: heading_of(&relation.kind),
                kind: relation.kind.clone(),
                rows: Vec::new(),
                total: 0,
                all: None,
            });
        }
        let Some(group) = groups.last_mut() else {
            continue;
        };
        group.total += 1;
        let room = if group.kind == all { ALL } else { SHOWN };
        if group.rows.len() < room {
            group.rows.push(Row::new(catalog, own, &relation));
        }
    }
    for group in &mut groups {
        group.all = group.page_of_all(own.0);
    }
    groups.sort_by_key(|group| rank(&group.kind));
    groups
}

fn rank(kind: &str) -> usize {
    let known = TYPES.iter().position(|(known, _)| *known == kind);
    known.unwrap_or(TYPES.len() - 3)
}

/// Finds where each relation that is shown is declared. The entity's own file is named short.
pub(super) async fn place(
    state: &AppState,
    lines: &FoundLines,
    own_file: &str,
    groups: &mut [Group],
) -> Result<()> {
    let declarations: Vec<&Declaration> = groups
        .iter()
        .flat_map(|group| &group.rows)
        .flat_map(|row| &row.declarations)
        .collect();
    let files: Vec<bool> = declarations
        .iter()
        .map(|declaration| declaration.file == own_file)
        .collect();
    let places = provenance::places(state, lines, &declarations).await?;
    let mut places =
        places.into_iter().zip(files).map(
            |(place, is_own)| {
                if is_own { place.in_own_file() } else { place }
            },
        );
    for row in groups.iter_mut().flat_map(|group| &mut group.rows) {
        row.places = places.by_ref().take(row.declarations.len()).collect();
    }
    Ok(())
}

impl Group {
    fn page_of_all(&self, own: &EntityRef) -> Option<String> {
        if self.rows.len() == self.total {
            return None;
        }
        if self.kind == "ownerOf" {
            return Some(urls::catalog_owned_by(own));
        }
        let page = urls::with_query(&urls::entity(own), &[("all", &self.kind)]);
        Some(format!("{page}#{}", self.kind))
    }
}

impl Row {
    fn new(catalog: &Snapshot<'_>, own: (&EntityRef, &Document), relation: &RelationView) -> Self {
        let target = &relation.target;
        let json = catalog.entity(target.as_str());
        let (link, note) = match json.as_deref().and_then(Summary::read) {
            Some(summary) => (
                EntityLink::to(&summary).leading_to_team(target),
                note(&summary),
            ),
            None => (
                EntityLink::broken(target),
                format!("There is no {target} in the catalog."),
            ),
        };
        Self {
            link,
            note,
            places: Vec::new(),
            declarations: Declaration::of(catalog, own, relation),
        }
    }
}

fn note(summary: &Summary<'_>) -> String {
    let description = shortened(summary.description(), 160);
    match (summary.spec_type(), description.is_empty()) {
        ("", _) => description,
        (spec_type, true) => spec_type.to_owned(),
        (spec_type, false) => format!("{spec_type} · {description}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{heading_of, rank};

    #[test]
    fn what_it_offers_comes_before_whose_it_is() {
        let mut kinds = ["ownedBy", "runsOn", "dependsOn", "partOf", "providesApi"];
        kinds.sort_by_key(|kind| rank(kind));
        assert_eq!(
            kinds,
            ["providesApi", "dependsOn", "runsOn", "partOf", "ownedBy"]
        );
    }

    #[test]
    fn every_type_has_a_heading() {
        assert_eq!(heading_of("dependencyOf"), "Needed by");
        assert_eq!(heading_of("runsOn"), "Runs on");
    }
}
