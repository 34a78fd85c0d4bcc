//! The catalog model, pure: refs, the envelope and its formats, kinds, relations, YAML with spans, diagnostics.
//!
//! Text comes in, values and verdicts go out. Nothing here does I/O.

mod diagnostic;
mod location;
mod model;
mod reference;
mod relation;
mod yaml;

pub use diagnostic::{Diagnostic, FaultScope, Position, Severity};
pub use location::LocationRef;
pub use model::*;
pub use reference::EntityRef;
pub use relation::Relation;
pub use yaml::{RawDocument, locate, parse_document, split_documents};
