//! The text around a fault: what stands on its line, before it and at it.

use std::borrow::Cow;

use serde_saphyr::granit_parser::Span;

use super::{RawDocument, split::lines};
use crate::entity::Position;

/// Longest line an error message of Backstage's parser shows.
const EXCERPT_COLUMNS: usize = 80;

/// A place in a document, as a byte offset on a character's boundary.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'a> {
    raw: RawDocument<'a>,
    at: usize,
}

impl<'a> Site<'a> {
    pub(super) fn new(raw: &RawDocument<'a>, at: usize) -> Self {
        let mut at = at.min(raw.text.len());
        while !raw.text.is_char_boundary(at) {
            at -= 1;
        }
        Self { raw: *raw, at }
    }

    /// Where a span of the parser begins.
    pub(super) fn of_span(raw: &RawDocument<'a>, span: Span) -> Self {
        // Reading a string, the parser knows every offset; none would be the beginning.
        Self::new(raw, span.start.byte_offset().unwrap_or_default())
    }

    /// The same document at another offset.
    pub(super) fn moved(self, at: usize) -> Self {
        Self::new(&self.raw, at)
    }

    pub(super) fn at_line_start(self) -> Self {
        self.moved(self.line_start())
    }

    /// The first text on its line.
    pub(super) fn at_text(self) -> Self {
        let indent = self.line().len() - self.line().trim_start().len();
        self.moved(self.line_start() + indent)
    }

    pub(super) fn at_end(self) -> Self {
        self.moved(self.raw.text.len())
    }

    /// Everything before the place.
    pub(super) fn before(self) -> &'a str {
        &self.raw.text[..self.at]
    }

    /// Everything from the place on.
    pub(super) fn rest(self) -> &'a str {
        &self.raw.text[self.at..]
    }

    /// What stands before the place on its line.
    pub(super) fn before_on_line(self) -> &'a str {
        &self.raw.text[self.line_start()..self.at]
    }

    /// The text from the place to the next blank.
    pub(super) fn token(self) -> &'a str {
        let rest = self.rest();
        &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())]
    }

    /// Whether nothing but blanks stands before the place on its line.
    pub(super) fn begins_line(self) -> bool {
        self.before_on_line().trim().is_empty()
    }

    /// The last of some characters before the place.
    pub(super) fn last_before(self, characters: [char; 2]) -> Option<Self> {
        self.before().rfind(characters).map(|at| self.moved(at))
    }

    /// Where the value of the first `key: value` on the line begins, if that is before the place.
    pub(super) fn value_on_line(self) -> Option<Self> {
        let before = self.before_on_line();
        let colon = before.find(": ")?;
        let value = before[colon + 1..].trim_start_matches(' ');
        let is_there = !value.is_empty();
        is_there.then(|| self.moved(self.at - value.len()))
    }

    /// The end of the last line before this one that is not blank.
    pub(super) fn previous_line(self) -> Option<Self> {
        let above = self.before()[..self.line_start()].trim_end();
        (!above.is_empty()).then(|| self.moved(above.len()))
    }

    /// The first tab in the indentation of this line or one below.
    pub(super) fn tab_in_indentation(self) -> Option<Self> {
        let start = self.line_start();
        let mut offset = start;
        for line in lines(&self.raw.text[start..]) {
            let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
            if let Some(tab) = line[..indent].find('\t') {
                return Some(self.moved(offset + tab));
            }
            offset += line.len();
        }
        None
    }

    /// As people count: in the file, from 1, in characters; as long as the span on this line.
    pub(super) fn position(self, span: Span) -> Position {
        let start = self.line_start();
        let line_end = start + self.line().len();
        let end = span.end.byte_offset().unwrap_or_default();
        let covered = &self.raw.text[self.at..self.moved(end).at.clamp(self.at, line_end)];
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position {
            line: self
                .raw
                .first_line
                .saturating_add(count(lines(&self.raw.text[..start]).count())),
            column: count(self.column()).saturating_add(1),
            length: count(covered.chars().count().max(1)),
        }
    }

    /// The words Backstage's parser adds to a message: the place, the line and a caret under it.
    pub(super) fn told(self) -> String {
        let Position { line, column, .. } = self.position(Span::default());
        let place = format!(" at line {line}, column {column}");
        let start = self.line_start();
        let (mut shown, column) = excerpt(self.line(), self.column());
        let leads = shown.chars().take(column).all(|c| c == ' ');
        if leads && let Some(previous) = lines(&self.raw.text[..start]).last() {
            shown = Cow::Owned(format!("{}{shown}", cut(previous, "…\n")));
        }
        if shown.chars().all(|c| c == ' ') {
            return place;
        }
        format!("{place}:\n\n{shown}\n{}^\n", " ".repeat(column))
    }

    /// Characters before the place on its line; a byte-order mark is none.
    fn column(self) -> usize {
        let before = self.before_on_line();
        before.trim_start_matches('\u{feff}').chars().count()
    }

    fn line_start(self) -> usize {
        self.raw.text[..self.at]
            .rfind(['\n', '\r'])
            .map_or(0, |end| end + 1)
    }

    /// Its line, without the end.
    fn line(self) -> &'a str {
        let line = &self.raw.text[self.line_start()..];
        &line[..line.find(['\n', '\r']).unwrap_or(line.len())]
    }
}

/// A line cut so that its column, counted from 0, is shown; and where that column is then.
fn excerpt(line: &str, column: usize) -> (Cow<'_, str>, usize) {
    let length = line.chars().count();
    if column < 60 || length <= EXCERPT_COLUMNS {
        return (cut(line, "…"), column);
    }
    let skipped = (column - 39).min(length - (EXCERPT_COLUMNS - 1));
    let kept: String = line.chars().skip(skipped).collect();
    let shown = cut(&format!("…{kept}"), "…").into_owned();
    (Cow::Owned(shown), column + 1 - skipped)
}

/// A line no longer than an excerpt may be.
fn cut<'a>(line: &'a str, ellipsis: &str) -> Cow<'a, str> {
    match line.char_indices().nth(EXCERPT_COLUMNS - 1) {
        Some((end, _)) if line.chars().count() > EXCERPT_COLUMNS => {
            Cow::Owned(format!("{}{ellipsis}", &line[..end]))
        }
        _ => Cow::Borrowed(line),
    }
}
