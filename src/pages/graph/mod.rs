//! The relation graph of an entity: drawn by the server, filtered by links, and the same as a list.

mod drawing;
mod layout;

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};

use self::drawing::{Drawing, family_of};
use super::{
    entity::{Document, Header, Tab, heading_of},
    error::PageError,
    link::EntityLink,
    params::Params,
    path::EntityPath,
    respond,
    runs::has_runs,
    shell::Shell,
};
use crate::{
    catalog::{Neighbourhood, Snapshot},
    entity::EntityRef,
    error::{Error, Result},
    http::AppState,
    urls,
};

/// Steps from the root that can be chosen.
const DEPTHS: [usize; 4] = [1, 2, 3, 4];
/// Steps from the root unless chosen.
const DEPTH: usize = 1;
/// Nodes drawn at most: more cannot be read.
const MAX_NODES: usize = 48;

/// The relation graph.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route(urls::ENTITY_GRAPH, get(show))
}

#[derive(Template)]
#[template(path = "entity/graph.html", blocks = ["around"])]
struct GraphPage {
    shell: Shell,
    header: Header,
    depths: Vec<Choice>,
    kinds: Vec<Choice>,
    drawing: Drawing,
    rows: Vec<Row>,
    left_out: usize,
    broken: usize,
}

/// A filter that is a link.
struct Choice {
    label: String,
    href: String,
    is_current: bool,
    /// How its lines look; empty for what has none.
    family: &'static str,
}

/// An edge in words.
struct Row {
    from: EntityLink,
    kind: String,
    to: EntityLink,
    distance: usize,
}

/// Relation types, each with what it is called from the other end. An edge has the first name.
const DIRECTIONS: [(&str, &str); 7] = [
    ("dependsOn", "dependencyOf"),
    ("providesApi", "apiProvidedBy"),
    ("consumesApi", "apiConsumedBy"),
    ("partOf", "hasPart"),
    ("ownedBy", "ownerOf"),
    ("memberOf", "hasMember"),
    ("childOf", "parentOf"),
];
/// The types about people: they tie everything to everything, and are left out unless they are asked for.
const PEOPLE: [&str; 3] = ["ownedBy", "memberOf", "childOf"];
/// Asks for all types.
const ALL: &str = "all";

/// The name an edge of this type has.
fn edge_name(kind: &str) -> &str {
    let found = DIRECTIONS.iter().find(|(_, back)| *back == kind);
    found.map_or(kind, |(there, _)| there)
}

/// What the address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    depth: usize,
    /// Types as edges have them; empty: all.
    kinds: Vec<String>,
    /// Whether they are in the address.
    is_chosen: bool,
}

impl Wanted {
    /// `own_kinds` are the types of the entity's own relations.
    fn new(params: &Params, own: &EntityRef, own_kinds: &[String]) -> Self {
        let depth = params.number("depth", DEPTH);
        let chosen: Vec<String> = params
            .all("type")
            .map(|kind| edge_name(kind).to_owned())
            .collect();
        let is_chosen = !chosen.is_empty();
        let kinds = if is_chosen {
            chosen
        } else {
            usual(own, own_kinds)
        };
        Self {
            depth: depth.clamp(1, DEPTHS[DEPTHS.len() - 1]),
            is_chosen,
            kinds: if kinds.iter().any(|kind| kind == ALL) {
                Vec::new()
            } else {
                kinds
            },
        }
    }

    fn address(&self, own: &EntityRef) -> String {
        let depth = self.depth.to_string();
        let mut pairs = Vec::new();
        if self.depth != DEPTH {
            pairs.push(("depth", depth.as_str()));
        }
        if self.is_chosen && self.kinds.is_empty() {
            pairs.push(("type", ALL));
        } else if self.is_chosen {
            pairs.extend(self.kinds.iter().map(|kind| ("type", kind.as_str())));
        }
        urls::with_query(&urls::entity_graph(own), &pairs)
    }
}

/// All but people, unless there is nothing else or it is about people.
fn usual(own: &EntityRef, own_kinds: &[String]) -> Vec<String> {
    let about_people = matches!(own.kind(), "group" | "user");
    let is_thing = |kind: &&String| !PEOPLE.contains(&kind.as_str());
    if about_people || !own_kinds.iter().any(|kind| is_thing(&kind)) {
        return Vec::new();
    }
    let known = DIRECTIONS.iter().map(|(kind, _)| (*kind).to_owned());
    let mut kinds: Vec<String> = known.chain(own_kinds.iter().cloned()).collect();
    kinds.retain(|kind| is_thing(&kind));
    kinds.sort();
    kinds.dedup();
    kinds
}

async fn show(
    State(state): State<AppState>,
    shell: Shell,
    EntityPath(entity_ref): EntityPath,
    params: Params,
) -> Result<Response, PageError> {
    let document = Document::find(&state.catalog.read(), &entity_ref);
    let has_runs = match &document {
        Some(document) => has_runs(&state, &entity_ref, document).await?,
        None => false,
    };
    let mut page = tokio::task::spawn_blocking({
        let (shell, own) = (shell.clone(), entity_ref.clone());
        move || page(&state.catalog.read(), shell, &own, &params)
    })
    .await
    .map_err(Error::internal)??;
    page.header = page.header.with_runs(&entity_ref, has_runs);
    if shell.wants("around") {
        return respond::html(&shell, page.as_around().render());
    }
    respond::html(&shell, page.render())
}

fn page(
    catalog: &Snapshot<'_>,
    shell: Shell,
    own: &EntityRef,
    params: &Params,
) -> Result<GraphPage> {
    let missing = || Error::NotFound(format!("There is no {own} in the catalog."));
    let document = Document::find(catalog, own).ok_or_else(missing)?;
    let mut own_kinds: Vec<String> = catalog
        .relations(own.as_str())
        .iter()
        .map(|relation| edge_name(&relation.kind).to_owned())
        .collect();
    own_kinds.sort();
    own_kinds.dedup();
    let wanted = Wanted::new(params, own, &own_kinds);
    let around = catalog
        .graph(own.as_str(), wanted.depth, MAX_NODES, &wanted.kinds)
        .ok_or_else(missing)?;
    Ok(GraphPage {
        header: Header::new(catalog, &document, own, Tab::Graph),
        depths: depths(own, &wanted),
        kinds: kinds(own, &wanted, &types(own_kinds, &around)),
        rows: rows(catalog, &around),
        left_out: around.left_out,
        broken: around
            .nodes
            .iter()
            .filter(|node| node.kind.is_none())
            .count(),
        drawing: Drawing::new(&around),
        shell,
    })
}

fn depths(own: &EntityRef, wanted: &Wanted) -> Vec<Choice> {
    let choice = |depth: usize| Choice {
        label: depth.to_string(),
        href: Wanted {
            depth,
            ..wanted.clone()
        }
        .address(own),
        is_current: depth == wanted.depth,
        family: "",
    };
    DEPTHS.into_iter().map(choice).collect()
}

/// The types that can be chosen: of the entity's own relations, and of what is drawn.
fn types(own_kinds: Vec<String>, around: &Neighbourhood) -> Vec<String> {
    let drawn = around.edges.iter().map(|edge| edge.kind.clone());
    let mut types: Vec<String> = drawn.chain(own_kinds).collect();
    types.sort();
    types.dedup();
    types
}

/// Choosing a type that is chosen lets it go.
fn kinds(own: &EntityRef, wanted: &Wanted, types: &[String]) -> Vec<Choice> {
    let choice = |label, kinds: Vec<String>, is_current| Choice {
        label,
        href: Wanted {
            depth: wanted.depth,
            kinds,
            is_chosen: true,
        }
        .address(own),
        is_current,
        family: "",
    };
    let all = choice("All".to_owned(), Vec::new(), wanted.kinds.is_empty());
    let shown: Vec<String> = types
        .iter()
        .filter(|kind| wanted.kinds.contains(kind))
        .cloned()
        .collect();
    let one = |kind: &String| {
        let is_current = shown.contains(kind);
        let mut kinds = shown.clone();
        if is_current {
            kinds.retain(|other| other != kind);
        } else {
            kinds.push(kind.clone());
        }
        Choice {
            family: family_of(kind),
            ..choice(heading_of(kind), kinds, is_current)
        }
    };
    std::iter::once(all).chain(types.iter().map(one)).collect()
}

fn rows(catalog: &Snapshot<'_>, around: &Neighbourhood) -> Vec<Row> {
    let link = |node: usize| EntityLink::find(catalog, &around.nodes[node].entity_ref);
    let distance = |node: usize| around.nodes[node].distance;
    let mut rows: Vec<Row> = around
        .edges
        .iter()
        .map(|edge| Row {
            from: link(edge.from),
            kind: in_sentence(&heading_of(&edge.kind)),
            to: link(edge.to),
            distance: distance(edge.from).max(distance(edge.to)),
        })
        .collect();
    rows.sort_by_key(|row| row.distance);
    rows
}

/// `Provides APIs` within a sentence.
fn in_sentence(heading: &str) -> String {
    let (first, rest) = heading.split_at(heading.chars().next().map_or(0, char::len_utf8));
    first.to_lowercase() + rest
}

#[cfg(test)]
mod tests {
    use super::{edge_name, usual};
    use crate::entity::EntityRef;

    #[test]
    fn edges_have_one_name_whichever_end_tells() {
        assert_eq!(edge_name("ownerOf"), "ownedBy");
        assert_eq!(edge_name("ownedBy"), "ownedBy");
        assert_eq!(edge_name("runsOn"), "runsOn");
    }

    #[test]
    fn people_are_left_out_unless_it_is_about_them() {
        let component = EntityRef::new("component", "default", "x");
        let kinds = |kinds: &[&str]| -> Vec<String> {
            kinds.iter().map(|kind| (*kind).to_owned()).collect()
        };
        let shown = usual(&component, &kinds(&["ownedBy", "runsOn"]));
        assert!(shown.contains(&"runsOn".to_owned()) && shown.contains(&"partOf".to_owned()));
        assert!(!shown.contains(&"ownedBy".to_owned()), "{shown:?}");
        assert!(usual(&component, &kinds(&["ownedBy"])).is_empty(), "all");
        let group = EntityRef::new("group", "default", "x");
        assert!(
            usual(&group, &kinds(&["ownedBy", "partOf"])).is_empty(),
            "all"
        );
    }
}
