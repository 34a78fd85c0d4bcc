//! Texts with marks: what the index found, cut into pieces that a template escapes one by one.

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The text.
    pub(crate) text: String,
    /// Whether it is what was looked for.
    pub(crate) is_hit: bool,
}

/// Cuts a text at its marks, which stand before and behind each hit. A mark without its other end is text.
#[must_use]
pub(crate) fn pieces(marked: &str, (begin, end): (&str, &str)) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut push = |text: &str, is_hit| {
        if !text.is_empty() {
            pieces.push(Piece {
                text: text.to_owned(),
                is_hit,
            });
        }
    };
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once(begin) {
        let Some((hit, after)) = after.split_once(end) else {
            break;
        };
        push(before, false);
        push(hit, true);
        rest = after;
    }
    push(rest, false);
    pieces
}

/// About `limit` characters around the first hit; without a hit, from the beginning.
#[must_use]
pub(crate) fn around_first(pieces: Vec<Piece>, limit: usize) -> Vec<Piece> {
    let length =
        |pieces: &[Piece]| -> usize { pieces.iter().map(|p| p.text.chars().count()).sum() };
    if length(&pieces) <= limit {
        return pieces;
    }
    let first = pieces.iter().position(|piece| piece.is_hit).unwrap_or(0);
    let mut skip = length(&pieces[..first]).saturating_sub(limit / 3);
    let mut room = limit;
    let mut kept: Vec<Piece> = Vec::new();
    if skip > 0 {
        kept.push(Piece {
            text: "…".to_owned(),
            is_hit: false,
        });
    }
    for piece in pieces {
        let text: String = piece.text.chars().skip(skip).take(room).collect();
        skip = skip.saturating_sub(piece.text.chars().count());
        room -= text.chars().count();
        if !text.is_empty() {
            kept.push(Piece { text, ..piece });
        }
    }
    kept.push(Piece {
        text: "…".to_owned(),
        is_hit: false,
    });
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKS: (&str, &str) = ("<pre>", "</pre>");

    fn shown(pieces: &[Piece]) -> String {
        let part = |piece: &Piece| {
            if piece.is_hit {
                format!("[{}]", piece.text)
            } else {
                piece.text.clone()
            }
        };
        pieces.iter().map(part).collect()
    }

    #[test]
    fn a_text_is_cut_at_its_marks() {
        for (marked, expected) in [
            ("plain", "plain"),
            ("<pre>fares</pre> api", "[fares] api"),
            ("a <pre>b</pre> c <pre>d</pre>", "a [b] c [d]"),
            ("broken <pre>mark", "broken <pre>mark"),
            ("", ""),
        ] {
            assert_eq!(shown(&pieces(marked, MARKS)), expected);
        }
    }

    #[test]
    fn a_long_text_is_shown_around_its_first_hit() {
        let long = format!("{}<pre>hit</pre>{}", "a".repeat(300), "b".repeat(300));
        let cut = shown(&around_first(pieces(&long, MARKS), 60));
        assert!(cut.starts_with("…aaaa"), "{cut}");
        assert!(cut.contains("[hit]bbb"), "{cut}");
        assert!(cut.ends_with("b…"), "{cut}");
        assert!(cut.chars().count() <= 64, "{cut}");
        assert_eq!(shown(&around_first(pieces("short", MARKS), 60)), "short");
    }
}
