//! Builds the JSON value of a document from the parser's events, without recursion.

use serde_json::Value;
use serde_saphyr::granit_parser::{Event, ScalarStyle};

use super::{
    MAX_BYTES, MAX_DEPTH, MAX_VALUES,
    anchors::{Anchors, Node},
    fault::{Fault, Why},
    mapping::Mapping,
    parser, scalar,
};

/// The value of a document; `None` if it has no content at all.
pub(super) fn build(text: &str, merge_keys: bool) -> Result<Option<Value>, Fault> {
    if text.len() > MAX_BYTES {
        return Err(Fault::at_start(Why::TooLarge));
    }
    let mut builder = Builder {
        open: Vec::new(),
        root: None,
        anchors: Anchors::default(),
        values: 0,
        merge_keys,
    };
    let mut parser = parser(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| Fault::of_parser(&error))?;
        builder.take(event).map_err(|why| Fault::at(why, span))?;
    }
    Ok(builder.root)
}

struct Builder {
    /// The collections that have begun and not ended, outermost first.
    open: Vec<Collection>,
    root: Option<Value>,
    anchors: Anchors,
    /// How many values have begun.
    values: usize,
    merge_keys: bool,
}

struct Collection {
    items: Items,
    /// The parser's id of its anchor; 0: none.
    anchor: usize,
    height: usize,
    uses: usize,
}

enum Items {
    Sequence(Vec<Value>),
    Mapping(Mapping),
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), Why> {
        self.values += usize::from(event.is_node());
        if self.values > MAX_VALUES {
            return Err(Why::TooLarge);
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_merge_key = self.merge_keys && style == ScalarStyle::Plain && text == "<<";
                let value = scalar::resolve(text, style, tag.as_deref());
                if is_merge_key && self.begin_merge() {
                    return Ok(());
                }
                self.finish(Node::scalar(value), anchor)
            }
            Event::SequenceStart(_, anchor, _) => self.begin(Items::Sequence(Vec::new()), anchor),
            Event::MappingStart(_, anchor, _) => {
                self.begin(Items::Mapping(Mapping::default()), anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(id) => {
                let node = self.anchors.resolve(id)?;
                self.put(node)
            }
            Event::UnresolvedAlias(name) => Err(Why::UnresolvedAlias(name.into_owned())),
            Event::DocumentStart(..) if self.root.is_some() => Err(Why::SeveralDocuments),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, items: Items, anchor: usize) -> Result<(), Why> {
        if self.open.len() == MAX_DEPTH {
            return Err(Why::TooDeep);
        }
        self.open.push(Collection {
            items,
            anchor,
            height: 0,
            uses: 0,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Why> {
        let Some(ended) = self.open.pop() else {
            return Ok(());
        };
        let node = Node {
            value: match ended.items {
                Items::Sequence(items) => Value::Array(items),
                Items::Mapping(mapping) => Value::Object(mapping.into_entries()),
            },
            height: ended.height + 1,
            uses: ended.uses,
        };
        self.finish(node, ended.anchor)
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Why> {
        self.anchors.define(anchor, &node)?;
        self.put(node)
    }

    /// Puts a finished value where it belongs.
    fn put(&mut self, node: Node) -> Result<(), Why> {
        if self.open.len() + node.height > MAX_DEPTH {
            return Err(Why::TooDeep);
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node.value);
            return Ok(());
        };
        parent.height = parent.height.max(node.height);
        parent.uses = parent.uses.max(node.uses);
        match &mut parent.items {
            Items::Sequence(items) => items.push(node.value),
            Items::Mapping(mapping) => mapping.put(node.value)?,
        }
        Ok(())
    }

    /// Takes a `<<` as the merge key, if it stands where a key stands.
    fn begin_merge(&mut self) -> bool {
        match self.open.last_mut().map(|parent| &mut parent.items) {
            Some(Items::Mapping(mapping)) => mapping.begin_merge(),
            _ => false,
        }
    }
}
