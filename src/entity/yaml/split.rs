//! Cuts a file into documents without parsing it, so that one bad document does not lose the others.
//!
//! YAML 1.2.2 (§9.1) lets `---` and `...` at column 0 be nothing but document markers, even inside
//! quotes, block scalars and open brackets: cutting there is exact, not a guess.

use super::RawDocument;

/// Splits a file at its `---` lines, and after its `...` lines.
///
/// The texts of the documents, one after the other, are the file. What stands before the first `---`
/// (byte-order mark, comments, directives) belongs to the first document; comments after a document
/// belong to it. An empty file has no documents.
#[must_use]
pub fn split_documents(text: &str) -> Vec<RawDocument<'_>> {
    let mut documents = Vec::new();
    let mut first_line = 1;
    let (mut start, mut end, mut line) = (0, 0, 1);
    let mut state = State::Prologue;
    for text_line in lines(text) {
        let (next, cuts) = state.after(Line::of(text_line));
        if cuts {
            documents.push(RawDocument {
                text: &text[start..end],
                first_line,
            });
            (start, first_line) = (end, line);
        }
        state = next;
        end += text_line.len();
        line += 1;
    }
    if start < end {
        documents.push(RawDocument {
            text: &text[start..],
            first_line,
        });
    }
    documents
}

/// How far the document being read has come.
#[derive(Clone, Copy)]
enum State {
    /// Nothing but directives, comments and blank lines so far.
    Prologue,
    /// Its `---` or its content has begun.
    Body,
    /// Its `...` has been read; what follows may be a document without `---`.
    Ended,
}

impl State {
    /// The state after a line, and whether a new document begins with that line.
    fn after(self, line: Line) -> (Self, bool) {
        match (self, line) {
            (Self::Prologue | Self::Body, Line::Content) | (Self::Prologue, Line::Start) => {
                (Self::Body, false)
            }
            (Self::Body, Line::Start) | (Self::Ended, Line::Start | Line::Content) => {
                (Self::Body, true)
            }
            (Self::Body, Line::End) => (Self::Ended, false),
            (Self::Ended, Line::Directive) => (Self::Prologue, true),
            (state, Line::Blank | Line::End | Line::Directive) => (state, false),
        }
    }
}

/// What a line is, as far as the cutting is concerned.
#[derive(Clone, Copy)]
enum Line {
    /// `---`
    Start,
    /// `...`
    End,
    /// `%YAML 1.2`; inside a document such a line is content.
    Directive,
    /// Empty, or a comment.
    Blank,
    Content,
}

impl Line {
    fn of(line: &str) -> Self {
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        if is_marker(line, "---") {
            return Self::Start;
        }
        if is_marker(line, "...") {
            return Self::End;
        }
        if line.starts_with('%') {
            return Self::Directive;
        }
        match line.trim_start_matches([' ', '\t', '\n', '\r']) {
            "" => Self::Blank,
            comment if comment.starts_with('#') => Self::Blank,
            _ => Self::Content,
        }
    }
}

/// `---text` is no marker, `--- text` is.
fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
}

/// The lines with their ends, which may be LF, CR LF or CR (YAML 1.2.2 §5.4).
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let length = match rest.find(['\n', '\r']) {
            Some(at) if rest[at..].starts_with("\r\n") => at + 2,
            Some(at) => at + 1,
            None => rest.len(),
        };
        let (line, after) = rest.split_at(length);
        rest = after;
        (!line.is_empty()).then_some(line)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::split_documents;

    /// The documents of a file, each with its first line.
    fn split(text: &str) -> Vec<(u32, &str)> {
        split_documents(text)
            .iter()
            .map(|raw| (raw.first_line, raw.text))
            .collect()
    }

    #[test]
    fn files_are_cut_at_markers_only() {
        let cases: &[(&str, &[(u32, &str)])] = &[
            ("", &[]),
            ("a: 1", &[(1, "a: 1")]),
            ("# only a comment\n\n", &[(1, "# only a comment\n\n")]),
            ("---\na: 1\n", &[(1, "---\na: 1\n")]),
            ("# c\n\n---\na: 1\n", &[(1, "# c\n\n---\na: 1\n")]),
            ("a: 1\n---\nb: 2\n", &[(1, "a: 1\n"), (2, "---\nb: 2\n")]),
            ("a: 1\n# c\n---", &[(1, "a: 1\n# c\n"), (3, "---")]),
            ("---\n---\na: 1\n", &[(1, "---\n"), (2, "---\na: 1\n")]),
            (
                "--- # c\na: 1\n--- x\n",
                &[(1, "--- # c\na: 1\n"), (3, "--- x\n")],
            ),
            ("a: 1\n ---\nb: 2\n", &[(1, "a: 1\n ---\nb: 2\n")]),
            ("a: ---\n---b: 2\n----\n", &[(1, "a: ---\n---b: 2\n----\n")]),
            (
                "\u{feff}---\na: 1\n---\n",
                &[(1, "\u{feff}---\na: 1\n"), (3, "---\n")],
            ),
            (
                "a: 1\r\n---\r\nb: 2\r\n",
                &[(1, "a: 1\r\n"), (2, "---\r\nb: 2\r\n")],
            ),
            ("a: 1\r---\rb: 2", &[(1, "a: 1\r"), (2, "---\rb: 2")]),
            ("%YAML 1.2\n---\na: 1\n", &[(1, "%YAML 1.2\n---\na: 1\n")]),
        ];
        for (file, expected) in cases {
            assert_eq!(split(file), *expected, "{file:?}");
        }
    }

    #[test]
    fn a_document_may_be_ended_by_dots() {
        let cases: &[(&str, &[(u32, &str)])] = &[
            ("a: 1\n...\n", &[(1, "a: 1\n...\n")]),
            ("a: 1\n...\n# c\n...\n", &[(1, "a: 1\n...\n# c\n...\n")]),
            (
                "a: 1\n...\n---\nb: 2\n",
                &[(1, "a: 1\n...\n"), (3, "---\nb: 2\n")],
            ),
            (
                "a: 1\n...\n# c\nb: 2\n",
                &[(1, "a: 1\n...\n# c\n"), (4, "b: 2\n")],
            ),
            (
                "a: 1\n...\n%YAML 1.2\n---\nb: 2",
                &[(1, "a: 1\n...\n"), (3, "%YAML 1.2\n---\nb: 2")],
            ),
            ("a: 1\n...x\n", &[(1, "a: 1\n...x\n")]),
            ("...\na: 1\n", &[(1, "...\na: 1\n")]),
        ];
        for (file, expected) in cases {
            assert_eq!(split(file), *expected, "{file:?}");
        }
    }

    #[test]
    fn markers_are_seen_inside_quotes_brackets_and_block_scalars() {
        let cases = ["a: |\n  x\n", "a: [1,\n", "a: 'x\n", "a: \"x\n", "|\n"];
        for before in cases {
            let file = format!("{before}---\nb: 2\n");
            let documents: Vec<&str> = split(&file).into_iter().map(|(_, text)| text).collect();
            assert_eq!(documents, [before, "---\nb: 2\n"]);
        }
    }

    proptest! {
        #[test]
        fn no_byte_is_lost(text in "(---|\\.\\.\\.|%YAML|#| |\t|\n|\r|\u{feff}|a: 1|é|\0){0,40}") {
            let documents = split_documents(&text);
            let joined: String = documents.iter().map(|raw| raw.text).collect();
            prop_assert_eq!(&joined, &text);
            let mut at = 0;
            for raw in documents {
                prop_assert_eq!(raw.first_line as usize, 1 + super::lines(&text[..at]).count());
                at += raw.text.len();
            }
        }

        #[test]
        fn a_document_is_not_cut_again(text in "(---|\\.\\.\\.|%| |#|\n|\r\n|a: 1|x){0,40}") {
            for raw in split_documents(&text) {
                prop_assert_eq!(split_documents(raw.text).len(), 1);
            }
        }
    }
}
