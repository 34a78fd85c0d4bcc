//! One team: who is in it, the teams below it, and what it owns.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    error::PageError,
    icons,
    link::{EntityLink, plural, shortened},
    number,
    path::EntityPath,
    respond,
    shell::Shell,
    summary::Summary,
};
use crate::{
    catalog::{EntityList, Filter, OrderField, Snapshot},
    entity::EntityRef,
    error::{Error, Result},
    http::AppState,
    urls,
};

/// People that are listed; more are counted.
const MAX_PEOPLE: usize = 200;
/// Entities that are listed of each kind; the list of the catalog has them all.
const MAX_OWNED: usize = 25;

#[derive(Template)]
#[template(path = "team.html")]
struct TeamPage {
    shell: Shell,
    title: String,
    entity_ref: String,
    spec_type: String,
    description: String,
    email: String,
    entity_href: String,
    parents: Vec<EntityLink>,
    children: Vec<EntityLink>,
    people: Vec<Person>,
    more_people: usize,
    owned: Vec<OwnedKind>,
    owned_total: String,
    owned_href: String,
}

struct Person {
    link: EntityLink,
    initials: String,
    email: String,
}

/// What the team owns of one kind.
struct OwnedKind {
    label: String,
    count: String,
    rows: Vec<Owned>,
    /// All of them, where not all are listed.
    all_href: Option<String>,
}

struct Owned {
    link: EntityLink,
    description: String,
    spec_type: String,
    lifecycle: String,
}

/// Answers [`urls::TEAM`].
pub(super) async fn page(
    State(state): State<AppState>,
    shell: Shell,
    EntityPath(group): EntityPath,
) -> Result<Response, PageError> {
    let page = TeamPage::new(shell.clone(), &state.catalog.read(), &group)?;
    respond::html(&shell, page.render())
}

impl TeamPage {
    fn new(shell: Shell, catalog: &Snapshot<'_>, group: &EntityRef) -> Result<Self> {
        let json = catalog.entity(group.as_str());
        let Some(summary) = json.as_deref().and_then(Summary::read) else {
            let name = group.name();
            return Err(Error::NotFound(format!("There is no team called {name}.")));
        };
        let teams = |kind: &str| -> Vec<EntityLink> {
            summary
                .related(kind)
                .map(|team| EntityLink::find(catalog, &team).leading_to_team(&team))
                .collect()
        };
        let owned = owned(catalog, group)?;
        let is_owned = Filter::equals("relations.ownedBy", group.as_str());
        Ok(Self {
            shell,
            title: summary.title().to_owned(),
            entity_ref: group.to_string(),
            spec_type: summary.spec_type().to_owned(),
            description: summary.description().to_owned(),
            email: summary.profile("email").to_owned(),
            entity_href: urls::entity(group),
            parents: teams("childOf"),
            children: teams("parentOf"),
            more_people: summary.related("hasMember").skip(MAX_PEOPLE).count(),
            people: people(catalog, &summary),
            owned,
            owned_total: number::grouped(catalog.count(&is_owned)),
            owned_href: urls::catalog_owned_by(group),
        })
    }
}

fn people(catalog: &Snapshot<'_>, summary: &Summary<'_>) -> Vec<Person> {
    let mut people: Vec<Person> = summary
        .related("hasMember")
        .take(MAX_PEOPLE)
        .map(|member| {
            let json = catalog.entity(member.as_str());
            match json.as_deref().and_then(Summary::read) {
                Some(person) => Person {
                    link: EntityLink::to(&person),
                    initials: initials(person.title()),
                    email: person.profile("email").to_owned(),
                },
                None => Person {
                    link: EntityLink::broken(&member),
                    initials: "?".to_owned(),
                    email: String::new(),
                },
            }
        })
        .collect();
    people.sort_by_cached_key(|person| person.link.text.to_lowercase());
    people
}

/// Of the first and the last word.
fn initials(name: &str) -> String {
    let words = || {
        name.split([' ', '-', '_', '.'])
            .filter(|word| !word.is_empty())
    };
    let first = words().next();
    let last = words().skip(1).last();
    [first, last]
        .into_iter()
        .flatten()
        .filter_map(|word| word.chars().next())
        .flat_map(char::to_uppercase)
        .collect()
}

fn owned(catalog: &Snapshot<'_>, group: &EntityRef) -> Result<Vec<OwnedKind>> {
    let is_owned = Filter::equals("relations.ownedBy", group.as_str());
    let mut kinds = catalog.facet("kind", &is_owned).to_vec();
    kinds.sort_by_key(|kind| icons::rank(&kind.value));
    kinds
        .into_iter()
        .map(|kind| {
            let list = catalog.list(&EntityList {
                filter: is_owned.clone().and(Filter::equals("kind", &kind.value)),
                full_text: None,
                order: vec![OrderField {
                    field: "metadata.name".to_owned(),
                    descending: false,
                }],
                limit: Some(MAX_OWNED),
                offset: Some(0),
                after: None,
            })?;
            let summaries = list.items.iter().filter_map(|json| Summary::read(json));
            let rows: Vec<Owned> = summaries.map(|summary| Owned::new(&summary)).collect();
            let total = usize::try_from(kind.count).unwrap_or(usize::MAX);
            let lower = kind.value.to_lowercase();
            let all = [("kind", lower.as_str()), ("owner", group.as_str())];
            Ok(OwnedKind {
                label: plural(&kind.value),
                count: number::grouped(total),
                all_href: (total > rows.len()).then(|| urls::with_query(urls::CATALOG, &all)),
                rows,
            })
        })
        .collect()
}

impl Owned {
    fn new(summary: &Summary<'_>) -> Self {
        Self {
            link: EntityLink::to(summary),
            description: shortened(summary.description(), 160),
            spec_type: summary.spec_type().to_owned(),
            lifecycle: summary.lifecycle().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn people_have_initials() {
        for (name, expected) in [
            ("Ana Reis", "AR"),
            ("ana.reis", "AR"),
            ("Ana Maria de Reis", "AR"),
            ("ana", "A"),
            ("östen ß", "ÖSS"),
            ("", ""),
        ] {
            assert_eq!(initials(name), expected);
        }
    }
}
