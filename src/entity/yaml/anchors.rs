//! Anchors and the copies that aliases make of them, bounded: a few lines must not become gigabytes.

use std::collections::HashMap;

use serde_json::Value;

use super::fault::Why;

/// Backstage's parser refuses an alias when the uses of its anchor, times those within it, exceed this.
const MAX_USES: usize = 100;
/// All copies of one document together, in bytes. Backstage shares values where we copy, so it needs no such limit.
const MAX_COPIED_BYTES: usize = 10 * 1024 * 1024;
/// What a value takes beside its text.
const VALUE_BYTES: usize = 32;

/// A value with what limits need to know of it.
pub(super) struct Node {
    pub(super) value: Value,
    /// How many collections are nested in it, itself included.
    pub(super) height: usize,
    /// The most uses any alias in it stands for; 1 without aliases.
    pub(super) uses: usize,
}

impl Node {
    pub(super) fn scalar(value: Value) -> Self {
        Self {
            value,
            height: 0,
            uses: 1,
        }
    }
}

/// The anchors of one document, by the parser's ids.
#[derive(Default)]
pub(super) struct Anchors {
    known: HashMap<usize, Anchor>,
    copied_bytes: usize,
}

struct Anchor {
    node: Node,
    count: usize,
}

impl Anchors {
    /// Remembers a finished value; id 0 is none.
    pub(super) fn define(&mut self, id: usize, node: &Node) -> Result<(), Why> {
        if id != 0 {
            let node = self.copy(node)?;
            self.known.insert(id, Anchor { node, count: 1 });
        }
        Ok(())
    }

    /// The value an alias stands for.
    pub(super) fn resolve(&mut self, id: usize) -> Result<Node, Why> {
        // Known to the parser but not finished: the alias stands within its own anchor.
        let mut anchor = self.known.remove(&id).ok_or(Why::CircularAlias)?;
        anchor.count += 1;
        let uses = anchor.count * anchor.node.uses;
        if uses > MAX_USES {
            return Err(Why::ExcessiveAliases);
        }
        let node = self.copy(&anchor.node)?;
        self.known.insert(id, anchor);
        Ok(Node { uses, ..node })
    }

    fn copy(&mut self, node: &Node) -> Result<Node, Why> {
        self.copied_bytes += bytes_of(&node.value);
        if self.copied_bytes > MAX_COPIED_BYTES {
            return Err(Why::ExcessiveAliases);
        }
        Ok(Node {
            value: node.value.clone(),
            ..*node
        })
    }
}

/// Roughly what a value takes in memory. It recurses no deeper than documents may be nested.
fn bytes_of(value: &Value) -> usize {
    VALUE_BYTES
        + match value {
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(bytes_of).sum(),
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| key.len() + VALUE_BYTES + bytes_of(value))
                .sum(),
            _ => 0,
        }
}
