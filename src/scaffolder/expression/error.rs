//! What is wrong with a template, and where.

use std::borrow::Cow;

use thiserror::Error;

/// Why a template cannot be parsed or rendered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message} (line {line}, column {column})")]
pub struct ExpressionError {
    /// One sentence, without the place.
    pub message: String,
    /// Line of the template, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// A fault on its way up: whoever knows the place first, says it.
#[derive(Debug)]
pub(super) struct Fault {
    message: Cow<'static, str>,
    /// Byte of the template.
    at: Option<usize>,
}

/// What the parts of the evaluator answer.
pub(super) type Result<T> = std::result::Result<T, Fault>;

impl Fault {
    pub(super) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: message.into(),
            at: None,
        }
    }

    /// A fault at a byte of the template.
    pub(super) fn at(message: impl Into<Cow<'static, str>>, at: usize) -> Self {
        Self::new(message).or_at(at)
    }

    /// The fault, at this byte unless it has a place.
    pub(super) fn or_at(mut self, at: usize) -> Self {
        self.at.get_or_insert(at);
        self
    }

    /// The fault, with who met it before its message.
    pub(super) fn within(mut self, whom: &str) -> Self {
        self.message = Cow::Owned(format!("{whom}: {}", self.message));
        self
    }

    pub(super) fn into_error(self, source: &str) -> ExpressionError {
        let (line, column) = place_of(source, self.at.unwrap_or_default());
        ExpressionError {
            message: self.message.into_owned(),
            line,
            column,
        }
    }
}

/// Adds a place to the faults of a result.
pub(super) trait Located {
    fn or_at(self, at: usize) -> Self;
}

impl<T> Located for Result<T> {
    fn or_at(self, at: usize) -> Self {
        self.map_err(|fault| fault.or_at(at))
    }
}

/// Line and column of a byte, from 1; the column in characters.
pub(super) fn place_of(source: &str, at: usize) -> (u32, u32) {
    let before = source.get(..at).unwrap_or(source);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let lines = before.matches('\n').count();
    let column = before[line_start..].chars().count();
    (count(lines + 1), count(column + 1))
}
