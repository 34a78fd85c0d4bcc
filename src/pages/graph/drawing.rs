//! A neighbourhood as SVG: boxes that are links, lines with the relation's name.

use askama::{Template, filters::HtmlSafe};

use super::{
    super::{icons, link::shortened},
    layout::{self, MARGIN, NODE_HEIGHT, NODE_WIDTH, PlacedEdge},
};
use crate::{
    catalog::{GraphNode, Neighbourhood},
    urls,
};

/// Letters of a title that fit into a box.
const TITLE: usize = 19;
/// A drawing up to this width is made smaller where the page is narrower; a wider one is scrolled.
const SHRINKS: u32 = 1_360;

/// The drawing: `{{ drawing }}` in a template.
#[derive(Debug, Clone, Template)]
#[template(path = "entity/drawing.svg", escape = "html")]
pub(super) struct Drawing {
    width: u32,
    height: u32,
    top: f64,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

impl HtmlSafe for Drawing {}

#[derive(Debug, Clone)]
struct Node {
    x: String,
    y: String,
    /// Empty: there is no such entity.
    href: String,
    title: String,
    below: String,
    icon: &'static str,
    hint: String,
    is_root: bool,
}

#[derive(Debug, Clone)]
struct Edge {
    path: String,
    label: String,
    /// Class of the line: what family of relations it is.
    family: &'static str,
    is_labelled: bool,
    label_x: String,
    label_y: String,
    box_x: String,
    box_y: String,
    box_width: String,
    is_broken: bool,
}

impl Drawing {
    /// Lays a neighbourhood out. Takes some milliseconds.
    pub(super) fn new(around: &Neighbourhood) -> Self {
        let layout = layout::place(around);
        let is_broken = |node: usize| around.nodes[node].kind.is_none();
        Self {
            width: whole(layout.width),
            height: whole(layout.height),
            top: layout.top.floor(),
            nodes: around
                .nodes
                .iter()
                .zip(&layout.nodes)
                .map(|(node, at)| Node::new(node, *at))
                .collect(),
            edges: layout
                .edges
                .iter()
                .map(|edge| Edge::new(edge, is_broken(edge.from) || is_broken(edge.to)))
                .collect(),
        }
    }

    fn shrinks(&self) -> bool {
        self.width <= SHRINKS
    }

    fn view_box(&self) -> String {
        format!("-{MARGIN} {:.0} {} {}", self.top, self.width, self.height)
    }
}

/// Relations that mean alike look alike.
pub(super) fn family_of(kind: &str) -> &'static str {
    match kind {
        "providesApi" | "consumesApi" => "by-api",
        "partOf" => "by-part",
        "ownedBy" | "memberOf" | "childOf" => "by-people",
        _ => "by-need",
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few thousand pixels, never negative"
)]
fn whole(length: f64) -> u32 {
    length.max(0.0).ceil() as u32
}

impl Node {
    fn new(node: &GraphNode, (x, y): (f64, f64)) -> Self {
        let entity_ref = &node.entity_ref;
        let (below, icon) = match &node.kind {
            Some(kind) => (kind.clone(), icons::of_kind(kind)),
            None => (format!("no such {}", entity_ref.kind()), "broken"),
        };
        Self {
            x: format!("{x:.1}"),
            y: format!("{y:.1}"),
            href: match node.kind {
                Some(_) => urls::entity(entity_ref),
                None => String::new(),
            },
            title: fitting(&node.title),
            hint: match node.kind {
                Some(_) => format!("{}\n{entity_ref}", node.title),
                None => format!("There is no {entity_ref} in the catalog."),
            },
            below,
            icon,
            is_root: node.distance == 0,
        }
    }
}

/// Cut at a word, or anywhere if the first word is too long already.
fn fitting(title: &str) -> String {
    let cut = shortened(title, TITLE);
    if cut.chars().count() > TITLE / 2 || cut == title {
        return cut;
    }
    let start: String = title.chars().take(TITLE - 1).collect();
    format!("{start}…")
}

impl Edge {
    fn new(edge: &PlacedEdge, is_broken: bool) -> Self {
        let (x, y) = edge.label_at;
        Self {
            path: edge.path.clone(),
            label: edge.label.clone(),
            family: family_of(&edge.kind),
            is_labelled: edge.is_labelled,
            label_x: format!("{x:.1}"),
            label_y: format!("{:.1}", y + 3.5),
            box_x: format!("{:.1}", x - edge.label_width / 2.0),
            box_y: format!("{:.1}", y - 8.0),
            box_width: format!("{:.1}", edge.label_width),
            is_broken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Drawing, fitting};
    use crate::{
        catalog::{GraphEdge, GraphNode, Neighbourhood},
        entity::EntityRef,
    };

    #[test]
    fn a_broken_reference_is_no_link_and_titles_are_escaped() {
        let node = |name: &str, kind: Option<&str>, distance| GraphNode {
            entity_ref: EntityRef::new("component", "default", name),
            title: format!("<{name}>"),
            kind: kind.map(str::to_owned),
            distance,
        };
        let around = Neighbourhood {
            nodes: vec![node("a", Some("Component"), 0), node("b", None, 1)],
            edges: vec![GraphEdge {
                from: 0,
                to: 1,
                kind: "dependsOn".to_owned(),
            }],
            left_out: 0,
        };
        let svg = Drawing::new(&around).to_string();
        assert_eq!(svg.matches("<a ").count(), 1, "{svg}");
        assert!(svg.contains("no such component"), "{svg}");
        assert!(svg.contains("There is no component:default/b"), "{svg}");
        assert!(svg.contains("dependsOn"), "{svg}");
        assert!(!svg.contains("<a>") && !svg.contains("<b>"), "{svg}");
    }

    #[test]
    fn titles_fit_their_boxes() {
        for (title, shown) in [
            ("Fare Engine", "Fare Engine"),
            ("A Service With A Very Long Title", "A Service With A…"),
            ("donaudampfschifffahrtsgesellschaft", "donaudampfschifffah…"),
        ] {
            assert_eq!(fitting(title), shown);
        }
    }
}
