//! What makes a document unreadable, and where: in Backstage's words and in plain ones.

use serde_saphyr::granit_parser::{ErrorKind, Marker, ScanError, Span};

use super::{MAX_BYTES, MAX_DEPTH, MAX_VALUES, RawDocument, site::Site, syntax};
use crate::entity::{Diagnostic, FaultScope, Severity};

/// Why a document cannot be read.
#[derive(Debug)]
pub(super) enum Why {
    /// It is no YAML.
    Syntax(ErrorKind),
    /// A mapping has this key twice.
    DuplicateKey(String),
    /// `*name` without an `&name` before it.
    UnresolvedAlias(String),
    /// An alias within the value it stands for.
    CircularAlias,
    /// The aliases stand for too much.
    ExcessiveAliases,
    /// `<<` with a value that is no mapping.
    MergeOfNoMapping,
    /// More than [`MAX_DEPTH`] collections within each other.
    TooDeep,
    /// More than [`MAX_BYTES`] or [`MAX_VALUES`].
    TooLarge,
    /// Content after the document's end.
    SeveralDocuments,
}

/// Why, and where in the document.
#[derive(Debug)]
pub(super) struct Fault {
    why: Why,
    span: Span,
}

/// A fault put into words.
pub(super) struct Wording {
    /// Name and message of the error in Backstage, without the place.
    pub(super) told: String,
    /// Where Backstage says it is, if it does.
    pub(super) told_at: Option<usize>,
    /// A better place to show than the parser's.
    pub(super) shown_at: Option<usize>,
    pub(super) reason: String,
    pub(super) mend: String,
}

impl Fault {
    pub(super) fn at(why: Why, span: Span) -> Self {
        Self { why, span }
    }

    pub(super) fn at_start(why: Why) -> Self {
        let start = Marker::new(0, 1, 0).with_byte_offset(Some(0));
        Self::at(why, Span::empty(start))
    }

    pub(super) fn of_parser(error: &ScanError) -> Self {
        let why = match error.kind() {
            ErrorKind::RecursionLimitExceeded => Why::TooDeep,
            kind => Why::Syntax(kind.clone()),
        };
        Self::at(why, Span::empty(*error.marker()))
    }

    /// As a finding about the file the document is in.
    pub(super) fn into_diagnostic(self, raw: &RawDocument<'_>) -> Diagnostic {
        let site = Site::of_span(raw, self.span);
        let wording = self.why.wording(site);
        let place = wording.told_at.map(|at| site.moved(at).told());
        let shown = match wording.shown_at {
            Some(at) => site.moved(at).position(Span::default()),
            None => site.position(self.span),
        };
        Diagnostic {
            severity: Severity::Error,
            scope: FaultScope::Location,
            name: "Error".to_owned(),
            message: wording.told + &place.unwrap_or_default(),
            cause: None,
            reason: wording.reason,
            mend: wording.mend,
            path: None,
            position: Some(shown),
        }
    }
}

impl Why {
    fn wording(&self, site: Site<'_>) -> Wording {
        let (told, reason, mend) = match self {
            Self::Syntax(kind) => return syntax::wording(kind, site),
            Self::DuplicateKey(key) => (
                "YAMLParseError: Map keys must be unique".to_owned(),
                format!("The key “{key}” stands twice in the same mapping."),
                "Keep one of them.",
            ),
            Self::UnresolvedAlias(name) => (
                format!(
                    "ReferenceError: Unresolved alias (the anchor must be set before the alias): {name}"
                ),
                format!(
                    "“*{name}” repeats the value marked “&{name}”, and no such mark stands before it in this document."
                ),
                "Mark the value to repeat, or put the text in quotes if its `*` is meant to be a `*`.",
            ),
            Self::CircularAlias => (
                "TypeError: Converting circular structure to JSON".to_owned(),
                "The alias stands within the very value it repeats.".to_owned(),
                "Move the mark (`&…`) to a value that does not contain the alias.",
            ),
            Self::ExcessiveAliases => (
                "ReferenceError: Excessive alias count indicates a resource exhaustion attack"
                    .to_owned(),
                "Aliases of aliases repeat more values than a document may hold.".to_owned(),
                "Write the values out, or use fewer aliases.",
            ),
            Self::MergeOfNoMapping => (
                "Error: Merge sources must be maps or map aliases".to_owned(),
                "`<<` brings the entries of a mapping, but its value is none.".to_owned(),
                "Give `<<` a mapping, an alias of one, or a list of these.",
            ),
            Self::TooDeep => (
                "RangeError: Maximum call stack size exceeded".to_owned(),
                format!("More than {MAX_DEPTH} lists and mappings stand within each other."),
                "Flatten the document.",
            ),
            Self::TooLarge => (
                "Error: The document is too large".to_owned(),
                format!(
                    "A document may have at most {} MiB and {MAX_VALUES} values.",
                    MAX_BYTES >> 20
                ),
                "Split it at `---`, or refer to large definitions with `$text`.",
            ),
            Self::SeveralDocuments => (
                "YAMLParseError: Unexpected content after the end of the document".to_owned(),
                "Content follows the end of the document.".to_owned(),
                "Begin a new document with `---`.",
            ),
        };
        let has_place = told.starts_with("YAMLParseError");
        Wording {
            told,
            told_at: has_place.then(|| site.before().len()),
            shown_at: None,
            reason,
            mend: mend.to_owned(),
        }
    }
}
