//! Splits files into documents and parses them, fast; finds places in them, exactly.
//!
//! The dialect is the one Backstage's backend reads (the `yaml` package for JavaScript, YAML 1.2 core schema):
//! `tests/data/yaml-cases.json` holds what that parser answers. Documents are text from strangers: size, depth
//! and the copies that aliases make are bounded.

mod anchors;
mod build;
mod edit;
mod fault;
mod locate;
mod mapping;
mod scalar;
mod site;
mod split;
mod syntax;
mod syntax_text;

#[cfg(test)]
mod tests;

use serde_json::Value;
use serde_saphyr::granit_parser::{Options, Parser, StrInput, options};

use super::Diagnostic;

pub use edit::set_field;
pub(super) use locate::locate;
pub use split::split_documents;

/// Longest document that is parsed, in bytes.
const MAX_BYTES: usize = 10 * 1024 * 1024;
/// Most values in a document: each takes far more memory than its text.
const MAX_VALUES: usize = 1_000_000;
/// Deepest nesting. Documents are stored as JSON, whose reader stops at 128, and are nested in answers.
const MAX_DEPTH: usize = 100;

/// A document of a file.
#[derive(Debug, Clone, Copy)]
pub struct RawDocument<'a> {
    /// Its text. The texts of a file's documents, one after the other, are the file.
    pub text: &'a str,
    /// Line of the file its text begins on, from 1.
    pub first_line: u32,
}

/// Reads a document; keys keep their order. `None`: nothing but comments, or null.
///
/// With `merge_keys`, `<<` brings the entries of other mappings, as in YAML 1.1; otherwise it is a key like
/// any other. The error says what is wrong and where in the file.
pub fn parse_document(
    raw: &RawDocument<'_>,
    merge_keys: bool,
) -> Result<Option<Value>, Diagnostic> {
    build::build(raw.text, merge_keys)
        .map(|value| value.filter(|value| !value.is_null()))
        .map_err(|fault| fault.into_diagnostic(raw))
}

/// The parser with our limits; what it reads is bounded before.
fn parser(text: &str) -> Parser<'_, StrInput<'_>> {
    Parser::new_from_str_with_options(text, parser_options())
}

fn parser_options() -> Options {
    options! {
        strict_indentation: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
    }
}
