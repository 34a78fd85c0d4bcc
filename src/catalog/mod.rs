//! The read model: every live entity, indexed in memory, and every query over it.
//!
//! Changes come from the feed and go in under a short write lock, by one task at a time; what a query needs beyond
//! the entities (postings and orders of keys) is made when first asked for, and kept up to date. Answers are bytes,
//! ready to be sent.

mod column;
mod cursor;
mod cursor_shape;
mod document;
mod facets;
mod filter;
mod flatten;
mod graph;
mod haystack;
mod keys;
mod lately;
mod list;
mod pack;
mod parse;
mod postings;
mod predicate;
mod predicate_shape;
mod projection;
mod query;
mod select;
mod stitch;
mod table;
mod text;

#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use bytes::Bytes;
use tokio::sync::watch;

pub use filter::Filter;
pub use predicate::check_predicate;
pub use projection::Projection;

use self::{parse::Share, table::Table};
use crate::{
    entity::{EntityRef, Kinds},
    error::Result,
    store::Change,
};

/// Changes that go in under one hold of the lock: readers wait for a few milliseconds at most.
const SLICE: usize = 256;
/// Entities whose relations are made side by side before they go in.
const SETTLED_AT_ONCE: usize = 8 * SLICE;
/// More changes than this make it cheaper to make orders and postings anew than to follow them.
const MANY: usize = 256;

/// The catalog in memory. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Catalog {
    table: Arc<RwLock<Table>>,
    kinds: Arc<Kinds>,
    generation: watch::Sender<u64>,
}

/// A consistent view. Holds a read lock: never keep one over an await.
#[derive(Debug)]
pub struct Snapshot<'a> {
    table: RwLockReadGuard<'a, Table>,
}

/// Changes that were parsed, and are not taken in yet.
#[derive(Debug)]
pub struct Parsed(Vec<Share>);

/// One order field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderField {
    /** Key, any case. */
    pub field: String,
    /** Descending. */
    pub descending: bool,
}

/// `fullTextFilter` (§3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullTextFilter {
    /** The term. */
    pub term: String,
    /** Keys; empty: the first order field, else `metadata.uid`. */
    pub fields: Vec<String>,
}

/// Entities to count: a filter and, perhaps, a text.
#[derive(Debug, Clone, Copy)]
pub struct Which<'a> {
    /// Which.
    pub filter: &'a Filter,
    /// Full text.
    pub full_text: Option<&'a FullTextFilter>,
}

impl<'a> From<&'a Filter> for Which<'a> {
    fn from(filter: &'a Filter) -> Self {
        Self {
            filter,
            full_text: None,
        }
    }
}

/// A first page of `by-query` (§5).
#[derive(Debug, Clone)]
pub struct EntityQuery {
    /// Which.
    pub filter: Filter,
    /// Full text.
    pub full_text: Option<FullTextFilter>,
    /// Order; empty: by uid.
    pub order: Vec<OrderField>,
    /// At most so many.
    pub limit: usize,
    /// Skip so many.
    pub offset: usize,
    /// Whether `total_items` is wanted.
    pub with_total: bool,
}

/// A page of `by-query`.
#[derive(Debug, Clone, Default)]
pub struct EntityPage {
    /// Final JSON of each entity.
    pub items: Vec<Bytes>,
    /// All that match.
    pub total_items: usize,
    /// Opaque; GET and POST exchange them.
    pub next_cursor: Option<String>,
    /// Opaque.
    pub prev_cursor: Option<String>,
}

/// `GET /entities` (§4.1).
#[derive(Debug, Clone)]
pub struct EntityList {
    /// Which.
    pub filter: Filter,
    /// Full text.
    pub full_text: Option<FullTextFilter>,
    /// Order; empty: by ref.
    pub order: Vec<OrderField>,
    /// At most so many; `None`: all.
    pub limit: Option<usize>,
    /// Skip so many; `None`: not asked for.
    pub offset: Option<usize>,
    /// `after`: the cursor of the entity to continue behind.
    pub after: Option<String>,
}

/// A page of `GET /entities`.
#[derive(Debug, Clone, Default)]
pub struct ListPage {
    /** Final JSON. */
    pub items: Vec<Bytes>,
    /** `after` of the next page. */
    pub next: Option<String>,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    /** As authored. */
    pub value: String,
    /** How many entities. */
    pub count: u64,
}

/// A relation of an entity, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationView {
    /// Type, such as `ownedBy`.
    pub kind: String,
    /// Its other end.
    pub target: EntityRef,
    /// Whether the other end exists.
    pub target_exists: bool,
    /// The entities whose documents declare it (either side).
    pub declared_by: Vec<EntityRef>,
}

/// A node of a neighbourhood.
#[derive(Debug, Clone)]
pub struct GraphNode {
    /** Ref. */
    pub entity_ref: EntityRef,
    /** Title or name. */
    pub title: String,
    /** Kind as authored; `None`: there is no such entity. */
    pub kind: Option<String>,
    /** Steps from the root. */
    pub distance: usize,
}
/// An edge, one for both directions.
#[derive(Debug, Clone)]
pub struct GraphEdge {
    /** From, index into nodes. */
    pub from: usize,
    /** To, index into nodes. */
    pub to: usize,
    /** Type in that direction. */
    pub kind: String,
}
/// What is around an entity.
#[derive(Debug, Clone, Default)]
pub struct Neighbourhood {
    /** The root first, then by distance. */
    pub nodes: Vec<GraphNode>,
    /** Edges. */
    pub edges: Vec<GraphEdge>,
    /** Nodes left out because there were too many. */
    pub left_out: usize,
}

impl Catalog {
    /// An empty one.
    #[must_use]
    pub fn new(kinds: Arc<Kinds>) -> Self {
        Self {
            table: Arc::default(),
            kinds,
            generation: watch::Sender::new(0),
        }
    }

    /// Parses changes for [`Self::take_in`], on every core. Blocks for as long as it takes: call it on a blocking
    /// thread.
    #[must_use]
    pub fn parse(&self, changes: Vec<Change>) -> Parsed {
        Parsed(parse::parse(changes, &self.kinds))
    }

    /// Takes changes in, in their order. Of many, the relations that other entities have because of them are out of
    /// date until [`Self::settle`], and new ones have none: who is far behind makes each document once. Blocking, too.
    pub fn take_in(&self, Parsed(shares): Parsed) {
        let count: usize = shares.iter().map(|share| share.changes.len()).sum();
        let are_many = count > MANY;
        if are_many {
            self.write().keys.forget_made();
        }
        for share in shares {
            let held = self.write().hold(&share.names);
            let mut changes = share.changes.into_iter();
            while changes.len() > 0 {
                let mut table = self.write();
                table.take_in(changes.by_ref().take(SLICE), &held, are_many);
                if !are_many {
                    for source in table.take_touched(SLICE) {
                        let stitched = table.stitched(source);
                        table.stitch_in(stitched);
                    }
                }
            }
        }
    }

    /// Brings every relation up to date. Blocking, too.
    pub fn settle(&self) {
        loop {
            let touched = self.write().take_touched(SETTLED_AT_ONCE);
            if touched.is_empty() {
                break;
            }
            let mut stitched = self.read().table.all_stitched(touched).into_iter();
            while stitched.len() > 0 {
                let mut table = self.write();
                stitched
                    .by_ref()
                    .take(SLICE)
                    .for_each(|stitched| table.stitch_in(stitched));
            }
        }
        self.generation.send_modify(|generation| *generation += 1);
    }

    /// Packs the documents, if enough of them were made anew to be worth it. Blocking, too.
    pub fn tidy(&self) {
        let mut next = self.read().table.packing.is_loose().then_some(0);
        while let Some(first) = next {
            next = self.write().pack(first, SLICE);
        }
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Table> {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        table.found.forget();
        table.counted.forget();
        table
    }

    /// Counts batches of changes.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.generation.subscribe()
    }

    /// Reads.
    #[must_use]
    pub fn read(&self) -> Snapshot<'_> {
        Snapshot {
            table: self.table.read().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

impl Snapshot<'_> {
    /// How many entities.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::try_from(self.table.live.len()).unwrap_or(usize::MAX)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.live.is_empty()
    }

    /// Final JSON of an entity by canonical ref, ready to be sent.
    #[must_use]
    pub fn entity(&self, entity_ref: &str) -> Option<Bytes> {
        self.table
            .find(entity_ref)
            .map(|slot| self.table.slot(slot).document.json.clone())
    }

    /// The JSON of an entity without its relations and its status: a team that owns thousands is as small as others.
    #[must_use]
    pub fn entity_head(&self, entity_ref: &str) -> Option<Vec<u8>> {
        let slot = self.table.find(entity_ref)?;
        Some(self.table.slot(slot).document.head())
    }

    /// Final JSON of an entity by uid.
    #[must_use]
    pub fn entity_by_uid(&self, uid: &str) -> Option<Bytes> {
        let selection = self.table.select(&Filter::equals("metadata.uid", uid));
        selection
            .iter()
            .next()
            .map(|slot| self.table.slot(slot).document.json.clone())
    }

    /// One for each ref, compared as written; `None` if there is none or the filter rejects it.
    #[must_use]
    pub fn entities_by_refs(&self, refs: &[String], filter: &Filter) -> Vec<Option<Bytes>> {
        let selection = self.table.select(filter);
        let found = |entity_ref: &String| {
            let slot = self
                .table
                .find(entity_ref)
                .filter(|slot| selection.contains(*slot))?;
            Some(self.table.slot(slot).document.json.clone())
        };
        refs.iter().map(found).collect()
    }

    /// A first page of `by-query`.
    #[must_use]
    pub fn query(&self, query: &EntityQuery) -> EntityPage {
        query::first_page(&self.table, query)
    }

    /// A page behind, or before, a cursor. [`crate::error::Error::Input`] if it is none.
    pub fn continue_query(&self, cursor: &str, limit: usize) -> Result<EntityPage> {
        query::page_from(&self.table, cursor, limit)
    }

    /// `GET /entities`. [`crate::error::Error::Input`] if `after` cannot be read.
    pub fn list(&self, list: &EntityList) -> Result<ListPage> {
        list::list(&self.table, list)
    }

    /// How many match.
    #[must_use]
    pub fn count<'a>(&self, which: impl Into<Which<'a>>) -> usize {
        let selection = self.table.select_which(which.into(), &[]);
        usize::try_from(selection.len()).unwrap_or(usize::MAX)
    }

    /// The values of a key, in byte order, with how many entities have them.
    #[must_use]
    pub fn facet<'a>(&self, key: &str, which: impl Into<Which<'a>>) -> Arc<[FacetValue]> {
        facets::facet(&self.table, key, which.into())
    }

    /// What an entity is called: title, display name of a user or group, or name.
    #[must_use]
    pub fn title(&self, entity_ref: &str) -> Option<&str> {
        self.table.title(self.table.find(entity_ref)?)
    }

    /// The entity, then its ancestors, each with its parents, the root last. `None`: there is no such entity.
    #[must_use]
    pub fn ancestry(&self, entity_ref: &str) -> Option<Vec<(Bytes, Vec<EntityRef>)>> {
        graph::ancestry(&self.table, entity_ref)
    }

    /// What is around an entity, breadth first. `kinds`: relation types to follow; empty: all.
    #[must_use]
    pub fn graph(
        &self,
        entity_ref: &str,
        depth: usize,
        max_nodes: usize,
        kinds: &[String],
    ) -> Option<Neighbourhood> {
        graph::neighbourhood(&self.table, entity_ref, depth, max_nodes, kinds)
    }

    /// The relations of an entity, sorted by type and target.
    #[must_use]
    pub fn relations(&self, entity_ref: &str) -> Vec<RelationView> {
        graph::relations(&self.table, entity_ref)
    }
}
