//! The catalog model, pure: refs, the envelope and its formats, kinds, relations, YAML with spans, diagnostics.
//!
//! Text comes in, values and verdicts go out. Nothing here does I/O.

mod diagnostic;
mod reference;
mod relation;

pub use diagnostic::{Diagnostic, FaultScope, Position, Severity};
pub use reference::EntityRef;
pub use relation::Relation;
