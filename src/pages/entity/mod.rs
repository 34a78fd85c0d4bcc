//! The pages about one entity: overview, definition, source, and what can be done with it.

mod document;
mod facts;
mod header;
mod provenance;
mod relations;
mod spec;
