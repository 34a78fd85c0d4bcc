//! The tokens of an expression or tag.

use std::ops::Range;

use super::{
    error::{Fault, Result},
    quoted::{end_of_quoted, unescape},
};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// Also words such as `and`, which mean something only where they are expected.
    Name(String),
    Number(f64),
    Text(String),
    Pattern {
        source: String,
        flags: String,
    },
    Symbol(&'static str),
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub(super) token: Token,
    /// Byte of the template.
    pub(super) at: usize,
}

/// Longer ones first.
const SYMBOLS: [&str; 27] = [
    "===", "!==", "==", "!=", "<=", ">=", "//", "**", "<", ">", "+", "-", "*", "/", "%", "~", "|",
    "(", ")", "[", "]", "{", "}", ",", ":", ".", "=",
];

/// The tokens within these bytes of the template; the last is [`Token::End`].
pub(super) fn tokens(source: &str, within: Range<usize>) -> Result<Vec<Placed>> {
    let mut found = Vec::new();
    let mut at = within.start;
    while at < within.end {
        let rest = &source[at..within.end];
        let blanks = rest.len() - rest.trim_start().len();
        if blanks > 0 {
            at += blanks;
            continue;
        }
        let (token, length) = token(rest).map_err(|fault| fault.or_at(at))?;
        found.push(Placed { token, at });
        at += length;
    }
    let token = Token::End;
    found.push(Placed {
        token,
        at: within.end,
    });
    Ok(found)
}

/// The token at the beginning of `rest`, and its length.
fn token(rest: &str) -> Result<(Token, usize)> {
    if let Some(end) = end_of_quoted(rest, false) {
        let end = end.ok_or_else(|| Fault::new("This text or pattern has no end"))?;
        return Ok(quoted(rest, end));
    }
    let starts_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    if starts_number(rest) || rest.strip_prefix('.').is_some_and(starts_number) {
        return number(rest);
    }
    let name = name_at(rest);
    if !name.is_empty() {
        return Ok((Token::Name(name.to_owned()), name.len()));
    }
    let symbol = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol));
    match symbol {
        Some(symbol) => Ok((Token::Symbol(symbol), symbol.len())),
        None => Err(unexpected(rest)),
    }
}

fn unexpected(rest: &str) -> Fault {
    let advice = match rest.as_bytes() {
        [b'!', ..] => ": write `not`",
        [b'&', ..] => ": write `and`",
        [b'?', ..] => ": write `a if condition else b`",
        _ => "",
    };
    let c = rest.chars().next().unwrap_or_default();
    Fault::new(format!("`{c}` has no meaning here{advice}"))
}

fn quoted(rest: &str, end: usize) -> (Token, usize) {
    if !rest.starts_with("r/") {
        return (Token::Text(unescape(&rest[1..end - 1])), end);
    }
    let flags = name_at(&rest[end..]);
    let token = Token::Pattern {
        source: rest[2..end - 1].to_owned(),
        flags: flags.to_owned(),
    };
    (token, end + flags.len())
}

/// Digits, perhaps with a fraction. What else would be a number elsewhere (`1e3`, `.5`, `1_000`) is refused.
fn number(rest: &str) -> Result<(Token, usize)> {
    let digits =
        |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut end = digits(rest);
    if rest[end..].starts_with('.') && end > 0 {
        end += 1 + digits(&rest[end + 1..]);
    }
    let number = rest[..end]
        .parse()
        .ok()
        .filter(|_| name_at(&rest[end..]).is_empty());
    let number = number.ok_or_else(|| {
        Fault::new("This is no number: write digits, with a point between them if needed")
    })?;
    Ok((Token::Number(number), end))
}

/// The name `text` begins with; it may be empty.
fn name_at(text: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    &text[..text.find(|c| !is_part(c)).unwrap_or(text.len())]
}
