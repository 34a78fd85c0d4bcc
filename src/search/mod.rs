//! Finds documents by words: exact name first, then prefix, then word, then typo. All words must match.
//!
//! The index is in memory, is made anew at each start, and follows the change feed. What is found is read from the
//! catalog.

mod collate;
mod highlight;
mod index;
mod query;
mod words;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

pub use index::SearchIndex;

/// The document types that may be asked for; of techdocs there are none yet.
pub const TYPES: [&str; 2] = ["software-catalog", "techdocs"];

/// A search.
#[derive(Debug, Clone, Default)]
pub struct SearchRequest {
    /// What is sought; empty: everything, by location.
    pub term: String,
    /// Document types; empty: all.
    pub types: Vec<String>,
    /// Fields of documents and the values they may have, compared without case. All must hold.
    pub filters: Vec<(String, Vec<String>)>,
    /// How many at most.
    pub limit: usize,
    /// Skip so many.
    pub offset: usize,
}

/// One result.
#[derive(Debug, Clone)]
pub struct SearchResult {
    /// Its document type.
    pub kind: String,
    /// As Backstage's collator makes it: `title`, `text`, `location`, `kind`, `type`, `owner`, …
    pub document: Map<String, Value>,
    /// From 1, over all pages.
    pub rank: usize,
    /// Fields in which words were found, whole, with [`SearchResult::pre_tag`] and `post_tag` around the words.
    pub highlight: Map<String, Value>,
    /// Stands before a word that was found: no text has it by chance.
    pub pre_tag: String,
    /// Stands behind it.
    pub post_tag: String,
}

/// A page of results.
#[derive(Debug, Clone, Default)]
pub struct SearchPage {
    /// In their order.
    pub results: Vec<SearchResult>,
    /// All that match.
    pub total: usize,
}
