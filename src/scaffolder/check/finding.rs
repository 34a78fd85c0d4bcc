//! Findings, and where in the file they stand.

use crate::entity::{
    Diagnostic, FaultScope, Position, RawDocument, Severity, locate, locate_within,
};

/// What is wrong, why, and what to do about it.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) reason: String,
    pub(super) mend: String,
}

/// Something a run would fail of, or that cannot be meant.
pub(super) fn error(
    message: impl Into<String>,
    reason: impl Into<String>,
    mend: impl Into<String>,
) -> Told {
    Told {
        severity: Severity::Error,
        message: message.into(),
        reason: reason.into(),
        mend: mend.into(),
    }
}

/// Something that is doubtful.
pub(super) fn warning(
    message: impl Into<String>,
    reason: impl Into<String>,
    mend: impl Into<String>,
) -> Told {
    Told {
        severity: Severity::Warning,
        ..error(message, reason, mend)
    }
}

/// A template within a value of the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot<'a> {
    /// JSON pointer of the value.
    pub(super) pointer: &'a str,
    /// The whole text of the value.
    pub(super) text: &'a str,
}

/// The findings about one document.
pub(super) struct Findings<'a> {
    raw: &'a RawDocument<'a>,
    found: Vec<Diagnostic>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(raw: &'a RawDocument<'a>) -> Self {
        let found = Vec::new();
        Self { raw, found }
    }

    /// A finding about the value at a JSON pointer.
    pub(super) fn at(&mut self, pointer: &str, told: Told) {
        let position = locate(self.raw, pointer);
        self.push(pointer, position, told);
    }

    /// A finding about so many characters from a byte of a text on.
    pub(super) fn within(&mut self, spot: Spot<'_>, byte: usize, length: usize, told: Told) {
        let Spot { pointer, text } = spot;
        let position = locate_within(self.raw, pointer, text, byte);
        let position = position.map(|position| Position {
            length: u32::try_from(length.max(1)).unwrap_or(u32::MAX),
            ..position
        });
        self.push(
            pointer,
            position.or_else(|| locate(self.raw, pointer)),
            told,
        );
    }

    fn push(&mut self, pointer: &str, position: Option<Position>, told: Told) {
        let diagnostic = Diagnostic {
            severity: told.severity,
            scope: FaultScope::Entity,
            name: "Error".to_owned(),
            message: told.message,
            cause: None,
            reason: told.reason,
            mend: told.mend,
            path: Some(pointer.to_owned()),
            position,
        };
        if !self.found.contains(&diagnostic) {
            self.found.push(diagnostic);
        }
    }

    /// All of them, in the order of the file.
    pub(super) fn in_order(mut self) -> Vec<Diagnostic> {
        self.found
            .sort_by_key(|found| found.position.map(|at| (at.line, at.column)));
        self.found
    }
}

/// A name among others that may have been meant: the same but for case, `-` and `_`, or one that is half of the other.
pub(super) fn similar<'n>(name: &str, mut names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let bare = |name: &str| -> String {
        let letters = name.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let wanted = bare(name);
    names.find(|other| {
        let other = bare(other);
        let is_part = other.contains(&wanted) || wanted.contains(&other);
        // A short name is part of many long ones.
        is_part && 2 * other.len().min(wanted.len()) >= other.len().max(wanted.len())
    })
}

/// What to do about a name that is not known.
pub(super) fn advice<'n>(
    name: &str,
    names: impl Iterator<Item = &'n str>,
    otherwise: &str,
) -> String {
    match similar(name, names) {
        Some(similar) => format!("Perhaps `{similar}` is meant."),
        None => otherwise.to_owned(),
    }
}
