//! From a place within a text value to the place in the file.

use super::{Position, RawDocument, locate};

/// Where a byte of the text at a JSON pointer stands in the file, `text` being what the value reads as.
///
/// The characters of the value and of the file are followed side by side, past quotes, escapes, indentation and
/// folded lines. `None`: they part, as behind an anchor or an alias.
#[must_use]
pub fn locate_within(
    raw: &RawDocument<'_>,
    pointer: &str,
    text: &str,
    byte: usize,
) -> Option<Position> {
    let start = locate(raw, pointer)?;
    let mut reader = Reader::at(raw, start)?;
    let first = text.chars().next()?;
    let quote = reader
        .peek()
        .filter(|c| matches!(c, '"' | '\'') && *c != first);
    if quote.is_some() {
        reader.advance();
    }
    for c in text.get(..byte)?.chars() {
        reader.follow(c, quote)?;
    }
    if text[byte..]
        .chars()
        .next()
        .is_some_and(|next| !next.is_whitespace())
    {
        reader.skip_break();
    }
    Some(reader.position)
}

struct Reader<'a> {
    rest: &'a str,
    position: Position,
    /// Column the value begins in.
    indentation: u32,
}

impl<'a> Reader<'a> {
    fn at(raw: &RawDocument<'a>, position: Position) -> Option<Self> {
        let line = position.line.checked_sub(raw.first_line)? as usize;
        let before: usize = raw
            .text
            .split_inclusive('\n')
            .take(line)
            .map(str::len)
            .sum();
        let from_line = raw.text.get(before..)?;
        let from_line = from_line.strip_prefix('\u{feff}').unwrap_or(from_line);
        let column = position.column.checked_sub(1)? as usize;
        let (at, _) = from_line.char_indices().nth(column)?;
        Some(Self {
            rest: &from_line[at..],
            position: Position {
                length: 1,
                ..position
            },
            indentation: position.column,
        })
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn advance(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        if c == '\n' {
            self.position.line += 1;
            self.position.column = 1;
        } else {
            self.position.column += 1;
        }
        Some(c)
    }

    /// Steps over what stands for a character of the value.
    fn follow(&mut self, c: char, quote: Option<char>) -> Option<()> {
        if !c.is_whitespace() {
            self.skip_break();
        }
        match self.peek()? {
            '\\' if quote == Some('"') => self.escape(c),
            '\'' if quote == Some('\'') => {
                self.advance();
                (self.advance()? == c).then_some(())
            }
            found if found == c && c != '\n' => self.advance().map(drop),
            '\r' | '\n' if c == '\n' || c == ' ' => {
                while self.advance()? != '\n' {}
                // In a block, what is indented further belongs to the value.
                let indentation = if c == ' ' { u32::MAX } else { self.indentation };
                while self.peek() == Some(' ') && self.position.column < indentation {
                    self.advance();
                }
                Some(())
            }
            _ => None,
        }
    }

    /// Lines that were folded into one leave their indentation behind.
    fn skip_break(&mut self) {
        if matches!(self.peek(), Some('\r' | '\n')) {
            while matches!(self.peek(), Some('\r' | '\n' | ' ')) {
                self.advance();
            }
        }
    }

    /// A backslash and a letter; codes such as `\u0041` are not followed.
    fn escape(&mut self, c: char) -> Option<()> {
        self.advance();
        let meant = match self.advance()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '0' => '\0',
            other => other,
        };
        (meant == c).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::locate_within;
    use crate::entity::{RawDocument, parse_document};

    const FILE: &str = "\
a: one ${{ x }} two
b: \"q\\\"uote ${{ x }}\"
c: 'it''s ${{ x }}'
d: |
  first
    indented ${{ x }}

  last ${{ y }}
e: >-
  folded
  line ${{ x }}
f: plain over
  two lines ${{ x }}
g: \"é ${{ x }}\"
h: &h \"${{ x }}\"
i: [\"${{ x }}\", k]
";

    /// Line and column of the last `${{` of a value.
    fn place(key: &str) -> Option<(u32, u32)> {
        let raw = RawDocument {
            text: FILE,
            first_line: 11,
        };
        let document = parse_document(&raw, false).unwrap().unwrap();
        let text = document.pointer(key).unwrap().as_str().unwrap();
        let byte = text.rfind("${{").unwrap();
        locate_within(&raw, key, text, byte).map(|at| (at.line, at.column))
    }

    #[test]
    fn expressions_are_found_in_every_style_of_text() {
        let cases = [
            ("/a", (11, 8)),
            ("/b", (12, 13)),
            ("/c", (13, 11)),
            ("/d", (18, 8)),
            ("/e", (21, 8)),
            ("/f", (23, 13)),
            ("/g", (24, 7)),
            ("/i/0", (26, 6)),
        ];
        for (key, expected) in cases {
            assert_eq!(place(key), Some(expected), "{key}");
        }
    }
}
