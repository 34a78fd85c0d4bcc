//! Where the nodes and edges of a neighbourhood are drawn. Pure: a neighbourhood in, coordinates out.
//!
//! Layers from left to right by `dugong` (dagre); if it gives up, columns by distance from the root.

use std::{collections::BTreeMap, fmt::Write};

use dugong::{EdgeLabel, GraphLabel, LabelPos, NodeLabel, Point, RankDir, graphlib};

use crate::catalog::Neighbourhood;

/// Width of a node, in CSS pixels.
pub(super) const NODE_WIDTH: f64 = 172.0;
/// Height of a node.
pub(super) const NODE_HEIGHT: f64 = 40.0;
/// Free space around the drawing: room for focus rings.
pub(super) const MARGIN: f64 = 8.0;
/// With more lines than this, their labels would hide them: the list below has the names.
const LABELLED: usize = 28;
/// An average letter of the labels on edges, 11 px high.
const LETTER: f64 = 5.9;

/// A laid-out neighbourhood.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// Of the whole.
    pub(super) width: f64,
    /// Of the whole.
    pub(super) height: f64,
    /// Where it begins: lines may bend above the nodes.
    pub(super) top: f64,
    /// Upper left corner of each node, in the order of the neighbourhood.
    pub(super) nodes: Vec<(f64, f64)>,
    /// One line for each pair of nodes, whatever the number of relations between them.
    pub(super) edges: Vec<PlacedEdge>,
}

/// A line between two nodes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlacedEdge {
    /// Index of a node.
    pub(super) from: usize,
    /// Index of a node.
    pub(super) to: usize,
    /// The relation types it stands for.
    pub(super) label: String,
    /// The first of them.
    pub(super) kind: String,
    /// Whether there is room for the label.
    pub(super) is_labelled: bool,
    /// How far up and down the line reaches.
    span: (f64, f64),
    /// The `d` of an SVG path.
    pub(super) path: String,
    /// Centre of the label.
    pub(super) label_at: (f64, f64),
    /// Width of the label's ground.
    pub(super) label_width: f64,
}

type Drawing = graphlib::Graph<NodeLabel, EdgeLabel, GraphLabel>;

/// Finds places for everything. Blocking for some milliseconds at sixty nodes.
pub(super) fn place(around: &Neighbourhood) -> Layout {
    let lines = lines(around);
    let mut drawing = drawing(around.nodes.len(), &lines);
    let is_laid_out = dugong::layout(&mut drawing).is_ok();
    let centres: Vec<(f64, f64)> = (0..around.nodes.len())
        .map(|node| centre(&drawing, node).filter(|_| is_laid_out))
        .collect::<Option<_>>()
        .unwrap_or_else(|| columns(around));
    let is_labelled = lines.len() <= LABELLED;
    let edges = lines
        .into_iter()
        .map(|((from, to), label)| {
            let bends = drawing
                .edge(&from.to_string(), &to.to_string(), None)
                .filter(|edge| is_laid_out && edge.points.len() > 1);
            PlacedEdge {
                is_labelled,
                ..place_edge((from, to), label, bends, &centres)
            }
        })
        .collect();
    bounded(centres, edges)
}

/// Relations between the same two nodes become one line; against the first one's direction they say so.
fn lines(around: &Neighbourhood) -> BTreeMap<(usize, usize), String> {
    let mut lines: BTreeMap<(usize, usize), String> = BTreeMap::new();
    for edge in &around.edges {
        let (key, kind) = if lines.contains_key(&(edge.to, edge.from)) {
            ((edge.to, edge.from), format!("← {}", edge.kind))
        } else {
            ((edge.from, edge.to), edge.kind.clone())
        };
        let label = lines.entry(key).or_default();
        if !label.is_empty() {
            label.push_str(", ");
        }
        label.push_str(&kind);
    }
    lines
}

fn drawing(nodes: usize, lines: &BTreeMap<(usize, usize), String>) -> Drawing {
    let mut drawing = Drawing::new(graphlib::GraphOptions {
        directed: true,
        multigraph: false,
        compound: false,
    });
    drawing.set_graph(GraphLabel {
        rankdir: RankDir::LR,
        nodesep: 14.0,
        ranksep: if lines.len() <= LABELLED { 26.0 } else { 72.0 },
        edgesep: 10.0,
        ..GraphLabel::default()
    });
    for node in 0..nodes {
        drawing.set_node(
            node.to_string(),
            NodeLabel {
                width: NODE_WIDTH,
                height: NODE_HEIGHT,
                ..NodeLabel::default()
            },
        );
    }
    let is_labelled = lines.len() <= LABELLED;
    for ((from, to), label) in lines {
        drawing.set_edge_with_label(
            from.to_string(),
            to.to_string(),
            EdgeLabel {
                width: if is_labelled { label_width(label) } else { 0.0 },
                height: if is_labelled { 16.0 } else { 0.0 },
                labelpos: LabelPos::C,
                weight: 1.0,
                ..EdgeLabel::default()
            },
        );
    }
    drawing
}

fn label_width(label: &str) -> f64 {
    // Labels are a handful of words; the loss is none.
    #[expect(clippy::cast_precision_loss, reason = "a count of letters")]
    let letters = label.chars().count() as f64;
    letters * LETTER + 10.0
}

fn centre(drawing: &Drawing, node: usize) -> Option<(f64, f64)> {
    let label = drawing.node(&node.to_string())?;
    Some((label.x?, label.y?))
}

/// The way out when the layout fails: a column for each distance.
fn columns(around: &Neighbourhood) -> Vec<(f64, f64)> {
    let mut rows: BTreeMap<usize, f64> = BTreeMap::new();
    around
        .nodes
        .iter()
        .map(|node| {
            let y = rows.entry(node.distance).or_insert(0.0);
            *y += NODE_HEIGHT + 14.0;
            #[expect(clippy::cast_precision_loss, reason = "a handful of steps")]
            let column = node.distance as f64;
            (column * (NODE_WIDTH + 120.0), *y)
        })
        .collect()
}

fn place_edge(
    (from, to): (usize, usize),
    label: String,
    bends: Option<&EdgeLabel>,
    centres: &[(f64, f64)],
) -> PlacedEdge {
    let (start, end) = (centres[from], centres[to]);
    let mut points = vec![start];
    if let Some(edge) = bends {
        let inner = edge.points.len() - 1;
        points.extend(edge.points[1..inner].iter().map(|&Point { x, y }| (x, y)));
    }
    points.push(end);
    let middle = bends
        .and_then(|edge| Some((edge.x?, edge.y?)))
        .unwrap_or_else(|| between(start, end));
    let points = on_sides(points);
    let heights = points.iter().map(|point| point.1);
    PlacedEdge {
        from,
        to,
        span: (
            heights.clone().fold(f64::MAX, f64::min),
            heights.fold(f64::MIN, f64::max),
        ),
        kind: label.split(',').next().unwrap_or_default().to_owned(),
        is_labelled: true,
        label_width: label_width(&label),
        label,
        path: smooth(&points),
        label_at: middle,
    }
}

/// Lines leave and reach boxes at the middle of a side, straight for a few pixels: dagre aims at the centres.
fn on_sides(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    const STRAIGHT: f64 = 14.0;
    let last = points.len() - 1;
    let (start, next) = (points[0], points[1]);
    let (end, before) = (points[last], points[last - 1]);
    let leaves = if next.0 >= start.0 { 1.0 } else { -1.0 };
    let comes = if before.0 <= end.0 { -1.0 } else { 1.0 };
    let half = NODE_WIDTH / 2.0;
    let (start, end) = (
        (start.0 + leaves * half, start.1),
        (end.0 + comes * half, end.1),
    );
    points[0] = (start.0 + leaves * STRAIGHT, start.1);
    points[last] = (end.0 + comes * STRAIGHT, end.1);
    points.insert(0, start);
    points.push(end);
    points
}

fn between(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1))
}

/// A path that starts and ends on the outer points and bends at the others.
fn smooth(points: &[(f64, f64)]) -> String {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return String::new();
    };
    let mut path = format!("M{:.1},{:.1}", first.0, first.1);
    for pair in points.windows(2).skip(1) {
        let (bend, next) = (pair[0], between(pair[0], pair[1]));
        // Writing to a String cannot fail.
        let _ = write!(
            path,
            "Q{:.1},{:.1} {:.1},{:.1}",
            bend.0, bend.1, next.0, next.1
        );
    }
    let _ = write!(path, "L{:.1},{:.1}", last.0, last.1);
    path
}

/// Measures the whole.
fn bounded(centres: Vec<(f64, f64)>, edges: Vec<PlacedEdge>) -> Layout {
    let mut right = 0.0_f64;
    let top = edges.iter().fold(0.0_f64, |top, edge| top.min(edge.span.0));
    let mut bottom = edges
        .iter()
        .fold(0.0_f64, |bottom, edge| bottom.max(edge.span.1));
    for edge in edges.iter().filter(|edge| edge.is_labelled) {
        right = right.max(edge.label_at.0 + edge.label_width / 2.0);
        bottom = bottom.max(edge.label_at.1 + 10.0);
    }
    let nodes: Vec<(f64, f64)> = centres
        .into_iter()
        .map(|(x, y)| {
            right = right.max(x + NODE_WIDTH / 2.0);
            bottom = bottom.max(y + NODE_HEIGHT / 2.0);
            (x - NODE_WIDTH / 2.0, y - NODE_HEIGHT / 2.0)
        })
        .collect();
    Layout {
        width: right + 2.0 * MARGIN,
        height: bottom - top + 2.0 * MARGIN,
        top: top - MARGIN,
        nodes,
        edges,
    }
}

#[cfg(test)]
mod tests {
    use super::{NODE_HEIGHT, NODE_WIDTH, place};
    use crate::{
        catalog::{GraphEdge, GraphNode, Neighbourhood},
        entity::EntityRef,
    };

    fn around(nodes: usize, edges: &[(usize, usize, &str)]) -> Neighbourhood {
        Neighbourhood {
            nodes: (0..nodes)
                .map(|n| GraphNode {
                    entity_ref: EntityRef::new("component", "default", &format!("n{n}")),
                    title: format!("n{n}"),
                    kind: Some("Component".to_owned()),
                    distance: usize::from(n > 0),
                })
                .collect(),
            edges: edges
                .iter()
                .map(|&(from, to, kind)| GraphEdge {
                    from,
                    to,
                    kind: kind.to_owned(),
                })
                .collect(),
            left_out: 0,
        }
    }

    #[test]
    fn nodes_do_not_overlap_even_in_a_cycle_with_a_loop() {
        let edges: Vec<_> = (0..30)
            .map(|n| (n, (n * 7 + 1) % 30, "dependsOn"))
            .collect();
        let layout = place(&around(30, &edges));
        for (n, a) in layout.nodes.iter().enumerate() {
            assert!(
                a.0 >= -0.5 && a.0 + NODE_WIDTH <= layout.width,
                "{n}: {a:?}"
            );
            for b in &layout.nodes[n + 1..] {
                let apart = (a.0 - b.0).abs() >= NODE_WIDTH || (a.1 - b.1).abs() >= NODE_HEIGHT;
                assert!(apart, "{a:?} lies on {b:?}");
            }
        }
    }

    #[test]
    fn relations_between_the_same_two_are_one_line() {
        let layout = place(&around(
            2,
            &[(0, 1, "ownerOf"), (0, 1, "dependsOn"), (1, 0, "partOf")],
        ));
        assert_eq!(layout.edges.len(), 1);
        assert_eq!(layout.edges[0].label, "ownerOf, dependsOn, ← partOf");
        assert!(layout.edges[0].path.starts_with('M'));
    }

    #[test]
    fn a_lone_node_is_drawn() {
        let layout = place(&around(1, &[]));
        assert_eq!(layout.nodes.len(), 1);
        assert!(layout.width > NODE_WIDTH && layout.height > NODE_HEIGHT);
    }
}
