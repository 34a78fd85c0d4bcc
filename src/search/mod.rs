//! Finds documents by words: exact name first, then prefix, then word, then typo.

use crate::{error::Result, store::Change};
use serde_json::{Map, Value};

/// The index. Cheap to clone.
#[derive(Clone)]
pub struct SearchIndex(());

/// A search (`search-api.md`).
#[derive(Debug, Clone, Default)]
pub struct SearchRequest {
    /// What is sought.
    pub term: String,
    /// Document types; empty: all.
    pub types: Vec<String>,
    /// `filters[key]=value`, one or several values each.
    pub filters: Vec<(String, Vec<String>)>,
    /// How many at most.
    pub limit: usize,
    /// Skip so many.
    pub offset: usize,
}

/// One result.
#[derive(Debug, Clone)]
pub struct SearchResult {
    /// `software-catalog`
    pub kind: String,
    /// As Backstage's collator makes it: title, text, location, kind, type, namespace, owner, lifecycle, componentType, …
    pub document: Map<String, Value>,
    /// Rank from 1.
    pub rank: usize,
    /// Fields with `<pre>…</pre>` markers.
    pub highlight: Map<String, Value>,
}

/// Results.
#[derive(Debug, Clone, Default)]
pub struct SearchPage {
    /** In order. */
    pub results: Vec<SearchResult>,
    /** All that match. */
    pub total: usize,
}

impl SearchIndex {
    /// An empty index in memory.
    pub fn new() -> Result<Self> {
        todo!()
    }
    /// Takes changes in. Blocking.
    pub fn apply(&self, _changes: &[Change]) -> Result<()> {
        todo!()
    }
    /// It has caught up.
    pub fn set_ready(&self) {
        todo!()
    }
    /// Searches. Blocking, milliseconds.
    pub fn search(&self, _request: &SearchRequest) -> Result<SearchPage> {
        todo!()
    }
    /// Whether it has caught up with the catalog once.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        todo!()
    }
}
