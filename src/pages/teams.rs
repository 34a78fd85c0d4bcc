//! All teams: the organisation as a tree, with how many people each has and how much it owns.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    error::PageError,
    link::{EntityLink, shortened},
    number, respond,
    shell::Shell,
    summary::Summary,
};
use crate::{
    catalog::{EntityList, Filter, OrderField, Snapshot},
    entity::EntityRef,
    error::Result,
    http::AppState,
    urls,
};

/// Teams that are listed; more are counted.
const MAX_TEAMS: usize = 1_000;
/// Levels that are indented; deeper ones stand at the last of them.
const MAX_INDENT: usize = 6;

#[derive(Template)]
#[template(path = "teams.html")]
struct TeamsPage {
    shell: Shell,
    teams: Vec<TeamRow>,
    total: String,
    /// How many are not listed.
    unlisted: usize,
}

struct TeamRow {
    link: EntityLink,
    indent: usize,
    spec_type: String,
    description: String,
    people: Option<String>,
    owns: Option<String>,
    owns_href: String,
}

/// A team before it has its place.
struct Team {
    entity_ref: EntityRef,
    parent: Option<EntityRef>,
    row: TeamRow,
}

/// Answers [`urls::TEAMS`].
pub(super) async fn list(
    State(state): State<AppState>,
    shell: Shell,
) -> Result<Response, PageError> {
    let page = TeamsPage::new(shell.clone(), &state.catalog.read())?;
    respond::html(&shell, page.render())
}

impl TeamsPage {
    fn new(shell: Shell, catalog: &Snapshot<'_>) -> Result<Self> {
        let groups = Filter::In("kind".to_owned(), vec!["group".to_owned()]);
        let total = catalog.count(&groups);
        let teams = teams(catalog, groups)?;
        Ok(Self {
            shell,
            total: number::grouped(total),
            unlisted: total.saturating_sub(teams.len()),
            teams: as_tree(teams),
        })
    }
}

fn teams(catalog: &Snapshot<'_>, groups: Filter) -> Result<Vec<Team>> {
    let list = catalog.list(&EntityList {
        filter: groups,
        full_text: None,
        order: vec![OrderField {
            field: "metadata.name".to_owned(),
            descending: false,
        }],
        limit: Some(MAX_TEAMS),
        offset: Some(0),
        after: None,
    })?;
    let people = counts(catalog, "relations.memberof");
    let owns = counts(catalog, "relations.ownedby");
    let mut teams: Vec<Team> = list
        .items
        .iter()
        .filter_map(|json| Summary::read(json))
        .map(|summary| Team::new(&summary, &people, &owns))
        .collect();
    teams.sort_by_cached_key(|team| team.row.link.text.to_lowercase());
    Ok(teams)
}

/// How many entities have each value of a relation.
fn counts(catalog: &Snapshot<'_>, field: &str) -> HashMap<String, u64> {
    let values = catalog.facet(field, &Filter::All);
    values
        .iter()
        .map(|value| (value.value.to_lowercase(), value.count))
        .collect()
}

impl Team {
    fn new(
        summary: &Summary<'_>,
        people: &HashMap<String, u64>,
        owns: &HashMap<String, u64>,
    ) -> Self {
        let entity_ref = summary.entity_ref();
        let count = |counts: &HashMap<String, u64>| {
            let count = counts.get(entity_ref.as_str())?;
            Some(number::grouped(
                usize::try_from(*count).unwrap_or(usize::MAX),
            ))
        };
        Self {
            row: TeamRow {
                link: EntityLink::to(summary).leading_to_team(&entity_ref),
                indent: 0,
                spec_type: summary.spec_type().to_owned(),
                description: shortened(summary.description(), 160),
                people: count(people),
                owns: count(owns),
                owns_href: urls::catalog_owned_by(&entity_ref),
            },
            parent: summary.related("childOf").next(),
            entity_ref,
        }
    }
}

/// Children below their parents, in the order given. Who has no parent here, or is its own ancestor, stands at
/// the top.
fn as_tree(teams: Vec<Team>) -> Vec<TeamRow> {
    let listed: HashSet<EntityRef> = teams.iter().map(|team| team.entity_ref.clone()).collect();
    let mut children: HashMap<EntityRef, Vec<usize>> = HashMap::new();
    let mut waiting: Vec<usize> = Vec::new();
    for (index, team) in teams.iter().enumerate() {
        match &team.parent {
            Some(parent) if listed.contains(parent) => {
                children.entry(parent.clone()).or_default().push(index);
            }
            _ => waiting.push(index),
        }
    }
    let refs: Vec<EntityRef> = teams.iter().map(|team| team.entity_ref.clone()).collect();
    let mut rows: Vec<Option<TeamRow>> = teams.into_iter().map(|team| Some(team.row)).collect();
    let mut placed = Vec::with_capacity(rows.len());
    // The roots; then whoever is left, which are circles.
    for root in waiting.into_iter().chain(0..refs.len()) {
        let mut stack = vec![(root, 0)];
        while let Some((index, depth)) = stack.pop() {
            let Some(mut row) = rows[index].take() else {
                continue;
            };
            row.indent = depth.min(MAX_INDENT);
            placed.push(row);
            let below = children.get(&refs[index]).into_iter().flatten().rev();
            stack.extend(below.map(|child| (*child, depth + 1)));
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn team(name: &str, parent: Option<&str>) -> Team {
        let entity_ref = EntityRef::new("group", "default", name);
        let mut link = EntityLink::broken(&entity_ref);
        link.text = name.to_owned();
        Team {
            row: TeamRow {
                link,
                indent: 0,
                spec_type: String::new(),
                description: String::new(),
                people: None,
                owns: None,
                owns_href: String::new(),
            },
            parent: parent.map(|parent| EntityRef::new("group", "default", parent)),
            entity_ref,
        }
    }

    fn drawn(teams: Vec<Team>) -> Vec<String> {
        as_tree(teams)
            .iter()
            .map(|row| format!("{}{}", "-".repeat(row.indent), row.link.text))
            .collect()
    }

    #[test]
    fn children_stand_below_their_parents() {
        let teams = vec![
            team("b", Some("root")),
            team("c", Some("b")),
            team("root", None),
            team("a", Some("root")),
            team("z", Some("elsewhere")),
        ];
        assert_eq!(drawn(teams), ["root", "-b", "--c", "-a", "z"]);
    }

    #[test]
    fn a_circle_is_shown_once() {
        let teams = vec![team("a", Some("b")), team("b", Some("a"))];
        assert_eq!(drawn(teams), ["a", "-b"]);
    }
}
