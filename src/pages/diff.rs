//! What changed between two texts: rows for a page, lines paired and words marked.

use std::time::Duration;

use similar::{ChangeTag, InlineChange, TextDiff};

/// Unchanged lines shown around a change.
const CONTEXT: usize = 3;
/// No diff thinks longer; then it is coarser, never wrong.
const PATIENCE: Duration = Duration::from_millis(200);

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Whether this is what differs within the line.
    pub(super) is_marked: bool,
    /// Its text, without the line's end.
    pub(super) text: String,
}

/// A line of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Side {
    /// Its number in that text, from 1.
    pub(super) number: usize,
    /// Its text.
    pub(super) pieces: Vec<Piece>,
}

/// A row: what was on the left, what is on the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Row {
    /// Both sides say the same.
    Same {
        /// In the old text.
        old: usize,
        /// In the new text.
        new: usize,
        /// The line.
        text: String,
    },
    /// They differ; one of them may be missing.
    Changed {
        /// What went.
        old: Option<Side>,
        /// What came.
        new: Option<Side>,
    },
    /// So many unchanged lines are left out here.
    Skipped(usize),
}

/// A comparison of two texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Diff {
    /// What the texts are of, where a page has several comparisons; may be empty.
    pub(super) of: String,
    /// Rows, top to bottom.
    pub(super) rows: Vec<Row>,
    /// Lines that came.
    pub(super) added: usize,
    /// Lines that went.
    pub(super) removed: usize,
}

/// Compares two texts line by line.
pub(super) fn compare(old: &str, new: &str) -> Diff {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(old, new);
    let mut result = Diff::default();
    let mut shown_to = 0;
    for group in diff.grouped_ops(CONTEXT) {
        let first = group.first().map_or(0, |op| op.old_range().start);
        if first > shown_to {
            result.rows.push(Row::Skipped(first - shown_to));
        }
        for op in &group {
            result.push_changes(diff.iter_inline_changes(op));
        }
        shown_to = group.last().map_or(shown_to, |op| op.old_range().end);
    }
    let left = diff.old_len().saturating_sub(shown_to);
    if left > 0 && !result.rows.is_empty() {
        result.rows.push(Row::Skipped(left));
    }
    result
}

impl Diff {
    /// Whether the texts are the same.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The changes of one operation: removals first, then what replaces them, beside each other.
    fn push_changes<'s>(&mut self, changes: impl Iterator<Item = InlineChange<'s, str>>) {
        let (mut olds, mut news) = (Vec::new(), Vec::new());
        for change in changes {
            match (change.tag(), change.old_index(), change.new_index()) {
                (ChangeTag::Delete, Some(number), _) => olds.push(side(&change, number)),
                (ChangeTag::Insert, _, Some(number)) => news.push(side(&change, number)),
                (_, Some(old), Some(new)) => self.rows.push(Row::Same {
                    old: old + 1,
                    new: new + 1,
                    text: side(&change, old)
                        .pieces
                        .into_iter()
                        .map(|piece| piece.text)
                        .collect(),
                }),
                _ => {}
            }
        }
        self.removed += olds.len();
        self.added += news.len();
        let (mut olds, mut news) = (olds.into_iter(), news.into_iter());
        loop {
            let (old, new) = (olds.next(), news.next());
            if old.is_none() && new.is_none() {
                break;
            }
            self.rows.push(Row::Changed { old, new });
        }
    }
}

fn side(change: &InlineChange<'_, str>, index: usize) -> Side {
    Side {
        number: index + 1,
        pieces: change
            .values()
            .iter()
            .map(|(is_marked, text)| Piece {
                is_marked: *is_marked,
                text: text.trim_end_matches(['\n', '\r']).to_owned(),
            })
            .filter(|piece| !piece.text.is_empty())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, compare};

    #[test]
    fn the_word_that_changed_is_marked() {
        let diff = compare("a: 1\nowner: team one\n", "a: 1\nowner: team two\n");
        assert_eq!((diff.added, diff.removed), (1, 1));
        let Some(Row::Changed {
            old: Some(old),
            new: Some(new),
        }) = diff.rows.last()
        else {
            panic!("{:?}", diff.rows);
        };
        let marked = |side: &super::Side| -> String {
            let marked = side.pieces.iter().filter(|piece| piece.is_marked);
            marked.map(|piece| piece.text.as_str()).collect()
        };
        assert_eq!((old.number, marked(old).as_str()), (2, "one"));
        assert_eq!((new.number, marked(new).as_str()), (2, "two"));
    }

    #[test]
    fn lines_that_came_have_nothing_beside_them() {
        let diff = compare("a\n", "a\nb\nc\n");
        assert_eq!((diff.added, diff.removed), (2, 0));
        assert!(matches!(
            diff.rows.last(),
            Some(Row::Changed { old: None, new: Some(side) }) if side.number == 3
        ));
    }

    #[test]
    fn far_from_a_change_lines_are_left_out_and_counted() {
        use std::fmt::Write;
        let old = (1..=40).fold(String::new(), |mut text, n| {
            let _ = writeln!(text, "line {n}");
            text
        });
        let diff = compare(&old, &old.replace("line 20\n", "line twenty\n"));
        assert_eq!(diff.rows.first(), Some(&Row::Skipped(16)));
        assert_eq!(diff.rows.last(), Some(&Row::Skipped(17)));
    }

    #[test]
    fn equal_texts_have_no_rows() {
        assert!(compare("a\nb\n", "a\nb\n").is_empty());
    }

    #[test]
    fn carriage_returns_do_not_reach_the_page() {
        let diff = compare("a\r\n", "b\r\n");
        assert!(!format!("{diff:?}").contains("\\r"));
    }
}
