//! Cuts a template into text, outputs, tags and raw text, and takes away the blanks the dashes ask for.

use std::ops::Range;

use super::{
    Dialect, Syntax,
    error::{Fault, Result},
    number::is_blank,
    quoted::end_of_quoted,
};

/// A piece of a template; ranges are bytes of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: PieceKind,
    /// The text, or what stands between the delimiters.
    pub(super) body: Range<usize>,
    /// Where the piece begins.
    pub(super) at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    Text,
    Output,
    Tag,
    /// What stands between `{% raw %}` and `{% endraw %}`.
    Raw,
}

/// Cuts a template. The error is an end that is missing or has no beginning.
pub(super) fn scan(source: &str, syntax: Syntax) -> Result<Vec<Piece>> {
    let mut scanner = Scanner {
        source,
        syntax,
        pieces: Vec::new(),
        at: 0,
        text_start: 0,
        trims_next: false,
    };
    while let Some((at, opening)) = scanner.next_opening() {
        scanner.at = at;
        match opening {
            Opening::Comment => scanner.comment()?,
            Opening::Output(width) => scanner.output(width)?,
            Opening::Tag => scanner.tag()?,
            Opening::CommentEnd => {
                return Err(Fault::at("A comment ends here that has not begun", at));
            }
        }
    }
    scanner.text_up_to(source.len(), false);
    Ok(scanner.pieces)
}

#[derive(Debug, Clone, Copy)]
enum Opening {
    Comment,
    CommentEnd,
    Tag,
    /// How many bytes open an output.
    Output(usize),
}

struct Scanner<'s> {
    source: &'s str,
    syntax: Syntax,
    pieces: Vec<Piece>,
    at: usize,
    /// Where the text before `at` begins.
    text_start: usize,
    /// Whether the last delimiter ended with a dash.
    trims_next: bool,
}

impl Scanner<'_> {
    fn next_opening(&self) -> Option<(usize, Opening)> {
        let bytes = self.source.as_bytes();
        let output = match self.syntax.dialect {
            Dialect::Backstage => "${{",
            Dialect::Cookiecutter => "{{",
        };
        (self.at..bytes.len().saturating_sub(1)).find_map(|at| {
            let opening = match &bytes[at..at + 2] {
                b"{#" => Opening::Comment,
                b"#}" => Opening::CommentEnd,
                b"{%" => Opening::Tag,
                b"${" | b"{{" if bytes[at..].starts_with(output.as_bytes()) => {
                    Opening::Output(output.len())
                }
                _ => return None,
            };
            Some((at, opening))
        })
    }

    fn comment(&mut self) -> Result<()> {
        let start = self.at;
        let Some(length) = self.source[start + 2..].find("#}") else {
            return Err(Fault::at("This comment has no end", start));
        };
        let end = start + 2 + length;
        let dashed_left = length > 0 && self.source[start + 2..end].starts_with('-');
        let dashed_right = length > 1 && self.source[start + 2..end].ends_with('-');
        self.text_up_to(start, dashed_left);
        self.go_on_after(end + 2, dashed_right);
        Ok(())
    }

    fn output(&mut self, width: usize) -> Result<()> {
        let start = self.at;
        let (body, dashes) = self
            .body(start + width, "}}")
            .ok_or_else(|| Fault::at("This output has no end: `}}` is missing", start))?;
        self.text_up_to(start, dashes.0);
        self.go_on_after(body.end + usize::from(dashes.1) + 2, dashes.1);
        self.push(PieceKind::Output, body, start);
        Ok(())
    }

    fn tag(&mut self) -> Result<()> {
        let start = self.at;
        let (body, dashes) = self
            .body(start + 2, "%}")
            .ok_or_else(|| Fault::at("This tag has no end: `%}` is missing", start))?;
        self.text_up_to(start, dashes.0);
        if self.syntax.lstrip_blocks {
            self.strip_indentation(start);
        }
        let end = body.end + usize::from(dashes.1) + 2;
        let name = self.source[body.clone()].trim();
        if matches!(name, "raw" | "verbatim") {
            return self.raw(start, end, name);
        }
        self.go_on_after(end, dashes.1);
        self.skip_newline();
        self.push(PieceKind::Tag, body, start);
        Ok(())
    }

    /// What stands between delimiters, without the dashes, and whether there is a dash at its start and its end.
    fn body(&self, start: usize, closing: &str) -> Option<(Range<usize>, (bool, bool))> {
        let end = end_of_body(self.source, start, closing)?;
        let body = &self.source[start..end];
        let left = body.starts_with('-');
        let right = body.len() > usize::from(left) && body.ends_with('-');
        Some((
            start + usize::from(left)..end - usize::from(right),
            (left, right),
        ))
    }

    /// Text that is not looked at. It ends at the bare closing tag; opening tags of its name nest.
    fn raw(&mut self, start: usize, body_start: usize, name: &str) -> Result<()> {
        self.go_on_after(body_start, false);
        self.skip_newline();
        let body_start = self.at;
        let mut depth = 1_usize;
        let mut at = body_start;
        while let Some(found) = self.source[at..].find("{%") {
            let tag_start = at + found;
            at = tag_start + 2;
            let Some(length) = self.source[at..].find("%}") else {
                break;
            };
            match self.source[at..at + length].trim() {
                inner if inner == name => depth += 1,
                inner if inner.strip_prefix("end") == Some(name) => depth -= 1,
                _ => continue,
            }
            at += length + 2;
            if depth == 0 {
                self.push(PieceKind::Raw, body_start..tag_start, start);
                self.go_on_after(at, false);
                return Ok(());
            }
        }
        Err(Fault::at(
            format!("`{name}` has no end: a bare {{% end{name} %}} without dashes is missing"),
            start,
        ))
    }

    fn text_up_to(&mut self, end: usize, trims_end: bool) {
        let mut body = self.text_start..end;
        if self.trims_next {
            let text = &self.source[body.clone()];
            body.start += text.len() - text.trim_start_matches(is_blank).len();
        }
        if !body.is_empty() {
            let at = body.start;
            self.push(PieceKind::Text, body, at);
        }
        if trims_end {
            self.trim_end();
        }
    }

    /// Takes the blanks from the end of what was text last, raw text included.
    fn trim_end(&mut self) {
        while let Some(last) = self.pieces.last_mut()
            && matches!(last.kind, PieceKind::Text | PieceKind::Raw)
        {
            let trimmed = self.source[last.body.clone()].trim_end_matches(is_blank);
            last.body.end = last.body.start + trimmed.len();
            if !last.body.is_empty() {
                break;
            }
            self.pieces.pop();
        }
    }

    /// Takes away the blanks between the start of a line and a tag.
    fn strip_indentation(&mut self, tag_start: usize) {
        let before = &self.source[..tag_start];
        let line = before.trim_end_matches([' ', '\t']);
        if !line.is_empty() && !line.ends_with('\n') {
            return;
        }
        if let Some(last) = self.pieces.last_mut()
            && last.kind == PieceKind::Text
            && last.body.end == tag_start
        {
            last.body.end = line.len().max(last.body.start);
            if last.body.is_empty() {
                self.pieces.pop();
            }
        }
    }

    fn go_on_after(&mut self, end: usize, trims_next: bool) {
        self.at = end;
        self.text_start = end;
        self.trims_next = trims_next;
    }

    /// With `trimBlocks`, a tag takes the end of its line with it.
    fn skip_newline(&mut self) {
        if !self.syntax.trim_blocks {
            return;
        }
        let rest = &self.source[self.at..];
        let ending = ["\r\n", "\n"].into_iter().find(|e| rest.starts_with(e));
        self.at += ending.map_or(0, str::len);
        self.text_start = self.at;
    }

    fn push(&mut self, kind: PieceKind, body: Range<usize>, at: usize) {
        self.pieces.push(Piece { kind, body, at });
    }
}

/// The first closing delimiter outside texts and patterns.
fn end_of_body(source: &str, start: usize, closing: &str) -> Option<usize> {
    let mut at = start;
    while at < source.len() {
        let rest = &source[at..];
        if rest.starts_with(closing) {
            return Some(at);
        }
        let follows_name = source[start..at].ends_with(is_name_part);
        at += match end_of_quoted(rest, follows_name) {
            Some(end) => end?,
            None => rest.chars().next().map_or(1, char::len_utf8),
        };
    }
    None
}

fn is_name_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}
