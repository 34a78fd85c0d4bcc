//! The read model: every live entity, indexed in memory, and every query over it.

use crate::{
    entity::{EntityRef, Kinds},
    error::Result,
    store::Change,
};
use bytes::Bytes;
use serde_json::Value;
use std::sync::Arc;

/// The catalog in memory. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Catalog(Arc<()>);

/// A consistent view. Holds a read lock: never keep one over an await.
#[derive(Debug)]
pub struct Snapshot<'a>(std::marker::PhantomData<&'a ()>);

/// A filter, in the terms of the search index (`catalog-api.md` §2, §3). Keys and values in lower case.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Everything.
    All,
    /// Nothing.
    Never,
    /// A row with the key exists.
    Exists(String),
    /// A row with the key and one of the values exists.
    In(String, Vec<String>),
    /// A row with the key and a value with the prefix exists.
    Prefix(String, String),
    /// Not.
    Not(Box<Filter>),
    /// And.
    AllOf(Vec<Filter>),
    /// Or.
    AnyOf(Vec<Filter>),
}

impl Filter {
    /// From repeated `filter` parameters (§3.1). [`crate::error::Error::Input`] with Backstage's message.
    pub fn from_params(_params: &[String]) -> Result<Self> {
        todo!()
    }
    /// From a predicate (§3.2).
    pub fn from_predicate(_predicate: &Value) -> Result<Self> {
        todo!()
    }
    /// Both must hold.
    #[must_use]
    pub fn and(self, _other: Self) -> Self {
        todo!()
    }
    /// A row with the key and the value exists; lower-cases both.
    #[must_use]
    pub fn equals(_key: &str, _value: &str) -> Self {
        todo!()
    }
}

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

/// `fields` (§3.4).
#[derive(Debug, Clone, Default)]
pub struct Projection(Vec<Vec<String>>);

impl Projection {
    /// From repeated, comma-separated parameters. Empty: the whole entity.
    pub fn parse(_fields: &[String]) -> Result<Self> {
        todo!()
    }
    /// Whether there is anything to project.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        todo!()
    }
    /// Projects one entity's JSON.
    #[must_use]
    pub fn apply(&self, _entity: &Bytes) -> Bytes {
        todo!()
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
    /// Order; empty: by ref.
    pub order: Vec<OrderField>,
    /// At most so many; `None`: all.
    pub limit: Option<usize>,
    /// Skip so many.
    pub offset: usize,
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
    pub fn new(_kinds: Arc<Kinds>) -> Self {
        todo!()
    }
    /// Takes changes in. Parses outside the lock; readers wait for microseconds. Blocking: call it on a blocking thread.
    pub fn apply(&self, _changes: Vec<Change>) {
        todo!()
    }
    /// Counts applied batches.
    #[must_use]
    pub fn subscribe(&self) -> tokio::sync::watch::Receiver<u64> {
        todo!()
    }
    /// Reads.
    #[must_use]
    pub fn read(&self) -> Snapshot<'_> {
        todo!()
    }
}

impl Snapshot<'_> {
    /// How many entities.
    #[must_use]
    pub fn len(&self) -> usize {
        todo!()
    }
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        todo!()
    }
    /// Final JSON of an entity by canonical ref, ready to send.
    #[must_use]
    pub fn entity(&self, _entity_ref: &str) -> Option<Bytes> {
        todo!()
    }
    /// Final JSON of an entity by uid.
    #[must_use]
    pub fn entity_by_uid(&self, _uid: &str) -> Option<Bytes> {
        todo!()
    }
    /// One for each ref, any case; `None` if there is none or the filter rejects it.
    #[must_use]
    pub fn entities_by_refs(&self, _refs: &[String], _filter: &Filter) -> Vec<Option<Bytes>> {
        todo!()
    }
    /// A first page.
    pub fn query(&self, _query: &EntityQuery) -> Result<EntityPage> {
        todo!()
    }
    /// A page behind a cursor.
    pub fn continue_query(
        &self,
        _cursor: &str,
        _limit: usize,
        _with_total: bool,
    ) -> Result<EntityPage> {
        todo!()
    }
    /// `GET /entities`.
    pub fn list(&self, _list: &EntityList) -> Result<ListPage> {
        todo!()
    }
    /// How many match.
    #[must_use]
    pub fn count(&self, _filter: &Filter) -> usize {
        todo!()
    }
    /// For each key its values, most frequent order as Backstage answers them.
    #[must_use]
    pub fn facets(&self, _keys: &[String], _filter: &Filter) -> Vec<(String, Vec<FacetValue>)> {
        todo!()
    }
    /// The entity, then its ancestors, each with its parents. `None`: no such entity.
    #[must_use]
    pub fn ancestry(&self, _entity_ref: &str) -> Option<Vec<(Bytes, Vec<EntityRef>)>> {
        todo!()
    }
    /// What is around an entity, breadth first. `kinds` empty: all relation types.
    #[must_use]
    pub fn graph(
        &self,
        _entity_ref: &str,
        _depth: usize,
        _max_nodes: usize,
        _kinds: &[String],
    ) -> Option<Neighbourhood> {
        todo!()
    }
    /// The relations of an entity, sorted by type and target.
    #[must_use]
    pub fn relations(&self, _entity_ref: &str) -> Vec<RelationView> {
        todo!()
    }
}
