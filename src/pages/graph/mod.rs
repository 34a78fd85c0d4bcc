//! The relation graph of an entity: drawn by the server, filtered by links, and the same as a list.

mod drawing;
mod layout;

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};

use self::drawing::Drawing;
use super::{
    entity::{Document, Header, Tab, heading_of},
    error::PageError,
    link::EntityLink,
    params::Params,
    path::EntityPath,
    respond,
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
}

/// An edge in words.
struct Row {
    from: EntityLink,
    kind: String,
    to: EntityLink,
    distance: usize,
}

/// What the address asks for.
struct Wanted {
    depth: usize,
    kinds: Vec<String>,
}

impl Wanted {
    fn new(params: &Params) -> Self {
        let depth = params.number("depth", DEPTH);
        Self {
            depth: depth.clamp(1, DEPTHS[DEPTHS.len() - 1]),
            kinds: params.all("type").map(str::to_owned).collect(),
        }
    }

    fn address(&self, own: &EntityRef) -> String {
        let depth = self.depth.to_string();
        let mut pairs = Vec::new();
        if self.depth != DEPTH {
            pairs.push(("depth", depth.as_str()));
        }
        pairs.extend(self.kinds.iter().map(|kind| ("type", kind.as_str())));
        urls::with_query(&urls::entity_graph(own), &pairs)
    }
}

async fn show(
    State(state): State<AppState>,
    shell: Shell,
    EntityPath(entity_ref): EntityPath,
    params: Params,
) -> Result<Response, PageError> {
    let wanted = Wanted::new(&params);
    let page = tokio::task::spawn_blocking({
        let shell = shell.clone();
        move || page(&state.catalog.read(), shell, &entity_ref, &wanted)
    })
    .await
    .map_err(Error::internal)??;
    if shell.wants("around") {
        return respond::html(&shell, page.as_around().render());
    }
    respond::html(&shell, page.render())
}

fn page(
    catalog: &Snapshot<'_>,
    shell: Shell,
    own: &EntityRef,
    wanted: &Wanted,
) -> Result<GraphPage> {
    let missing = || Error::NotFound(format!("There is no {own} in the catalog."));
    let document = Document::find(catalog, own).ok_or_else(missing)?;
    let around = catalog
        .graph(own.as_str(), wanted.depth, MAX_NODES, &wanted.kinds)
        .ok_or_else(missing)?;
    Ok(GraphPage {
        header: Header::new(catalog, &document, own, Tab::Graph),
        depths: depths(own, wanted),
        kinds: kinds(catalog, own, wanted),
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
            kinds: wanted.kinds.clone(),
        }
        .address(own),
        is_current: depth == wanted.depth,
    };
    DEPTHS.into_iter().map(choice).collect()
}

/// The types of the entity's own relations and those chosen before; choosing one again lets it go.
fn kinds(catalog: &Snapshot<'_>, own: &EntityRef, wanted: &Wanted) -> Vec<Choice> {
    let relations = catalog.relations(own.as_str());
    let mut types: Vec<String> = relations
        .into_iter()
        .map(|relation| relation.kind)
        .collect();
    types.extend(wanted.kinds.iter().cloned());
    types.sort();
    types.dedup();
    let all = Choice {
        label: "All".to_owned(),
        href: Wanted {
            depth: wanted.depth,
            kinds: Vec::new(),
        }
        .address(own),
        is_current: wanted.kinds.is_empty(),
    };
    let one = |kind: String| {
        let is_current = wanted.kinds.contains(&kind);
        let mut chosen = wanted.kinds.clone();
        if is_current {
            chosen.retain(|other| *other != kind);
        } else {
            chosen.push(kind.clone());
        }
        Choice {
            label: heading_of(&kind),
            href: Wanted {
                depth: wanted.depth,
                kinds: chosen,
            }
            .address(own),
            is_current,
        }
    };
    std::iter::once(all)
        .chain(types.into_iter().map(one))
        .collect()
}

fn rows(catalog: &Snapshot<'_>, around: &Neighbourhood) -> Vec<Row> {
    let link = |node: usize| EntityLink::find(catalog, &around.nodes[node].entity_ref);
    let distance = |node: usize| around.nodes[node].distance;
    let mut rows: Vec<Row> = around
        .edges
        .iter()
        .map(|edge| Row {
            from: link(edge.from),
            kind: heading_of(&edge.kind).to_lowercase(),
            to: link(edge.to),
            distance: distance(edge.from).max(distance(edge.to)),
        })
        .collect();
    rows.sort_by_key(|row| row.distance);
    rows
}
