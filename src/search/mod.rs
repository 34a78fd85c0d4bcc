//! The full-text index: collate, index, query. It can always be rebuilt from the catalog.
