//! Where texts (`"…"`, `'…'`) and patterns (`r/…/`) end.

/// The length of the text or pattern at the beginning of `rest`. `None`: there is none; `Some(None)`: it has no end.
///
/// `follows_name`: a letter stands before it, so that an `r` here begins no pattern.
#[expect(
    clippy::option_option,
    reason = "no literal and no end are two answers"
)]
pub(super) fn end_of_quoted(rest: &str, follows_name: bool) -> Option<Option<usize>> {
    let mut chars = rest.char_indices();
    let (_, first) = chars.next()?;
    let closing = match first {
        '"' | '\'' => first,
        'r' if !follows_name && rest[1..].starts_with('/') => {
            chars.next();
            '/'
        }
        _ => return None,
    };
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == closing {
            return Some(Some(at + 1));
        }
    }
    Some(None)
}

/// The text a literal without its quotes stands for. An escape that is not known drops its backslash.
pub(super) fn unescape(literal: &str) -> String {
    let mut text = String::with_capacity(literal.len());
    let mut chars = literal.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some(other) => text.push(other),
            None => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{end_of_quoted, unescape};

    #[test]
    fn quotes_within_are_skipped_when_escaped() {
        assert_eq!(end_of_quoted(r#""a\"b" c"#, false), Some(Some(6)));
        assert_eq!(end_of_quoted(r"r/a\/b/g", false), Some(Some(7)));
        assert_eq!(end_of_quoted("r/a/", true), None);
        assert_eq!(end_of_quoted("'a", false), Some(None));
        assert_eq!(end_of_quoted("a", false), None);
    }

    #[test]
    fn unknown_escapes_drop_the_backslash() {
        assert_eq!(unescape(r"a\tb\x\\\u0041"), "a\tbx\\u0041");
    }
}
