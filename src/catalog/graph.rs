//! What is around an entity: its ancestors by who emitted whom, its neighbours by relations.

use std::collections::{HashMap, HashSet, VecDeque};

use bytes::Bytes;

use super::{
    GraphEdge, GraphNode, Neighbourhood, RelationView,
    table::{SlotId, Table},
};
use crate::entity::EntityRef;

/// The entity, then its ancestors, each with its parents, the root last. `None`: there is no such entity.
pub(super) fn ancestry(table: &Table, entity_ref: &str) -> Option<Vec<(Bytes, Vec<EntityRef>)>> {
    let mut queue = VecDeque::from([table.find(entity_ref)?]);
    let mut seen: HashSet<SlotId> = queue.iter().copied().collect();
    let mut found = Vec::new();
    while let Some(id) = queue.pop_front() {
        let slot = table.slot(id);
        let parents = slot
            .location
            .and_then(|location| table.parents.get(&location));
        let parents: Vec<SlotId> = parents
            .into_iter()
            .flatten()
            .copied()
            .filter(|parent| *parent != id)
            .collect();
        let refs = parents.iter().map(|parent| {
            EntityRef::from_canonical(table.texts.get(table.slot(*parent).entity_ref))
        });
        found.push((slot.document.json.clone(), refs.collect()));
        queue.extend(parents.into_iter().filter(|parent| seen.insert(*parent)));
    }
    Some(found)
}

/// The relations of an entity, ordered by type and target, each with those who declare it.
pub(super) fn relations(table: &Table, entity_ref: &str) -> Vec<RelationView> {
    let mut views: Vec<RelationView> = Vec::new();
    let mut edges: Vec<_> = table.edges_of(entity_ref).to_vec();
    edges.sort_by(|a, b| {
        let texts =
            |edge: &super::table::Edge| (table.texts.get(edge.kind), table.texts.get(edge.target));
        texts(a).cmp(&texts(b))
    });
    for edge in edges {
        let (kind, target) = (table.texts.get(edge.kind), table.texts.get(edge.target));
        let declarer =
            EntityRef::from_canonical(table.texts.get(table.slot(edge.declarer).entity_ref));
        match views.last_mut() {
            Some(view) if view.kind == kind && view.target.as_str() == target => {
                view.declared_by.push(declarer);
            }
            _ => views.push(RelationView {
                kind: kind.to_owned(),
                target: EntityRef::from_canonical(target),
                target_exists: table.find(target).is_some(),
                declared_by: vec![declarer],
            }),
        }
    }
    views
}

/// Relation types that say what another one says from the other end; an edge is told by the first.
const INVERSE: [(&str, &str); 8] = [
    ("ownedBy", "ownerOf"),
    ("partOf", "hasPart"),
    ("providesApi", "apiProvidedBy"),
    ("consumesApi", "apiConsumedBy"),
    ("dependsOn", "dependencyOf"),
    ("memberOf", "hasMember"),
    ("childOf", "parentOf"),
    ("covers", "coveredBy"),
];

/// What is around an entity, breadth first. `kinds`: relation types to follow; empty: all.
pub(super) fn neighbourhood(
    table: &Table,
    entity_ref: &str,
    depth: usize,
    max_nodes: usize,
    kinds: &[String],
) -> Option<Neighbourhood> {
    table.find(entity_ref)?;
    let mut around = Neighbourhood {
        nodes: vec![node(table, entity_ref, 0)],
        ..Neighbourhood::default()
    };
    let mut places: HashMap<String, usize> = HashMap::from([(entity_ref.to_owned(), 0)]);
    let mut left_out: HashSet<&str> = HashSet::new();
    let mut edges: HashSet<(usize, usize, String)> = HashSet::new();
    let mut next = 0;
    while let Some(current) = around.nodes.get(next) {
        let (from, distance, current_ref) = (next, current.distance, current.entity_ref.clone());
        next += 1;
        for edge in table.edges_of(current_ref.as_str()) {
            let (kind, target) = (table.texts.get(edge.kind), table.texts.get(edge.target));
            let inverse = INVERSE
                .iter()
                .find(|(_, back)| *back == kind)
                .map(|(there, _)| *there);
            if !kinds.is_empty()
                && !kinds
                    .iter()
                    .any(|wanted| wanted == kind || Some(wanted.as_str()) == inverse)
            {
                continue;
            }
            let to = match places.get(target) {
                Some(to) => *to,
                None if distance >= depth => continue,
                None if around.nodes.len() >= max_nodes => {
                    left_out.insert(target);
                    continue;
                }
                None => {
                    around.nodes.push(node(table, target, distance + 1));
                    places.insert(target.to_owned(), around.nodes.len() - 1);
                    around.nodes.len() - 1
                }
            };
            let told = match inverse {
                Some(there) => (to, from, there.to_owned()),
                None => (from, to, kind.to_owned()),
            };
            if edges.insert(told.clone()) {
                around.edges.push(GraphEdge {
                    from: told.0,
                    to: told.1,
                    kind: told.2,
                });
            }
        }
    }
    around.left_out = left_out.len();
    Some(around)
}

fn node(table: &Table, entity_ref: &str, distance: usize) -> GraphNode {
    let found = table.find(entity_ref);
    let title = found.and_then(|id| table.title(id));
    let entity_ref = EntityRef::from_canonical(entity_ref);
    GraphNode {
        title: title.unwrap_or_else(|| entity_ref.name()).to_owned(),
        kind: found
            .and_then(|id| table.text(id, "kind"))
            .map(str::to_owned),
        entity_ref,
        distance,
    }
}
