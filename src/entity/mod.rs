//! The catalog model, pure: refs, the envelope and its formats, kinds, relations, YAML with spans, diagnostics.
//!
//! Text comes in, values and verdicts go out. Nothing here does I/O.

mod builtin;
mod declared;
mod diagnostic;
mod envelope;
mod format;
mod kinds;
mod location;
mod place;
mod placeholder;
mod policy;
mod prepare;
mod reference;
mod relation;
mod relations;
mod scm;
mod shape;
mod shape_fault;
mod validate;
mod within;
mod yaml;

pub use diagnostic::{Diagnostic, FaultScope, Position, Severity};
pub use envelope::{check_envelope, ref_of};
pub use format::{is_object_name as is_entity_name, is_tag};
pub use kinds::{KindDefinition, Kinds};
pub use location::LocationRef;
pub use place::locate;
pub use placeholder::{Placeholder, fill, placeholders};
pub use prepare::{Provenance, prepare};
pub use reference::EntityRef;
pub use relation::Relation;
pub use relations::relations;
pub use scm::{ScmHost, SourceLinks, gitiles_place, resolve_url, source_links};
pub use shape::{Fields, Shape, first_fault};
pub use validate::validate;
pub use within::locate_within;
pub use yaml::{RawDocument, parse_document, set_field, split_documents};
