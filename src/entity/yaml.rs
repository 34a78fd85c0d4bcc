//! Splits files into documents and parses them, fast; finds places in them, exactly.

use super::{Diagnostic, Position};
use serde_json::Value;

/// A document of a file.
#[derive(Debug, Clone, Copy)]
pub struct RawDocument<'a> {
    /// Its text. The texts of a file's documents, one after the other, are the file.
    pub text: &'a str,
    /// Line of the file its text begins on, from 1.
    pub first_line: u32,
}

/// Splits a file at its `---` lines.
#[must_use]
pub fn split_documents(_text: &str) -> Vec<RawDocument<'_>> {
    todo!()
}

/// `None`: nothing but comments, or null.
pub fn parse_document(
    _raw: &RawDocument<'_>,
    _merge_keys: bool,
) -> Result<Option<Value>, Diagnostic> {
    todo!()
}

/// Where a value stands; its nearest ancestor if it is not there.
#[must_use]
pub fn locate(_raw: &RawDocument<'_>, _pointer: &str) -> Option<Position> {
    todo!()
}
